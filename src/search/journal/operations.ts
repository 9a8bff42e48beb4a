/**
 * @file The lines of an Optuna journal: one JSON object a line, told apart by `op_code`. Ids are implicit: the n-th study
 * (or trial) that the file creates has the id n, over all studies of the file.
 * Source: optuna/storages/journal/_storage.py of Optuna 5.0, and files read back by it.
 */
import type { Dimension, Params } from "../space.ts";
import { toInternal } from "../space.ts";
import { type Attributes, DirectionCode, type Json, type StudyDirection, TrialState } from "../trial.ts";
import { distributionText } from "./distribution.ts";

export const OpCode = {
  createStudy: 0,
  deleteStudy: 1,
  studyUserAttribute: 2,
  studySystemAttribute: 3,
  createTrial: 4,
  trialParam: 5,
  trialState: 6,
  trialIntermediate: 7,
  trialUserAttribute: 8,
  trialSystemAttribute: 9,
  discardTrials: 10,
} as const;
export type OpCode = (typeof OpCode)[keyof typeof OpCode];

/** A line without its `worker_id`, which the journal adds. */
export type Operation = { readonly op_code: OpCode } & Readonly<Record<string, unknown>>;

/** "2026-01-31T12:00:00.123000+00:00": a date as Python writes it. */
export function pythonDate(tsMs: number): string {
  return new Date(tsMs).toISOString().replace("Z", "000+00:00");
}

export function createStudyOp(name: string, direction: StudyDirection): Operation {
  return { op_code: OpCode.createStudy, study_name: name, directions: [DirectionCode[direction]] };
}

export function studyUserOp(studyId: number, key: string, value: Json): Operation {
  return { op_code: OpCode.studyUserAttribute, study_id: studyId, user_attr: { [key]: value } };
}

export function studySystemOp(studyId: number, key: string, value: Json): Operation {
  return { op_code: OpCode.studySystemAttribute, study_id: studyId, system_attr: { [key]: value } };
}

export type NewTrial = {
  readonly state: typeof TrialState.running | typeof TrialState.waiting;
  readonly params: Params;
  readonly dimensions: Iterable<readonly [string, Dimension]>;
  readonly systemAttributes: Attributes;
  readonly startedMs: number;
};

/** A trial with its parameters in one line, so that no reader ever sees half of it. */
export function createTrialOp(studyId: number, trial: NewTrial): Operation {
  const dimensions = [...trial.dimensions];
  const internal = dimensions.map(([name, dimension]) => [name, toInternal(dimension, trial.params[name])] as const);
  return {
    op_code: OpCode.createTrial,
    study_id: studyId,
    datetime_start: trial.state === TrialState.waiting ? null : pythonDate(trial.startedMs),
    state: trial.state,
    value: null,
    values: null,
    distributions: Object.fromEntries(dimensions.map(([name, dimension]) => [name, distributionText(dimension)])),
    params: Object.fromEntries(internal),
    user_attrs: {},
    system_attrs: trial.systemAttributes,
    intermediate_values: {},
  };
}

export function trialParamOp(trialId: number, name: string, internal: number, dimension: Dimension): Operation {
  return {
    op_code: OpCode.trialParam,
    trial_id: trialId,
    param_name: name,
    param_value_internal: internal,
    distribution: distributionText(dimension),
  };
}

export function runTrialOp(trialId: number, nowMs: number): Operation {
  return {
    op_code: OpCode.trialState,
    trial_id: trialId,
    state: TrialState.running,
    values: null,
    datetime_start: pythonDate(nowMs),
  };
}

export function finishTrialOp(trialId: number, state: TrialState, value: number | undefined, nowMs: number): Operation {
  return {
    op_code: OpCode.trialState,
    trial_id: trialId,
    state,
    values: value === undefined ? null : [value],
    datetime_complete: pythonDate(nowMs),
  };
}

export function intermediateOp(trialId: number, step: number, value: number): Operation {
  return { op_code: OpCode.trialIntermediate, trial_id: trialId, step, intermediate_value: value };
}

export function trialUserOp(trialId: number, key: string, value: Json): Operation {
  return { op_code: OpCode.trialUserAttribute, trial_id: trialId, user_attr: { [key]: value } };
}

export function trialSystemOp(trialId: number, key: string, value: Json): Operation {
  return { op_code: OpCode.trialSystemAttribute, trial_id: trialId, system_attr: { [key]: value } };
}
