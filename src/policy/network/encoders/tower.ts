/**
 * @file A tower is an encoder with a memory and a single encoding. An encoder is one tower that the action heads and the
 * value share, or one for each.
 */
import { concat, type Parameters, split, type Tensor } from "../../../compute/index.ts";
import { InvariantError } from "../../../core/index.ts";
import type { MarketEncoder } from "../encoder.ts";
import type { NetworkShape, NetworkSpec } from "../spec.ts";

export type TowerResult = {
  /** `[rows, H]`. */
  readonly encoding: Tensor;
  /** `[R, stateSize]` after the last bar. */
  readonly state: Tensor;
};

/** Reads one row of features a bar; shapes and row order are those of a market encoder. */
export type Tower = {
  readonly stateSize: number;
  step(x: Tensor, state: Tensor): TowerResult;
  segment(x: Tensor, state: Tensor, resets?: Tensor): TowerResult;
};

/** Adds a tower's parameters, all named with the prefix. */
export type BuildTower = (parameters: Parameters, prefix: string, spec: NetworkSpec, shape: NetworkShape) => Tower;

/** One tower, or with a critic of its own two: the memory of both lies side by side. */
export function encoderOfTowers(
  build: BuildTower,
  prefix: string,
  parameters: Parameters,
  spec: NetworkSpec,
  shape: NetworkShape,
): MarketEncoder {
  const prefixes = spec.separateCritic ? [`${prefix}.0`, `${prefix}.1`] : [prefix];
  const towers = prefixes.map((each) => build(parameters, each, spec, shape));
  const sizes = towers.map((tower) => tower.stateSize);
  const run = (state: Tensor | undefined, one: (tower: Tower, state: Tensor) => TowerResult) => {
    if (state === undefined) throw new InvariantError("an encoder with memory runs from a state");
    const before = split(state, sizes, 1);
    const results = towers.map((tower, i) => one(tower, before[i]));
    return {
      actor: results[0].encoding,
      critic: results[results.length - 1].encoding,
      state: concat(
        results.map((result) => result.state),
        1,
      ),
    };
  };
  return {
    window: 1,
    stateSize: sizes.reduce((sum, size) => sum + size, 0),
    step: (x, state) => run(state, (tower, own) => tower.step(x, own)),
    segment: (x, state, resets) => run(state, (tower, own) => tower.segment(x, own, resets)),
  };
}
