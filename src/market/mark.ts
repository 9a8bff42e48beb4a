/**
 * @file Mark prices: what a venue values positions on margin by, so that one wild trade liquidates nobody. A tape has them
 * as four columns or not at all. Where the mark of a bar is not known, the bar's own prices stand for it; a symbol without
 * a bar carries its last mark, as it carries its last close.
 */
import { isMargined } from "../core/index.ts";
import { type Candles, createCandles, lowerBound, type SymbolHistory } from "./candles.ts";
import { column, type MarketTape } from "./tape.ts";

/** Prices by which positions are valued, `[T*S]` each. */
export type MarkColumns = {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
};

const PAIRS = [
  ["markOpen", "open"],
  ["markHigh", "high"],
  ["markLow", "low"],
  ["markClose", "close"],
] as const;

export const MARK_COLUMNS = PAIRS.map(([mark]) => mark);

type Marks = Pick<MarketTape, (typeof PAIRS)[number][0]>;

/** The tape's mark prices; its own prices where it has none. */
export function markColumns({
  open,
  high,
  low,
  close,
  markOpen,
  markHigh,
  markLow,
  markClose,
}: MarketTape): MarkColumns {
  return { open: markOpen ?? open, high: markHigh ?? high, low: markLow ?? low, close: markClose ?? close };
}

/** Empty columns for `cells` cells. */
export function emptyMarks(cells: number): Marks {
  return Object.fromEntries(PAIRS.map(([mark]) => [mark, column(cells)]));
}

/** The same columns changed each, where the tape has them. */
export function mapMarks(tape: MarketTape, change: (own: Float64Array) => Float64Array): Marks {
  return Object.fromEntries(
    PAIRS.flatMap(([name]) => {
      const own = tape[name];
      return own === undefined ? [] : [[name, change(own)]];
    }),
  );
}

/**
 * Writes the mark of symbol `s` in bar `t`, whose own prices are written already; nothing on a tape without marks.
 * @param values open, high, low and close of the mark from `at` on; undefined where it is not known
 * @param before the last mark before the tape
 */
export function writeMark(
  tape: MarketTape,
  t: number,
  s: number,
  values?: ArrayLike<number>,
  { at = 0, before = 0 } = {},
): void {
  if (tape.markClose === undefined) return;
  const cell = t * tape.symbols + s;
  const carried = t === 0 ? before : tape.markClose[cell - tape.symbols];
  const isAbsent = tape.present[cell] === 0;
  for (let p = 0; p < PAIRS.length; p++) {
    const [mark, own] = PAIRS[p];
    const to = tape[mark];
    if (to !== undefined) to[cell] = isAbsent ? carried : (values?.[at + p] ?? tape[own][cell]);
  }
}

/** Open, high, low and close of the mark in a cell; none on a tape without marks. */
export function readMark(tape: MarketTape, cell: number): number[] {
  return PAIRS.flatMap(([name]) => tape[name]?.[cell] ?? []);
}

/** The mark prices of a contract on margin; none of what is held outright, which can't be liquidated. */
export function knownMarks({ instrument, mark }: SymbolHistory): Candles {
  return mark !== undefined && isMargined(instrument.kind) ? mark : createCandles(0);
}

/** Fills the marks of symbol `s` from its mark candles. Returns the open times of the bars whose mark is known. */
export function fillMarks(tape: MarketTape, s: number, mark: Candles): Float64Array {
  const known = new Float64Array(tape.bars);
  const values = new Float64Array(PAIRS.length);
  let count = 0;
  let i = 0;
  for (let t = 0; t < tape.bars; t++) {
    const timeMs = tape.timeMs[t];
    while (i < mark.length && mark.timeMs[i] < timeMs) i++;
    const isKnown = i < mark.length && mark.timeMs[i] === timeMs;
    if (isKnown) for (let p = 0; p < PAIRS.length; p++) values[p] = mark[PAIRS[p][1]][i];
    writeMark(tape, t, s, isKnown ? values : undefined);
    if (isKnown && tape.present[t * tape.symbols + s] === 1) known[count++] = timeMs;
  }
  return known.slice(0, count);
}

/** A cell of a changed copy keeps the share by which the mark stood off the price in cell `i` of the original. */
export function keepBasis(tape: MarketTape, i: number, copy: MarketTape, o: number): void {
  if (tape.markClose === undefined) return;
  for (const [mark, own] of PAIRS) {
    const from = tape[mark];
    const to = copy[mark];
    if (from === undefined || to === undefined) continue;
    const price = tape[own][i];
    to[o] = price > 0 ? (from[i] * copy[own][o]) / price : copy[own][o];
  }
}

/** The changed copy with marks of its own that keep their basis in every cell. */
export function withBasis(tape: MarketTape, copy: MarketTape): MarketTape {
  if (tape.markClose === undefined) return copy;
  const own = { ...copy, ...emptyMarks(copy.bars * copy.symbols) };
  for (let cell = 0; cell < copy.bars * copy.symbols; cell++) keepBasis(tape, cell, own, cell);
  return own;
}

/** The tape with its first `count` symbols at their own prices alone. */
export function withoutMarks(tape: MarketTape, count: number): MarketTape {
  const { markOpen: _open, markHigh: _high, markLow: _low, markClose: _close, markTimes: _times, ...plain } = tape;
  if (tape.markClose === undefined || count >= tape.symbols) return plain;
  const own = Object.fromEntries(
    PAIRS.map(([mark, price]) => [
      mark,
      tape[mark]?.map((value, cell) => (cell % tape.symbols < count ? tape[price][cell] : value)),
    ]),
  );
  return { ...tape, ...own };
}

/** Share of a contract's bars whose mark is known, by symbol; none for what is held outright and on a tape without marks. */
function markCoverage(tape: MarketTape): Array<{ readonly symbol: string; readonly share: number }> {
  const { markTimes, symbols, bars, timeMs } = tape;
  if (tape.markClose === undefined || markTimes === undefined) return [];
  return tape.instruments.flatMap((instrument, s) => {
    if (!isMargined(instrument.kind)) return [];
    let present = 0;
    for (let t = 0; t < bars; t++) present += tape.present[t * symbols + s];
    const times = markTimes[s] ?? new Float64Array(0);
    const known = lowerBound(times, timeMs[bars - 1] + 1) - lowerBound(times, timeMs[0]);
    return [{ symbol: instrument.symbol, share: present === 0 ? 0 : known / present }];
  });
}

/** What a reader of a report wants to know of the marks, one sentence; none on a tape without them. */
export function markNotes(tape: MarketTape): string[] {
  const coverage = markCoverage(tape);
  if (coverage.length === 0) return [];
  const told = coverage.map(({ symbol, share }) => `${symbol} in ${percent(share)} of its bars`).join(", ");
  const isWhole = coverage.every(({ share }) => share === 1);
  return [
    `Margin, liquidation, funding and unrealised profit go by the mark price: ${told}${isWhole ? "." : "; by the last price in the others."}`,
  ];
}

/** Never rounded up to the whole. */
function percent(share: number): string {
  return share === 1 ? "100 %" : `${(Math.floor(1000 * share) / 10).toFixed(1)} %`;
}
