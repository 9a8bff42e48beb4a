/**
 * @file Long short-term memory (Hochreiter and Schmidhuber, 1997; with forget gate):
 * i, o, f = s(W x + R h + b), g = tanh(Wg x + Rg h + bg), c' = f c + i g, h' = o tanh(c').
 */
import { reshape } from "../ops/layout.ts";
import { shapeError } from "../tensor/shape.ts";
import { makeOperation, type Tensor } from "../tensor/tensor.ts";
import { asDirection, checkRecurrent, float } from "./gru.ts";

/** Outputs `[T, B, H]`, and hidden and cell state after the last step `[B, H]`. */
export type LstmResult = { readonly outputs: Tensor; readonly last: Tensor; readonly cell: Tensor };

/** x `[T, B, D]`, h0 and c0 `[B, H]`, w `[4H, D]`, r `[4H, H]`, bias `[8H]` (input side, then recurrent side); gates in the order i, o, f, g. */
export function lstm(x: Tensor, h0: Tensor, c0: Tensor, w: Tensor, r: Tensor, bias: Tensor): LstmResult {
  if (x.rank !== 3) throw shapeError("lstm", [x], "The input must be [steps, batch, features].");
  const [steps, batch, width] = x.shape;
  const hidden = checkRecurrent("lstm", 4, width, { w, r, bias, states: [h0, c0] }, batch);
  const types = [float([steps, 1, batch, hidden]), float([1, batch, hidden]), float([1, batch, hidden])];
  const [outputs, last, cell] = makeOperation("LSTM", [x, ...[w, r, bias, h0, c0].map(asDirection)], types);
  const state = [batch, hidden];
  return { outputs: reshape(outputs, [steps, ...state]), last: reshape(last, state), cell: reshape(cell, state) };
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
