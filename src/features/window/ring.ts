/** @file The last values of a series by age. */

export class Ring {
  readonly #cells: Float64Array;
  #next = 0;
  /** Values held, at most the capacity. */
  count = 0;

  constructor(capacity: number) {
    this.#cells = new Float64Array(capacity);
  }

  get full(): boolean {
    return this.count === this.#cells.length;
  }

  push(value: number): void {
    this.#cells[this.#next] = value;
    this.#next = this.#next + 1 === this.#cells.length ? 0 : this.#next + 1;
    if (this.count < this.#cells.length) this.count += 1;
  }

  /** The value pushed `age` pushes before the newest (0 is the newest). The age is below the count. */
  at(age: number): number {
    const i = this.#next - 1 - age;
    return this.#cells[i < 0 ? i + this.#cells.length : i];
  }

  /** The oldest value held. */
  oldest(): number {
    return this.at(this.count - 1);
  }
}
