/**
 * @file Gradient boosting of classes (Friedman, "Greedy function approximation", 2001) by histograms of binned features.
 * The same rows, settings and seed give the same forest to the last bit, on any number of threads.
 */
import { setImmediate } from "node:timers/promises";
import { invariant, type ProgressListener, Random, TidemarkError } from "../../../core/index.ts";
import { Forest, scoresOf } from "../../../policy/index.ts";
import { type BinnedFeatures, BLOCK, binFeatures, edgesOf } from "./bins.ts";
import type { TrainingColumns } from "./engine.ts";
import { derive, logLoss, startScores } from "./loss.ts";
import { HistogramPool } from "./pool.ts";
import { type GbdtSettings, resolveGbdtSettings } from "./settings.ts";
import { goesLeft, growTree, keptTree, type Tree } from "./tree.ts";

export type BoostInput = {
  /** `[rows*features]`, row by row; NaN where a value is missing. */
  readonly x: Float32Array;
  readonly features: number;
  /** `[rows]` class of the row, from 0. */
  readonly labels: Uint8Array;
  readonly classes: number;
  /** `[rows]`; 1 everywhere where absent. */
  readonly weights?: Float64Array;
  /** Rows to train on. */
  readonly train: Int32Array;
  /** Rows of a later slice that decide when to stop; their labels must not overlap those of the training rows. */
  readonly stop?: Int32Array;
  /** `[rows]` number of the row's block, such as its day: rows of a block are near copies and are drawn together. */
  readonly blocks?: Int32Array;
  readonly settings: Partial<GbdtSettings>;
  readonly seed: number;
  /** 1 where absent. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  readonly label?: string;
};

export type BoostResult = {
  readonly forest: Forest;
  /** Rounds that were kept and that were trained. */
  readonly rounds: number;
  readonly trained: number;
  /** By trained round, from 0 rounds on: weighted log loss of the later slice; empty without one. */
  readonly stopLoss: readonly number[];
  readonly trainLoss: number;
};

/** Throws CONFIG_VALUE or DATA_TOO_SHORT; rejects with the signal's reason where it fires. */
export async function boost(input: BoostInput): Promise<BoostResult> {
  const { x, features, labels, classes, train, seed } = input;
  const settings = resolveGbdtSettings(input.settings, features);
  invariant(x.length === labels.length * features, "a row has one label and all features");
  requireFinite(input);
  const K = scoresOf(classes);
  const rows = labels.length;
  const weights = input.weights ?? new Float64Array(rows).fill(1);
  const start = startScores(labels, weights, train, classes);
  const binned = binFeatures(x, features, edgesOf(x, features, train, settings.bins));
  const columns = columnsOf(binned, train.length);
  const pool = await HistogramPool.open(columns, settings, input.threads ?? 1);
  try {
    const scores = new Float64Array(rows * K);
    for (let i = 0; i < scores.length; i++) scores[i] = start[i % K];
    const gradient = new Float64Array(rows);
    const hessian = new Float64Array(rows);
    const draw = new Draws(input, settings, new Random(seed).fork("boosting"));
    const scored = input.stop === undefined ? train : concatenated(train, input.stop);
    const trees: Tree[] = [];
    const stopLoss = input.stop === undefined ? [] : [logLoss(labels, weights, scores, classes, input.stop)];
    let best = 0;
    let round = 0;
    while (round < settings.trees) {
      const bag = draw.rows();
      draw.features(columns.used);
      // All classes of a round see the scores of the round before.
      const grown: Tree[] = [];
      for (let k = 0; k < K; k++) {
        derive(labels, weights, scores, classes, k, gradient, hessian);
        for (let i = 0; i < bag.length; i++) {
          columns.order[i] = bag[i];
          columns.gradient[i] = gradient[bag[i]];
          columns.hessian[i] = hessian[bag[i]];
        }
        grown.push(growTree(pool, columns, binned, settings, bag.length).tree);
      }
      for (const [k, tree] of grown.entries()) addTree(tree, binned, scored, scores, k, K);
      trees.push(...grown);
      round++;
      if (input.stop !== undefined) {
        stopLoss.push(logLoss(labels, weights, scores, classes, input.stop));
        if (stopLoss[round] < stopLoss[best]) best = round;
      }
      report(input, settings, round, stopLoss);
      if (settings.patience > 0 && input.stop !== undefined && round - best >= settings.patience) break;
      await setImmediate();
      input.signal?.throwIfAborted();
    }
    const kept = input.stop === undefined ? round : best;
    const data = { features, classes, start: [...start], trees: trees.slice(0, kept * K).map(keptTree) };
    const trainLoss = logLoss(labels, weights, scores, classes, train);
    return { forest: new Forest(data), rounds: kept, trained: round, stopLoss, trainLoss };
  } finally {
    await pool.close();
  }
}

function requireFinite({ labels, classes, weights, train, stop }: BoostInput): void {
  for (const rows of [train, stop ?? new Int32Array(0)]) {
    for (const row of rows) {
      invariant(labels[row] < classes, "a label is one of the classes");
      if (weights !== undefined && !(weights[row] >= 0 && weights[row] < Number.POSITIVE_INFINITY)) {
        throw new TidemarkError("CONFIG_VALUE", {
          what: `the weight of row ${row} is ${weights[row]}`,
          where: "weights",
          fix: "Give every row a finite weight that is not below zero.",
        });
      }
    }
  }
}

function columnsOf({ words, features, edges }: BinnedFeatures, rows: number): TrainingColumns {
  return {
    words,
    features,
    bins: edges.map((edge) => edge.length + 1),
    order: new Int32Array(new SharedArrayBuffer(4 * rows)),
    gradient: new Float64Array(new SharedArrayBuffer(8 * rows)),
    hessian: new Float64Array(new SharedArrayBuffer(8 * rows)),
    used: new Uint8Array(new SharedArrayBuffer(features)).fill(1),
  };
}

function concatenated(a: Int32Array, b: Int32Array): Int32Array {
  const out = new Int32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Adds a tree's values to one score of the rows, by their bins. */
function addTree(tree: Tree, { words }: BinnedFeatures, rows: Int32Array, scores: Float64Array, k: number, K: number) {
  const root = tree.feature.length === 0 ? -1 : 0;
  for (const row of rows) {
    let node = root;
    while (node >= 0) {
      const f = tree.feature[node];
      const bin = (words[Math.floor(f / BLOCK)][row] >>> (8 * (f % BLOCK))) & 255;
      node = goesLeft(bin, tree.bin[node], tree.missingLeft[node]) ? tree.left[node] : tree.right[node];
    }
    scores[row * K + k] += tree.value[~node];
  }
}

function report(input: BoostInput, settings: GbdtSettings, round: number, stopLoss: readonly number[]): void {
  const figures = stopLoss.length === 0 ? {} : { figures: { "log loss": stopLoss[round].toFixed(5) } };
  input.onProgress?.({
    label: input.label ?? "boosting",
    done: round,
    total: settings.trees,
    unit: "rounds",
    ...figures,
  });
}

/** What each tree sees: whole blocks of rows, some of the features. */
class Draws {
  readonly #train: Int32Array;
  readonly #members: readonly Int32Array[];
  readonly #blocks: number;
  readonly #features: number;
  readonly #featureCount: number;
  readonly #random: Random;

  constructor({ train, blocks, features }: BoostInput, settings: GbdtSettings, random: Random) {
    this.#train = train;
    this.#random = random;
    const members = new Map<number, number[]>();
    if (settings.rowShare < 1) {
      for (const row of train) {
        const block = blocks?.[row] ?? row;
        const rows = members.get(block);
        if (rows === undefined) members.set(block, [row]);
        else rows.push(row);
      }
    }
    this.#members = [...members.values()].map((rows) => Int32Array.from(rows));
    this.#blocks = Math.max(1, Math.round(settings.rowShare * this.#members.length));
    this.#features = features;
    this.#featureCount = Math.max(1, Math.round(settings.featureShare * features));
  }

  rows(): Int32Array {
    if (this.#members.length === 0) return this.#train;
    const chosen = this.#draw(this.#members.length, this.#blocks).sort();
    const out = new Int32Array(this.#train.length);
    let n = 0;
    for (const block of chosen) {
      out.set(this.#members[block], n);
      n += this.#members[block].length;
    }
    return out.subarray(0, n);
  }

  features(used: Uint8Array): void {
    if (this.#featureCount === this.#features) {
      used.fill(1);
      return;
    }
    used.fill(0);
    for (const f of this.#draw(this.#features, this.#featureCount)) used[f] = 1;
  }

  /** `wanted` of the numbers below `count`, without replacement. */
  #draw(count: number, wanted: number): Int32Array {
    const numbers = Int32Array.from({ length: count }, (_, i) => i);
    this.#random.shuffle(numbers);
    return numbers.subarray(0, wanted);
  }
}
