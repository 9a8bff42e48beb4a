/**
 * @file A Tensor is an immutable expression: the result of an operation on other tensors, with a static shape. Building one
 * computes nothing; `compileForward` and `compileTrainStep` turn expressions into a graph.
 */
import { InvariantError, TidemarkError } from "../../core/index.ts";
import { type Shape, sameShape, shapeError, sizeOf } from "./shape.ts";

/** Element types: float32 for numbers, int32 or int64 for indices, bool for conditions. */
export type DType = "float32" | "int32" | "int64" | "bool";

/** What a tensor's elements are stored in outside the graph. Booleans are bytes 0 and 1. */
export type TypedArray = Float32Array | Int32Array | BigInt64Array | Uint8Array;

const OP_NAMES = [
  "Input",
  "Parameter",
  "Constant",
  "Neg",
  "Exp",
  "Log",
  "Tanh",
  "Sigmoid",
  "Relu",
  "Softplus",
  "Sqrt",
  "Abs",
  "Sign",
  "Reciprocal",
  "Not",
  "Cast",
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Min",
  "Max",
  "Pow",
  "Greater",
  "GreaterOrEqual",
  "Less",
  "LessOrEqual",
  "Equal",
  "And",
  "Or",
  "Where",
  "Clip",
  "Sum",
  "Gemm",
  "MatMul",
  "ReduceSum",
  "ReduceMean",
  "ReduceMax",
  "Reshape",
  "Transpose",
  "Concat",
  "Split",
  "Expand",
  "Gather",
  "ScatterAdd",
  "OneHot",
  "Softmax",
  "LogSoftmax",
  "LayerNorm",
  "GRU",
  "LSTM",
  "StopGradient",
  "Custom",
] as const;
export type OpName = (typeof OP_NAMES)[number];

type AttributeValue = number | string | readonly number[] | TypedArray;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** The hand-written part of a custom operation: what it computes, and how gradients flow back through it. */
export type CustomRule = {
  readonly body: readonly Tensor[];
  /** Gradients of the loss with respect to each output (undefined where unused) in, with respect to each input out. */
  readonly backward: (gradients: ReadonlyArray<Tensor | undefined>) => ReadonlyArray<Tensor | undefined>;
};

export type Operation = {
  readonly name: OpName;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly custom: CustomRule | undefined;
  readonly outputs: readonly Tensor[];
};

export type OutputType = { readonly shape: Shape; readonly dtype: DType };

let lastId = 0;

export class Tensor {
  /** Unique in the process; only for tables. */
  readonly id: number;
  /** Sizes, row-major; `[]` is a scalar. */
  readonly shape: Shape;
  readonly dtype: DType;
  readonly operation: Operation;
  /** Which of the operation's outputs this is. */
  readonly output: number;

  constructor(operation: Operation, output: number, type: OutputType) {
    this.id = ++lastId;
    this.shape = type.shape;
    this.dtype = type.dtype;
    this.operation = operation;
    this.output = output;
  }

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** How an error names this tensor. */
  get label(): string {
    const { name, attributes } = this.operation;
    if (name === "Input") return `input "${String(attributes["name"])}"`;
    if (name === "Parameter") return `parameter "${String(attributes["name"])}"`;
    return name === "Constant" ? "constant" : `${name} result`;
  }
}

/** Builds an operation with any number of outputs. Shapes must already be checked. */
export function makeOperation(
  name: OpName,
  inputs: readonly Tensor[],
  outputs: readonly OutputType[],
  attributes: Attributes = {},
  custom?: CustomRule,
): readonly Tensor[] {
  const tensors: Tensor[] = [];
  const operation: Operation = { name, inputs, attributes, custom, outputs: tensors };
  for (const [i, type] of outputs.entries()) tensors.push(new Tensor(operation, i, type));
  return tensors;
}

/** Builds an operation with one output. */
export function makeTensor(
  name: OpName,
  inputs: readonly Tensor[],
  shape: Shape,
  dtype: DType = "float32",
  attributes: Attributes = {},
): Tensor {
  return makeOperation(name, inputs, [{ shape, dtype }], attributes)[0];
}

function checkShape(what: string, shape: Shape): void {
  if (shape.every((n) => Number.isInteger(n) && n > 0)) return;
  throw new TidemarkError("COMPUTE_SHAPE", {
    what: `${what} has the shape [${shape.join(", ")}]`,
    fix: "Every size must be a whole number above zero: graphs are built for one fixed shape.",
  });
}

/** A value fed at every run. `name` is its key in the feeds and its name in an exported file. */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
  checkShape(`Input "${name}"`, shape);
  return makeTensor("Input", [], [...shape], dtype, { name });
}

const ELEMENT_TYPE = {
  Float32Array: "float32",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "bool",
} as const;

export function dtypeOf(values: TypedArray): DType {
  const dtype: DType | undefined = ELEMENT_TYPE[values.constructor.name as keyof typeof ELEMENT_TYPE];
  if (dtype === undefined) throw new InvariantError(`element type is known, was ${values.constructor.name}`);
  return dtype;
}

/** A fixed value: one number (a scalar unless `shape` is given, then every element), or the elements of `shape` in row-major order. */
export function constant(value: number | TypedArray, shape?: Shape): Tensor {
  if (typeof value === "number") {
    const sizes = shape ?? [];
    checkShape("A constant", sizes);
    return makeTensor("Constant", [], [...sizes], "float32", { values: new Float32Array(sizeOf(sizes)).fill(value) });
  }
  const sizes = shape ?? [value.length];
  checkShape("A constant", sizes);
  if (sizeOf(sizes) !== value.length) {
    throw shapeError(
      "constant",
      [{ shape: sizes, label: "a tensor" }],
      `Give ${sizeOf(sizes)} values, not ${value.length}.`,
    );
  }
  return makeTensor("Constant", [], [...sizes], dtypeOf(value), { values: value.slice() });
}

/** The elements of a constant, or undefined for anything else. */
export function constantValues(tensor: Tensor): TypedArray | undefined {
  if (tensor.operation.name !== "Constant") return undefined;
  const values = tensor.operation.attributes["values"];
  return ArrayBuffer.isView(values) ? values : undefined;
}

/** The one number that every element of a float constant has, or undefined. */
export function uniformValue(tensor: Tensor): number | undefined {
  const values = constantValues(tensor);
  if (!(values instanceof Float32Array)) return undefined;
  const first = values[0];
  for (const value of values) if (!Object.is(value, first)) return undefined;
  return first;
}

/** Elementwise equality of shapes, for callers that need exactly one shape. */
export function requireShape(operation: string, tensor: Tensor, shape: Shape): void {
  if (!sameShape(tensor.shape, shape)) {
    throw shapeError(operation, [tensor], `The shape must be [${shape.join(", ")}].`);
  }
}

export function requireDType(operation: string, tensor: Tensor, allowed: readonly DType[]): void {
  if (allowed.includes(tensor.dtype)) return;
  throw new TidemarkError("COMPUTE_SHAPE", {
    what: `${operation} can't take ${tensor.label} of type ${tensor.dtype}`,
    fix: `Give it ${allowed.join(" or ")}; cast() converts.`,
  });
}
