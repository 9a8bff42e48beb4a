/** @file A gated recurrent unit that carries its hidden state from bar to bar. */
import { gru, gruStep, orthogonal, type Parameters, reshape, uniform, zeros } from "../../../compute/index.ts";
import type { Tower } from "./tower.ts";

/** A tower of width H over F features. */
export function gruTower(parameters: Parameters, prefix: string, H: number, F: number): Tower {
  const w = parameters.add(`${prefix}.w`, [3 * H, F], uniform(1 / Math.sqrt(H)));
  // Orthogonal over all three gates at once: each gate's block is then shorter than one, which the gated update forgives.
  const r = parameters.add(`${prefix}.r`, [3 * H, H], orthogonal(1));
  const bias = parameters.add(`${prefix}.bias`, [6 * H], zeros);
  return {
    stateSize: H,
    step: (x, state) => {
      const after = gruStep(x, state, w, r, bias);
      return { encoding: after, state: after };
    },
    segment: (x, state, resets) => {
      const run = gru(x, state, w, r, bias, resets === undefined ? {} : { resets });
      return { encoding: reshape(run.outputs, [x.shape[0] * x.shape[1], H]), state: run.last };
    },
  };
}
