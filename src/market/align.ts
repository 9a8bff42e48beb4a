/** @file Alignment: symbols that start, stop and pause at different times become one MarketTape. */
import { formatMinute, HOUR_MS, type Instrument, TidemarkError, type Timeframe, timeframeMs } from "../core/index.ts";
import { type Candles, firstDisorder, lowerBound, type SymbolHistory } from "./candles.ts";
import { accountCurrency, conversionPair, foreignQuotes, rateColumn } from "./currency.ts";
import { sealTape } from "./fingerprint.ts";
import { type FundingStamps, fillFunding } from "./funding-columns.ts";
import { emptyMarks, fillMarks, knownMarks } from "./mark.ts";
import { gridNotes } from "./quality/grid.ts";
import { rangeNotes } from "./range-notes.ts";
import { column, createTape, type MarketTape } from "./tape.ts";
import { TapeRange } from "./tape-range.ts";

export type AlignOptions = {
  /** Open time of the first bar that may be used, UTC milliseconds. */
  readonly fromMs?: number;
  /** First open time that may not be used. */
  readonly toMs?: number;
  /** Default: union, so that a symbol is traded while it lives. */
  readonly range?: TapeRange | undefined;
  /**
   * Share of the rows, in [0, 1], in which every symbol must have a bar. Default: 0 for the union, 0.5 for the
   * intersection.
   */
  readonly minCoverage?: number;
  /** The account's currency. Default: the most usual of the quotes. */
  readonly currency?: string | undefined;
  /** Pairs that convert quotes into it, beside the symbols themselves. */
  readonly conversions?: readonly SymbolHistory[];
  /** Takes what a careful user wants to know about the tape: who trades when, what was left out. */
  readonly onNote?: (note: string) => void;
};

/**
 * Aligns symbols by the open time of their bars. A row exists where at least one symbol has a bar in the kept range.
 * Throws DATA_ALIGNMENT where a symbol has no bars, the symbols share no time (intersection) or one covers too little of
 * it, and where a quote can't be converted into the account's currency.
 */
export function tapeFromCandles(
  series: readonly SymbolHistory[],
  timeframe: Timeframe,
  options: AlignOptions = {},
): MarketTape {
  checkSeries(series);
  const instruments = series.map((history) => history.instrument);
  const currency = accountCurrency(instruments, options.currency);
  const pairs = [...series, ...(options.conversions ?? [])];
  const windows = series.map((history) => windowOf(history, options, knownFrom(history, currency, pairs, instruments)));
  const [startMs, endMs] = commonRange(series, windows, options.range ?? TapeRange.union);
  const clipped = windows.map((window) => clip(window, startMs, endMs));
  const axis = mergeTimes(clipped);
  const barMs = timeframeMs(timeframe);
  const tape = { ...createTape(instruments, timeframe, axis.length, currency), ...longBarColumns(series, axis, barMs) };
  tape.bars = axis.length;
  tape.timeMs.set(axis);
  const stamps: (Float64Array | undefined)[] = [];
  for (let s = 0; s < series.length; s++) {
    fillSymbol(tape, s, clipped[s]);
    const used = fillFunding(tape, s, series[s]);
    stamps.push(used === undefined ? undefined : Float64Array.from(used.timeMs));
    for (const note of fundingNotes(series[s], used)) options.onNote?.(note);
  }
  checkCoverage(tape, options);
  const grids = series.map(({ instrument, candles }) => ({ name: instrument.symbol, ...candles }));
  for (const note of gridNotes(grids, barMs)) options.onNote?.(note);
  for (const note of rangeNotes(tape, options, clipped, windows)) options.onNote?.(note);
  const foreign = foreignQuotes(instruments, currency).length > 0;
  return sealTape({
    ...withMarks(tape, series),
    fundingStamps: stamps,
    ...(foreign ? { rate: rateColumn(tape, currency, pairs) } : {}),
  });
}

/** Mark prices beside the others, where those of any contract are known. */
function withMarks(tape: MarketTape, series: readonly SymbolHistory[]): MarketTape {
  const marks = series.map(knownMarks);
  if (marks.every(({ length }) => length === 0)) return tape;
  const marked = { ...tape, ...emptyMarks(tape.bars * tape.symbols) };
  const markTimes = marks.map((mark, s) => fillMarks(marked, s, mark));
  return { ...marked, markTimes };
}

/** The first time at which the symbol's quote is worth something in the account's currency. */
function knownFrom(
  { instrument }: SymbolHistory,
  currency: string,
  pairs: readonly SymbolHistory[],
  instruments: readonly Instrument[],
): number {
  if (instrument.quote === currency) return Number.NEGATIVE_INFINITY;
  const { candles } = conversionPair(pairs, instrument.quote, currency, instruments);
  return candles.length === 0 ? Number.POSITIVE_INFINITY : candles.timeMs[0];
}

/** The funding columns of a tape whose bars are longer than an interval. */
function longBarColumns(
  series: readonly SymbolHistory[],
  axis: Float64Array,
  barMs: number,
): Pick<MarketTape, "fundingAtOpen" | "fundingWithin"> | undefined {
  const isLong = series.some(
    ({ instrument: { fundingIntervalHours: hours }, funding }) =>
      funding !== undefined && hours !== undefined && hours * HOUR_MS < barMs,
  );
  const cells = axis.length * series.length;
  return isLong ? { fundingAtOpen: column(cells), fundingWithin: column(cells) } : undefined;
}

function fundingNotes({ instrument, funding }: SymbolHistory, used: FundingStamps | undefined): string[] {
  if (funding !== undefined && used === undefined)
    return [
      `${instrument.symbol} is ${instrument.kind}: it pays no funding, and its ${funding.length} stored rates are not used.`,
    ];
  if (used === undefined || used.doubled === 0) return [];
  return [`${instrument.symbol}: ${used.doubled} funding payments were stored twice and count once.`];
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

function windowOf({ instrument, candles }: SymbolHistory, { fromMs, toMs }: AlignOptions, knownMs: number): Window {
  const from = lowerBound(candles.timeMs, Math.max(knownMs, fromMs ?? Number.NEGATIVE_INFINITY), candles.length);
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

function checkCoverage(tape: MarketTape, options: AlignOptions): void {
  const least = options.minCoverage ?? (options.range === TapeRange.intersection ? 0.5 : 0);
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
