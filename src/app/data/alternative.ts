/** @file Alternative series for what is computed: read from the store, joined to a tape, or told to a running session. */
import { formatMinute, type Instrument, TidemarkError } from "../../core/index.ts";
import { type FeatureSelection, selectionSeries } from "../../features/index.ts";
import {
  AlternativeReader,
  AlternativeStore,
  joinAlternative,
  keyOf,
  type MarketTape,
  readSeries,
  type SeriesRows,
  seriesSpec,
  streamAlternative,
  type TapeStream,
  type Vintages,
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
  /** By series, the symbols or coins of which too old a value is known. */
  readonly #stale = new Map<string, string>();

  constructor(context: Pick<AppContext, "warn" | "note">) {
    this.#context = context;
  }

  /**
   * Tells once that what is stored of a series is too old at a close, and once that it comes again. A series of which nothing
   * was ever stored is told where the session begins.
   */
  watch(
    { spec, rows }: SeriesRows,
    instruments: readonly Instrument[],
    ages: readonly number[],
    closeMs: number,
  ): void {
    const { id } = spec;
    if (this.#failing.has(id)) return;
    const stored = [...instruments.entries()].filter(([s]) => rows[s] !== undefined);
    const keys = new Set(stored.flatMap(([s, instrument]) => (ages[s] < 0 ? [keyOf(spec, instrument)] : [])));
    const now = [...keys].join(", ");
    const before = this.#stale.get(id) ?? "";
    this.#stale.set(id, now);
    if (now === before) return;
    if (now === "") return this.#context.note(`${id} ${before}: it comes again.`);
    const lastMs = Math.max(...stored.filter(([s]) => ages[s] < 0).map(([s]) => newestEvent(rows[s], closeMs)));
    const since = Number.isFinite(lastMs)
      ? `nothing newer than ${formatMinute(lastMs)} UTC has come`
      : "nothing has come yet";
    this.#context.warn(`${id} ${now}: ${since}. Features of it are 0 and say that it is missing until something does.`);
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

/** Stamp of the newest value that was known at a time. */
function newestEvent(rows: Vintages | undefined, nowMs: number): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < (rows?.length ?? 0); i++) {
    if (rows !== undefined && rows.availableMs[i] <= nowMs) newest = Math.max(newest, rows.eventMs[i]);
  }
  return newest;
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
  const values = instruments.map((_, s) => Array.from(reader.at(s, closeMs)));
  for (const [k, own] of series.entries()) {
    const ages = values.map((row) => row[2 * k + 1]);
    outages.watch(own, instruments, ages, closeMs);
  }
  return values;
}
