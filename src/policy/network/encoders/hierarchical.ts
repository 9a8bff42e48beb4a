/**
 * @file Two streams of one market: a transformer whose symbols then look at each other, for what to do, and a small
 * recurrent unit over the same features, for how risky it is to do it. A last layer fuses them; the heads for category,
 * size, stop distance and urgency all read the result. The account joins later, as with every encoder.
 */
import { concat, orthogonal, split, type Tensor, tanh } from "../../../compute/index.ts";
import { crossAsset } from "./cross-asset.ts";
import { dense } from "./dense.ts";
import { gruTower } from "./gru.ts";
import type { BuildTower, TowerResult } from "./tower.ts";
import { transformerTower } from "./transformer.ts";

export const hierarchicalTower: BuildTower = (parameters, prefix, spec, shape) => {
  const { hiddenSize: H, riskSize } = spec;
  const F = shape.marketFeatures;
  const trend = transformerTower(parameters, `${prefix}.trend`, spec, F);
  const mix = spec.crossAsset ? crossAsset(parameters, `${prefix}.symbols`, spec, shape) : undefined;
  const risk = gruTower(parameters, `${prefix}.risk`, riskSize, F);
  const fuse = dense(parameters, `${prefix}.fusion`, H + riskSize, H, orthogonal(Math.SQRT2));
  const sizes = [trend.stateSize, risk.stateSize];
  const joined = (one: TowerResult, other: TowerResult): TowerResult => {
    const what = mix === undefined ? one.encoding : mix(one.encoding);
    return {
      encoding: tanh(fuse(concat([what, other.encoding], 1))),
      state: concat([one.state, other.state], 1),
    };
  };
  const apart = (state: Tensor): readonly Tensor[] => split(state, sizes, 1);
  return {
    stateSize: trend.stateSize + risk.stateSize,
    step: (x, state) => {
      const [ofTrend, ofRisk] = apart(state);
      return joined(trend.step(x, ofTrend), risk.step(x, ofRisk));
    },
    segment: (x, state, resets) => {
      const [ofTrend, ofRisk] = apart(state);
      return joined(trend.segment(x, ofTrend, resets), risk.segment(x, ofRisk, resets));
    },
  };
};
