/**
 * @file The best split of a node for one feature, from its histogram.
 *
 * With G and H the sums of gradients and hessians of a side, T(G) = sign(G) max(0, |G| - l1) and n its rows, the value of
 * a leaf is w = -T(G) / (H + l2), its score -(2 T(G) w + (H + l2) w^2), which is T(G)^2 / (H + l2) for that w. The gain of
 * a split is score(left) + score(right) - score(parent). Formulas of LightGBM (feature_histogram.hpp) and XGBoost
 * (Chen and Guestrin, "XGBoost", 2016).
 */
import { type GbdtSettings, MISSING_BIN } from "./settings.ts";

/** What decides in a node, beside its histogram. */
export type NodeTerms = {
  readonly sumGradient: number;
  readonly sumHessian: number;
  readonly rows: number;
  /** The node's own value, towards which its children are smoothed. */
  readonly value: number;
  /** Values of its leaves must lie in here, where features are monotone. */
  readonly low: number;
  readonly high: number;
};

export type Split = {
  gain: number;
  /** -1 where nothing gains. */
  feature: number;
  /** Values of this bin and below go left. */
  bin: number;
  missingLeft: boolean;
  leftGradient: number;
  leftHessian: number;
  leftRows: number;
  /** Rows of the node whose value of this feature is missing. */
  missingRows: number;
};

export function noSplit(): Split {
  return {
    gain: 0,
    feature: -1,
    bin: 0,
    missingLeft: false,
    leftGradient: 0,
    leftHessian: 0,
    leftRows: 0,
    missingRows: 0,
  };
}

type Penalty = Pick<GbdtSettings, "l1" | "l2" | "pathSmooth" | "maxStep">;

function shrunk(gradient: number, l1: number): number {
  if (l1 === 0) return gradient;
  return gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : 0;
}

/** The value of a leaf before the learning rate. */
export function leafValue(
  gradient: number,
  hessian: number,
  rows: number,
  { l1, l2, pathSmooth, maxStep }: Penalty,
  node: Pick<NodeTerms, "value" | "low" | "high">,
): number {
  const weight = hessian + l2;
  let value = weight > 0 ? -shrunk(gradient, l1) / weight : 0;
  if (maxStep > 0) value = Math.max(-maxStep, Math.min(maxStep, value));
  if (pathSmooth > 0) {
    const trust = rows / pathSmooth;
    value = (value * trust + node.value) / (trust + 1);
  }
  return Math.max(node.low, Math.min(node.high, value));
}

/** The score of a leaf that has this value. */
function leafScore(gradient: number, hessian: number, value: number, { l1, l2 }: Penalty): number {
  return -(2 * shrunk(gradient, l1) * value + (hessian + l2) * value * value);
}

/** Bits of a gain that are compared: gains that differ by rounding alone are equal, and ties go by the order. */
const SPLITTER = 2 ** 13 + 1;

/** The number without its last 13 bits (Veltkamp's splitting). */
function comparable(gain: number): number {
  const scaled = gain * SPLITTER;
  return scaled - (scaled - gain);
}

/**
 * Betters `best` where a split of this feature gains more; of equal gains the first one stays: missing values to the right
 * before missing to the left, lower bins before higher ones.
 * @param sums gradient and hessian by bin, interleaved, from `offset * 2` on
 * @param counts rows by bin, from `offset` on
 * @param bins of values; the missing ones stand in bin 255
 */
export function searchFeature(
  feature: number,
  bins: number,
  sums: Float64Array,
  counts: Uint32Array,
  offset: number,
  node: NodeTerms,
  settings: GbdtSettings,
  best: Split,
): void {
  const { minRows, minHessian, l1, l2, monotone } = settings;
  const sign = monotone.length > 0 ? monotone[feature] : 0;
  const plain =
    settings.pathSmooth === 0 &&
    settings.maxStep === 0 &&
    node.low === Number.NEGATIVE_INFINITY &&
    node.high === Number.POSITIVE_INFINITY &&
    sign === 0;
  const missing = offset + MISSING_BIN;
  const missingRows = counts[missing];
  const parent = plain
    ? shrunk(node.sumGradient, l1) ** 2 / (node.sumHessian + l2)
    : leafScore(node.sumGradient, node.sumHessian, node.value, settings);
  const least = settings.minGain;
  for (let pass = 0; pass < (missingRows > 0 ? 2 : 1); pass++) {
    let gradient = pass === 0 ? 0 : sums[2 * missing];
    let hessian = pass === 0 ? 0 : sums[2 * missing + 1];
    let rows = pass === 0 ? 0 : missingRows;
    // Only the missing ones on the right is a split too; no value on the right beside no missing one is none.
    const last = pass === 0 && missingRows > 0 ? bins : bins - 1;
    for (let bin = 0; bin < last; bin++) {
      const at = offset + bin;
      if (counts[at] === 0 && bin + 1 < last) continue;
      gradient += sums[2 * at];
      hessian += sums[2 * at + 1];
      rows += counts[at];
      if (rows < minRows || hessian < minHessian) continue;
      const rightRows = node.rows - rows;
      const rightHessian = node.sumHessian - hessian;
      if (rightRows < minRows || rightHessian < minHessian) break;
      const rightGradient = node.sumGradient - gradient;
      let gain: number;
      if (plain) {
        const left = shrunk(gradient, l1);
        const right = shrunk(rightGradient, l1);
        gain = (left * left) / (hessian + l2) + (right * right) / (rightHessian + l2) - parent;
      } else {
        const leftValue = leafValue(gradient, hessian, rows, settings, node);
        const rightValue = leafValue(rightGradient, rightHessian, rightRows, settings, node);
        if (sign * (rightValue - leftValue) < 0) continue;
        gain =
          leafScore(gradient, hessian, leftValue, settings) +
          leafScore(rightGradient, rightHessian, rightValue, settings) -
          parent;
      }
      gain = comparable(gain);
      if (!(gain > least && gain > best.gain)) continue;
      best.gain = gain;
      best.feature = feature;
      best.bin = bin;
      best.missingLeft = pass === 1;
      best.leftGradient = gradient;
      best.leftHessian = hessian;
      best.leftRows = rows;
      best.missingRows = missingRows;
    }
  }
}
