/**
 * @file Causal attention over a sliding window whose heads share one key and one value (Shazeer, "Fast transformer
 * decoding", 2019): what must be remembered of a bar is a head's width, not the whole model's. With the heads among the
 * rows, the scores of all heads are one product and nothing is transposed.
 *
 * With P = softmax(S), O = P V and a gradient G of O: dV = P'G, dS = P (G V' - rowsum(G O)), dQ = dS K, dK = dS'Q.
 */
import {
  add,
  concat,
  constant,
  customGradient,
  expand,
  matmul,
  minimum,
  mul,
  reshape,
  softmax,
  split,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../../../compute/index.ts";

/** Added to the score of a key that must not be seen: its weight is exactly 0, and nothing becomes NaN. */
const HIDDEN = -1e9;

/**
 * @param q `[R, T*heads, d]`, heads innermost
 * @param k and v `[R, P, d]`, the last T are level with the queries
 * @param biases each added to the scores, broadcastable to `[R, T*heads, P]`
 * @returns `[R, T*heads, d]`
 */
export function sharedKeyAttention(q: Tensor, k: Tensor, v: Tensor, biases: readonly Tensor[]): Tensor {
  const alpha = 1 / Math.sqrt(q.shape[2]);
  const scores = biases.reduce((total, bias) => add(total, bias), matmul(q, k, { transB: true, alpha }));
  const weights = softmax(scores);
  const mixed = matmul(weights, v);
  const [result] = customGradient({
    inputs: [q, k, v, ...biases],
    outputs: [mixed],
    backward: ([given]) => {
      if (given === undefined) return [q, k, v, ...biases].map(() => undefined);
      const g = expand(given, mixed.shape);
      const rows = sum(mul(g, mixed), -1, true);
      const slope = mul(weights, sub(matmul(g, v, { transB: true }), rows));
      return [
        matmul(slope, k, { alpha }),
        matmul(slope, q, { transA: true, alpha }),
        matmul(weights, g, { transA: true }),
        ...biases.map((bias) => sumTo(slope, bias)),
      ];
    },
  });
  return result;
}

/** The gradient of a tensor that was broadcast: sums over the axes along which it was repeated. */
function sumTo(gradient: Tensor, target: Tensor): Tensor {
  const missing = gradient.rank - target.rank;
  const axes = gradient.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < missing || target.shape[axis - missing] === 1);
  return axes.length === 0 ? gradient : reshape(sum(gradient, axes, true), target.shape);
}

/**
 * What the place of a key in the window adds to its score: `[T*heads, C+T]`, for T queries level with the last of C+T keys;
 * hidden where the key is in the future or older than the window.
 *
 * It is one row, moved on by one key for every query: rows one longer than needed, laid end to end and cut again. So the
 * gradient of the row is a sum over queries and not a scatter.
 * @param row `[heads, C+1]`, the oldest bar of the window first
 */
export function windowBias(row: Tensor, T: number): Tensor {
  const [heads, window] = row.shape;
  if (T === 1) return row;
  const P = window - 1 + T;
  const longer = reshape(concat([row, constant(HIDDEN, [heads, T])], 1), [heads, 1, P + 1]);
  const endToEnd = reshape(expand(longer, [heads, T, P + 1]), [heads, T * (P + 1)]);
  const [moved] = split(endToEnd, [T * P, T], 1);
  return reshape(transpose(reshape(moved, [heads, T, P]), [1, 0, 2]), [T * heads, P]);
}

/**
 * Hides keys that stand for bars before the first: `[R, 1, C+T]`.
 * @param seen `[R, 1]` bars of the C before the queries that exist
 */
export function missingBias(seen: Tensor, C: number, T: number): Tensor {
  const firstKey = Float32Array.from({ length: C + T }, (_, key) => key - C);
  const missing = minimum(add(seen, constant(firstKey, [1, C + T])), 0);
  return reshape(mul(missing, -HIDDEN), [seen.shape[0], 1, C + T]);
}

/** Bars of a stretch at which a memory began anew, and what follows from it for who sees whom. */
export type Restarts = {
  /** `[R, T*heads, C+T]`: hides keys from before the last restart at or before the query. */
  readonly bias: Tensor;
  /** `[R, 1]` bars since the last restart, or all of them and those that were seen before. */
  readonly seen: Tensor;
};

/**
 * @param resets `[R, T]` 1 where the memory is emptied before a bar
 * @param seen `[R, 1]` bars of the C before the queries that exist
 */
export function restarts(resets: Tensor, seen: Tensor, C: number, heads: number): Restarts {
  const [R, T] = resets.shape;
  // Restarts up to and with each bar: a product with a triangle of ones is their running sum.
  const upTo = Float32Array.from({ length: T * T }, (_, i) => (Math.floor(i / T) <= i % T ? 1 : 0));
  const count = matmul(resets, constant(upTo, [T, T]));
  const ofKeys = concat([constant(0, [R, C]), count], 1);
  const between = sub(reshape(ofKeys, [R, 1, C + T]), reshape(count, [R, T, 1]));
  const hidden = reshape(mul(minimum(between, 0), -HIDDEN), [R, T, 1, C + T]);
  const total =
    split(
      count,
      [T - 1, 1].filter((size) => size > 0),
      1,
    ).at(-1) ?? count;
  // 1 for a bar with no restart after it: it is still remembered at the end.
  const remembered = sub(1, minimum(sub(total, count), 1));
  const before = mul(seen, sub(1, minimum(total, 1)));
  return {
    bias: reshape(expand(hidden, [R, T, heads, C + T]), [R, T * heads, C + T]),
    seen: add(before, sum(remembered, 1, true)),
  };
}
