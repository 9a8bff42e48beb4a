/**
 * @file Gradient clipping and Adam (Kingma and Ba, 2015) over the flat vector, written with as few nodes as we could find:
 * a product with a 1x1 matrix scales, adds and blends in one node, so the clip factor costs nothing.
 */

import { InvariantError } from "../../core/index.ts";
import { add, div, minimum, mul, sqrt, square } from "../ops/elementwise.ts";
import { gemm } from "../ops/matmul.ts";
import { input, type Tensor } from "../tensor/tensor.ts";
import type { AdamOptions, Optimizer } from "./options.ts";

/** Adam with bias correction. Defaults: beta1 0.9, beta2 0.999, epsilon 1e-8. */
export function adam(options: AdamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)) {
    throw new InvariantError(`adam's betas are in [0, 1) and epsilon is positive, were ${beta1}, ${beta2}, ${epsilon}`);
  }
  return { kind: "adam", beta1, beta2, epsilon };
}

/** The names under which the optimizer's state and scalars enter the graph. */
export const ADAM_INPUT = {
  m: "adam:m",
  v: "adam:v",
  /** Minus the learning rate, corrected for both moments' bias. */
  rate: "adam:rate",
  /** Epsilon, corrected for the second moment's bias. */
  epsilon: "adam:epsilon",
} as const;

export type AdamGraph = {
  readonly parameters: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
  /** Before clipping, `[1, 1]`. */
  readonly gradientNorm: Tensor;
};

/**
 * New parameters and moments, all `[1, size]`. The clip factor is `min(1, clipNorm / (norm + 1e-6))`. Bias correction is in
 * the two scalars: `rate = -lr * sqrt(1 - beta2^t) / (1 - beta1^t)`, `epsilon * sqrt(1 - beta2^t)`.
 */
export function adamGraph(
  flat: Tensor,
  gradient: Tensor,
  optimizer: Optimizer,
  clipNorm: number | undefined,
): AdamGraph {
  const { beta1, beta2 } = optimizer;
  const moment = (name: string): Tensor => input(name, flat.shape);
  const [m0, v0] = [moment(ADAM_INPUT.m), moment(ADAM_INPUT.v)];
  const gradientNorm = sqrt(gemm(gradient, gradient, undefined, { transB: true }));
  const factor = clipNorm === undefined ? undefined : minimum(div(clipNorm, add(gradientNorm, 1e-6)), 1);
  const squares = square(gradient);
  const m = blend(factor, gradient, m0, beta1);
  const v = blend(factor === undefined ? undefined : square(factor), squares, v0, beta2);
  const rate = input(ADAM_INPUT.rate, [1, 1]);
  const step = div(m, add(sqrt(v), input(ADAM_INPUT.epsilon, [1, 1])));
  return { parameters: gemm(rate, step, flat), m, v, gradientNorm };
}

/** `beta * old + (1 - beta) * factor * fresh`. */
function blend(factor: Tensor | undefined, fresh: Tensor, old: Tensor, beta: number): Tensor {
  if (factor === undefined) return add(mul(old, beta), mul(fresh, 1 - beta));
  return gemm(factor, fresh, old, { alpha: 1 - beta, beta });
}
