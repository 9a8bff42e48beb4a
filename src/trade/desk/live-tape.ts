/**
 * @file The tape of a running session. A row begins with its open, when the bar before it is over, and is completed when its
 * bar is confirmed; nothing that was decided on is ever rewritten. A full one lets its oldest rows go.
 */
import { InvariantError } from "../../core/index.ts";
import { dropRows, growableTape, type MarketTape, writeCell, writeMark } from "../../market/index.ts";

/**
 * `[open, high, low, close, volume, funding, rate of the quote, value, age, ...]`; null where there is no bar. The rate is
 * there where the tape has rates, or alternative series behind it (then 1 where it has none). The last four are open, high,
 * low and close of the mark, where the tape has marks.
 */
export type TapeRow = readonly number[] | null;

/** Where a row's alternative values begin. */
const FIRST_JOINED = 7;
/** Values of every row, and those of its mark. */
const LEAST = 6;
const MARKS = 4;

/** A tape of some of the symbols, and where they begin. */
type Part = { readonly from: number; readonly live: LiveTape };

export class LiveTape {
  /** Columns stay where they are; `bars` counts the row that has only begun. */
  readonly tape: MarketTape;
  readonly #parts: Part[] = [];
  #begun = false;

  /** A copy of the history with room for `capacity` bars in all. */
  constructor(history: MarketTape, capacity: number) {
    this.tape = growableTape(history, Math.max(capacity, history.bars + 2));
  }

  /**
   * The symbols from `from` on as a tape of their own, which grows with this one. `history` is what it begins with: as many
   * rows, and columns that this tape need not have.
   */
  part(from: number, history: MarketTape): LiveTape {
    if (this.#begun || history.bars !== this.tape.bars) throw new InvariantError("a part begins with the same rows");
    const live = new LiveTape(history, this.tape.timeMs.length);
    this.#parts.push({ from, live });
    return live;
  }

  /** Whether the newest row has only begun. */
  get begun(): boolean {
    return this.#begun;
  }

  /** The newest bar that is complete. */
  get lastBar(): number {
    return this.tape.bars - (this.#begun ? 2 : 1);
  }

  get lastOpenMs(): number {
    return this.tape.timeMs[this.lastBar];
  }

  get full(): boolean {
    return this.tape.bars >= this.tape.timeMs.length;
  }

  /** Lets the oldest `rows` go, in its parts too: every other row has a lower number from now on. */
  drop(rows: number): void {
    dropRows(this.tape, rows);
    for (const { live } of this.#parts) live.drop(rows);
  }

  /** Begins the row: `prices[s]` is what the open is played at, null for a symbol that can't be traded there. */
  begin(
    openMs: number,
    prices: ReadonlyArray<number | null>,
    funding: readonly number[],
    due?: ReadonlyArray<readonly [atOpen: number, within: number]>,
    marks?: readonly number[],
  ): void {
    if (this.#begun) throw new InvariantError("a row is complete before the next begins");
    this.#append(openMs);
    const t = this.tape.bars - 1;
    for (let s = 0; s < this.tape.symbols; s++) {
      const price = prices[s];
      const mark = marks?.[s];
      this.#write(t, s, price === null ? null : [price, price, price, price, 0, funding[s]], funding[s]);
      writeMark(this.tape, t, s, mark === undefined ? undefined : [mark, mark, mark, mark]);
      this.#due(t * this.tape.symbols + s, due?.[s] ?? [funding[s], 0]);
    }
    this.#begun = true;
    for (const { from, live } of this.#parts) {
      const to = from + live.tape.symbols;
      live.begin(openMs, prices.slice(from, to), funding.slice(from, to), due?.slice(from, to), marks?.slice(from, to));
    }
  }

  /** Completes the row that has begun, or adds a whole one. */
  complete(openMs: number, rows: readonly TapeRow[]): void {
    const ran = this.#begun;
    if (!ran) this.#append(openMs);
    const t = this.tape.bars - 1;
    if (this.tape.timeMs[t] !== openMs) {
      throw new InvariantError(`the row of ${this.tape.timeMs[t]} is completed, was ${openMs}`);
    }
    for (let s = 0; s < this.tape.symbols; s++) {
      const cell = t * this.tape.symbols + s;
      const row = rows[s];
      this.#write(t, s, row, this.tape.funding[cell]);
      const hasMark = this.tape.markClose !== undefined && row !== null && row.length >= LEAST + MARKS;
      writeMark(this.tape, t, s, hasMark ? row.slice(-MARKS) : undefined);
      if (!ran) this.#due(cell, [row?.[5] ?? 0, 0]);
    }
    this.#begun = false;
    for (const { from, live } of this.#parts) live.complete(openMs, rows.slice(from, from + live.tape.symbols));
  }

  #due(cell: number, [atOpen, within]: readonly [number, number]): void {
    const { fundingAtOpen, fundingWithin } = this.tape;
    if (fundingAtOpen !== undefined) fundingAtOpen[cell] = atOpen;
    if (fundingWithin !== undefined) fundingWithin[cell] = within;
  }

  #append(openMs: number): void {
    const { tape } = this;
    if (this.full) throw new InvariantError(`a tape of ${tape.timeMs.length} bars has room`);
    if (tape.bars > 0 && openMs <= tape.timeMs[tape.bars - 1])
      throw new InvariantError("rows are added in their order");
    tape.timeMs[tape.bars] = openMs;
    tape.bars++;
  }

  #write(t: number, s: number, row: TapeRow, funding: number): void {
    const { tape } = this;
    const cell = t * tape.symbols + s;
    const carried = t === 0 ? 0 : tape.close[cell - tape.symbols];
    tape.open[cell] = row === null ? carried : row[0];
    tape.high[cell] = row === null ? carried : row[1];
    tape.low[cell] = row === null ? carried : row[2];
    tape.close[cell] = row === null ? carried : row[3];
    tape.volume[cell] = row === null ? 0 : row[4];
    tape.funding[cell] = row === null ? funding : row[5];
    tape.present[cell] = row === null ? 0 : 1;
    if (tape.rate !== undefined) tape.rate[cell] = row?.[6] ?? (t === 0 ? 0 : tape.rate[cell - tape.symbols]);
    if (tape.alternative !== undefined) writeCell(tape.alternative, cell, row ?? [], FIRST_JOINED);
  }
}
