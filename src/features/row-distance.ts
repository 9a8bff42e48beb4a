/** @file How far a row of features lies from the rows of the training, and what that allows. */
import { invariant, TidemarkError } from "../core/index.ts";

/** Share of the covariance that is pulled towards equal variances without correlation. */
const SHRINKAGE = 0.1;

/** A distance as JSON. */
export type DistanceData = {
  /** `[d]` */
  readonly mean: readonly number[];
  /** Lower triangle of Cholesky's decomposition, row by row. */
  readonly root: readonly number[];
};

/** Squared Mahalanobis distance with the covariance (n - 1) shrunk to (1 - s) S + s trace(S) / d I. */
export class MahalanobisDistance {
  readonly #mean: Float64Array;
  /** Lower triangle of Cholesky's decomposition. */
  readonly #root: Float64Array;
  readonly #z: Float64Array;

  private constructor(mean: Float64Array, root: Float64Array) {
    this.#mean = mean;
    this.#root = root;
    this.#z = new Float64Array(mean.length);
  }

  /** @param rows `[n*d]`. Throws DATA_TOO_SHORT below two rows and where nothing varies. */
  static ofRows(rows: ArrayLike<number>, width: number, shrinkage = SHRINKAGE): MahalanobisDistance {
    const n = rows.length / width;
    if (!(n >= 2)) throw tooFew(n);
    const mean = new Float64Array(width);
    for (let i = 0; i < rows.length; i++) mean[i % width] += rows[i] / n;
    const covariance = new Float64Array(width * width);
    for (let r = 0; r < n; r++) {
      for (let j = 0; j < width; j++) {
        const a = rows[r * width + j] - mean[j];
        for (let k = 0; k <= j; k++) covariance[j * width + k] += (a * (rows[r * width + k] - mean[k])) / (n - 1);
      }
    }
    return MahalanobisDistance.ofMoments(mean, covariance, shrinkage);
  }

  /**
   * @param mean `[d]`
   * @param covariance `[d*d]`, its lower triangle; overwritten
   * Throws DATA_TOO_SHORT where nothing varies.
   */
  static ofMoments(mean: Float64Array, covariance: Float64Array, shrinkage = SHRINKAGE): MahalanobisDistance {
    const width = mean.length;
    let trace = 0;
    for (let j = 0; j < width; j++) trace += covariance[j * width + j];
    for (let i = 0; i < covariance.length; i++) covariance[i] *= 1 - shrinkage;
    for (let j = 0; j < width; j++) covariance[j * width + j] += (shrinkage * trace) / width;
    return new MahalanobisDistance(mean, decomposed(covariance, width));
  }

  static of({ mean, root }: DistanceData): MahalanobisDistance {
    const d = mean.length;
    invariant(root.length === (d * (d + 1)) / 2, "a distance has a triangle as wide as its mean");
    const whole = new Float64Array(d * d);
    for (let j = 0; j < d; j++) whole.set(root.slice((j * (j + 1)) / 2, (j * (j + 1)) / 2 + j + 1), j * d);
    return new MahalanobisDistance(Float64Array.from(mean), whole);
  }

  get data(): DistanceData {
    const d = this.#mean.length;
    const root = Array.from({ length: d }, (_, j) => [...this.#root.subarray(j * d, j * d + j + 1)]).flat();
    return { mean: [...this.#mean], root };
  }

  /** Of the row that begins at `at`. */
  squared(x: ArrayLike<number>, at = 0): number {
    const d = this.#mean.length;
    let sum = 0;
    for (let j = 0; j < d; j++) {
      let value = x[at + j] - this.#mean[j];
      for (let k = 0; k < j; k++) value -= this.#root[j * d + k] * this.#z[k];
      this.#z[j] = value / this.#root[j * d + j];
      sum += this.#z[j] ** 2;
    }
    return sum;
  }
}

function decomposed(a: Float64Array, n: number): Float64Array {
  for (let j = 0; j < n; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = a[j * n + k];
      for (let i = 0; i < k; i++) sum -= a[j * n + i] * a[k * n + i];
      if (j === k) {
        if (!(sum > 0)) throw tooFew(0);
        a[j * n + j] = Math.sqrt(sum);
      } else a[j * n + k] = sum / a[k * n + k];
    }
  }
  return a;
}

function tooFew(rows: number): TidemarkError {
  return new TidemarkError("DATA_TOO_SHORT", {
    what: "The training's rows don't vary enough to measure distances by",
    where: `${rows} rows`,
    fix: "Give a longer training range or fewer features.",
  });
}

export const RowVerdict = { open: 0, half: 1, closed: 2 } as const;
export type RowVerdict = (typeof RowVerdict)[keyof typeof RowVerdict];

/** Limits as JSON. */
export type RowLimitsData = DistanceData & { readonly half: number; readonly closed: number };

/** Squared distances beyond which a position is halved, and none is opened. */
export class RowLimits {
  readonly half: number;
  readonly closed: number;
  readonly #distance: MahalanobisDistance;

  constructor(distance: MahalanobisDistance, half: number, closed: number) {
    this.#distance = distance;
    this.half = half;
    this.closed = closed;
  }

  static of({ half, closed, ...distance }: RowLimitsData): RowLimits {
    return new RowLimits(MahalanobisDistance.of(distance), half, closed);
  }

  get data(): RowLimitsData {
    return { ...this.#distance.data, half: this.half, closed: this.closed };
  }

  /** Of the row that begins at `at`; allocates nothing. A row that is not a number lies behind every limit. */
  verdict(x: ArrayLike<number>, at = 0): RowVerdict {
    const squared = this.#distance.squared(x, at);
    if (squared <= this.half) return RowVerdict.open;
    return squared <= this.closed ? RowVerdict.half : RowVerdict.closed;
  }
}
