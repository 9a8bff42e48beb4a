/** @file Percentile rank of the newest value among the last n. */

/** Values nearer than this share are equal: they differ by rounding only. */
const TIE = 1e-9;

export class WindowRank {
  readonly #cells: Float64Array;
  #next = 0;
  #count = 0;
  /** Share of the other values in the window that are below the newest, ties counted half; 0.5 while it is alone. */
  value = 0.5;

  constructor(period: number) {
    this.#cells = new Float64Array(period);
  }

  /** Costs n operations. */
  push(value: number): void {
    const cells = this.#cells;
    cells[this.#next] = value;
    this.#next = this.#next + 1 === cells.length ? 0 : this.#next + 1;
    if (this.#count < cells.length) this.#count += 1;
    const tolerance = TIE * Math.abs(value);
    let below = 0;
    let equal = 0;
    for (let i = 0; i < this.#count; i++) {
      if (cells[i] < value - tolerance) below += 1;
      else if (cells[i] <= value + tolerance) equal += 1;
    }
    // The newest value itself is one of the equal ones.
    this.value = this.#count > 1 ? (below + 0.5 * (equal - 1)) / (this.#count - 1) : 0.5;
  }
}
