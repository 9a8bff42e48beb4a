/**
 * @file Sum and mean of the last n values at constant cost, without ever subtracting: the window is a suffix of one block
 * of n values and a prefix of the next, and both are plain sums (the block decomposition of van Herk, "A fast algorithm
 * for local minimum and maximum filters", 1992, applied to addition). A running add-and-subtract sum would keep the
 * rounding of every value it ever saw; this one depends on the values inside the window only.
 */

export class WindowSum {
  /** Below the position: values of the block under way. Above it: suffix sums of the block before. */
  readonly #cells: Float64Array;
  readonly #period: number;
  #position = 0;
  #prefix = 0;
  /** Values in the window, at most the period. */
  count = 0;
  sum = 0;
  mean = 0;

  constructor(period: number) {
    this.#period = period;
    this.#cells = new Float64Array(period + 1);
  }

  get full(): boolean {
    return this.count === this.#period;
  }

  push(value: number): void {
    const cells = this.#cells;
    const position = this.#position;
    cells[position] = value;
    this.#prefix += value;
    this.sum = this.#prefix + cells[position + 1];
    if (this.count < this.#period) this.count += 1;
    this.mean = this.sum / this.count;
    if (position + 1 < this.#period) {
      this.#position = position + 1;
      return;
    }
    let suffix = 0;
    for (let i = position; i >= 0; i--) {
      suffix += cells[i];
      cells[i] = suffix;
    }
    this.#position = 0;
    this.#prefix = 0;
  }
}
