/** @file Layer normalization with its gain and bias. */
import { layerNorm, ones, type Parameters, type Tensor, zeros } from "../../../compute/index.ts";

/** Adds the parameters and returns the normalization of the last axis, which has this width. */
export function norm(parameters: Parameters, prefix: string, width: number): (x: Tensor) => Tensor {
  const gain = parameters.add(`${prefix}.gain`, [width], ones);
  const bias = parameters.add(`${prefix}.bias`, [width], zeros);
  return (x) => layerNorm(x, gain, bias);
}
