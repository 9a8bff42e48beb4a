/**
 * @file The tree-structured Parzen estimator: model the good trials by l(x) and the rest by g(x), draw candidates from
 * l, and take the one where l(x)/g(x) is largest, which maximizes expected improvement (Bergstra et al. 2011, section 4).
 * Defaults are those of Optuna 5.0: multivariate, constant liar, 10 random trials first, 24 candidates.
 */
import type { Random } from "../../core/index.ts";
import {
  contains,
  type Dimension,
  isSingle,
  type Params,
  type ParamValue,
  type Space,
  toExternal,
  toInternal,
} from "../space.ts";
import { type Trial, TrialState } from "../trial.ts";
import { ParzenEstimator } from "./parzen.ts";
import { drawUniform, drawUniformParams, trialRandom } from "./random.ts";
import type { SampleRequest, Sampler } from "./sampler.ts";
import { splitTrials } from "./split.ts";

export type TpeOptions = {
  /** Finished trials before the model is used; until then trials are random. */
  readonly startup: number;
  readonly candidates: number;
  /** False draws every dimension from a model of its own. */
  readonly multivariate: boolean;
  /** Counts running trials as bad ones, so that parallel trials keep apart. */
  readonly constantLiar: boolean;
};

type Named = readonly [name: string, dimension: Dimension];

/** True where the trial has a value of every dimension; those of other tools may lack some. */
function covers(trial: Trial, dimensions: readonly Named[]): boolean {
  return dimensions.every(([name, dimension]) => {
    const value = trial.params[name];
    return value !== undefined && contains(dimension, toInternal(dimension, value));
  });
}

/** One column of internal numbers a dimension, of the trials that cover all of them. */
function observe(trials: readonly Trial[], dimensions: readonly Named[]): Float64Array[] {
  const covering = trials.filter((trial) => covers(trial, dimensions));
  return dimensions.map(([name, dimension]) =>
    Float64Array.from(covering, (trial) => toInternal(dimension, trial.params[name])),
  );
}

/** The best of some joint draws of the given dimensions. */
function drawJointly(
  dimensions: readonly Named[],
  request: SampleRequest,
  options: TpeOptions,
  random: Random,
): Params {
  const { good, rest } = splitTrials(request.peers, request.direction, options.constantLiar);
  const kinds = dimensions.map(([, dimension]) => dimension);
  const below = new ParzenEstimator(kinds, observe(good, dimensions));
  const above = new ParzenEstimator(kinds, observe(rest, dimensions));
  let best: Float64Array | undefined;
  let bestGain = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < options.candidates; k++) {
    const point = below.sample(random);
    const gain = below.logDensity(point) - above.logDensity(point);
    if (best === undefined || gain > bestGain) {
      best = point;
      bestGain = gain;
    }
  }
  const chosen = best ?? new Float64Array(dimensions.length);
  return Object.fromEntries(dimensions.map(([name, dimension], d) => [name, toExternal(dimension, chosen[d])]));
}

/** Dimensions that every finished trial has are modelled together; the others each on its own. */
function groups(space: Space, finished: readonly Trial[], multivariate: boolean): Named[][] {
  const open = [...space].filter(([, dimension]) => !isSingle(dimension));
  const shared = multivariate
    ? open.filter((named) => finished.every((trial) => trial.params[named[0]] !== undefined))
    : [];
  const alone = open.filter((named) => !shared.includes(named)).map((named) => [named]);
  return shared.length > 0 ? [shared, ...alone] : alone;
}

export function tpeSampler(options: TpeOptions): Sampler {
  return {
    name: "tpe",
    suggest(request) {
      const random = trialRandom(request);
      const finished = request.peers.filter(
        (trial) => trial.state === TrialState.complete || trial.state === TrialState.pruned,
      );
      if (finished.length < options.startup) return drawUniformParams(request.space, random);
      const params: Record<string, ParamValue> = {};
      for (const [name, dimension] of request.space) {
        if (isSingle(dimension)) params[name] = drawUniform(dimension, random);
      }
      for (const group of groups(request.space, finished, options.multivariate)) {
        Object.assign(params, drawJointly(group, request, options, random));
      }
      return params;
    },
  };
}
