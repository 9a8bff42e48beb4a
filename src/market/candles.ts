/** @file Candles and funding rates of one symbol as columns: what sources deliver, the store keeps and alignment reads. */
import { type Instrument, invariant } from "../core/index.ts";

/** Bars of one symbol, oldest first once they have passed the door of the store. Stamped by open time, UTC milliseconds. */
export type Candles = {
  readonly length: number;
  readonly timeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** In base units. */
  readonly volume: Float64Array;
};

/** Funding stamps of one symbol: at `timeMs[i]` a long position pays `rate[i] * notional`. */
export type FundingRates = {
  readonly length: number;
  readonly timeMs: Float64Array;
  readonly rate: Float64Array;
};

/** One symbol's history with the rules it trades by. */
export type SymbolHistory = {
  readonly instrument: Instrument;
  readonly candles: Candles;
  readonly funding?: FundingRates;
  /** The mark prices of its bars, without volume. */
  readonly mark?: Candles;
};

/** One bar as a row, in the column order of every candle file. */
export type CandleRow = readonly [
  timeMs: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

export const CANDLE_COLUMNS = ["timeMs", "open", "high", "low", "close", "volume"] as const;

export function createCandles(length: number): Candles {
  return {
    length,
    timeMs: new Float64Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    volume: new Float64Array(length),
  };
}

export function createFunding(length: number): FundingRates {
  return { length, timeMs: new Float64Array(length), rate: new Float64Array(length) };
}

export function candlesFromRows(rows: readonly CandleRow[]): Candles {
  const candles = createCandles(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    for (let c = 0; c < CANDLE_COLUMNS.length; c++) candles[CANDLE_COLUMNS[c]][i] = row[c];
  }
  return candles;
}

export function candleRow(candles: Candles, i: number): CandleRow {
  return [candles.timeMs[i], candles.open[i], candles.high[i], candles.low[i], candles.close[i], candles.volume[i]];
}

/** Rows `from` (inclusive) to `to` (exclusive) as views of the same memory. */
function sliceCandles(candles: Candles, from: number, to: number): Candles {
  invariant(from >= 0 && to >= from && to <= candles.length, `rows ${from} to ${to} lie within the candles`);
  return {
    length: to - from,
    timeMs: candles.timeMs.subarray(from, to),
    open: candles.open.subarray(from, to),
    high: candles.high.subarray(from, to),
    low: candles.low.subarray(from, to),
    close: candles.close.subarray(from, to),
    volume: candles.volume.subarray(from, to),
  };
}

/** The rows named by `order`, in that order, as a copy. */
export function pickCandles(candles: Candles, order: ArrayLike<number>): Candles {
  const picked = createCandles(order.length);
  for (const name of CANDLE_COLUMNS) {
    const source = candles[name];
    const target = picked[name];
    for (let i = 0; i < order.length; i++) target[i] = source[order[i]];
  }
  return picked;
}

/** Index of the first entry of a rising column that is not below `value`. */
export function lowerBound(times: Float64Array, value: number, length: number = times.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bars that open in `[fromMs, toMs)`, as views. The candles must be in order. */
export function candlesBetween(candles: Candles, fromMs: number, toMs: number): Candles {
  const from = lowerBound(candles.timeMs, fromMs, candles.length);
  return sliceCandles(candles, from, Math.max(from, lowerBound(candles.timeMs, toMs, candles.length)));
}

/** Index of the first row that is not later than the row before it, or -1 where times rise strictly. */
export function firstDisorder(times: Float64Array, length: number = times.length): number {
  for (let i = 1; i < length; i++) if (!(times[i] > times[i - 1])) return i;
  return -1;
}

/** Candles that grow row by row. */
export class CandleBuilder {
  #rows: Candles;
  #length = 0;

  constructor(capacity = 1024) {
    this.#rows = createCandles(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(timeMs: number, open: number, high: number, low: number, close: number, volume: number): void {
    if (this.#length === this.#rows.length) {
      const larger = createCandles(Math.max(16, this.#length * 2));
      for (const name of CANDLE_COLUMNS) larger[name].set(this.#rows[name]);
      this.#rows = larger;
    }
    const i = this.#length++;
    const rows = this.#rows;
    rows.timeMs[i] = timeMs;
    rows.open[i] = open;
    rows.high[i] = high;
    rows.low[i] = low;
    rows.close[i] = close;
    rows.volume[i] = volume;
  }

  /** The rows so far, as views. */
  candles(): Candles {
    return sliceCandles(this.#rows, 0, this.#length);
  }
}
