/**
 * @file Gated recurrent unit (Cho et al., 2014), in the form where the reset gate acts after the recurrent matrix:
 * z = s(Wz x + Rz h + bz), r = s(Wr x + Rr h + br), n = tanh(Wn x + bn + r * (Rn h + cn)), h' = (1 - z) n + z h.
 */

import { customGradient } from "../ops/custom.ts";
import { add, mul, sigmoid, sub, tanh } from "../ops/elementwise.ts";
import { concat, reshape, split } from "../ops/layout.ts";
import { gemm } from "../ops/matmul.ts";
import { shapeError, shapeText } from "../tensor/shape.ts";
import { makeOperation, type OutputType, requireShape, type Tensor } from "../tensor/tensor.ts";
import { gruBackward, stepRows } from "./gru-gradient.ts";

/** Outputs `[T, B, H]` and the state after the last step `[B, H]`. */
export type GruResult = { readonly outputs: Tensor; readonly last: Tensor };

export type GruOptions = {
  /** `[T, B]`, float: 1 zeroes the state before step t. Costs a dozen nodes a step; leave it out where nothing resets. */
  readonly resets?: Tensor;
};

/** Checks the operands of a recurrent layer with `gates` gates, and returns H. */
export function checkRecurrent(
  name: string,
  gates: number,
  width: number,
  parts: { readonly w: Tensor; readonly r: Tensor; readonly bias: Tensor; readonly states: readonly Tensor[] },
  batch: number,
): number {
  const { w, r, bias, states } = parts;
  const hidden = states[0].shape.at(-1) ?? 0;
  const wanted: ReadonlyArray<readonly [Tensor, readonly number[]]> = [
    ...states.map((state) => [state, [batch, hidden]] as const),
    [w, [gates * hidden, width]],
    [r, [gates * hidden, hidden]],
    [bias, [2 * gates * hidden]],
  ];
  for (const [tensor, shape] of wanted) {
    if (tensor.rank !== shape.length || tensor.shape.some((n, i) => n !== shape[i])) {
      throw shapeError(name, [states[0], tensor], `The second must have the shape ${shapeText(shape)}.`);
    }
  }
  return hidden;
}

/** x `[T, B, D]`, h0 `[B, H]`, w `[3H, D]`, r `[3H, H]`, bias `[6H]` (input side, then recurrent side); gates in the order z, r, n. */
export function gru(x: Tensor, h0: Tensor, w: Tensor, r: Tensor, bias: Tensor, options: GruOptions = {}): GruResult {
  if (x.rank !== 3) throw shapeError("gru", [x], "The input must be [steps, batch, features].");
  const [steps, batch, width] = x.shape;
  const hidden = checkRecurrent("gru", 3, width, { w, r, bias, states: [h0] }, batch);
  const { resets } = options;
  if (resets === undefined) {
    const types = [float([steps, 1, batch, hidden]), float([1, batch, hidden])];
    const [outputs, last] = makeOperation("GRU", [x, ...[w, r, bias, h0].map(asDirection)], types);
    return { outputs: reshape(outputs, [steps, batch, hidden]), last: reshape(last, [batch, hidden]) };
  }
  requireShape("gru resets", resets, [steps, batch]);
  const keep = sub(1, reshape(resets, [steps * batch, 1]));
  const unrolled = unroll(x, h0, w, r, bias, keep);
  const [outputs, last] = customGradient({
    inputs: [x, w, r, bias, h0],
    outputs: [unrolled.outputs, unrolled.last],
    backward: ([gy, gl]) => gruBackward({ x, w, r, bias, h0, outputs: unrolled.outputs, keep }, gy, gl),
  });
  return { outputs, last };
}

/** The type of a float result. */
export function float(shape: readonly number[]): OutputType {
  return { shape, dtype: "float32" };
}

/** The operation's layout: one direction in front. */
export function asDirection(x: Tensor): Tensor {
  return reshape(x, [1, ...x.shape]);
}

function unroll(x: Tensor, h0: Tensor, w: Tensor, r: Tensor, bias: Tensor, keep: Tensor): GruResult {
  const [steps, batch, width] = x.shape;
  const hidden = h0.shape[1];
  const [biasX, biasH] = split(bias, [3 * hidden, 3 * hidden], 0);
  const inner = gemm(reshape(x, [steps * batch, width]), w, biasX, { transB: true });
  const [innerByStep, keepByStep] = [stepRows(inner, steps), stepRows(keep, steps)];
  const states: Tensor[] = [];
  let h = h0;
  for (let t = 0; t < steps; t++) {
    h = cell(innerByStep[t], mul(h, keepByStep[t]), r, biasH);
    states.push(h);
  }
  return { outputs: reshape(concat(states, 0), [steps, batch, hidden]), last: h };
}

/** One step from the input side's gate sums `[B, 3H]`. */
function cell(inner: Tensor, h: Tensor, r: Tensor, biasH: Tensor): Tensor {
  const hidden = h.shape[1];
  const [xzr, xn] = split(inner, [2 * hidden, hidden], 1);
  const [hzr, q] = split(gemm(h, r, biasH, { transB: true }), [2 * hidden, hidden], 1);
  const [z, reset] = split(sigmoid(add(xzr, hzr)), [hidden, hidden], 1);
  const n = tanh(add(xn, mul(reset, q)));
  return add(n, mul(z, sub(h, n)));
}

/** One step for acting: x `[B, D]`, h `[B, H]`, the new h `[B, H]`; the same numbers as `gru` over one step. */
export function gruStep(x: Tensor, h: Tensor, w: Tensor, r: Tensor, bias: Tensor): Tensor {
  if (x.rank !== 2) throw shapeError("gruStep", [x], "The input must be [batch, features].");
  return gru(reshape(x, [1, ...x.shape]), h, w, r, bias).last;
}
