/**
 * @file A history as a stream of stretches, a stored month each, so that one of ten years of minutes needs no more memory
 * than one of two months. The rows are those that `loadTape` gives, one after the other.
 */
import {
  HOUR_MS,
  type Instrument,
  isMargined,
  monthBounds,
  plainSymbol,
  TidemarkError,
  type Timeframe,
  timeframeMs,
} from "../core/index.ts";
import { type Candles, candleRow, lowerBound } from "./candles.ts";
import { accountCurrency, foreignQuotes } from "./currency.ts";
import { sealTape } from "./fingerprint.ts";
import { type FundingStamps, fundingStamps } from "./funding-columns.ts";
import { type LoadOptions, storedSymbol } from "./load.ts";
import { emptyMarks, mapMarks, writeMark } from "./mark.ts";
import { sliceTape } from "./slice.ts";
import { type SeriesKey, type SetKey, storedMonths } from "./store/paths.ts";
import { MarketStore } from "./store/store.ts";
import { createTape, type MarketTape } from "./tape.ts";
import { TapeRange } from "./tape-range.ts";

export type TapeStream = {
  readonly instruments: readonly Instrument[];
  readonly currency: string;
  readonly timeframe: Timeframe;
  /** Bars that there will be at most, for progress. */
  readonly expectedBars: number;
  /** Stretches in the order of time, each with a fingerprint of its own. */
  readonly pieces: AsyncIterable<MarketTape>;
};

export type StreamOptions = Pick<
  LoadOptions,
  | "root"
  | "venue"
  | "symbols"
  | "timeframe"
  | "instrumentKind"
  | "terms"
  | "marks"
  | "fromMs"
  | "toMs"
  | "range"
  | "currency"
>;

/** A tape that is in memory as a stream, cut before the rows named by `cuts`, which rise. */
export function tapeInPieces(tape: MarketTape, cuts: readonly number[]): TapeStream {
  const edges = [0, ...cuts, tape.bars];
  async function* pieces(): AsyncGenerator<MarketTape> {
    for (let i = 1; i < edges.length; i++) {
      if (edges[i] > edges[i - 1]) yield Promise.resolve(sliceTape(tape, edges[i - 1], edges[i]));
    }
  }
  const { instruments, currency, timeframe, bars } = tape;
  return { instruments, currency, timeframe, expectedBars: bars, pieces: pieces() };
}

/** One symbol while it is read: its set, its funding, and where both stand. */
type Reader = {
  readonly key: Required<SetKey>;
  readonly stamps: FundingStamps | undefined;
  /** Where the marks of its bars are, for a contract on margin that has any. */
  readonly markKey: SeriesKey | undefined;
  stamp: number;
  close: number;
  mark: number;
};

/**
 * Streams stored candles. Rejects as `loadTape` does, and with USAGE_ARGUMENT where the wanted timeframe is not stored
 * itself, bars are longer than a funding interval, quotes differ, or only the time that all symbols share is wanted: those
 * need the whole history at once.
 */
export async function streamTape(options: StreamOptions): Promise<TapeStream> {
  const store = new MarketStore(options.root);
  const barMs = timeframeMs(options.timeframe);
  const found = options.symbols.map((symbol) => storedSymbol(store, options, plainSymbol(symbol)));
  const instruments = found.map(({ instrument }) => instrument);
  const currency = accountCurrency(instruments, options.currency);
  requireStreamable(options, found, currency, barMs);
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = options;
  const readers: Reader[] = [];
  for (const { instrument, key } of found) {
    const pays = instrument.fundingIntervalHours !== undefined;
    const funding = pays ? await store.readFunding(key.venue, key.symbol) : undefined;
    const stamps =
      funding === undefined || funding.length === 0 ? undefined : fundingStamps(funding, instrument.symbol);
    const marks: SeriesKey = { ...key, price: "mark" };
    const isMarked =
      options.marks !== false &&
      isMargined(instrument.kind) &&
      storedMonths(store.root, marks, fromMs, toMs).length > 0;
    readers.push({ key, stamps, markKey: isMarked ? marks : undefined, stamp: -1, close: 0, mark: 0 });
  }
  const months = [...new Set(readers.flatMap(({ key }) => storedMonths(store.root, key, fromMs, toMs)))].sort();
  const bounds = months.map((month) => monthBounds(Date.parse(`${month}-01T00:00:00Z`)));
  async function* pieces(): AsyncGenerator<MarketTape> {
    for (const [startMs, endMs] of bounds) {
      const piece = await readPiece(store, readers, createTape(instruments, options.timeframe, 0, currency), {
        fromMs: Math.max(fromMs, startMs),
        toMs: Math.min(toMs, endMs),
      });
      if (piece !== undefined) yield piece;
    }
  }
  const spanMs =
    bounds.length === 0 ? 0 : Math.min(toMs, bounds[bounds.length - 1][1]) - Math.max(fromMs, bounds[0][0]);
  const expectedBars = Math.max(0, Math.ceil(spanMs / barMs));
  return { instruments, currency, timeframe: options.timeframe, expectedBars, pieces: pieces() };
}

function requireStreamable(
  options: StreamOptions,
  found: ReadonlyArray<{ readonly instrument: Instrument; readonly key: SetKey }>,
  currency: string,
  barMs: number,
): void {
  const made = found.find(({ key }) => key.timeframe !== options.timeframe);
  const long = found.find(({ instrument: { fundingIntervalHours: hours } }) => (hours ?? 1e9) * HOUR_MS < barMs);
  const foreign = foreignQuotes(
    found.map(({ instrument }) => instrument),
    currency,
  );
  const why =
    options.range === TapeRange.intersection
      ? "only the time that all symbols share is wanted (data.range)"
      : made !== undefined
        ? `${made.key.symbol} is stored as ${made.key.timeframe} only`
        : long !== undefined
          ? `${options.timeframe} bars are longer than the funding interval of ${long.instrument.symbol}`
          : foreign.length > 0
            ? `${foreign.join(", ")} would have to be converted into ${currency}`
            : undefined;
  if (why === undefined) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `This history can't be streamed: ${why}`,
    fix: "Run it without --stream.",
  });
}

/** The rows of one month, or undefined where nothing traded. */
async function readPiece(
  store: MarketStore,
  readers: readonly Reader[],
  shape: MarketTape,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<MarketTape | undefined> {
  const candles: Candles[] = [];
  for (const { key } of readers) candles.push(await store.readCandles(key, fromMs, toMs));
  const most = candles.reduce((sum, own) => sum + own.length, 0);
  if (most === 0) return undefined;
  const span = Math.min(most, Math.round((toMs - fromMs) / shape.barMs) + 1);
  const rows = Number.isFinite(span) ? Math.max(span, Math.max(...candles.map(({ length }) => length))) : most;
  const marks: Array<Candles | undefined> = [];
  for (const { markKey } of readers) {
    marks.push(markKey === undefined ? undefined : await store.readCandles(markKey, fromMs, toMs));
  }
  const isMarked = readers.some(({ markKey }) => markKey !== undefined);
  const tape = {
    ...createTape(shape.instruments, shape.timeframe, rows, shape.currency),
    ...(isMarked ? emptyMarks(rows * shape.symbols) : {}),
  };
  const at = candles.map(() => 0);
  for (;;) {
    let next = Number.POSITIVE_INFINITY;
    for (let s = 0; s < candles.length; s++) {
      if (at[s] < candles[s].length) next = Math.min(next, candles[s].timeMs[at[s]]);
    }
    if (next === Number.POSITIVE_INFINITY) break;
    const t = tape.bars++;
    tape.timeMs[t] = next;
    for (let s = 0; s < candles.length; s++) {
      if (fillCell(tape, t * tape.symbols + s, candles[s], at[s], next, readers[s])) at[s]++;
      fillMark(tape, t, s, marks[s], readers[s]);
    }
  }
  return sealTape(cutToBars(tape));
}

/** One cell of a row that opens at `timeMs`; true where the symbol has a bar there. */
function fillCell(
  tape: MarketTape,
  cell: number,
  candles: Candles,
  i: number,
  timeMs: number,
  reader: Reader,
): boolean {
  const trades = i < candles.length && candles.timeMs[i] === timeMs;
  const before = reader.close;
  if (trades) reader.close = candles.close[i];
  tape.open[cell] = trades ? candles.open[i] : before;
  tape.high[cell] = trades ? candles.high[i] : before;
  tape.low[cell] = trades ? candles.low[i] : before;
  tape.close[cell] = reader.close;
  tape.volume[cell] = trades ? candles.volume[i] : 0;
  tape.present[cell] = trades ? 1 : 0;
  const { stamps } = reader;
  if (stamps === undefined) return trades;
  if (reader.stamp < 0) {
    // A payment that was due before the history is nobody's.
    reader.stamp = stamps.timeMs.findIndex((stampMs) => stampMs > timeMs - tape.barMs);
    if (reader.stamp < 0) reader.stamp = stamps.timeMs.length;
  }
  for (; reader.stamp < stamps.timeMs.length && stamps.timeMs[reader.stamp] <= timeMs; reader.stamp++) {
    tape.funding[cell] += stamps.rate[reader.stamp];
  }
  return trades;
}

/** The mark of a cell whose prices are written. */
function fillMark(tape: MarketTape, t: number, s: number, marks: Candles | undefined, reader: Reader): void {
  if (tape.markClose === undefined) return;
  const timeMs = tape.timeMs[t];
  const i = marks === undefined ? -1 : lowerBound(marks.timeMs, timeMs, marks.length);
  const known = marks !== undefined && i < marks.length && marks.timeMs[i] === timeMs ? candleRow(marks, i) : undefined;
  writeMark(tape, t, s, known, { at: 1, before: reader.mark });
  reader.mark = tape.markClose[t * tape.symbols + s];
}

/** Columns as long as the rows that were used. */
function cutToBars(tape: MarketTape): MarketTape {
  const cells = tape.bars * tape.symbols;
  return {
    ...tape,
    timeMs: tape.timeMs.subarray(0, tape.bars),
    open: tape.open.subarray(0, cells),
    high: tape.high.subarray(0, cells),
    low: tape.low.subarray(0, cells),
    close: tape.close.subarray(0, cells),
    volume: tape.volume.subarray(0, cells),
    funding: tape.funding.subarray(0, cells),
    present: tape.present.subarray(0, cells),
    ...mapMarks(tape, (own) => own.subarray(0, cells)),
  };
}
