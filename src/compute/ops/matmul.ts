/** @file Matrix products. Two-dimensional ones become `Gemm`, whose transposed forms spare separate transpositions. */
import { broadcastShapes, shapeError, sizeOf } from "../tensor/shape.ts";
import { makeTensor, requireDType, type Tensor } from "../tensor/tensor.ts";
import { reshape } from "./layout.ts";

export type GemmOptions = {
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly alpha?: number;
  readonly beta?: number;
};

/** `alpha * A B + beta * C` of matrices, each of A and B transposed on request; C broadcasts to the result. */
export function gemm(a: Tensor, b: Tensor, c?: Tensor, options: GemmOptions = {}): Tensor {
  const { transA = false, transB = false, alpha = 1, beta = 1 } = options;
  requireDType("gemm", a, ["float32"]);
  requireDType("gemm", b, ["float32"]);
  const fits = a.rank === 2 && b.rank === 2 && a.shape[transA ? 0 : 1] === b.shape[transB ? 1 : 0];
  if (!fits) {
    const how = `${transA ? "transposed " : ""}first by ${transB ? "transposed " : ""}second`;
    throw shapeError(`gemm (${how})`, [a, b], "Both must be matrices and the inner sizes must be equal.");
  }
  const shape = [a.shape[transA ? 1 : 0], b.shape[transB ? 0 : 1]];
  if (c !== undefined) {
    const common = broadcastShapes(c.shape, shape);
    if (common === undefined || sizeOf(common) !== sizeOf(shape) || common.length !== 2) {
      throw shapeError("gemm", [a, b, c], `The added tensor must broadcast to [${shape.join(", ")}].`);
    }
  }
  const attributes = { alpha, beta, transA: transA ? 1 : 0, transB: transB ? 1 : 0 };
  return makeTensor("Gemm", c === undefined ? [a, b] : [a, b, c], shape, "float32", attributes);
}

export type MatMulOptions = { readonly transA?: boolean; readonly transB?: boolean; readonly alpha?: number };

/** `alpha * A B` over the last two axes; the axes before them are batches and broadcast. Matrices become one `Gemm`. */
export function matmul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  const { transA = false, transB = false, alpha = 1 } = options;
  if (a.rank === 2 && b.rank === 2) return gemm(a, b, undefined, options);
  requireDType("matmul", a, ["float32"]);
  requireDType("matmul", b, ["float32"]);
  const inner = a.rank >= 2 && b.rank >= 2 && a.shape.at(transA ? -2 : -1) === b.shape.at(transB ? -1 : -2);
  const batch = inner ? broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)) : undefined;
  if (batch === undefined) {
    throw shapeError(
      "matmul",
      [a, b],
      "The inner sizes must be equal, and the sizes before the last two must broadcast.",
    );
  }
  const rows = a.shape[a.rank - (transA ? 1 : 2)];
  const columns = b.shape[b.rank - (transB ? 2 : 1)];
  const attributes = { alpha, transA: transA ? 1 : 0, transB: transB ? 1 : 0 };
  return makeTensor("MatMul", [a, b], [...batch, rows, columns], "float32", attributes);
}

/** A dense layer `x W + b` over the last axis: x `[..., D]`, w `[D, H]`, b `[H]`, result `[..., H]`. One `Gemm`. */
export function linear(x: Tensor, w: Tensor, b?: Tensor): Tensor {
  const width = x.shape.at(-1);
  if (x.rank < 1 || w.rank !== 2 || width !== w.shape[0]) {
    throw shapeError("linear", [x, w], "The last size of the first must be the first size of the weight matrix.");
  }
  if (b !== undefined && (b.rank !== 1 || b.shape[0] !== w.shape[1])) {
    throw shapeError("linear", [w, b], "The bias must have one element per column of the weight matrix.");
  }
  const rows = reshape(x, [x.size / width, width]);
  return reshape(gemm(rows, w, b), [...x.shape.slice(0, -1), w.shape[1]]);
}
