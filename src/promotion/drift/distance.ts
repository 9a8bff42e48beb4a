/** @file How far a row of features lies from the rows of the training. */
import { invariant, TidemarkError } from "../../core/index.ts";

/** Share of the covariance that is pulled towards equal variances without correlation. */
const SHRINKAGE = 0.1;

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

/**
 * Dissimilarity index: distance to the nearest row of the training over the mean distance of all its pairs, each row's zero
 * distance to itself included (as FreqAI documents it). Rows are thinned to `most`, evenly.
 */
export class DissimilarityIndex {
  readonly #rows: Float64Array;
  readonly #width: number;
  readonly #mean: number;

  constructor(rows: ArrayLike<number>, width: number, most = 2000) {
    const n = rows.length / width;
    invariant(Number.isInteger(n) && n > 1, "the training has several whole rows");
    const kept = Math.min(n, most);
    this.#width = width;
    this.#rows = new Float64Array(kept * width);
    for (let i = 0; i < kept; i++) {
      const from = Math.floor((i * n) / kept) * width;
      for (let j = 0; j < width; j++) this.#rows[i * width + j] = rows[from + j];
    }
    let sum = 0;
    for (let i = 0; i < kept; i++) for (let k = 0; k < i; k++) sum += 2 * this.#distance(this.#rows, i * width, k);
    this.#mean = sum / (kept * kept);
  }

  #distance(x: ArrayLike<number>, at: number, row: number): number {
    let sum = 0;
    for (let j = 0; j < this.#width; j++) sum += (x[at + j] - this.#rows[row * this.#width + j]) ** 2;
    return Math.sqrt(sum);
  }

  of(x: ArrayLike<number>, at = 0): number {
    let nearest = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.#rows.length / this.#width; row++) {
      nearest = Math.min(nearest, this.#distance(x, at, row));
    }
    return nearest / this.#mean;
  }
}
