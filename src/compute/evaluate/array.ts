/** @file Float64 arrays with a shape: what the reference evaluator computes with. Integers and booleans are numbers too. */
import { type Shape, sizeOf, stridesOf } from "../tensor/shape.ts";
import type { TypedArray } from "../tensor/tensor.ts";

export type Values = { readonly shape: Shape; readonly data: Float64Array };

export function valuesOf(shape: Shape, data: TypedArray | Float64Array): Values {
  if (data instanceof BigInt64Array) return { shape, data: Float64Array.from(data, Number) };
  return { shape, data: Float64Array.from(data) };
}

export function emptyValues(shape: Shape): Values {
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

/** For every element of `shape`, its index in an array of shape `from` that broadcasts to it. */
export function broadcastIndices(from: Shape, shape: Shape): Int32Array {
  const strides = stridesOf(from);
  const aligned = shape.map((_, i) => {
    const at = i - (shape.length - from.length);
    return at < 0 || from[at] === 1 ? 0 : strides[at];
  });
  return stridedIndices(shape, aligned);
}

/** For every element of `shape` in order, the sum of its coordinates times the strides. */
export function stridedIndices(shape: Shape, strides: readonly number[]): Int32Array {
  const out = new Int32Array(sizeOf(shape));
  const at = new Int32Array(shape.length);
  let index = 0;
  for (let k = 0; k < out.length; k++) {
    out[k] = index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index += strides[axis];
      if (++at[axis] < shape[axis]) break;
      index -= at[axis] * strides[axis];
      at[axis] = 0;
    }
  }
  return out;
}

export function mapValues(x: Values, f: (v: number) => number): Values {
  return { shape: x.shape, data: x.data.map(f) };
}

export function zipValues(a: Values, b: Values, shape: Shape, f: (x: number, y: number) => number): Values {
  const out = emptyValues(shape);
  const ia = broadcastIndices(a.shape, shape);
  const ib = broadcastIndices(b.shape, shape);
  for (let k = 0; k < out.data.length; k++) out.data[k] = f(a.data[ia[k]], b.data[ib[k]]);
  return out;
}

/** Rows of the last axis, each rewritten by `f(source, target, offset, width)`. */
export function mapRows(
  x: Values,
  f: (from: Float64Array, to: Float64Array, at: number, width: number) => void,
): Values {
  const out = emptyValues(x.shape);
  const width = x.shape.at(-1) ?? 1;
  for (let at = 0; at < x.data.length; at += width) f(x.data, out.data, at, width);
  return out;
}

/** `alpha * A B` over the last two axes with broadcast batches. */
export function matrixProduct(
  a: Values,
  b: Values,
  shape: Shape,
  how: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number },
): Values {
  const out = emptyValues(shape);
  const [rows, columns] = shape.slice(-2);
  const [a0, a1] = a.shape.slice(-2);
  const [b0, b1] = b.shape.slice(-2);
  const inner = how.transA ? a0 : a1;
  const batch = shape.slice(0, -2);
  const ia = broadcastIndices(a.shape.slice(0, -2), batch);
  const ib = broadcastIndices(b.shape.slice(0, -2), batch);
  for (let n = 0; n < ia.length; n++) {
    const pa = ia[n] * a0 * a1;
    const pb = ib[n] * b0 * b1;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        let total = 0;
        for (let k = 0; k < inner; k++) {
          const x = a.data[pa + (how.transA ? k * a1 + r : r * a1 + k)];
          const y = b.data[pb + (how.transB ? c * b1 + k : k * b1 + c)];
          total += x * y;
        }
        out.data[(n * rows + r) * columns + c] = how.alpha * total;
      }
    }
  }
  return out;
}
