/** @file The recurrent cells in float64, step by step. Layouts and gate orders are those of ONNX. */
import type { Operation } from "../tensor/tensor.ts";
import { emptyValues, type Values } from "./array.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** `bias[j] + row . matrix[j]` for a row of `width` elements at `at`. */
function affine(source: Float64Array, at: number, matrix: Values, j: number, bias: number): number {
  const width = matrix.shape[matrix.shape.length - 1];
  let total = bias;
  for (let k = 0; k < width; k++) total += source[at + k] * matrix.data[j * width + k];
  return total;
}

/** Inputs x `[T, B, D]`, w `[1, 3H, D]`, r `[1, 3H, H]`, bias `[1, 6H]`, h0 `[1, B, H]`; gates z, r, n; the reset gate acts after the matrix. */
export function gruForward(operation: Operation, [x, w, r, bias, h0]: readonly Values[]): readonly Values[] {
  const [steps, batch, width] = x.shape;
  const hidden = h0.shape[2];
  const outputs = emptyValues(operation.outputs[0].shape);
  let state = h0.data;
  for (let t = 0; t < steps; t++) {
    const next = new Float64Array(batch * hidden);
    for (let b = 0; b < batch; b++) {
      for (let j = 0; j < hidden; j++) {
        const inner = (gate: number): number => {
          const at = gate * hidden + j;
          return affine(x.data, (t * batch + b) * width, w, at, bias.data[at]);
        };
        const recurrent = (gate: number): number => {
          const at = gate * hidden + j;
          return affine(state, b * hidden, r, at, bias.data[3 * hidden + at]);
        };
        const update = sigmoid(inner(0) + recurrent(0));
        const reset = sigmoid(inner(1) + recurrent(1));
        const candidate = Math.tanh(inner(2) + reset * recurrent(2));
        next[b * hidden + j] = (1 - update) * candidate + update * state[b * hidden + j];
      }
    }
    outputs.data.set(next, t * batch * hidden);
    state = next;
  }
  return [outputs, { shape: operation.outputs[1].shape, data: state }];
}

/** Inputs x `[T, B, D]`, w `[1, 4H, D]`, r `[1, 4H, H]`, bias `[1, 8H]`, h0 and c0 `[1, B, H]`; gates i, o, f, c. */
export function lstmForward(operation: Operation, [x, w, r, bias, h0, c0]: readonly Values[]): readonly Values[] {
  const [steps, batch, width] = x.shape;
  const hidden = h0.shape[2];
  const outputs = emptyValues(operation.outputs[0].shape);
  let state = h0.data;
  const cell = c0.data.slice();
  for (let t = 0; t < steps; t++) {
    const next = new Float64Array(batch * hidden);
    for (let b = 0; b < batch; b++) {
      for (let j = 0; j < hidden; j++) {
        const gate = (index: number): number => {
          const at = index * hidden + j;
          const inner = affine(x.data, (t * batch + b) * width, w, at, bias.data[at]);
          return affine(state, b * hidden, r, at, inner + bias.data[4 * hidden + at]);
        };
        const at = b * hidden + j;
        cell[at] = sigmoid(gate(2)) * cell[at] + sigmoid(gate(0)) * Math.tanh(gate(3));
        next[at] = sigmoid(gate(1)) * Math.tanh(cell[at]);
      }
    }
    outputs.data.set(next, t * batch * hidden);
    state = next;
  }
  return [
    outputs,
    { shape: operation.outputs[1].shape, data: state },
    { shape: operation.outputs[2].shape, data: cell },
  ];
}
