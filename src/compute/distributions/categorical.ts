/**
 * @file Categorical distributions over the last axis of logits. Log-probability of an action and entropy come from one
 * log-softmax, with the gradient written out: with p = softmax, y = log p, H = -sum p y,
 * d logProb / d logits = onehot - p and dH / d logits = -p (y + H).
 *
 * Invalid actions are masked beforehand by a logit of -1e8, not minus infinity: their probability is exactly 0, they add
 * nothing to the entropy, and nothing becomes NaN. (Huang and Ontanon, "A closer look at invalid action masking", 2022.)
 */

import { customGradient } from "../ops/custom.ts";
import { add, exp, mul, neg, sub } from "../ops/elementwise.ts";
import { oneHot } from "../ops/gather.ts";
import { reshape } from "../ops/layout.ts";
import { logSoftmax } from "../ops/normalize.ts";
import { sum } from "../ops/reduce.ts";
import { sameShape, shapeError } from "../tensor/shape.ts";
import { requireDType, type Tensor } from "../tensor/tensor.ts";

export type LogProbEntropy = { readonly logProb: Tensor; readonly entropy: Tensor };

/** A gradient of the reduced shape, with an axis of size 1 at the end. */
function column(gradient: Tensor): Tensor {
  return gradient.size === 1 ? reshape(gradient, []) : reshape(gradient, [...gradient.shape, 1]);
}

function asOneHot(logits: Tensor, action: Tensor): Tensor {
  const chosen = action.dtype === "float32" ? action : oneHot(action, logits.shape[logits.rank - 1]);
  if (!sameShape(chosen.shape, logits.shape)) {
    throw shapeError("categoricalLogProb", [logits, action], "Give one index, or one one-hot row, per row of logits.");
  }
  return chosen;
}

function requireLogits(logits: Tensor): void {
  requireDType("categorical", logits, ["float32"]);
  if (logits.rank === 0) throw shapeError("categorical", [logits], "Logits need an axis of choices.");
}

/**
 * logits `[..., C]`; action as int32 or int64 indices `[...]` or one-hot float `[..., C]`. Both results have the shape
 * `[...]`, in nats.
 */
export function categoricalLogProbEntropy(logits: Tensor, action: Tensor): LogProbEntropy {
  requireLogits(logits);
  const chosen = asOneHot(logits, action);
  const logP = logSoftmax(logits);
  const p = exp(logP);
  const negativeEntropy = sum(mul(p, logP), -1, true);
  const [logProb, entropy] = customGradient({
    inputs: [logits],
    outputs: [sum(mul(chosen, logP), -1), neg(reshape(negativeEntropy, logits.shape.slice(0, -1)))],
    backward: ([gLogProb, gEntropy]) => {
      const gl = gLogProb === undefined ? undefined : column(gLogProb);
      const spread = gEntropy === undefined ? undefined : mul(column(gEntropy), sub(logP, negativeEntropy));
      const weight = gl === undefined ? spread : spread === undefined ? gl : add(gl, spread);
      if (weight === undefined) return [undefined];
      const fromP = mul(p, weight);
      return [gl === undefined ? neg(fromP) : sub(mul(gl, chosen), fromP)];
    },
  });
  return { logProb, entropy };
}

/** The log-probability of an action under logits `[..., C]`, shape `[...]`. */
export function categoricalLogProb(logits: Tensor, action: Tensor): Tensor {
  return categoricalLogProbEntropy(logits, action).logProb;
}

/** The entropy of logits `[..., C]`, shape `[...]`, in nats. */
export function categoricalEntropy(logits: Tensor): Tensor {
  requireLogits(logits);
  const logP = logSoftmax(logits);
  const p = exp(logP);
  const negativeEntropy = sum(mul(p, logP), -1, true);
  const [entropy] = customGradient({
    inputs: [logits],
    outputs: [neg(reshape(negativeEntropy, logits.shape.slice(0, -1)))],
    backward: ([g]) => [g === undefined ? undefined : neg(mul(p, mul(column(g), sub(logP, negativeEntropy))))],
  });
  return entropy;
}
