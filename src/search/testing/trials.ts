/** @file Trials made by hand, for tests. */
import type { Params } from "../space.ts";
import { type Trial, TrialState } from "../trial.ts";

/** A trial with this number; complete without a value where nothing else is said. */
export function makeTrial(
  number: number,
  parts: Partial<Trial> & { readonly reports?: readonly number[] } = {},
): Trial {
  const { reports, ...rest } = parts;
  return {
    id: number,
    number,
    state: TrialState.complete,
    params: {},
    dimensions: {},
    value: undefined,
    intermediate: new Map(reports?.map((value, step) => [step, value] as const)),
    userAttributes: {},
    systemAttributes: {},
    startedMs: undefined,
    finishedMs: undefined,
    ...rest,
  };
}

export function completeTrial(number: number, params: Params, value: number): Trial {
  return makeTrial(number, { params, value });
}
