/**
 * @file Backward through an LSTM, built as for the GRU: gates recomputed at once, cell states by two nodes a step, then six
 * small nodes a step backward, and one product for each weight matrix at the end.
 *
 * The chain rule on i, o, f = s(a), g = tanh(ag), c' = f c + i g, h' = o tanh(c').
 */
import { add, mul, sigmoid, sub, tanh } from "../ops/elementwise.ts";
import { concat, reshape, split } from "../ops/layout.ts";
import { gemm } from "../ops/matmul.ts";
import { sum } from "../ops/reduce.ts";
import { constant, type Operation, type Tensor } from "../tensor/tensor.ts";
import { flowing, previousStates, stepGradients, stepRows, withoutDirection } from "./gru-gradient.ts";

/** What the forward pass took and gave: x `[T, B, D]`, w `[4H, D]`, r `[4H, H]`, bias `[8H]`, h0 and c0 `[B, H]`, outputs `[T, B, H]`. */
export type LstmPass = {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly r: Tensor;
  readonly bias: Tensor;
  readonly h0: Tensor;
  readonly c0: Tensor;
  readonly outputs: Tensor;
  /** `[T * B, 1]`: 0 where both states are zeroed before the step, else 1. */
  readonly keep?: Tensor;
};

/** All cell states, `[T * B, H]`, from the forget gates and the products of input gate and candidate. */
function cellStates(c0: Tensor, forget: readonly Tensor[], fresh: readonly Tensor[]): readonly Tensor[] {
  let c = c0;
  return forget.map((f, t) => {
    c = add(mul(f, c), fresh[t]);
    return c;
  });
}

function factors(pass: LstmPass, states: Tensor, rows: Tensor, steps: number) {
  const hidden = states.shape[1];
  const [biasX, biasH] = split(pass.bias, [4 * hidden, 4 * hidden], 0);
  const fromX = gemm(rows, pass.w, add(biasX, biasH), { transB: true });
  const sums = gemm(states, pass.r, fromX, { transB: true });
  const [sumIof, sumG] = split(sums, [3 * hidden, hidden], 1);
  const iof = sigmoid(sumIof);
  const [i, o, f] = split(iof, [hidden, hidden, hidden], 1);
  const [slopeI, slopeO, slopeF] = split(sub(iof, mul(iof, iof)), [hidden, hidden, hidden], 1);
  const g = tanh(sumG);
  // What is left of the cell after the forget gate: nothing where the memory begins anew.
  const forget = stepRows(pass.keep === undefined ? f : mul(f, pass.keep), steps);
  const cells = cellStates(pass.c0, forget, stepRows(mul(i, g), steps));
  const last = concat([pass.c0, ...cells.slice(0, -1)], 0);
  const before = pass.keep === undefined ? last : mul(last, pass.keep);
  const shown = tanh(concat(cells, 0));
  const toI = mul(g, slopeI);
  const toO = mul(shown, slopeO);
  const toF = mul(before, slopeF);
  const toG = mul(i, sub(1, mul(g, g)));
  return {
    forget,
    /** From dc (i, f, g) and dh (o) to the gates' sums. */
    gates: concat([toI, toO, toF, toG], 1),
    /** From dh to dc. */
    toCell: mul(o, sub(1, mul(shown, shown))),
  };
}

/** The sum of two gradients, either of which may be absent. */
function sumOf(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  return a === undefined ? b : b === undefined ? a : add(a, b);
}

/**
 * Gradients of x, w, r, bias, h0 and c0 from those of the outputs `[T, B, H]`, the last state and the last cell `[B, H]`,
 * each of its full shape.
 */
export function lstmBackward(
  pass: LstmPass,
  [outputGradient, lastGradient, cellGradient]: ReadonlyArray<Tensor | undefined>,
): readonly Tensor[] {
  const { x, w, r, h0, c0, outputs, keep } = pass;
  const [steps, batch, hidden] = outputs.shape;
  const rows = reshape(x, [steps * batch, x.shape[2]]);
  const before = previousStates(h0, outputs);
  const states = keep === undefined ? before : mul(before, keep);
  const { forget, gates, toCell } = factors(pass, states, rows, steps);
  const [gatesByStep, toCellByStep] = [stepRows(gates, steps), stepRows(toCell, steps)];
  const fromOutputs = stepGradients(outputGradient, outputs);
  const kept = keep === undefined ? undefined : stepRows(keep, steps);

  const dGatesByStep: Tensor[] = [];
  let dc = cellGradient;
  let dh = sumOf(lastGradient, fromOutputs?.[steps - 1]);
  for (let t = steps - 1; t >= 0; t--) {
    const flowH = dh ?? constant(0, [batch, hidden]);
    const total = sumOf(dc, mul(flowH, toCellByStep[t])) ?? flowH;
    const dGates = mul(concat([total, flowH, total, total], 1), gatesByStep[t]);
    dGatesByStep.unshift(dGates);
    dc = mul(total, forget[t]);
    const own = t === 0 ? undefined : fromOutputs?.[t - 1];
    dh = kept === undefined ? gemm(dGates, r, own) : sumOf(mul(gemm(dGates, r), kept[t]), own);
  }
  const all = concat(dGatesByStep, 0);
  const dBias = sum(all, 0);
  return [
    reshape(gemm(all, w), x.shape),
    gemm(all, rows, undefined, { transA: true }),
    gemm(all, states, undefined, { transA: true }),
    concat([dBias, dBias], 0),
    dh ?? h0,
    dc ?? c0,
  ];
}

export function lstmGradient(operation: Operation, given: ReadonlyArray<Tensor | undefined>): readonly Tensor[] {
  const [x, ...others] = operation.inputs;
  const [w, r, bias, h0, c0] = others.map((tensor) => withoutDirection(tensor));
  const outputs = withoutDirection(operation.outputs[0], 1);
  const flows = given.map((g, i) => flowing(g, operation.outputs[i], i === 0 ? 1 : 0));
  const results = lstmBackward({ x, w, r, bias, h0, c0, outputs }, flows);
  return results.map((gradient, i) => reshape(gradient, operation.inputs[i].shape));
}
