/** @file Random search: each dimension drawn on its own, uniformly on its scale (Bergstra and Bengio, JMLR 2012). */
import { Random } from "../../core/index.ts";
import {
  checkSpace,
  type Dimension,
  type Params,
  type ParamValue,
  type SearchSpace,
  type Space,
  toExternal,
  toNearest,
} from "../space.ts";
import type { SampleRequest, Sampler } from "./sampler.ts";

/** A uniform draw of one dimension. */
export function drawUniform(dimension: Dimension, random: Random): ParamValue {
  if (dimension.kind === "categorical") return toExternal(dimension, random.below(dimension.choices.length));
  const { low, high, log, step } = dimension;
  // With steps every value owns a cell of its own, those at the ends too.
  const half = step === null ? 0 : step / 2;
  const u = random.uniform();
  if (!log) return toNearest(dimension, low - half + u * (high - low + 2 * half));
  const logLow = Math.log(low - half);
  return toNearest(dimension, Math.exp(logLow + u * (Math.log(high + half) - logLow)));
}

/** A uniform draw of a whole space. */
export function drawUniformParams(space: Space, random: Random): Params {
  return Object.fromEntries([...space].map(([name, dimension]) => [name, drawUniform(dimension, random)]));
}

/** The same for a space as it is written. Throws CONFIG_VALUE where one is not allowed. */
export function drawParams(spec: SearchSpace, random: Random): Params {
  return drawUniformParams(checkSpace(spec), random);
}

/** The generator of one trial: it depends on the seed and the trial's number alone. */
export function trialRandom(request: Pick<SampleRequest, "seed" | "number">): Random {
  return new Random(request.seed).fork(`trial ${request.number}`);
}

export function randomSampler(): Sampler {
  return { name: "random", suggest: (request) => drawUniformParams(request.space, trialRandom(request)) };
}
