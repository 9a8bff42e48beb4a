/**
 * @file Mean and variance of the last n values at constant cost and without cancellation. The window is a suffix of one
 * block of n values and a prefix of the next; the moments of the two parts are merged with the pairwise formula of Chan,
 * Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979. The variance of
 * equal values is exactly zero, and no value that has left the window leaves a trace.
 */

export class WindowMoments {
  readonly #period: number;
  /** Below the position: values of the block under way. From there on: suffix means of the block before. */
  readonly #means: Float64Array;
  /** Suffix sums of squared deviations of the block before. */
  readonly #squares: Float64Array;
  #position = 0;
  #prefixMean = 0;
  #prefixSquares = 0;
  /** Values in the window, at most the period. */
  count = 0;
  mean = 0;
  /** Sum of squared deviations from the mean. */
  squares = 0;

  constructor(period: number) {
    this.#period = period;
    this.#means = new Float64Array(period + 1);
    this.#squares = new Float64Array(period + 1);
  }

  get full(): boolean {
    return this.count === this.#period;
  }

  /** Population standard deviation. */
  deviation(): number {
    return this.count > 0 ? Math.sqrt(this.squares / this.count) : 0;
  }

  /** Deviations of the given value from the mean; 0 where all values are equal. */
  score(value: number): number {
    const deviation = this.deviation();
    return deviation > 0 ? (value - this.mean) / deviation : 0;
  }

  push(value: number): void {
    const means = this.#means;
    const squares = this.#squares;
    const position = this.#position;
    means[position] = value;
    const filled = position + 1;
    const step = value - this.#prefixMean;
    this.#prefixMean += step / filled;
    this.#prefixSquares += step * (value - this.#prefixMean);
    if (this.count < this.#period) this.count += 1;
    const rest = this.count - filled;
    if (rest === 0) {
      this.mean = this.#prefixMean;
      this.squares = this.#prefixSquares;
    } else {
      const gap = means[filled] - this.#prefixMean;
      this.mean = this.#prefixMean + (gap * rest) / this.count;
      this.squares = this.#prefixSquares + squares[filled] + (gap * gap * filled * rest) / this.count;
    }
    this.#position = filled === this.#period ? this.#turn() : filled;
  }

  /** Turns the finished block into suffix moments. */
  #turn(): number {
    let mean = 0;
    let sum = 0;
    for (let i = this.#period - 1, n = 1; i >= 0; i--, n++) {
      const value = this.#means[i];
      const step = value - mean;
      mean += step / n;
      sum += step * (value - mean);
      this.#means[i] = mean;
      this.#squares[i] = sum;
    }
    this.#prefixMean = 0;
    this.#prefixSquares = 0;
    return 0;
  }
}
