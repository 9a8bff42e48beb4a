/** @file The market encoders by name. */
import type { Parameters } from "../../../compute/index.ts";
import type { BuildEncoder, Encoded, MarketEncoder } from "../encoder.ts";
import type { EncoderName, NetworkShape, NetworkSpec } from "../spec.ts";
import { crossAsset, type Mixer } from "./cross-asset.ts";
import { gruTower } from "./gru.ts";
import { hierarchicalTower } from "./hierarchical.ts";
import { lstmTower } from "./lstm.ts";
import { mlpEncoder } from "./mlp.ts";
import { type BuildTower, encoderOfTowers } from "./tower.ts";
import { transformerTower } from "./transformer.ts";

const TOWERS: Readonly<Record<Exclude<EncoderName, "mlp">, BuildTower>> = {
  gru: (parameters, prefix, spec, shape) => gruTower(parameters, prefix, spec.hiddenSize, shape.marketFeatures),
  lstm: (parameters, prefix, spec, shape) => lstmTower(parameters, prefix, spec.hiddenSize, shape.marketFeatures),
  transformer: (parameters, prefix, spec, shape) => transformerTower(parameters, prefix, spec, shape.marketFeatures),
  hierarchical: hierarchicalTower,
};

const build: BuildEncoder = (parameters, spec, shape) =>
  spec.encoder === "mlp"
    ? mlpEncoder(parameters, spec, shape)
    : encoderOfTowers(TOWERS[spec.encoder], `encoder.${spec.encoder}`, parameters, spec, shape);

/** Adds the encoder's parameters and returns how to run it. */
export function marketEncoder(parameters: Parameters, spec: NetworkSpec, shape: NetworkShape): MarketEncoder {
  const encoder = build(parameters, spec, shape);
  // The hierarchical encoder lets symbols look at each other before its streams meet.
  if (!spec.crossAsset || spec.encoder === "hierarchical") return encoder;
  const names = spec.separateCritic ? ["symbols.0", "symbols.1"] : ["symbols"];
  const mixers = names.map((name) => crossAsset(parameters, `encoder.${name}`, spec, shape));
  return withMixers(encoder, mixers[0], mixers[mixers.length - 1]);
}

function withMixers(encoder: MarketEncoder, forActor: Mixer, forCritic: Mixer): MarketEncoder {
  const mixed = <E extends Encoded>(encoded: E): E => {
    const actor = forActor(encoded.actor);
    return { ...encoded, actor, critic: forActor === forCritic ? actor : forCritic(encoded.critic) };
  };
  return {
    window: encoder.window,
    stateSize: encoder.stateSize,
    step: (x, state) => mixed(encoder.step(x, state)),
    segment: (x, state, resets) => mixed(encoder.segment(x, state, resets)),
  };
}
