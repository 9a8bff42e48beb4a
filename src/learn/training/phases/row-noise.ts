/**
 * @file Noise on the rows of a market that a rollout reads, and on no others: of a long history a rollout sees a few
 * hundred bars. Every row gets its noise once, before it is first read, and keeps it until the rollout has been learned from.
 */
import type { Random } from "../../../core/index.ts";
import type { FeatureTape } from "../../../features/index.ts";
import { addFeatureNoise, type FeatureNoiseOptions } from "../../curriculum/index.ts";
import type { BarRange } from "../../env/index.ts";

/** A feature with fewer values than this is a flag or a category. */
const FEWEST_VALUES = 12;

export class RowNoise {
  /** `[T*S*F]` what the policy reads. */
  readonly market: Float32Array;
  readonly #clean: Float32Array;
  readonly #options: FeatureNoiseOptions;
  readonly #rowLength: number;
  /** `[T]` 1 where the row has its noise. */
  readonly #noisy: Uint8Array;
  readonly #ranges: BarRange[] = [];

  /**
   * @param market overwritten row by row
   * @param clean the same without noise
   */
  constructor(market: Float32Array, clean: Float32Array, symbols: number, options: FeatureNoiseOptions) {
    this.market = market;
    this.#clean = clean;
    this.#options = options;
    this.#rowLength = symbols * options.features;
    this.#noisy = new Uint8Array(market.length / this.#rowLength);
  }

  /** Takes all noise away. */
  clear(): void {
    for (const { from, to } of this.#ranges) {
      const [start, end] = [from * this.#rowLength, to * this.#rowLength];
      this.market.set(this.#clean.subarray(start, end), start);
      this.#noisy.fill(0, from, to);
    }
    this.#ranges.length = 0;
  }

  /** Gives the rows `[from, to)` their noise; those that have it keep it. Rows outside of the market are left out. */
  cover(from: number, to: number, random: Random): void {
    if (this.#options.standardDeviation === 0) return;
    const end = Math.min(to, this.#noisy.length);
    for (let row = Math.max(0, from); row < end; row++) {
      if (this.#noisy[row] === 1) continue;
      let stop = row + 1;
      while (stop < end && this.#noisy[stop] === 0) stop++;
      const [start, past] = [row * this.#rowLength, stop * this.#rowLength];
      addFeatureNoise(this.#clean.subarray(start, past), this.market.subarray(start, past), this.#options, random);
      this.#noisy.fill(1, row, stop);
      this.#ranges.push({ from: row, to: stop });
      row = stop;
    }
  }
}

/** `[F]` 1 where a feature takes many values in the range, of whatever symbol: noise would make no sense on others. */
export function noisyFeatures(features: FeatureTape, range: BarRange): Uint8Array {
  const { symbols: S, features: F, values } = features;
  return Uint8Array.from({ length: F }, (_, f) => {
    const seen = new Set<number>();
    for (let s = 0; s < S; s++) {
      for (let t = range.from; t < range.to && seen.size < FEWEST_VALUES; t++) seen.add(values[(t * S + s) * F + f]);
    }
    return seen.size < FEWEST_VALUES ? 0 : 1;
  });
}
