/**
 * @file Long short-term memory (Hochreiter and Schmidhuber, 1997; with forget gate):
 * i, o, f = s(W x + R h + b), g = tanh(Wg x + Rg h + bg), c' = f c + i g, h' = o tanh(c').
 */
import { customGradient } from "../ops/custom.ts";
import { mul, sub } from "../ops/elementwise.ts";
import { concat, expand, reshape } from "../ops/layout.ts";
import { shapeError } from "../tensor/shape.ts";
import { makeOperation, requireShape, type Tensor } from "../tensor/tensor.ts";
import { asDirection, checkRecurrent, float } from "./gru.ts";
import { stepRows } from "./gru-gradient.ts";
import { lstmBackward } from "./lstm-gradient.ts";

/** Outputs `[T, B, H]`, and hidden and cell state after the last step `[B, H]`. */
export type LstmResult = { readonly outputs: Tensor; readonly last: Tensor; readonly cell: Tensor };

export type LstmOptions = {
  /** `[T, B]`, float: 1 zeroes both states before step t. Costs an operation a step; leave it out where nothing resets. */
  readonly resets?: Tensor;
};

/** x `[T, B, D]`, h0 and c0 `[B, H]`, w `[4H, D]`, r `[4H, H]`, bias `[8H]` (input side, then recurrent side); gates in the order i, o, f, g. */
export function lstm(
  x: Tensor,
  h0: Tensor,
  c0: Tensor,
  w: Tensor,
  r: Tensor,
  bias: Tensor,
  { resets }: LstmOptions = {},
): LstmResult {
  if (x.rank !== 3) throw shapeError("lstm", [x], "The input must be [steps, batch, features].");
  const [steps, batch, width] = x.shape;
  checkRecurrent("lstm", 4, width, { w, r, bias, states: [h0, c0] }, batch);
  if (resets === undefined) return operation({ x, h0, c0, w, r, bias });
  requireShape("lstm resets", resets, [steps, batch]);
  return stepwise({ x, h0, c0, w, r, bias }, sub(1, reshape(resets, [steps * batch, 1])));
}

type Operands = {
  readonly x: Tensor;
  readonly h0: Tensor;
  readonly c0: Tensor;
  readonly w: Tensor;
  readonly r: Tensor;
  readonly bias: Tensor;
};

function operation({ x, h0, c0, w, r, bias }: Operands): LstmResult {
  const [steps, batch] = x.shape;
  const hidden = h0.shape[1];
  const types = [float([steps, 1, batch, hidden]), float([1, batch, hidden]), float([1, batch, hidden])];
  const [outputs, last, cell] = makeOperation("LSTM", [x, ...[w, r, bias, h0, c0].map(asDirection)], types);
  const state = [batch, hidden];
  return { outputs: reshape(outputs, [steps, ...state]), last: reshape(last, state), cell: reshape(cell, state) };
}

/** A step at a time, from states that are zeroed where they begin anew. @param keep `[T*B, 1]` */
function stepwise(operands: Operands, keep: Tensor): LstmResult {
  const { x, h0, c0, w, r, bias } = operands;
  const [steps, batch, width] = x.shape;
  const keepByStep = stepRows(keep, steps);
  const done: Tensor[] = [];
  let [h, c] = [h0, c0];
  for (const [t, row] of stepRows(reshape(x, [steps * batch, width]), steps).entries()) {
    const states = { h0: mul(h, keepByStep[t]), c0: mul(c, keepByStep[t]) };
    const step = operation({ x: reshape(row, [1, batch, width]), ...states, w, r, bias });
    done.push(step.last);
    [h, c] = [step.last, step.cell];
  }
  const states = reshape(concat(done, 0), [steps, batch, h0.shape[1]]);
  const results = [states, h, c];
  const [outputs, last, cell] = customGradient({
    inputs: [x, w, r, bias, h0, c0],
    outputs: results,
    backward: (given) =>
      lstmBackward(
        { ...operands, outputs: states, keep },
        given.map((g, i) => (g === undefined ? undefined : expand(g, results[i].shape))),
      ),
  });
  return { outputs, last, cell };
}

/** One step for acting: x `[B, D]`, h and c `[B, H]`; the same numbers as `lstm` over one step. */
export function lstmStep(
  x: Tensor,
  state: { readonly h: Tensor; readonly c: Tensor },
  weights: { readonly w: Tensor; readonly r: Tensor; readonly bias: Tensor },
): { readonly h: Tensor; readonly c: Tensor } {
  if (x.rank !== 2) throw shapeError("lstmStep", [x], "The input must be [batch, features].");
  const result = lstm(reshape(x, [1, ...x.shape]), state.h, state.c, weights.w, weights.r, weights.bias);
  return { h: result.last, c: result.cell };
}
