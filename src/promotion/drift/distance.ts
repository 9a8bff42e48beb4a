/** @file How far a row of features lies from the rows of the training. */
import { invariant } from "../../core/index.ts";

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
