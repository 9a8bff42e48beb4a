/** @file Cutting a tape into ranges and growing one bar by bar. */
import { invariant } from "../core/index.ts";
import { mapColumns, missingColumns, writeCell } from "./alternative/columns.ts";
import type { CandleRow } from "./candles.ts";
import { sealTape } from "./fingerprint.ts";
import { writeMark } from "./mark.ts";
import { column, createTape, type MarketTape, OPTIONAL_COLUMNS } from "./tape.ts";

/** Bars `from` (inclusive) to `to` (exclusive) of a tape, as views of the same memory, with a fingerprint of their own. */
export function sliceTape(tape: MarketTape, from: number, to: number): MarketTape {
  invariant(
    Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= tape.bars,
    `bars ${from} to ${to} lie within the tape's ${tape.bars}`,
  );
  const first = from * tape.symbols;
  const last = to * tape.symbols;
  return sealTape({
    ...tape,
    bars: to - from,
    timeMs: tape.timeMs.subarray(from, to),
    open: tape.open.subarray(first, last),
    high: tape.high.subarray(first, last),
    low: tape.low.subarray(first, last),
    close: tape.close.subarray(first, last),
    volume: tape.volume.subarray(first, last),
    funding: tape.funding.subarray(first, last),
    present: tape.present.subarray(first, last),
    ...optionalColumns(tape, first, last),
  });
}

/** The optional columns that the tape has, cells `first` to `last`, as views. */
function optionalColumns(tape: MarketTape, first: number, last: number): Partial<MarketTape> {
  const { alternative } = tape;
  return {
    ...Object.fromEntries(
      OPTIONAL_COLUMNS.flatMap((name) => {
        const own = tape[name];
        return own === undefined ? [] : [[name, own.subarray(first, last)]];
      }),
    ),
    ...(alternative === undefined ? {} : { alternative: mapColumns(alternative, (own) => own.subarray(first, last)) }),
  };
}

/**
 * A new tape of the rows of `tape` from `from` on and, after them, those of `next`, which has the same symbols and columns
 * and begins later. It has no fingerprint.
 */
export function joinTapes(tape: MarketTape, from: number, next: MarketTape): MarketTape {
  const kept = tape.bars - from;
  invariant(kept >= 0 && tape.symbols === next.symbols, "a tape goes on with the same symbols");
  invariant(kept === 0 || next.bars === 0 || next.timeMs[0] > tape.timeMs[tape.bars - 1], "it goes on later");
  const bars = kept + next.bars;
  const S = tape.symbols;
  const { alternative } = next;
  const joined = {
    ...createTape(next.instruments, next.timeframe, bars, next.currency),
    ...Object.fromEntries(
      OPTIONAL_COLUMNS.filter((name) => next[name] !== undefined).map((name) => [name, column(bars * S)]),
    ),
    ...(alternative === undefined
      ? {}
      : {
          alternative: mapColumns(alternative, (own, kind, k) => {
            const whole = column(bars * S);
            whole.set(tape.alternative?.[kind][k].subarray(from * S, tape.bars * S) ?? []);
            whole.set(own.subarray(0, next.bars * S), kept * S);
            return whole;
          }),
        }),
  };
  joined.bars = bars;
  joined.timeMs.set(tape.timeMs.subarray(from, tape.bars));
  joined.timeMs.set(next.timeMs.subarray(0, next.bars), kept);
  for (const name of [...COLUMNS, ...OPTIONAL_COLUMNS]) {
    const own = next[name];
    if (own === undefined) continue;
    joined[name]?.set(tape[name]?.subarray(from * S, tape.bars * S) ?? []);
    joined[name]?.set(own.subarray(0, next.bars * S), kept * S);
  }
  return joined;
}

/** Symbols `from` to `from + count` of a tape, in new columns, without a fingerprint. */
export function tapePart(tape: MarketTape, from: number, count: number): MarketTape {
  const S = tape.symbols;
  invariant(from >= 0 && count > 0 && from + count <= S, `symbols ${from} to ${from + count} are among ${S}`);
  const cut = (own: Float64Array): Float64Array => {
    const made = column(tape.bars * count);
    for (let t = 0; t < tape.bars; t++) made.set(own.subarray(t * S + from, t * S + from + count), t * count);
    return made;
  };
  const { alternative, fundingStamps, markTimes } = tape;
  const part: MarketTape = {
    ...createTape(tape.instruments.slice(from, from + count), tape.timeframe, tape.bars, tape.currency),
    ...Object.fromEntries(
      OPTIONAL_COLUMNS.flatMap((name) => {
        const own = tape[name];
        return own === undefined ? [] : [[name, cut(own)]];
      }),
    ),
    ...(fundingStamps === undefined ? {} : { fundingStamps: fundingStamps.slice(from, from + count) }),
    ...(markTimes === undefined ? {} : { markTimes: markTimes.slice(from, from + count) }),
    ...(alternative === undefined ? {} : { alternative: mapColumns(alternative, cut) }),
  };
  part.bars = tape.bars;
  part.timeMs.set(tape.timeMs.subarray(0, tape.bars));
  for (const name of COLUMNS) {
    for (let t = 0; t < tape.bars; t++) {
      part[name].set(tape[name].subarray(t * S + from, t * S + from + count), t * count);
    }
  }
  return part;
}

/**
 * Tapes of the same rows as one, its symbols one after the other, in new columns; alternative series stay behind. All keep
 * their accounts in one currency and have the same optional columns.
 */
export function tapesBeside(tapes: readonly MarketTape[]): MarketTape {
  const [first] = tapes;
  invariant(
    tapes.every(
      (own) => own.bars === first.bars && own.timeframe === first.timeframe && own.currency === first.currency,
    ),
    "tapes that stand side by side have the same rows and one currency",
  );
  const instruments = tapes.flatMap((own) => own.instruments);
  const S = instruments.length;
  const beside = {
    ...createTape(instruments, first.timeframe, first.bars, first.currency),
    ...Object.fromEntries(
      OPTIONAL_COLUMNS.filter((name) => first[name] !== undefined).map((name) => [name, column(first.bars * S)]),
    ),
  };
  beside.bars = first.bars;
  beside.timeMs.set(first.timeMs.subarray(0, first.bars));
  let at = 0;
  for (const own of tapes) {
    for (const name of [...COLUMNS, ...OPTIONAL_COLUMNS]) {
      for (let t = 0; t < own.bars; t++) {
        const cells = own[name]?.subarray(t * own.symbols, (t + 1) * own.symbols);
        if (cells !== undefined) beside[name]?.set(cells, t * S + at);
      }
    }
    at += own.symbols;
  }
  return beside;
}

const COLUMNS = ["open", "high", "low", "close", "volume", "funding", "present"] as const;

/** A copy of the tape's bars in new columns with room for `capacity` bars, to be grown by `appendBar`. */
export function growableTape(tape: MarketTape, capacity: number): MarketTape {
  invariant(capacity >= tape.bars, `a capacity of ${capacity} holds the tape's ${tape.bars} bars`);
  const { alternative } = tape;
  const grown: MarketTape = {
    ...createTape(tape.instruments, tape.timeframe, capacity, tape.currency),
    ...Object.fromEntries(
      OPTIONAL_COLUMNS.filter((name) => tape[name] !== undefined).map((name) => [
        name,
        column(capacity * tape.symbols),
      ]),
    ),
    ...(alternative === undefined
      ? {}
      : { alternative: missingColumns(alternative.series, capacity * tape.symbols, column) }),
  };
  const cells = tape.bars * tape.symbols;
  grown.bars = tape.bars;
  grown.timeMs.set(tape.timeMs.subarray(0, tape.bars));
  for (const name of ["open", "high", "low", "close", "volume", "funding"] as const) {
    grown[name].set(tape[name].subarray(0, cells));
  }
  grown.present.set(tape.present.subarray(0, cells));
  for (const name of OPTIONAL_COLUMNS) {
    const own = tape[name];
    if (own !== undefined) grown[name]?.set(own.subarray(0, cells));
  }
  for (const [k, own] of (alternative?.value ?? []).entries()) grown.alternative?.value[k].set(own.subarray(0, cells));
  for (const [k, own] of (alternative?.age ?? []).entries()) grown.alternative?.age[k].set(own.subarray(0, cells));
  return grown;
}

/**
 * Drops the oldest `rows` rows of a growing tape: the others move down in the same columns, so that whoever holds one holds
 * the moved one, and counts its rows anew.
 */
export function dropRows(tape: MarketTape, rows: number): void {
  invariant(tape.fingerprint === "", "only a tape without a fingerprint is moved");
  invariant(Number.isInteger(rows) && rows >= 0 && rows < tape.bars, `${rows} rows of ${tape.bars} can be dropped`);
  const [from, to] = [rows * tape.symbols, tape.bars * tape.symbols];
  tape.timeMs.copyWithin(0, rows, tape.bars);
  for (const name of [...COLUMNS, ...OPTIONAL_COLUMNS]) tape[name]?.copyWithin(0, from, to);
  for (const own of [...(tape.alternative?.value ?? []), ...(tape.alternative?.age ?? [])]) own.copyWithin(0, from, to);
  tape.bars -= rows;
}

/**
 * Adds one finished bar to a growing tape. `rows[s]` is symbol `s`'s bar, or undefined where it has none: it then
 * carries its last close, and its last mark. `fundingRates[s]` is the sum of the rates stamped after the bar before and up to this bar's
 * open. `rates[s]` is what one of the symbol's quote is worth at the bar's close, on a tape of several quotes; without it
 * the last one holds. `alternative[s]` is `[value, age, ...]` of the tape's series at the close; without it they are
 * missing in this bar. `marks[s]` is open, high, low and close of the mark, on a tape that has marks; without it the bar's
 * own prices stand for it. The tape must have room left.
 */
export function appendBar(
  tape: MarketTape,
  timeMs: number,
  rows: ReadonlyArray<CandleRow | undefined>,
  fundingRates?: ArrayLike<number>,
  rates?: ArrayLike<number>,
  alternative?: ReadonlyArray<ArrayLike<number> | undefined>,
  marks?: ReadonlyArray<ArrayLike<number> | undefined>,
): void {
  const t = tape.bars;
  invariant(tape.fingerprint === "", "only a tape without a fingerprint grows");
  invariant(rows.length === tape.symbols, `a bar has ${tape.symbols} symbols`);
  invariant(t < tape.timeMs.length, `the tape's ${tape.timeMs.length} bars leave room for another`);
  invariant(t === 0 || timeMs > tape.timeMs[t - 1], "bars are appended in the order of time");
  tape.timeMs[t] = timeMs;
  for (let s = 0; s < tape.symbols; s++) {
    const cell = t * tape.symbols + s;
    const row = rows[s];
    const carried = t === 0 ? 0 : tape.close[cell - tape.symbols];
    invariant(row === undefined || row[0] === timeMs, `the row opens at ${timeMs}`, tape.instruments[s].symbol);
    tape.open[cell] = row === undefined ? carried : row[1];
    tape.high[cell] = row === undefined ? carried : row[2];
    tape.low[cell] = row === undefined ? carried : row[3];
    tape.close[cell] = row === undefined ? carried : row[4];
    tape.volume[cell] = row === undefined ? 0 : row[5];
    tape.present[cell] = row === undefined ? 0 : 1;
    tape.funding[cell] = fundingRates?.[s] ?? 0;
    if (tape.fundingAtOpen !== undefined) tape.fundingAtOpen[cell] = tape.funding[cell];
    if (tape.rate !== undefined) tape.rate[cell] = rates?.[s] ?? (t === 0 ? 0 : tape.rate[cell - tape.symbols]);
    writeMark(tape, t, s, marks?.[s]);
    if (tape.alternative !== undefined)
      writeCell(tape.alternative, cell, (row === undefined ? undefined : alternative?.[s]) ?? []);
  }
  tape.bars = t + 1;
}
