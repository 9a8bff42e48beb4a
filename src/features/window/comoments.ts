/**
 * @file Correlation and regression slope of the last n pairs at constant cost and without cancellation: the block
 * decomposition and pairwise merging of the one-dimensional moments, extended by the co-moment (Chan, Golub and LeVeque
 * 1979; Pebay, "Formulas for robust, one-pass parallel computation of covariances", 2008).
 */

const FIELDS = 5;
const MEAN_X = 0;
const MEAN_Y = 1;
const XX = 2;
const YY = 3;
const XY = 4;

export class WindowComoments {
  readonly #period: number;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  /** Suffix moments of the block before, five numbers a position. */
  readonly #suffix: Float64Array;
  /** Moments of the block under way. */
  readonly #prefix = new Float64Array(FIELDS);
  #position = 0;
  /** Pairs in the window, at most the period. */
  count = 0;
  xx = 0;
  yy = 0;
  xy = 0;

  constructor(period: number) {
    this.#period = period;
    this.#x = new Float64Array(period);
    this.#y = new Float64Array(period);
    this.#suffix = new Float64Array((period + 1) * FIELDS);
  }

  /** Pearson's correlation in [-1, 1]; 0 where one side is constant. */
  correlation(): number {
    const scale = Math.sqrt(this.xx) * Math.sqrt(this.yy);
    return scale > 0 ? Math.max(-1, Math.min(1, this.xy / scale)) : 0;
  }

  /** Slope of y on x; 0 where x is constant. */
  slope(): number {
    return this.xx > 0 ? this.xy / this.xx : 0;
  }

  push(x: number, y: number): void {
    const position = this.#position;
    this.#x[position] = x;
    this.#y[position] = y;
    const filled = position + 1;
    add(this.#prefix, 0, x, y, filled);
    if (this.count < this.#period) this.count += 1;
    this.#merge(filled, this.count - filled);
    if (filled < this.#period) {
      this.#position = filled;
      return;
    }
    this.#prefix.fill(0);
    for (let i = this.#period - 1, n = 1; i >= 0; i--, n++) {
      this.#suffix.copyWithin(i * FIELDS, (i + 1) * FIELDS, (i + 2) * FIELDS);
      add(this.#suffix, i * FIELDS, this.#x[i], this.#y[i], n);
    }
    this.#position = 0;
  }

  #merge(filled: number, rest: number): void {
    const p = this.#prefix;
    if (rest === 0) {
      this.xx = p[XX];
      this.yy = p[YY];
      this.xy = p[XY];
      return;
    }
    const s = this.#suffix;
    const at = filled * FIELDS;
    const gapX = s[at + MEAN_X] - p[MEAN_X];
    const gapY = s[at + MEAN_Y] - p[MEAN_Y];
    const weight = (filled * rest) / this.count;
    this.xx = p[XX] + s[at + XX] + gapX * gapX * weight;
    this.yy = p[YY] + s[at + YY] + gapY * gapY * weight;
    this.xy = p[XY] + s[at + XY] + gapX * gapY * weight;
  }
}

/** Adds the n-th pair to the moments at `at`. */
function add(moments: Float64Array, at: number, x: number, y: number, n: number): void {
  const stepX = x - moments[at + MEAN_X];
  const stepY = y - moments[at + MEAN_Y];
  moments[at + MEAN_X] += stepX / n;
  moments[at + MEAN_Y] += stepY / n;
  const restX = x - moments[at + MEAN_X];
  const restY = y - moments[at + MEAN_Y];
  moments[at + XX] += stepX * restX;
  moments[at + YY] += stepY * restY;
  moments[at + XY] += stepX * restY;
}
