/** @file A short window of bars at once, without memory. */
import { linear, orthogonal, reshape, split, type Tensor, tanh, zeros } from "../../../compute/index.ts";
import type { BuildEncoder, Encoded } from "../encoder.ts";
import { columnBlocks } from "../initializers.ts";

export const mlpEncoder: BuildEncoder = (parameters, spec, shape) => {
  const towers = spec.separateCritic ? 2 : 1;
  const H = spec.hiddenSize;
  const start = columnBlocks(towers, orthogonal(Math.SQRT2));
  const weight = parameters.add("encoder.weight", [spec.window * shape.marketFeatures, H * towers], start);
  const bias = parameters.add("encoder.bias", [H * towers], zeros);
  const encode = (x: Tensor): Encoded => {
    const encoding = tanh(linear(x, weight, bias));
    if (towers === 1) return { actor: encoding, critic: encoding };
    const [actor, critic] = split(encoding, [H, H], 1);
    return { actor, critic };
  };
  return {
    window: spec.window,
    stateSize: 0,
    step: (x) => ({ ...encode(x), state: undefined }),
    segment: (x) => ({ ...encode(reshape(x, [x.shape[0] * x.shape[1], x.shape[2]])), state: undefined }),
  };
};
