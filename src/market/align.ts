/** @file Alignment: symbols that start, stop and pause at different times become one MarketTape. */
import { formatMinute, TidemarkError, type Timeframe, timeframeMs } from "../core/index.ts";
import { type Candles, firstDisorder, lowerBound, type SymbolHistory } from "./candles.ts";
import { sealTape } from "./fingerprint.ts";
import { createTape, type MarketTape } from "./tape.ts";

/** Which part of the time axis is kept when symbols start and stop at different times. */
export const TapeRange = {
  /** From the latest first bar to the earliest last bar: every symbol trades from the first row on. */
  intersection: "intersection",
  /** From the earliest first bar to the latest last bar. */
  union: "union",
} as const;
export type TapeRange = (typeof TapeRange)[keyof typeof TapeRange];

export type AlignOptions = {
  /** Open time of the first bar that may be used, UTC milliseconds. */
  readonly fromMs?: number;
  /** First open time that may not be used. */
  readonly toMs?: number;
  /** Default: intersection. */
  readonly range?: TapeRange;
  /**
   * Share of the rows, in [0, 1], in which every symbol must have a bar. Default: 0.5 for the intersection, 0 for the
   * union.
   */
  readonly minCoverage?: number;
};

/**
 * Aligns symbols by the open time of their bars. A row exists where at least one symbol has a bar in the kept range.
 * Throws DATA_ALIGNMENT where the symbols share no time, or one covers too little of it.
 */
export function tapeFromCandles(
  series: readonly SymbolHistory[],
  timeframe: Timeframe,
  options: AlignOptions = {},
): MarketTape {
  checkSeries(series);
  const windows = series.map((history) => windowOf(history, options));
  const [startMs, endMs] = commonRange(series, windows, options.range ?? TapeRange.intersection);
  const clipped = windows.map((window) => clip(window, startMs, endMs));
  const axis = mergeTimes(clipped);
  const tape = createTape(
    series.map((history) => history.instrument),
    timeframe,
    axis.length,
  );
  tape.bars = axis.length;
  tape.timeMs.set(axis);
  for (let s = 0; s < series.length; s++) {
    fillSymbol(tape, s, clipped[s]);
    fillFunding(tape, s, series[s], timeframeMs(timeframe));
  }
  checkCoverage(tape, options);
  return sealTape(tape);
}

type Window = { readonly candles: Candles; readonly from: number; readonly to: number };

function checkSeries(series: readonly SymbolHistory[]): void {
  if (series.length === 0) throw alignmentError("No symbols were given", "Name at least one symbol.");
  const seen = new Set<string>();
  for (const { instrument, candles } of series) {
    if (seen.has(instrument.symbol)) {
      throw alignmentError(`${instrument.symbol} was given twice`, "Name each symbol once.");
    }
    seen.add(instrument.symbol);
    const disorder = firstDisorder(candles.timeMs, candles.length);
    if (disorder >= 0) {
      throw new TidemarkError("DATA_QUALITY", {
        what: `Bars are out of order or doubled at row ${disorder + 1} (${formatMinute(candles.timeMs[disorder])})`,
        where: instrument.symbol,
        fix: "Check the set and have it repaired.",
      });
    }
  }
}

function windowOf({ instrument, candles }: SymbolHistory, { fromMs, toMs }: AlignOptions): Window {
  const from = fromMs === undefined ? 0 : lowerBound(candles.timeMs, fromMs, candles.length);
  const to = toMs === undefined ? candles.length : lowerBound(candles.timeMs, toMs, candles.length);
  if (to <= from) {
    const have =
      candles.length === 0
        ? "it has none"
        : `it has ${formatMinute(candles.timeMs[0])} to ${formatMinute(candles.timeMs[candles.length - 1])}`;
    throw alignmentError(
      `${instrument.symbol} has no bars in the wanted range; ${have}`,
      "Choose another range, fetch more history, or leave the symbol out.",
    );
  }
  return { candles, from, to };
}

function commonRange(
  series: readonly SymbolHistory[],
  windows: readonly Window[],
  range: TapeRange,
): readonly [startMs: number, endMs: number] {
  const starts = windows.map(startOf);
  const ends = windows.map(endOf);
  const union = range === TapeRange.union;
  const first = starts.indexOf(union ? Math.min(...starts) : Math.max(...starts));
  const last = ends.indexOf(union ? Math.max(...ends) : Math.min(...ends));
  const startMs = starts[first];
  const endMs = ends[last];
  if (endMs < startMs) {
    throw alignmentError(
      `${series[last].instrument.symbol} ends ${formatMinute(endMs)}, before ${series[first].instrument.symbol} begins ${formatMinute(startMs)}`,
      "Choose symbols whose histories overlap, or align on the union of their ranges.",
    );
  }
  return [startMs, endMs];
}

const startOf = (window: Window): number => window.candles.timeMs[window.from];
const endOf = (window: Window): number => window.candles.timeMs[window.to - 1];

function clip({ candles, from, to }: Window, startMs: number, endMs: number): Window {
  return {
    candles,
    from: Math.max(from, lowerBound(candles.timeMs, startMs, candles.length)),
    to: Math.min(to, lowerBound(candles.timeMs, endMs + 1, candles.length)),
  };
}

/** The union of the windows' open times, rising. */
function mergeTimes(windows: readonly Window[]): Float64Array {
  const positions = windows.map((window) => window.from);
  const axis = new Float64Array(windows.reduce((sum, window) => sum + window.to - window.from, 0));
  let length = 0;
  for (;;) {
    let next = Number.POSITIVE_INFINITY;
    for (let s = 0; s < windows.length; s++) {
      if (positions[s] < windows[s].to) next = Math.min(next, windows[s].candles.timeMs[positions[s]]);
    }
    if (next === Number.POSITIVE_INFINITY) return axis.subarray(0, length);
    for (let s = 0; s < windows.length; s++) {
      if (positions[s] < windows[s].to && windows[s].candles.timeMs[positions[s]] === next) positions[s]++;
    }
    axis[length++] = next;
  }
}

function fillSymbol(tape: MarketTape, s: number, { candles, from, to }: Window): void {
  let i = from;
  let lastClose = 0;
  for (let t = 0; t < tape.bars; t++) {
    const cell = t * tape.symbols + s;
    if (i < to && candles.timeMs[i] === tape.timeMs[t]) {
      tape.open[cell] = candles.open[i];
      tape.high[cell] = candles.high[i];
      tape.low[cell] = candles.low[i];
      lastClose = candles.close[i];
      tape.close[cell] = lastClose;
      tape.volume[cell] = candles.volume[i];
      tape.present[cell] = 1;
      i++;
    } else {
      tape.open[cell] = lastClose;
      tape.high[cell] = lastClose;
      tape.low[cell] = lastClose;
      tape.close[cell] = lastClose;
    }
  }
}

function fillFunding(tape: MarketTape, s: number, { funding, instrument }: SymbolHistory, barMs: number): void {
  if (funding === undefined) return;
  const disorder = firstDisorder(funding.timeMs, funding.length);
  if (disorder >= 0) {
    throw new TidemarkError("DATA_QUALITY", {
      what: `Funding stamps are out of order or doubled at row ${disorder + 1}`,
      where: instrument.symbol,
      fix: "Import the funding rates again.",
    });
  }
  let i = lowerBound(funding.timeMs, tape.timeMs[0] - barMs + 1, funding.length);
  for (let t = 0; t < tape.bars; t++) {
    let sum = 0;
    for (; i < funding.length && funding.timeMs[i] <= tape.timeMs[t]; i++) sum += funding.rate[i];
    tape.funding[t * tape.symbols + s] = sum;
  }
}

function checkCoverage(tape: MarketTape, options: AlignOptions): void {
  const least = options.minCoverage ?? (options.range === TapeRange.union ? 0 : 0.5);
  for (let s = 0; s < tape.symbols; s++) {
    let count = 0;
    for (let t = 0; t < tape.bars; t++) count += tape.present[t * tape.symbols + s];
    if (count < least * tape.bars) {
      throw alignmentError(
        `${tape.instruments[s].symbol} has bars in ${count} of the ${tape.bars} rows from ${formatMinute(tape.timeMs[0])} to ` +
          `${formatMinute(tape.timeMs[tape.bars - 1])}, fewer than the ${Math.round(least * 100)} % asked for`,
        "Fetch the missing bars, leave the symbol out, or ask for less coverage.",
      );
    }
  }
}

function alignmentError(what: string, fix: string): TidemarkError {
  return new TidemarkError("DATA_ALIGNMENT", { what, fix });
}
