/** @file Samplers propose the parameters of the next trial from those before it. */
import type { Params, Space } from "../space.ts";
import type { StudyDirection, Trial } from "../trial.ts";

export type SampleRequest = {
  readonly seed: number;
  /** Number of the trial that is to be drawn. */
  readonly number: number;
  readonly direction: StudyDirection;
  readonly space: Space;
  /** The study's other trials in the order of their numbers, in any state. */
  readonly trials: readonly Trial[];
  /** Those of them that were held to the same rules of pruning: what is modelled is them. */
  readonly peers: readonly Trial[];
};

export type Sampler = {
  readonly name: string;
  /** A pure function of the request. Undefined where there is nothing left to try. */
  suggest(request: SampleRequest): Params | undefined;
};
