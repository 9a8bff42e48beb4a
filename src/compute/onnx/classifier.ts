/**
 * @file Classifiers that are no network as ONNX files: a sum of trees or a linear score, then probabilities. Trees are one
 * `TreeEnsemble` (ai.onnx.ml 5) in float32 without a post-transform, because ONNX Runtime 1.30 leaves the logistic one out
 * for a single target (microsoft/onnxruntime#26596); the probabilities are nodes of their own.
 */
import { invariant } from "../../core/index.ts";
import { ML_DOMAIN, type NodeAttribute, type OnnxInitializer, type OnnxNode, serializeModel } from "./model.ts";

/** A child below zero is the leaf `~child`; a tree of one leaf has no nodes. */
export type OnnxTree = {
  readonly feature: readonly number[];
  /** `x <= threshold` goes left; float32 numbers. */
  readonly threshold: readonly number[];
  readonly missingLeft: readonly boolean[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly value: readonly number[];
};

export type ScorePart =
  /** Tree `i` adds to the score `i % start.length`. */
  | { readonly kind: "trees"; readonly start: readonly number[]; readonly trees: readonly OnnxTree[] }
  | { readonly kind: "linear"; readonly intercept: number; readonly coefficients: readonly number[] };

/** How one score becomes the probability of class 1. */
export type ProbabilityPart =
  | { readonly kind: "sigmoid"; readonly slope: number; readonly offset: number }
  /** Straight lines between points, level beyond them. */
  | { readonly kind: "lines"; readonly scores: readonly number[]; readonly probabilities: readonly number[] };

export type ClassifierFile = {
  readonly rows: number;
  readonly features: number;
  readonly score: ScorePart;
  /** For two classes; more classes take the softmax of their scores. */
  readonly probability?: ProbabilityPart;
  readonly metadata?: Readonly<Record<string, string>>;
};

/** The bytes of a file that maps `features [rows, F]` to `probabilities [rows, classes]`. */
export function exportClassifier(file: ClassifierFile): Uint8Array {
  const { rows, features, score, metadata = {} } = file;
  const nodes: OnnxNode[] = [];
  const initializers: OnnxInitializer[] = [];
  const scores = score.kind === "trees" ? score.start.length : 1;
  if (score.kind === "trees") nodes.push(treeNode(score.start, score.trees));
  else {
    initializers.push(
      { name: "weights", shape: [features, 1], values: Float32Array.from(score.coefficients) },
      { name: "intercept", shape: [1], values: Float32Array.of(score.intercept) },
    );
    nodes.push(node("Gemm", ["features", "weights", "intercept"], "score"));
  }
  if (scores === 1) {
    pushProbability(file.probability ?? { kind: "sigmoid", slope: 1, offset: 0 }, nodes, initializers);
    initializers.push({ name: "one", shape: [1], values: Float32Array.of(1) });
    nodes.push(
      node("Sub", ["one", "positive"], "negative"),
      node("Concat", ["negative", "positive"], "probabilities", { axis: { kind: "int", value: 1 } }),
    );
  } else nodes.push(node("Softmax", ["score"], "probabilities", { axis: { kind: "int", value: 1 } }));
  return serializeModel({
    nodes,
    inputs: [{ name: "features", shape: [rows, features], dtype: "float32" }],
    outputs: [{ name: "probabilities", shape: [rows, scores === 1 ? 2 : scores], dtype: "float32" }],
    initializers,
    metadata,
    producer: "tidemark",
  });
}

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, NodeAttribute>> = {},
): OnnxNode {
  return { op, domain: "", inputs, outputs: [output], attributes };
}

/** Adds what makes "positive" `[rows, 1]` of "score" `[rows, 1]`. */
function pushProbability(part: ProbabilityPart, nodes: OnnxNode[], initializers: OnnxInitializer[]): void {
  const put = (name: string, values: readonly number[], shape: readonly number[]): string => {
    initializers.push({ name, shape, values: Float32Array.from(values) });
    return name;
  };
  if (part.kind === "sigmoid") {
    nodes.push(
      node("Mul", ["score", put("slope", [part.slope], [1])], "scaled"),
      node("Add", ["scaled", put("offset", [part.offset], [1])], "shifted"),
      node("Sigmoid", ["shifted"], "positive"),
    );
    return;
  }
  // A level line between points is a ramp that rises by nothing: each ramp goes from 0 to 1 between two scores.
  const { scores, probabilities } = part;
  const ramps = Math.max(1, scores.length - 1);
  const at = Array.from({ length: ramps }, (_, i) => i);
  const width = at.map((i) => (scores[i + 1] ?? scores[i] + 1) - scores[i]);
  const rise = at.map((i) => (probabilities[i + 1] ?? probabilities[i]) - probabilities[i]);
  nodes.push(
    node("Sub", ["score", put("from", scores.slice(0, ramps), [1, ramps])], "beyond"),
    node(
      "Mul",
      [
        "beyond",
        put(
          "inverseWidth",
          width.map((w) => 1 / w),
          [1, ramps],
        ),
      ],
      "along",
    ),
    node("Clip", ["along", put("zero", [0], []), put("full", [1], [])], "ramps"),
    node("MatMul", ["ramps", put("rise", rise, [ramps, 1])], "risen"),
    node("Add", ["risen", put("base", [probabilities[0]], [1])], "positive"),
  );
}

function treeNode(start: readonly number[], given: readonly OnnxTree[]): OnnxNode {
  const targets = start.length;
  // Without a tree the score is its start; the operator needs one tree a target to say so.
  const trees = given.length > 0 ? given : start.map((): OnnxTree => LEAF);
  invariant(trees.length % targets === 0, "every score has as many trees");
  const roots: number[] = [];
  const feature: number[] = [];
  const split: number[] = [];
  const missing: number[] = [];
  const child = { left: [] as number[], right: [] as number[] };
  const leafFlag = { left: [] as number[], right: [] as number[] };
  const weights: number[] = [];
  const target: number[] = [];
  for (const [t, tree] of trees.entries()) {
    const firstNode = feature.length;
    const firstLeaf = weights.length;
    roots.push(firstNode);
    const lone = tree.feature.length === 0;
    feature.push(...(lone ? [0] : tree.feature));
    split.push(...(lone ? [0] : tree.threshold));
    missing.push(...(lone ? [1] : tree.missingLeft.map(Number)));
    for (const side of ["left", "right"] as const) {
      for (const to of lone ? [~0] : tree[side]) {
        leafFlag[side].push(to < 0 ? 1 : 0);
        child[side].push(to < 0 ? firstLeaf + ~to : firstNode + to);
      }
    }
    // The first tree of a score carries what the score begins with.
    const base = t < targets ? start[t] : 0;
    weights.push(...tree.value.map((value) => value + base));
    target.push(...tree.value.map(() => t % targets));
  }
  const attributes: Readonly<Record<string, NodeAttribute>> = {
    aggregate_function: int(1),
    post_transform: int(0),
    n_targets: int(targets),
    tree_roots: ints(roots),
    nodes_featureids: ints(feature),
    nodes_splits: { kind: "tensor", value: Float32Array.from(split) },
    nodes_modes: { kind: "tensor", value: new Uint8Array(feature.length) },
    nodes_missing_value_tracks_true: ints(missing),
    nodes_truenodeids: ints(child.left),
    nodes_trueleafs: ints(leafFlag.left),
    nodes_falsenodeids: ints(child.right),
    nodes_falseleafs: ints(leafFlag.right),
    leaf_weights: { kind: "tensor", value: Float32Array.from(weights) },
    leaf_targetids: ints(target),
  };
  return { op: "TreeEnsemble", domain: ML_DOMAIN, inputs: ["features"], outputs: ["score"], attributes };
}

function ints(value: readonly number[]): NodeAttribute {
  return { kind: "ints", value };
}

function int(value: number): NodeAttribute {
  return { kind: "int", value };
}

const LEAF: OnnxTree = { feature: [], threshold: [], missingLeft: [], left: [], right: [], value: [0] };
