/** @file Shapes are plain arrays of sizes, row-major. Two shapes broadcast as in NumPy: aligned at the right, 1 stretches. */
import { TidemarkError } from "../../core/index.ts";

export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** The error of every operation whose operands don't fit: it names the operation, each operand and each shape. */
export function shapeError(
  operation: string,
  operands: ReadonlyArray<{ readonly shape: Shape; readonly label?: string }>,
  fix: string,
): TidemarkError {
  const told = operands.map((o, i) => `${o.label ?? `operand ${i + 1}`} of shape ${shapeText(o.shape)}`);
  return new TidemarkError("COMPUTE_SHAPE", {
    what: `${operation} can't take ${told.join(" and ")}`,
    fix,
  });
}

/** The common shape of two operands, or undefined where a pair of sizes is neither equal nor 1. */
export function broadcastShapes(a: Shape, b: Shape): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const out = Array.from<number>({ length: rank });
  for (let i = 0; i < rank; i++) {
    const m = a[a.length - rank + i] ?? 1;
    const n = b[b.length - rank + i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return undefined;
    out[i] = m === 1 ? n : m;
  }
  return out;
}

/** A possibly negative axis as an index from the left. */
export function normalAxis(operation: string, axis: number, shape: Shape): number {
  const at = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(at) || at < 0 || at >= shape.length) {
    throw shapeError(
      `${operation} over axis ${axis}`,
      [{ shape, label: "a tensor" }],
      "Name an axis the tensor has; negative axes count from the right.",
    );
  }
  return at;
}

/** Axes from the left, ascending, without repetition; undefined means every axis. */
export function normalAxes(operation: string, axes: number | readonly number[] | undefined, shape: Shape): number[] {
  if (axes === undefined) return shape.map((_, i) => i);
  const list = typeof axes === "number" ? [axes] : axes;
  return [...new Set(list.map((axis) => normalAxis(operation, axis, shape)))].sort((a, b) => a - b);
}

/** Row-major distances between neighbors along each axis, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = Array.from<number>({ length: shape.length });
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}
