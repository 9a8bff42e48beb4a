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
import { type GruPass, gruBackward, stepRows } from "./gru-gradient.ts";

/** Outputs `[T, B, H]` and the state after the last step `[B, H]`. */
export type GruResult = { readonly outputs: Tensor; readonly last: Tensor };

export type GruOptions = {
  /** `[T, B]`, float: 1 zeroes the state before step t. Costs a dozen nodes a step; leave it out where nothing resets. */
  readonly resets?: Tensor;
  /**
   * The runtime's own operation, or a dozen nodes a step. Both give the same numbers to rounding. By default whichever is
   * faster: the steps as nodes where a state is large.
   */
  readonly form?: "native" | "unrolled";
};

/** From so many numbers of state on, the steps as nodes are faster. Measured forward and backward on one thread. */
const UNROLLED_FROM = 2048;

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
  const large = steps > 1 && batch * hidden >= UNROLLED_FROM;
  if (resets === undefined && (options.form ?? (large ? "unrolled" : "native")) === "native") {
    const types = [float([steps, 1, batch, hidden]), float([1, batch, hidden])];
    const [outputs, last] = makeOperation("GRU", [x, ...[w, r, bias, h0].map(asDirection)], types);
    return { outputs: reshape(outputs, [steps, batch, hidden]), last: reshape(last, [batch, hidden]) };
  }
  return unrolled({ x, h0, w, r, bias }, resets);
}

/** The type of a float result. */
export function float(shape: readonly number[]): OutputType {
  return { shape, dtype: "float32" };
}

/** The operation's layout: one direction in front. */
export function asDirection(x: Tensor): Tensor {
  return reshape(x, [1, ...x.shape]);
}

/** What the steps of the cell are worked out from: rows of the input side's sums, and the recurrent side's weights. */
type CellWeights = { readonly gates: Tensor; readonly candidate: Tensor; readonly candidateBias: Tensor };

type CellResult = { readonly gates: Tensor; readonly inner: Tensor; readonly candidate: Tensor; readonly h: Tensor };

function cell(fromX: { gates: Tensor; candidate: Tensor }, h: Tensor, weights: CellWeights): CellResult {
  const hidden = h.shape[1];
  const gates = sigmoid(gemm(h, weights.gates, fromX.gates, { transB: true }));
  const [z, reset] = split(gates, [hidden, hidden], 1);
  const inner = gemm(h, weights.candidate, weights.candidateBias, { transB: true });
  const candidate = tanh(add(fromX.candidate, mul(reset, inner)));
  return { gates, inner, candidate, h: add(candidate, mul(z, sub(h, candidate))) };
}

/** The steps as nodes of their own, whose gates the backward pass takes over instead of working them out again. */
function unrolled(operands: Omit<GruPass, "outputs">, resets: Tensor | undefined): GruResult {
  const { x, h0, w, r, bias } = operands;
  const [steps, batch, width] = x.shape;
  const hidden = h0.shape[1];
  if (resets !== undefined) requireShape("gru resets", resets, [steps, batch]);
  const keep = resets === undefined ? undefined : sub(1, reshape(resets, [steps * batch, 1]));
  const blocks = [2 * hidden, hidden];
  const [gateBiasX, candidateBiasX, gateBiasH, candidateBias] = split(bias, [...blocks, ...blocks], 0);
  const [gates, candidate] = split(r, blocks, 0);
  const rows = reshape(x, [steps * batch, width]);
  const fromX = gemm(rows, w, concat([add(gateBiasX, gateBiasH), candidateBiasX], 0), { transB: true });
  const [gatesX, candidateX] = split(fromX, blocks, 1).map((part) => stepRows(part, steps));
  const keepByStep = keep === undefined ? undefined : stepRows(keep, steps);

  const done: CellResult[] = [];
  let h = h0;
  for (let t = 0; t < steps; t++) {
    const before = keepByStep === undefined ? h : mul(h, keepByStep[t]);
    const step = cell({ gates: gatesX[t], candidate: candidateX[t] }, before, { gates, candidate, candidateBias });
    done.push(step);
    h = step.h;
  }
  const all = (key: keyof CellResult): Tensor =>
    concat(
      done.map((step) => step[key]),
      0,
    );
  const states = reshape(all("h"), [steps, batch, hidden]);
  const saved = { gates: all("gates"), inner: all("inner"), candidate: all("candidate") };
  const pass = { ...operands, outputs: states, saved, ...(keep === undefined ? {} : { keep }) };
  const [outputs, last] = customGradient({
    inputs: [x, w, r, bias, h0],
    outputs: [states, h],
    backward: ([gy, gl]) => gruBackward(pass, gy, gl),
  });
  return { outputs, last };
}

/** One step for acting: x `[B, D]`, h `[B, H]`, the new h `[B, H]`; the same numbers as `gru` over one step. */
export function gruStep(x: Tensor, h: Tensor, w: Tensor, r: Tensor, bias: Tensor): Tensor {
  if (x.rank !== 2) throw shapeError("gruStep", [x], "The input must be [batch, features].");
  return gru(reshape(x, [1, ...x.shape]), h, w, r, bias).last;
}
