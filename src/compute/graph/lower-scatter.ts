/**
 * @file Adding slices at repeated indices. The runtime's ScatterND is the fastest form, but with several threads two of them
 * may add to one slice at once and an addition is lost (seen in 1.30: wrong sums with 2 and more threads). So it is used with
 * one thread only; otherwise a product with one-hot rows for few slices, and the serial ScatterElements for many.
 */
import { ELEMENT_TYPE } from "../onnx/model.ts";
import { numberOf } from "../tensor/attributes.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Operation } from "../tensor/tensor.ts";
import { type GraphBuilder, int, ints, type LowerContext, text } from "./graph-builder.ts";

/** Up to so many slices the product is faster than adding one by one. Measured on 1024 rows of 32. */
const FEW_SLICES = 32;

type Scatter = {
  readonly graph: GraphBuilder;
  /** Number of slices of the result, of indices, and of elements in a slice. */
  readonly slices: number;
  readonly count: number;
  readonly width: number;
  /** Names of the indices and of the updates `[count, width]`. */
  readonly indices: string;
  readonly updates: string;
};

function zeros({ graph, slices, width }: Scatter): string {
  return graph.initializer(new Float32Array(slices * width), [slices, width], "zeros");
}

function oneThread(scatter: Scatter, dtype: string): string {
  const { graph, indices, updates, count } = scatter;
  const wide =
    dtype === "int64" ? [indices] : graph.node("Cast", [indices], { attributes: { to: int(ELEMENT_TYPE.int64) } });
  const [column] = graph.node("Reshape", [wide[0], graph.integers([count, 1])]);
  return graph.node("ScatterND", [zeros(scatter), column, updates], { attributes: { reduction: text("add") } })[0];
}

function byProduct({ graph, indices, updates, slices, count }: Scatter, dtype: string): string {
  const depth = graph.initializer(dtype === "int64" ? BigInt64Array.of(BigInt(slices)) : Int32Array.of(slices), [1]);
  const [flat] = graph.node("Reshape", [indices, graph.integers([count])]);
  const [rows] = graph.node("OneHot", [flat, depth, graph.initializer(Float32Array.of(0, 1), [2])]);
  return graph.node("Gemm", [rows, updates], { attributes: { transA: int(1) } })[0];
}

function oneByOne(scatter: Scatter): string {
  const { graph, indices, updates, count, width } = scatter;
  const [column] = graph.node("Reshape", [indices, graph.integers([count, 1])]);
  const [everywhere] = graph.node("Expand", [column, graph.integers([count, width])]);
  const attributes = { axis: int(0), reduction: text("add") };
  return graph.node("ScatterElements", [zeros(scatter), everywhere, updates], { attributes })[0];
}

/** The scattered axis is moved to the front, all others are one, and back. */
export function scatterAdd(
  operation: Operation,
  [updates, indices]: readonly string[],
  context: LowerContext,
): string[] {
  const { graph, parallel } = context;
  const [result] = operation.outputs;
  const [given, index] = operation.inputs;
  const axis = numberOf(operation, "axis");
  const at = given.shape.map((_, i) => i);
  const front = [...at.slice(axis, axis + index.rank), ...at.slice(0, axis), ...at.slice(axis + index.rank)];
  const slices = result.shape[axis];
  const width = result.size / slices;
  const count = sizeOf(index.shape);
  const move = (name: string, order: readonly number[]): string =>
    order.every((from, to) => from === to)
      ? name
      : graph.node("Transpose", [name], { attributes: { perm: ints(order) } })[0];
  const [rows] = graph.node("Reshape", [move(updates, front), graph.integers([count, width])]);
  const scatter = { graph, slices, count, width, indices, updates: rows };
  const sums = !parallel
    ? oneThread(scatter, index.dtype)
    : slices <= FEW_SLICES
      ? byProduct(scatter, index.dtype)
      : oneByOne(scatter);
  const moved = [slices, ...result.shape.slice(0, axis), ...result.shape.slice(axis + 1)];
  const [shaped] = graph.node("Reshape", [sums, graph.integers(moved)]);
  const back = result.shape.map((_, i) => (i === axis ? 0 : i < axis ? i + 1 : i));
  return [move(shaped, back)];
}
