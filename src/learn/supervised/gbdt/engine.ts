/**
 * @file Histograms of some of the features, and the best split among them. One engine a thread: each histogram is summed
 * by one engine in the order of the rows, so that any number of threads gives the same trees.
 */
import { BLOCK } from "./bins.ts";
import type { GbdtSettings } from "./settings.ts";
import { type NodeTerms, type Split, searchFeature } from "./split.ts";

/** Bins of a histogram, missing values included. */
const WIDTH = 256;

/** What all engines read; on shared memory where there are several. */
export type TrainingColumns = {
  /** By block of four features: `[rows]`. */
  readonly words: readonly Uint32Array[];
  readonly features: number;
  /** By feature: bins of values. */
  readonly bins: readonly number[];
  /** `[rows]` rows in the order of the leaves. */
  readonly order: Int32Array;
  /** `[rows]` in that order. */
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  /** `[features]` 1 where the tree may use the feature. */
  readonly used: Uint8Array;
};

export class HistogramEngine {
  readonly #columns: TrainingColumns;
  readonly #settings: GbdtSettings;
  readonly #from: number;
  readonly #to: number;
  readonly #sums: Float64Array[] = [];
  readonly #counts: Uint32Array[] = [];

  /** Serves the blocks `[fromBlock, toBlock)`. */
  constructor(columns: TrainingColumns, settings: GbdtSettings, fromBlock: number, toBlock: number) {
    this.#columns = columns;
    this.#settings = settings;
    this.#from = fromBlock;
    this.#to = toBlock;
    const cells = (toBlock - fromBlock) * BLOCK * WIDTH;
    for (let slot = 0; slot < settings.leaves; slot++) {
      this.#sums.push(new Float64Array(2 * cells));
      this.#counts.push(new Uint32Array(cells));
    }
  }

  /** Fills a slot from the rows at `[start, start + count)` of the order. */
  build(slot: number, start: number, count: number): void {
    const sums = this.#sums[slot].fill(0);
    const counts = this.#counts[slot].fill(0);
    const { words, order, gradient, hessian, used, features } = this.#columns;
    for (let block = this.#from; block < this.#to; block++) {
      const base = (block - this.#from) * BLOCK * WIDTH;
      const first = block * BLOCK;
      let lanes = 0;
      for (let lane = 0; lane < BLOCK && first + lane < features; lane++) lanes += used[first + lane];
      if (lanes === 0) continue;
      if (lanes >= 3) addBlock(words[block], order, gradient, hessian, start, count, sums, counts, base);
      else {
        for (let lane = 0; lane < BLOCK && first + lane < features; lane++) {
          if (used[first + lane] === 0) continue;
          addLane(words[block], 8 * lane, order, gradient, hessian, start, count, sums, counts, base + lane * WIDTH);
        }
      }
    }
  }

  /** What remains of a node when one of its children is taken away. */
  subtract(slot: number, child: number): void {
    const sums = this.#sums[slot];
    const counts = this.#counts[slot];
    const childSums = this.#sums[child];
    const childCounts = this.#counts[child];
    for (let i = 0; i < sums.length; i++) sums[i] -= childSums[i];
    for (let i = 0; i < counts.length; i++) counts[i] -= childCounts[i];
  }

  /** Betters `best` by this engine's features, in their order. */
  search(slot: number, node: NodeTerms, best: Split): void {
    const { used, features, bins } = this.#columns;
    const sums = this.#sums[slot];
    const counts = this.#counts[slot];
    const end = Math.min(features, this.#to * BLOCK);
    for (let f = this.#from * BLOCK; f < end; f++) {
      if (used[f] === 0) continue;
      const offset = (f - this.#from * BLOCK) * WIDTH;
      searchFeature(f, bins[f], sums, counts, offset, node, this.#settings, best);
    }
  }
}

function addBlock(
  words: Uint32Array,
  order: Int32Array,
  gradient: Float64Array,
  hessian: Float64Array,
  start: number,
  count: number,
  sums: Float64Array,
  counts: Uint32Array,
  base: number,
): void {
  const end = start + count;
  const base1 = base + WIDTH;
  const base2 = base1 + WIDTH;
  const base3 = base2 + WIDTH;
  for (let i = start; i < end; i++) {
    const word = words[order[i]];
    const g = gradient[i];
    const h = hessian[i];
    let cell = base + (word & 255);
    counts[cell]++;
    sums[2 * cell] += g;
    sums[2 * cell + 1] += h;
    cell = base1 + ((word >>> 8) & 255);
    counts[cell]++;
    sums[2 * cell] += g;
    sums[2 * cell + 1] += h;
    cell = base2 + ((word >>> 16) & 255);
    counts[cell]++;
    sums[2 * cell] += g;
    sums[2 * cell + 1] += h;
    cell = base3 + (word >>> 24);
    counts[cell]++;
    sums[2 * cell] += g;
    sums[2 * cell + 1] += h;
  }
}

function addLane(
  words: Uint32Array,
  shift: number,
  order: Int32Array,
  gradient: Float64Array,
  hessian: Float64Array,
  start: number,
  count: number,
  sums: Float64Array,
  counts: Uint32Array,
  base: number,
): void {
  const end = start + count;
  for (let i = start; i < end; i++) {
    const cell = base + ((words[order[i]] >>> shift) & 255);
    counts[cell]++;
    sums[2 * cell] += gradient[i];
    sums[2 * cell + 1] += hessian[i];
  }
}
