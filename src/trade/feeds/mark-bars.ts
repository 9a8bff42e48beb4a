/**
 * @file Bars of the mark price, made of what a stream of tickers tells. A bar counts only where the mark was followed through
 * all of it: one that began before the stream did, or in which it broke off, has to be asked for.
 */
import { barOpen } from "../../core/index.ts";
import type { CandleRow } from "../../market/index.ts";

type Making = {
  readonly openMs: number;
  readonly open: number;
  high: number;
  low: number;
  close: number;
  /** Whether the mark was known when the bar opened. */
  readonly whole: boolean;
};

export class MarkBars {
  readonly #barMs: number;
  readonly #making = new Map<string, Making>();
  /** The bar before the one that is being made, where it is whole. */
  readonly #made = new Map<string, Making>();

  constructor(barMs: number) {
    this.#barMs = barMs;
  }

  /** Takes the mark of a symbol at an instant. One of a bar that is over already changes nothing. */
  see(symbol: string, mark: number, timeMs: number): void {
    const openMs = barOpen(timeMs, this.#barMs);
    const before = this.#making.get(symbol);
    if (before !== undefined && openMs < before.openMs) return;
    if (before?.openMs === openMs) {
      before.high = Math.max(before.high, mark);
      before.low = Math.min(before.low, mark);
      before.close = mark;
      return;
    }
    const follows = before !== undefined && before.openMs + this.#barMs === openMs;
    // What the mark was when the bar opened is what it was last.
    const open = follows ? before.close : mark;
    this.#making.set(symbol, {
      openMs,
      open,
      high: Math.max(open, mark),
      low: Math.min(open, mark),
      close: mark,
      whole: follows,
    });
    if (follows && before.whole) this.#made.set(symbol, before);
    else this.#made.delete(symbol);
  }

  /** The stream broke off: nothing is known of the mark from here on. */
  forget(): void {
    this.#making.clear();
    this.#made.clear();
  }

  /** The mark of a bar that is over, `[openMs, open, high, low, close, 0]`; undefined where it was not followed through it. */
  bar(symbol: string, openMs: number): CandleRow | undefined {
    const made = [this.#made.get(symbol), this.#making.get(symbol)].find((one) => one?.openMs === openMs);
    return made?.whole === true ? [openMs, made.open, made.high, made.low, made.close, 0] : undefined;
  }
}
