/** @file What sources that answer requests have in common. */
import { InvariantError } from "../../core/index.ts";
import { type Place, SourceHttp } from "./http.ts";
import { type SeriesSpec, seriesOf, sourceTerms } from "./series.ts";
import type { AlternativeSource, SourceObservation, SourceOptions, SourceQuery } from "./source.ts";

type Ask = (http: SourceHttp, query: SourceQuery, key: (name: string) => string) => Promise<SourceObservation[]>;

export type RestSource = Place & {
  /** Its name in the catalog. */
  readonly name: string;
  readonly limitText: string;
  readonly keys?: readonly string[];
  /** How long a range one request may span; by default any. */
  readonly spanMs?: (spec: SeriesSpec) => number;
  /** How much of the past there is; by default all of it. */
  readonly depthMs?: (spec: SeriesSpec) => number;
  /** By the names of the series, without the source's. */
  readonly ask: Readonly<Record<string, Ask>>;
};

/** No reply is asked for more than this at once: eleven years. */
const ANY_SPAN_MS = 4_000 * 86_400_000;

export function restSource(source: RestSource, options: SourceOptions): AlternativeSource {
  const { name, keys = [], hostVariable, limitText, spanMs, depthMs, ask } = source;
  const http = new SourceHttp({ ...source, wanders: keys.length === 0 }, options);
  const series = seriesOf(name).filter(({ id }) => ask[id.slice(name.length + 1)] !== undefined);
  const keyOf = (variable: string): string => options.environment[variable] ?? "";
  return {
    ...sourceTerms(name),
    series,
    limit: limitText,
    keys,
    missingKeys: keys.filter((variable) => keyOf(variable) === ""),
    hostVariable,
    spanMs: (spec) => spanMs?.(spec) ?? ANY_SPAN_MS,
    earliestMs: (spec) => (depthMs === undefined ? 0 : http.clock.nowMs() - depthMs(spec)),
    fetch: (query) => {
      const own = ask[query.spec.id.slice(name.length + 1)];
      if (own === undefined) throw new InvariantError(`${query.spec.id} is a series of ${name}`);
      return own(http, query, keyOf);
    },
  };
}
