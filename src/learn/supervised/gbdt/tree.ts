/**
 * @file One tree, grown leaf by leaf: of all open leaves the one whose best split gains most is split next (Shi, "Best-first
 * decision tree learning", 2007; LightGBM). Only the smaller child's histogram is summed, the larger is what remains.
 */
import type { ForestData } from "../../../policy/index.ts";
import { type BinnedFeatures, BLOCK, LAST_EDGE } from "./bins.ts";
import type { TrainingColumns } from "./engine.ts";
import type { HistogramPool } from "./pool.ts";
import { type GbdtSettings, MISSING_BIN } from "./settings.ts";
import { leafValue, type NodeTerms, type Split } from "./split.ts";

/** Nodes by index, the root first; a child below zero is the leaf `~child`. */
export type Tree = {
  readonly feature: number[];
  readonly bin: number[];
  /** `x <= threshold` goes left; a float32. */
  readonly threshold: number[];
  readonly missingLeft: boolean[];
  readonly left: number[];
  readonly right: number[];
  readonly gain: number[];
  /** By leaf, learning rate included. */
  readonly value: number[];
  /** By leaf: rows of the training that fell into it. */
  readonly rows: number[];
};

type Leaf = {
  readonly start: number;
  readonly count: number;
  readonly slot: number;
  readonly terms: NodeTerms;
  readonly split: Split;
  /** Where the tree names this leaf: node and side; undefined for the root. */
  readonly parent: number | undefined;
  readonly onLeft: boolean;
};

export type GrownTree = {
  readonly tree: Tree;
  /** By leaf: its rows are `[start, start + count)` of the order. */
  readonly ranges: ReadonlyArray<{ readonly start: number; readonly count: number }>;
};

const SCRATCH = new WeakMap<Int32Array, { rows: Int32Array; gradient: Float64Array; hessian: Float64Array }>();

/** Room for one side of a partition, kept between trees. */
function scratchOf(order: Int32Array): { rows: Int32Array; gradient: Float64Array; hessian: Float64Array } {
  let scratch = SCRATCH.get(order);
  if (scratch === undefined) {
    const n = order.length;
    scratch = { rows: new Int32Array(n), gradient: new Float64Array(n), hessian: new Float64Array(n) };
    SCRATCH.set(order, scratch);
  }
  return scratch;
}

/** Whether a row of this bin goes left. */
export function goesLeft(bin: number, splitBin: number, missingLeft: boolean): boolean {
  return bin === MISSING_BIN ? missingLeft : bin <= splitBin;
}

/** Orders the rows of a leaf so that those that go left come first, each side in the order that it had. */
function partition(columns: TrainingColumns, leaf: Leaf, missingLeft: boolean): void {
  const { order, gradient, hessian, words } = columns;
  const { feature, bin } = leaf.split;
  const column = words[Math.floor(feature / BLOCK)];
  const shift = 8 * (feature % BLOCK);
  const scratch = scratchOf(order);
  let left = leaf.start;
  let right = 0;
  for (let i = leaf.start; i < leaf.start + leaf.count; i++) {
    const row = order[i];
    if (goesLeft((column[row] >>> shift) & 255, bin, missingLeft)) {
      order[left] = row;
      gradient[left] = gradient[i];
      hessian[left] = hessian[i];
      left++;
    } else {
      scratch.rows[right] = row;
      scratch.gradient[right] = gradient[i];
      scratch.hessian[right] = hessian[i];
      right++;
    }
  }
  order.set(scratch.rows.subarray(0, right), left);
  gradient.set(scratch.gradient.subarray(0, right), left);
  hessian.set(scratch.hessian.subarray(0, right), left);
}

/**
 * Grows a tree over the first `rows` of the order, whose gradients and hessians stand in the same order; the order is
 * left sorted by leaf.
 */
export function growTree(
  pool: HistogramPool,
  columns: TrainingColumns,
  binned: BinnedFeatures,
  settings: GbdtSettings,
  rows: number,
): GrownTree {
  const tree: Tree = {
    feature: [],
    bin: [],
    threshold: [],
    missingLeft: [],
    left: [],
    right: [],
    gain: [],
    value: [],
    rows: [],
  };
  let sumGradient = 0;
  let sumHessian = 0;
  for (let i = 0; i < rows; i++) {
    sumGradient += columns.gradient[i];
    sumHessian += columns.hessian[i];
  }
  const free = { value: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const value = leafValue(sumGradient, sumHessian, rows, { ...settings, pathSmooth: 0 }, free);
  const terms: NodeTerms = { ...free, sumGradient, sumHessian, rows, value };
  const [split] = pool.run({ start: 0, count: rows, slot: 0, parent: -1, searches: [{ slot: 0, node: terms }] });
  const open: Leaf[] = [{ start: 0, count: rows, slot: 0, terms, split, parent: undefined, onLeft: true }];
  while (open.length < settings.leaves) {
    let best = -1;
    for (let i = 0; i < open.length; i++) {
      if (open[i].split.feature >= 0 && (best < 0 || open[i].split.gain > open[best].split.gain)) best = i;
    }
    if (best < 0) break;
    const [left, right] = splitLeaf(pool, columns, binned, settings, tree, open[best], open.length);
    open.splice(best, 1, left, right);
  }
  for (const [leaf, { parent, onLeft, terms: node, count }] of open.entries()) {
    tree.value.push(node.value * settings.learningRate);
    tree.rows.push(count);
    if (parent !== undefined) (onLeft ? tree.left : tree.right)[parent] = ~leaf;
  }
  return { tree, ranges: open };
}

function splitLeaf(
  pool: HistogramPool,
  columns: TrainingColumns,
  binned: BinnedFeatures,
  settings: GbdtSettings,
  tree: Tree,
  leaf: Leaf,
  freshSlot: number,
): [Leaf, Leaf] {
  const { split, terms } = leaf;
  const rightRows = terms.rows - split.leftRows;
  // Without a missing value in training nothing was learned about one: it follows the many.
  const missingLeft = split.missingRows > 0 ? split.missingLeft : split.leftRows > rightRows;
  const node = tree.feature.length;
  const edges = binned.edges[split.feature];
  tree.feature.push(split.feature);
  tree.bin.push(split.bin);
  tree.threshold.push(split.bin < edges.length ? edges[split.bin] : LAST_EDGE);
  tree.missingLeft.push(missingLeft);
  tree.gain.push(split.gain);
  tree.left.push(0);
  tree.right.push(0);
  if (leaf.parent !== undefined) (leaf.onLeft ? tree.left : tree.right)[leaf.parent] = node;
  partition(columns, leaf, missingLeft);

  const rightGradient = terms.sumGradient - split.leftGradient;
  const rightHessian = terms.sumHessian - split.leftHessian;
  const leftValue = leafValue(split.leftGradient, split.leftHessian, split.leftRows, settings, terms);
  const rightValue = leafValue(rightGradient, rightHessian, rightRows, settings, terms);
  const sign = settings.monotone.length > 0 ? settings.monotone[split.feature] : 0;
  const middle = (leftValue + rightValue) / 2;
  const leftTerms: NodeTerms = {
    sumGradient: split.leftGradient,
    sumHessian: split.leftHessian,
    rows: split.leftRows,
    value: leftValue,
    low: sign < 0 ? Math.max(terms.low, middle) : terms.low,
    high: sign > 0 ? Math.min(terms.high, middle) : terms.high,
  };
  const rightTerms: NodeTerms = {
    sumGradient: rightGradient,
    sumHessian: rightHessian,
    rows: rightRows,
    value: rightValue,
    low: sign > 0 ? Math.max(terms.low, middle) : terms.low,
    high: sign < 0 ? Math.min(terms.high, middle) : terms.high,
  };
  const leftIsSmall = split.leftRows <= rightRows;
  const leftSlot = leftIsSmall ? freshSlot : leaf.slot;
  const rightSlot = leftIsSmall ? leaf.slot : freshSlot;
  const mid = leaf.start + split.leftRows;
  // A child too small to be split again needs no search; where neither is searched there is nothing to sum.
  const wanted = [
    { slot: leftSlot, node: leftTerms },
    { slot: rightSlot, node: rightTerms },
  ].map((search) => (search.node.rows >= 2 * settings.minRows ? search : undefined));
  const searches = wanted.filter((search) => search !== undefined);
  const found =
    searches.length === 0
      ? []
      : pool.run({
          start: leftIsSmall ? leaf.start : mid,
          count: leftIsSmall ? split.leftRows : rightRows,
          slot: freshSlot,
          parent: leaf.slot,
          searches,
        });
  const splits = wanted.map((search) => (search === undefined ? NONE : (found.shift() ?? NONE)));
  return [
    {
      start: leaf.start,
      count: split.leftRows,
      slot: leftSlot,
      terms: leftTerms,
      split: splits[0],
      parent: node,
      onLeft: true,
    },
    { start: mid, count: rightRows, slot: rightSlot, terms: rightTerms, split: splits[1], parent: node, onLeft: false },
  ];
}

const NONE: Split = {
  gain: 0,
  feature: -1,
  bin: 0,
  missingLeft: false,
  leftGradient: 0,
  leftHessian: 0,
  leftRows: 0,
  missingRows: 0,
};

/** The part of a grown tree that a forest keeps. */
export function keptTree(tree: Tree): ForestData["trees"][number] {
  const { feature, threshold, missingLeft, left, right, gain, value, rows } = tree;
  return { feature, threshold, missingLeft, left, right, gain, value, rows };
}
