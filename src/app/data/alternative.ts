/** @file Alternative series for what is computed: read from the store, joined to a tape, or told to a running session. */
import { type Instrument, TidemarkError } from "../../core/index.ts";
import { type FeatureSelection, selectionSeries } from "../../features/index.ts";
import {
  AlternativeReader,
  AlternativeStore,
  joinAlternative,
  type MarketTape,
  readSeries,
  type SeriesRows,
  seriesSpec,
  streamAlternative,
  type TapeStream,
} from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

/**
 * Reads series for a session that has to go on: one that can't be read is missing, the others stay. The failure is told
 * once, and so is its end. Work that a user can simply begin again reads without this, and fails.
 */
export class SeriesOutages {
  readonly #context: Pick<AppContext, "warn" | "note">;
  readonly #failing = new Set<string>();

  constructor(context: Pick<AppContext, "warn" | "note">) {
    this.#context = context;
  }

  has(id: string): boolean {
    return this.#failing.has(id);
  }

  async read(
    store: AlternativeStore,
    ids: readonly string[],
    instruments: readonly Instrument[],
  ): Promise<SeriesRows[]> {
    const all: SeriesRows[] = [];
    for (const id of ids) {
      const spec = seriesSpec(id);
      try {
        all.push(...(await readSeries(store, [id], instruments)));
        if (this.#failing.delete(id)) this.#context.note(`${id}: it can be read again.`);
      } catch (thrown) {
        if (!(thrown instanceof TidemarkError)) throw thrown;
        all.push({ spec, rows: instruments.map(() => undefined) });
        if (!this.#failing.has(id)) this.#context.warn(outage(id, thrown));
        this.#failing.add(id);
      }
    }
    return all;
  }
}

function outage(id: string, { code, what, where, fix }: TidemarkError): string {
  const place = where === undefined ? "" : ` (${where})`;
  return `${code}: ${id}: ${what}${place}. Features of it are 0 and say that it is missing until it can be read. ${fix ?? ""}`.trimEnd();
}

/**
 * The tape with the series that the features read; the same tape where they read none. Series that aren't stored are
 * missing in every bar, which is said and stops nothing.
 */
export async function withAlternative(
  context: AppContext,
  config: Config,
  selection: FeatureSelection,
  tape: MarketTape,
  outages?: SeriesOutages,
): Promise<MarketTape> {
  if (tape.alternative !== undefined) return tape;
  return joinAlternative(tape, await wantedSeries(context, config, selection, tape.instruments, outages));
}

/** The same of a history that is streamed. */
export async function streamWithAlternative(
  context: AppContext,
  config: Config,
  selection: FeatureSelection,
  stream: TapeStream,
): Promise<TapeStream> {
  return streamAlternative(stream, await wantedSeries(context, config, selection, stream.instruments));
}

async function wantedSeries(
  context: AppContext,
  config: Config,
  selection: FeatureSelection,
  instruments: readonly Instrument[],
  outages?: SeriesOutages,
): Promise<SeriesRows[]> {
  const ids = selectionSeries(selection);
  if (ids.length === 0) return [];
  const store = new AlternativeStore(dataRoot(config));
  const series = await (outages?.read(store, ids, instruments) ?? readSeries(store, ids, instruments));
  const empty = series.filter(({ rows }) => rows.every((own) => own === undefined)).map(({ spec }) => spec.id);
  const absent = empty.filter((id) => outages?.has(id) !== true);
  if (absent.length > 0) {
    context.warn(`${absent.join(", ")}: not stored; features of it are 0 and say that it is missing.`);
  }
  return series;
}

/** `[S]` of `[value, age, ...]` at a close, read anew from the store: others add to it while a session runs. */
export async function alternativeAt(
  config: Config,
  ids: readonly string[],
  { instruments }: Pick<MarketTape, "instruments">,
  closeMs: number,
  outages: SeriesOutages,
): Promise<number[][]> {
  const series = await outages.read(new AlternativeStore(dataRoot(config)), ids, instruments);
  const reader = new AlternativeReader(series, instruments.length);
  return instruments.map((_, s) => Array.from(reader.at(s, closeMs)));
}
