/** @file Long short-term memory: the hidden state, then the cell state, is carried from bar to bar. */
import {
  concat,
  type Initializer,
  lstm,
  lstmStep,
  orthogonal,
  type Parameters,
  reshape,
  split,
  stacked,
  uniform,
} from "../../../compute/index.ts";
import type { Tower } from "./tower.ts";

/**
 * Gates that forget start open, with a bias of one (Gers, Schmidhuber and Cummins, 2000; Jozefowicz, Zaremba and
 * Sutskever, 2015): memory is kept until there is a reason to let it go. They are the third of the four gates, and one of
 * the two sides carries the bias.
 */
const forgetGatesOpen: Initializer = (values) => {
  const H = values.length / 8;
  values.fill(0);
  values.fill(1, 2 * H, 3 * H);
};

/** A tower of width H over F features. */
export function lstmTower(parameters: Parameters, prefix: string, H: number, F: number): Tower {
  const w = parameters.add(`${prefix}.w`, [4 * H, F], uniform(1 / Math.sqrt(H)));
  const r = parameters.add(`${prefix}.r`, [4 * H, H], stacked(4, orthogonal(1)));
  const bias = parameters.add(`${prefix}.bias`, [8 * H], forgetGatesOpen);
  return {
    stateSize: 2 * H,
    step: (x, state) => {
      const [h, c] = split(state, [H, H], 1);
      const after = lstmStep(x, { h, c }, { w, r, bias });
      return { encoding: after.h, state: concat([after.h, after.c], 1) };
    },
    segment: (x, state, resets) => {
      const [h, c] = split(state, [H, H], 1);
      const run = lstm(x, h, c, w, r, bias, resets === undefined ? {} : { resets });
      return {
        encoding: reshape(run.outputs, [x.shape[0] * x.shape[1], H]),
        state: concat([run.last, run.cell], 1),
      };
    },
  };
}
