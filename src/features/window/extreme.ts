/**
 * @file Highest or lowest of the last n values with its age, at constant amortised cost: a queue of candidates in falling
 * order (Lemire, "Streaming maximum-minimum filter using no more than three comparisons per element", 2006). Of equal
 * values the newest counts.
 */

export class WindowExtreme {
  readonly #period: number;
  readonly #sign: number;
  readonly #values: Float64Array;
  readonly #stamps: Float64Array;
  #head = 0;
  #length = 0;
  #time = -1;
  /** Highest (or lowest) value in the window. */
  value = 0;
  /** Pushes since that value: 0 where the newest is the extreme. */
  age = 0;

  /** `sign` is 1 for the highest value, -1 for the lowest. */
  constructor(period: number, sign: 1 | -1) {
    this.#period = period;
    this.#sign = sign;
    this.#values = new Float64Array(period);
    this.#stamps = new Float64Array(period);
  }

  push(value: number): void {
    const signed = value * this.#sign;
    const values = this.#values;
    const period = this.#period;
    this.#time += 1;
    if (this.#length > 0 && this.#stamps[this.#head] <= this.#time - period) {
      this.#head = this.#head + 1 === period ? 0 : this.#head + 1;
      this.#length -= 1;
    }
    let tail = this.#head + this.#length - 1;
    if (tail >= period) tail -= period;
    while (this.#length > 0 && values[tail] <= signed) {
      this.#length -= 1;
      tail = tail === 0 ? period - 1 : tail - 1;
    }
    tail = this.#head + this.#length;
    if (tail >= period) tail -= period;
    values[tail] = signed;
    this.#stamps[tail] = this.#time;
    this.#length += 1;
    this.value = values[this.#head] * this.#sign;
    this.age = this.#time - this.#stamps[this.#head];
  }
}
