/** @file The as-of join: for each symbol and bar, what was known of each series at the bar's close. Batch and live are one path. */
import { type Instrument, invariant } from "../../core/index.ts";
import { type SeriesSpec, seriesSpec, sourceTerms } from "../../venues/choices.ts";
import { sealTape } from "../fingerprint.ts";
import type { TapeStream } from "../stream.ts";
import { column, type MarketTape } from "../tape.ts";
import { type JoinedSeries, missingColumns, type Provenance, writeCell } from "./columns.ts";
import { type AlternativeStore, MARKET_KEY } from "./store.ts";
import { AsOf, type Vintages } from "./vintages.ts";

/** Source whose series are scores of texts. */
const TEXTS = "news";

/** The stored rows of one series for every symbol of a tape; undefined for a symbol that has none. */
export type SeriesRows = {
  readonly spec: SeriesSpec;
  /** `[S]` */
  readonly rows: ReadonlyArray<Vintages | undefined>;
};

/** Reads series for these symbols. */
export async function readSeries(
  store: AlternativeStore,
  ids: readonly string[],
  instruments: readonly Instrument[],
): Promise<SeriesRows[]> {
  const read = new Map<string, Vintages>();
  const all: SeriesRows[] = [];
  for (const spec of ids.map(seriesSpec)) {
    const rows: Array<Vintages | undefined> = [];
    for (const instrument of instruments) {
      const key = keyOf(spec, instrument);
      const name = `${spec.id} ${key}`;
      const known = read.get(name) ?? (await store.read(spec, key));
      read.set(name, known);
      rows.push(known.length === 0 ? undefined : known);
    }
    all.push({ spec, rows });
  }
  return all;
}

/** The name under which a symbol's rows of a series are kept. */
export function keyOf({ of }: SeriesSpec, { symbol, quote }: Instrument): string {
  if (of === "market") return MARKET_KEY;
  if (of === "symbol") return symbol;
  return symbol.endsWith(quote) && symbol.length > quote.length ? symbol.slice(0, -quote.length) : symbol;
}

/** Reads every series as of rising times. */
export class AlternativeReader {
  /** `[S][K]` */
  readonly #cursors: ReadonlyArray<ReadonlyArray<AsOf | undefined>>;
  readonly #values: Float64Array;

  constructor(series: readonly SeriesRows[], symbols: number) {
    this.#cursors = Array.from({ length: symbols }, (_, s) =>
      series.map(({ spec, rows }) => (rows[s] === undefined ? undefined : new AsOf(rows[s], spec))),
    );
    this.#values = new Float64Array(2 * series.length);
  }

  /** `[value, age, ...]` of symbol `s` at a close that is no earlier than the one asked for before. Overwritten by the next call. */
  at(s: number, closeMs: number): Float64Array {
    const values = this.#values;
    for (const [k, cursor] of this.#cursors[s].entries()) {
      cursor?.advance(closeMs);
      values[2 * k] = cursor?.value ?? 0;
      values[2 * k + 1] = cursor?.age ?? -1;
    }
    return values;
  }
}

/** The tape with the series joined to it. A bar that a symbol doesn't have shows nothing. */
export function joinAlternative(tape: MarketTape, series: readonly SeriesRows[]): MarketTape {
  invariant(tape.alternative === undefined, "series are joined once");
  if (series.length === 0) return tape;
  return joinRows(tape, series.map(joinedSeries), new AlternativeReader(series, tape.symbols));
}

/** A stream whose stretches have the series joined to them, as the whole tape would have. */
export function streamAlternative(stream: TapeStream, series: readonly SeriesRows[]): TapeStream {
  if (series.length === 0) return stream;
  const joined = series.map(joinedSeries);
  const reader = new AlternativeReader(series, stream.instruments.length);
  async function* pieces(): AsyncGenerator<MarketTape> {
    for await (const piece of stream.pieces) yield joinRows(piece, joined, reader);
  }
  return { ...stream, pieces: pieces() };
}

/** @param reader that has read nothing later than the tape's first bar */
function joinRows(tape: MarketTape, series: readonly JoinedSeries[], reader: AlternativeReader): MarketTape {
  const alternative = missingColumns(series, tape.bars * tape.symbols, column);
  for (let t = 0; t < tape.bars; t++) {
    for (let s = 0; s < tape.symbols; s++) {
      const cell = t * tape.symbols + s;
      const values = reader.at(s, tape.timeMs[t] + tape.barMs);
      if (tape.present[cell] === 1) writeCell(alternative, cell, values);
    }
  }
  return sealTape({ ...tape, alternative });
}

/** A series as a tape shows it: whose it is, under which terms, and whether it was recorded as it came. */
export function joinedSeries({ spec, rows }: SeriesRows): JoinedSeries {
  const { id, source, cadenceMs, lagMs } = spec;
  return { id, source, licence: sourceTerms(source).licence, cadenceMs, lagMs, provenance: provenanceOf(rows) };
}

function provenanceOf(rows: SeriesRows["rows"]): Provenance {
  const seen = new Set<number>();
  for (const own of rows) {
    for (let i = 0; i < (own?.length ?? 0); i++) if (own?.revision[i] === 0) seen.add(own.recorded[i]);
  }
  if (seen.size === 0) return "none";
  if (seen.size === 2) return "mixed";
  return seen.has(1) ? "recorded" : "backfilled";
}

/**
 * Why a verdict that rests on these series can't promote a model, or undefined: values that are revised, and that we did
 * not record as they came, were not known then as they are now; and a text that is scored after the fact may be scored by what
 * has read of its outcome.
 */
export function unpromotable(series: readonly JoinedSeries[]): string | undefined {
  const doubtful = series.filter(
    ({ id, provenance }) => seriesSpec(id).revised !== "never" && provenance !== "recorded" && provenance !== "none",
  );
  const scored = series.filter(
    ({ source, provenance }) => source === TEXTS && provenance !== "recorded" && provenance !== "none",
  );
  const reasons = [
    [doubtful, "revised after they are published, or nobody knows, and not recorded as they came"],
    [scored, "texts scored after the fact, by what may have read what came next"],
  ] as const;
  const told = reasons.flatMap(([own, why]) =>
    own.length === 0 ? [] : [`${own.map(({ id }) => id).join(", ")}: ${why}`],
  );
  return told.length === 0 ? undefined : told.join("; ");
}
