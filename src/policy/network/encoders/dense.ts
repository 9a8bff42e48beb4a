/** @file A dense layer with its weight and bias. */
import { type Initializer, linear, type Parameters, type Tensor, zeros } from "../../../compute/index.ts";

/** Adds the parameters and returns `x W + b` over the last axis, from width `from` to width `to`. */
export function dense(
  parameters: Parameters,
  prefix: string,
  from: number,
  to: number,
  start: Initializer,
): (x: Tensor) => Tensor {
  const weight = parameters.add(`${prefix}.weight`, [from, to], start);
  const bias = parameters.add(`${prefix}.bias`, [to], zeros);
  return (x) => linear(x, weight, bias);
}
