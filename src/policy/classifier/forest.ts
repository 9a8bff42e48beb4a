/** @file Trees as flat columns, and the walk through them that decides: no allocation, a few microseconds for 200 trees. */
import { invariant } from "../../core/index.ts";
import { scoresOf, writeProbabilities } from "./probability.ts";

/** Plain JSON; every number survives the round trip exactly. */
export type ForestData = {
  readonly features: number;
  readonly classes: number;
  /** `[K]` scores before the first tree. */
  readonly start: readonly number[];
  /** Round by round, the K trees of a round in the order of the scores. */
  readonly trees: ReadonlyArray<{
    readonly feature: readonly number[];
    readonly threshold: readonly number[];
    readonly missingLeft: readonly boolean[];
    readonly left: readonly number[];
    readonly right: readonly number[];
    readonly gain: readonly number[];
    readonly value: readonly number[];
    readonly rows: readonly number[];
  }>;
};

export class Forest {
  readonly data: ForestData;
  /** Scores of a row. */
  readonly scores: number;
  readonly #roots: Int32Array;
  readonly #feature: Int32Array;
  readonly #threshold: Float32Array;
  readonly #missingLeft: Uint8Array;
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #value: Float64Array;
  readonly #start: Float64Array;

  constructor(data: ForestData) {
    this.data = data;
    this.scores = scoresOf(data.classes);
    invariant(data.start.length === this.scores, "a forest has one start a score");
    invariant(data.trees.length % this.scores === 0, "a forest has whole rounds");
    const nodes = data.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
    const leaves = data.trees.reduce((sum, tree) => sum + tree.value.length, 0);
    this.#start = Float64Array.from(data.start);
    this.#roots = new Int32Array(data.trees.length);
    this.#feature = new Int32Array(nodes);
    this.#threshold = new Float32Array(nodes);
    this.#missingLeft = new Uint8Array(nodes);
    this.#left = new Int32Array(nodes);
    this.#right = new Int32Array(nodes);
    this.#value = new Float64Array(leaves);
    let node = 0;
    let leaf = 0;
    for (const [t, tree] of data.trees.entries()) {
      const firstNode = node;
      const firstLeaf = leaf;
      const at = (child: number): number => (child < 0 ? ~(firstLeaf + ~child) : firstNode + child);
      this.#roots[t] = tree.feature.length === 0 ? ~firstLeaf : firstNode;
      for (let i = 0; i < tree.feature.length; i++, node++) {
        this.#feature[node] = tree.feature[i];
        this.#threshold[node] = tree.threshold[i];
        this.#missingLeft[node] = Number(tree.missingLeft[i]);
        this.#left[node] = at(tree.left[i]);
        this.#right[node] = at(tree.right[i]);
      }
      this.#value.set(tree.value, leaf);
      leaf += tree.value.length;
    }
  }

  get trees(): number {
    return this.#roots.length;
  }

  /** The leaf's value of one tree for the row that begins at `at`. */
  treeValue(tree: number, x: Float32Array, at: number): number {
    const feature = this.#feature;
    let node = this.#roots[tree];
    while (node >= 0) {
      const value = x[at + feature[node]];
      // A missing value compares false with everything.
      const left = value <= this.#threshold[node] || (value !== value && this.#missingLeft[node] === 1);
      node = left ? this.#left[node] : this.#right[node];
    }
    return this.#value[~node];
  }

  /** Writes the K scores of one row. */
  writeScores(x: Float32Array, at: number, out: Float64Array, to: number): void {
    const K = this.scores;
    for (let k = 0; k < K; k++) out[to + k] = this.#start[k];
    for (let t = 0; t < this.#roots.length; t++) out[to + (t % K)] += this.treeValue(t, x, at);
  }

  /** Probabilities of the classes, `[rows*classes]`, of rows that stand one after the other. */
  probabilities(x: Float32Array): Float64Array {
    const { features, classes } = this.data;
    const rows = x.length / features;
    const scores = new Float64Array(this.scores);
    const out = new Float64Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      this.writeScores(x, row * features, scores, 0);
      writeProbabilities(scores, 0, classes, out, row * classes);
    }
    return out;
  }

  /** By feature: the gain of all its splits. */
  gains(): Float64Array {
    const out = new Float64Array(this.data.features);
    for (const tree of this.data.trees) for (const [i, feature] of tree.feature.entries()) out[feature] += tree.gain[i];
    return out;
  }
}
