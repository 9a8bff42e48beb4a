/** @file The record of why: sizing steps and verdicts of every decision, as growing columns. */
import type { Direction } from "../core/index.ts";

/** Receives one decision a symbol and bar, in the order of the symbols' names. */
export type DecisionRecorder = {
  /**
   * @param schemeNotional what the sizing scheme allows for size 1, quote currency
   * @param allowedNotional size times that, after the limits
   * @param heldLots signed lots before
   * @param targetLots signed lots wanted from the next open on
   * @param sent whether an order went out
   * @param verdicts Verdict bits
   */
  decided(
    account: number,
    bar: number,
    symbol: number,
    direction: number,
    size: number,
    schemeNotional: number,
    allowedNotional: number,
    heldLots: number,
    targetLots: number,
    sent: boolean,
    verdicts: number,
  ): void;
};

export type DecisionRow = {
  readonly account: number;
  readonly bar: number;
  readonly symbol: number;
  readonly direction: Direction;
  readonly size: number;
  readonly schemeNotional: number;
  readonly allowedNotional: number;
  readonly heldLots: number;
  readonly targetLots: number;
  readonly sent: boolean;
  readonly verdicts: number;
};

const WIDTH = 11;

/** Keeps every decision. 88 bytes each. */
export class DecisionLog implements DecisionRecorder {
  count = 0;
  #values = new Float64Array(256 * WIDTH);

  decided(
    account: number,
    bar: number,
    symbol: number,
    direction: number,
    size: number,
    schemeNotional: number,
    allowedNotional: number,
    heldLots: number,
    targetLots: number,
    sent: boolean,
    verdicts: number,
  ): void {
    const at = this.count++ * WIDTH;
    if (at === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    const values = this.#values;
    values[at] = account;
    values[at + 1] = bar;
    values[at + 2] = symbol;
    values[at + 3] = direction;
    values[at + 4] = size;
    values[at + 5] = schemeNotional;
    values[at + 6] = allowedNotional;
    values[at + 7] = heldLots;
    values[at + 8] = targetLots;
    values[at + 9] = sent ? 1 : 0;
    values[at + 10] = verdicts;
  }

  row(index: number): DecisionRow {
    const at = index * WIDTH;
    const values = this.#values;
    return {
      account: values[at],
      bar: values[at + 1],
      symbol: values[at + 2],
      direction: values[at + 3] as Direction,
      size: values[at + 4],
      schemeNotional: values[at + 5],
      allowedNotional: values[at + 6],
      heldLots: values[at + 7],
      targetLots: values[at + 8],
      sent: values[at + 9] === 1,
      verdicts: values[at + 10],
    };
  }

  clear(): void {
    this.count = 0;
  }
}
