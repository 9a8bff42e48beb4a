/** @file Normalizing operations over the last axis: softmax, its logarithm, and layer normalization. */
import { shapeError } from "../tensor/shape.ts";
import { makeOperation, makeTensor, requireDType, type Tensor } from "../tensor/tensor.ts";

function overLastAxis(operation: string, x: Tensor): Tensor {
  requireDType(operation, x, ["float32"]);
  if (x.rank === 0) throw shapeError(operation, [x], "It needs at least one axis.");
  return x;
}

/** Probabilities from logits over the last axis. */
export function softmax(x: Tensor): Tensor {
  return makeTensor("Softmax", [overLastAxis("softmax", x)], x.shape);
}

/** Log-probabilities from logits over the last axis, without the rounding of `log(softmax(x))`. */
export function logSoftmax(x: Tensor): Tensor {
  return makeTensor("LogSoftmax", [overLastAxis("logSoftmax", x)], x.shape);
}

/**
 * Layer normalization over the last axis: `(x - mean) / sqrt(variance + epsilon) * gain + bias`, with the biased variance;
 * x `[..., D]`, gain and bias `[D]`. (Ba, Kiros and Hinton, "Layer Normalization", 2016.)
 */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor, epsilon = 1e-5): Tensor {
  overLastAxis("layerNorm", x);
  const width = x.shape[x.rank - 1];
  for (const part of [gain, bias]) {
    if (part.rank !== 1 || part.shape[0] !== width) {
      throw shapeError("layerNorm", [x, part], "Gain and bias must have one element per element of the last axis.");
    }
  }
  const reduced = { shape: [...x.shape.slice(0, -1), 1], dtype: "float32" as const };
  const full = { shape: x.shape, dtype: "float32" as const };
  return makeOperation("LayerNorm", [x, gain, bias], [full, reduced, reduced], { epsilon })[0];
}
