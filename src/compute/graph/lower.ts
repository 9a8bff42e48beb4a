/** @file How each operation is written in ONNX. */
import { InvariantError } from "../../core/index.ts";
import { CONTRIB_DOMAIN, ELEMENT_TYPE, type NodeAttribute } from "../onnx/model.ts";
import { flagOf, listOf, numberOf } from "../tensor/attributes.ts";
import { constantValues, type Operation, type OpName } from "../tensor/tensor.ts";
import { float, int, ints, type LowerContext } from "./graph-builder.ts";
import { scatterAdd } from "./lower-scatter.ts";

/** Takes the names of the inputs, gives those of the outputs. */
export type Lowering = (operation: Operation, inputs: readonly string[], context: LowerContext) => readonly string[];

const plain =
  (op: string, attributes: Readonly<Record<string, NodeAttribute>> = {}): Lowering =>
  (_operation, inputs, { graph }) =>
    graph.node(op, inputs, { attributes });

const unnamed: Lowering = (operation) => {
  throw new InvariantError(`${operation.name} is named by the compiler and never lowered`);
};

const clip: Lowering = (operation, [x, lo, hi], { graph }) => {
  const bound = (name: "lo" | "hi"): string => graph.initializer(Float32Array.of(numberOf(operation, name)), []);
  return graph.node("Clip", [x, lo ?? bound("lo"), hi ?? bound("hi")]);
};

const gemm: Lowering = (operation, inputs, { graph }) => {
  const attributes: Record<string, NodeAttribute> = {};
  const [alpha, beta] = [numberOf(operation, "alpha"), numberOf(operation, "beta")];
  if (alpha !== 1) attributes["alpha"] = float(alpha);
  if (beta !== 1 && inputs.length === 3) attributes["beta"] = float(beta);
  if (flagOf(operation, "transA")) attributes["transA"] = int(1);
  if (flagOf(operation, "transB")) attributes["transB"] = int(1);
  return graph.node("Gemm", inputs, { attributes });
};

function swappedAxes(rank: number): readonly number[] {
  const axes = Array.from({ length: rank }, (_, i) => i);
  return [...axes.slice(0, -2), rank - 1, rank - 2];
}

const matmul: Lowering = (operation, inputs, { graph, contrib }) => {
  const [transA, transB] = [flagOf(operation, "transA"), flagOf(operation, "transB")];
  const alpha = numberOf(operation, "alpha");
  if (!transA && !transB && alpha === 1) return graph.node("MatMul", inputs);
  if (contrib) {
    const attributes = { transA: int(transA ? 1 : 0), transB: int(transB ? 1 : 0), alpha: float(alpha) };
    return graph.node("FusedMatMul", inputs, { domain: CONTRIB_DOMAIN, attributes });
  }
  const [a, b] = inputs.map((name, i) => {
    if (!(i === 0 ? transA : transB)) return name;
    const perm = swappedAxes(operation.inputs[i].rank);
    return graph.node("Transpose", [name], { attributes: { perm: ints(perm) } })[0];
  });
  const product = graph.node("MatMul", [a, b]);
  return alpha === 1 ? product : graph.node("Mul", [...product, graph.initializer(Float32Array.of(alpha), [])]);
};

const reduce =
  (op: string): Lowering =>
  (operation, [x], { graph }) => {
    const attributes = { keepdims: int(numberOf(operation, "keepDims")) };
    return graph.node(op, [x, graph.integers(listOf(operation, "axes"))], { attributes });
  };

const toShape =
  (op: string): Lowering =>
  (operation, [x], { graph }) =>
    graph.node(op, [x, graph.integers(operation.outputs[0].shape)]);

const axisOf = (operation: Operation): Readonly<Record<string, NodeAttribute>> => ({
  axis: int(numberOf(operation, "axis")),
});

const split: Lowering = (operation, [x], { graph }) =>
  graph.node("Split", [x, graph.integers(listOf(operation, "sizes"))], {
    outputs: operation.outputs.length,
    attributes: axisOf(operation),
  });

const oneHot: Lowering = (operation, [indices], { graph }) => {
  const depth = numberOf(operation, "depth");
  const wide = operation.inputs[0].dtype === "int64";
  const depthName = graph.initializer(wide ? BigInt64Array.of(BigInt(depth)) : Int32Array.of(depth), [1]);
  return graph.node("OneHot", [indices, depthName, graph.initializer(Float32Array.of(0, 1), [2])]);
};

const layerNorm: Lowering = (operation, inputs, { graph, isUsed }) => {
  const [y, means, inverse] = operation.outputs;
  const outputs = isUsed(inverse) ? 3 : isUsed(means) ? 2 : 1;
  const attributes = { axis: int(-1), epsilon: float(numberOf(operation, "epsilon")) };
  const names = graph.node("LayerNormalization", inputs, { outputs, attributes });
  return [...names, ...Array.from<string>({ length: operation.outputs.length - outputs }).fill(`${y.id}.unused`)];
};

/** The hidden size is that of the initial state. Input 4 is the sequence lengths, which we leave out. */
const recurrent =
  (op: "GRU" | "LSTM"): Lowering =>
  (operation, [x, w, r, bias, ...states], { graph }) => {
    const hidden = int(operation.inputs[4].shape[2]);
    return graph.node(op, [x, w, r, bias, "", ...states], {
      outputs: operation.outputs.length,
      attributes: op === "GRU" ? { hidden_size: hidden, linear_before_reset: int(1) } : { hidden_size: hidden },
    });
  };

export const lowerings: Readonly<Record<OpName, Lowering>> = {
  Input: unnamed,
  Parameter: unnamed,
  Custom: unnamed,
  StopGradient: unnamed,
  Constant: (operation, _inputs, { graph }) => {
    const [tensor] = operation.outputs;
    const values = constantValues(tensor);
    if (values === undefined) throw new InvariantError("a constant has values");
    return [graph.initializer(values, tensor.shape)];
  },
  Neg: plain("Neg"),
  Exp: plain("Exp"),
  Log: plain("Log"),
  Tanh: plain("Tanh"),
  Sigmoid: plain("Sigmoid"),
  Relu: plain("Relu"),
  Softplus: plain("Softplus"),
  Sqrt: plain("Sqrt"),
  Abs: plain("Abs"),
  Sign: plain("Sign"),
  Reciprocal: plain("Reciprocal"),
  Not: plain("Not"),
  Cast: (operation, [x], { graph }) =>
    graph.node("Cast", [x], { attributes: { to: int(ELEMENT_TYPE[operation.outputs[0].dtype]) } }),
  Add: plain("Add"),
  Sub: plain("Sub"),
  Mul: plain("Mul"),
  Div: plain("Div"),
  Min: plain("Min"),
  Max: plain("Max"),
  Pow: plain("Pow"),
  Greater: plain("Greater"),
  GreaterOrEqual: plain("GreaterOrEqual"),
  Less: plain("Less"),
  LessOrEqual: plain("LessOrEqual"),
  Equal: plain("Equal"),
  And: plain("And"),
  Or: plain("Or"),
  Where: plain("Where"),
  Clip: clip,
  Sum: plain("Sum"),
  Gemm: gemm,
  MatMul: matmul,
  ReduceSum: reduce("ReduceSum"),
  ReduceMean: reduce("ReduceMean"),
  ReduceMax: reduce("ReduceMax"),
  Reshape: toShape("Reshape"),
  Transpose: (operation, [x], { graph }) =>
    graph.node("Transpose", [x], { attributes: { perm: ints(listOf(operation, "perm")) } }),
  Concat: (operation, inputs, { graph }) => graph.node("Concat", inputs, { attributes: axisOf(operation) }),
  Split: split,
  Expand: toShape("Expand"),
  Gather: (operation, inputs, { graph }) => graph.node("Gather", inputs, { attributes: axisOf(operation) }),
  ScatterAdd: scatterAdd,
  OneHot: oneHot,
  Softmax: plain("Softmax", { axis: int(-1) }),
  LogSoftmax: plain("LogSoftmax", { axis: int(-1) }),
  LayerNorm: layerNorm,
  GRU: recurrent("GRU"),
  LSTM: recurrent("LSTM"),
};
