/**
 * @file Backward through a GRU. All gates of all steps are kept by the forward pass, or recomputed at once from the outputs
 * by two large matrix products, and from them the elementwise factors between dh(t) and the gates. Only
 * `dh(t-1) = dh(t) * z(t) + (dh(t) * factors(t)) R` is left to go step by step, five small nodes each; the weights'
 * gradients are one product over all steps at the end.
 *
 * With a = W x + R h the derivation is the chain rule on
 * z = s(az), r = s(ar), q = Rn h + bn, n = tanh(Wn x + b + r q), h' = (1 - z) n + z h.
 */
import { add, mul, sigmoid, sub, tanh } from "../ops/elementwise.ts";
import { concat, expand, reshape, split } from "../ops/layout.ts";
import { gemm } from "../ops/matmul.ts";
import { sum } from "../ops/reduce.ts";
import type { Operation, Tensor } from "../tensor/tensor.ts";

/** What the forward pass took and gave: x `[T, B, D]`, w `[3H, D]`, r `[3H, H]`, bias `[6H]`, h0 `[B, H]`, outputs `[T, B, H]`. */
export type GruPass = {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly r: Tensor;
  readonly bias: Tensor;
  readonly h0: Tensor;
  readonly outputs: Tensor;
  /** `[T * B, 1]`: 0 where the state is zeroed before the step, else 1. */
  readonly keep?: Tensor;
  /** The gates of all steps, where the forward pass kept them: z and r `[T * B, 2H]`, q and n `[T * B, H]`. */
  readonly saved?: { readonly gates: Tensor; readonly inner: Tensor; readonly candidate: Tensor };
};

/** The state before every step, `[T * B, H]`. */
export function previousStates(first: Tensor, outputs: Tensor): Tensor {
  const [steps, batch, hidden] = outputs.shape;
  if (steps === 1) return first;
  const rows = reshape(outputs, [steps * batch, hidden]);
  return concat([first, split(rows, [(steps - 1) * batch, batch], 0)[0]], 0);
}

/** Rows of every step, `[T * B, K]` cut into T pieces. */
export function stepRows(rows: Tensor, steps: number): readonly Tensor[] {
  return split(rows, Array.from<number>({ length: steps }).fill(rows.shape[0] / steps), 0);
}

/** `[T, B, H]` gradients by step, or undefined for none. */
export function stepGradients(gradient: Tensor | undefined, outputs: Tensor): readonly Tensor[] | undefined {
  if (gradient === undefined) return undefined;
  const [steps, batch, hidden] = outputs.shape;
  return stepRows(reshape(expand(gradient, outputs.shape), [steps * batch, hidden]), steps);
}

/** The gates worked out again from the states before each step. */
function recomputed(pass: GruPass, states: Tensor, rows: Tensor): NonNullable<GruPass["saved"]> {
  const hidden = states.shape[1];
  const [biasX, biasH] = split(pass.bias, [3 * hidden, 3 * hidden], 0);
  const [xzr, xn] = split(gemm(rows, pass.w, biasX, { transB: true }), [2 * hidden, hidden], 1);
  const [hzr, inner] = split(gemm(states, pass.r, biasH, { transB: true }), [2 * hidden, hidden], 1);
  const gates = sigmoid(add(xzr, hzr));
  const [, r] = split(gates, [hidden, hidden], 1);
  return { gates, inner, candidate: tanh(add(xn, mul(r, inner))) };
}

function factors(pass: GruPass, states: Tensor, rows: Tensor) {
  const hidden = states.shape[1];
  const { gates: zr, inner: q, candidate: n } = pass.saved ?? recomputed(pass, states, rows);
  const [z, r] = split(zr, [hidden, hidden], 1);
  const [slopeZ, slopeR] = split(sub(zr, mul(zr, zr)), [hidden, hidden], 1);
  const toN = mul(sub(1, z), sub(1, mul(n, n)));
  const toZ = mul(sub(states, n), slopeZ);
  const toR = mul(mul(toN, q), slopeR);
  return { z, inner: concat([toZ, toR, toN], 1), recurrent: concat([toZ, toR, mul(toN, r)], 1) };
}

function addTo(a: Tensor, b: Tensor | undefined): Tensor {
  return b === undefined ? a : add(a, b);
}

/** Gradients of x, w, r, bias and h0 from those of the outputs `[T, B, H]` and of the last state `[B, H]`. */
export function gruBackward(
  pass: GruPass,
  outputGradient: Tensor | undefined,
  lastGradient: Tensor | undefined,
): readonly [Tensor, Tensor, Tensor, Tensor, Tensor] {
  const [steps, batch, hidden] = pass.outputs.shape;
  const rows = reshape(pass.x, [steps * batch, pass.x.shape[2]]);
  const before = previousStates(pass.h0, pass.outputs);
  const states = pass.keep === undefined ? before : mul(before, pass.keep);
  const { z, inner, recurrent } = factors(pass, states, rows);
  const kept = (x: Tensor): readonly Tensor[] => stepRows(pass.keep === undefined ? x : mul(x, pass.keep), steps);
  const fromOutputs = stepGradients(outputGradient, pass.outputs);
  const last = lastGradient === undefined ? undefined : expand(lastGradient, [batch, hidden]);
  const [zs, factorsByStep] = [kept(z), kept(recurrent)];

  const byStep: Tensor[] = [];
  let carry = last === undefined ? fromOutputs?.[steps - 1] : addTo(last, fromOutputs?.[steps - 1]);
  for (let t = steps - 1; t >= 0 && carry !== undefined; t--) {
    byStep.unshift(carry);
    const through = gemm(mul(concat([carry, carry, carry], 1), factorsByStep[t]), pass.r, mul(carry, zs[t]));
    carry = addTo(through, t === 0 ? undefined : fromOutputs?.[t - 1]);
  }
  const all = concat(byStep, 0);
  const three = concat([all, all, all], 1);
  const dInner = mul(three, inner);
  const dRecurrent = mul(three, recurrent);
  const dx = reshape(gemm(dInner, pass.w), pass.x.shape);
  const dw = gemm(dInner, rows, undefined, { transA: true });
  const dr = gemm(dRecurrent, states, undefined, { transA: true });
  const dBias = concat([sum(dInner, 0), sum(dRecurrent, 0)], 0);
  return [dx, dw, dr, dBias, carry ?? pass.h0];
}

/** A tensor without its axis of size 1 for the direction. */
export function withoutDirection(x: Tensor, axis = 0): Tensor {
  return reshape(
    x,
    x.shape.filter((_, i) => i !== axis),
  );
}

/** A gradient in the operation's layout: full, or one number for all elements. */
export function flowing(gradient: Tensor | undefined, like: Tensor, axis: number): Tensor | undefined {
  return gradient === undefined ? undefined : withoutDirection(expand(gradient, like.shape), axis);
}

export function gruGradient(
  operation: Operation,
  [outputGradient, lastGradient]: ReadonlyArray<Tensor | undefined>,
): readonly Tensor[] {
  const [x, ...others] = operation.inputs;
  const [w, r, bias, h0] = others.map((tensor) => withoutDirection(tensor));
  const [outputs, last] = operation.outputs;
  const results = gruBackward(
    { x, w, r, bias, h0, outputs: withoutDirection(outputs, 1) },
    flowing(outputGradient, outputs, 1),
    flowing(lastGradient, last, 0),
  );
  return results.map((gradient, i) => reshape(gradient, operation.inputs[i].shape));
}
