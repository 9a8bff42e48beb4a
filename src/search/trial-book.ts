/**
 * @file The book of a study's trials: every change of a trial is one transaction of the journal. Trials are claimed,
 * report, finish; those of processes that died are failed and put back into the queue, a bounded number of times.
 */
import { dirname } from "node:path";
import { type Clock, ensureNever, invariant } from "../core/index.ts";
import type { TrialOutcome } from "./executors/executor.ts";
import type { Journal } from "./journal/journal.ts";
import {
  createTrialOp,
  finishTrialOp,
  intermediateOp,
  type Operation,
  runTrialOp,
  studySystemOp,
  trialParamOp,
  trialSystemOp,
  trialUserOp,
} from "./journal/operations.ts";
import type { StudyRecord } from "./journal/replay.ts";
import { isKnownDead } from "./owner.ts";
import type { Pruner } from "./pruners/pruner.ts";
import { RETURNS_ATTRIBUTE, writeReturns } from "./returns.ts";
import type { Sampler } from "./samplers/sampler.ts";
import { checkParams, contains, type Params, type Space, toInternal } from "./space.ts";
import { isFinished, type Json, lastStepOf, type StudyDirection, type Trial, TrialState } from "./trial.ts";

/** Optuna's own names, so that its retry tools understand ours. */
const RETRY_HISTORY = "retry_history";
const FIRST_FAILED = "failed_trial";
const FIXED_PARAMS = "fixed_params";
const OWNER = "tidemark:owner";
const ATTEMPT = "tidemark:attempt";
const ALIVE = "tidemark:alive:";
/** User attribute that says why a trial failed. */
const FAIL_REASON = "fail_reason";

export type BookOptions = {
  readonly study: string;
  readonly direction: StudyDirection;
  readonly space: Space;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly seed: number;
  readonly clock: Clock;
  /** Silence after which the trials of another process count as lost. */
  readonly graceMs: number;
  /** Tries of the same parameters after the first. */
  readonly maxRetries: number;
};

export type ReportVerdict = "go" | "prune" | "lost";

/** How often these parameters were tried before, counting only tries that were lost. */
export function attemptOf(trial: Trial): number {
  const attempt = trial.systemAttributes[ATTEMPT];
  return typeof attempt === "number" ? attempt : 0;
}

/** The first try of these parameters, where they are tried again after a stop or a crash. */
export function originOf(trial: Trial): number {
  const first = trial.systemAttributes[FIRST_FAILED];
  return typeof first === "number" ? first : trial.number;
}

/** Numbers of the failed trials that another trial tries again. */
function retriedNumbers(trials: readonly Trial[]): ReadonlySet<Json> {
  return new Set(
    trials.flatMap((trial) => {
      const history = trial.systemAttributes[RETRY_HISTORY];
      return Array.isArray(history) ? (history as Json[]) : [];
    }),
  );
}

/** Trials that count towards a target: all but those that another trial tries again. */
export function countedTrials(trials: readonly Trial[]): readonly Trial[] {
  const retried = retriedNumbers(trials);
  return trials.filter((trial) => !retried.has(trial.number));
}

export class TrialBook {
  readonly journal: Journal;
  readonly options: BookOptions;

  constructor(journal: Journal, options: BookOptions) {
    this.journal = journal;
    this.options = options;
  }

  study(): StudyRecord {
    const record = this.journal.state.study(this.options.study);
    invariant(record !== undefined, `the journal holds the study "${this.options.study}"`, this.journal.path);
    return record;
  }

  trials(): readonly Trial[] {
    return this.journal.state.trialsOf(this.study());
  }

  /** Puts parameters into the queue. Returns the trial's number. Throws CONFIG_VALUE. */
  async enqueue(params: Params): Promise<number> {
    checkParams(this.options.space, params);
    return this.journal.transact(() => ({
      operations: [this.#waiting(params, {})],
      result: this.trials().length,
    }));
  }

  /**
   * Starts the next trial: one that waits, or a new one as long as fewer than `target` count.
   * Undefined where there is nothing to start.
   */
  async claim(target: number): Promise<Trial | undefined> {
    const id = await this.journal.transact<number | "new" | undefined>(() => {
      const trials = this.trials();
      const waiting = trials.find((trial) => trial.state === TrialState.waiting);
      if (waiting !== undefined) return { operations: this.#resume(waiting, trials), result: waiting.id };
      if (countedTrials(trials).length >= target) return { operations: [], result: undefined };
      const params = this.#suggest(trials.length, trials);
      if (params === undefined) return { operations: [], result: undefined };
      const trial = {
        state: TrialState.running,
        params,
        dimensions: this.options.space,
        systemAttributes: { [OWNER]: this.journal.workerId },
        startedMs: this.options.clock.nowMs(),
      };
      return { operations: [createTrialOp(this.study().id, trial)], result: "new" as const };
    });
    if (id === undefined) return undefined;
    // The newest trial of ours is the one just made: nobody else writes our name.
    return id === "new" ? this.#own().at(-1) : this.journal.state.trial(id);
  }

  /** Records a report and asks the pruner. "lost" where the trial is not ours any more. */
  async report(id: number, step: number, value: number): Promise<ReportVerdict> {
    return this.journal.transact(() => {
      const trial = this.journal.state.trial(id);
      if (trial === undefined || !this.#isOwn(trial)) return { operations: [], result: "lost" };
      const study = this.study();
      const verdict = this.options.pruner.shouldPrune({
        studyName: study.name,
        direction: this.options.direction,
        studyAttributes: study.systemAttributes,
        trial: { ...trial, intermediate: new Map(trial.intermediate).set(step, value) },
        trials: this.trials(),
      });
      const { trialAttributes = {}, studyAttributes = {} } = verdict;
      const operations = [
        intermediateOp(id, step, value),
        ...Object.entries(trialAttributes).map(([key, attribute]) => trialSystemOp(id, key, attribute)),
        ...Object.entries(studyAttributes).map(([key, attribute]) => studySystemOp(study.id, key, attribute)),
      ];
      return { operations, result: verdict.prune ? "prune" : "go" };
    });
  }

  /** Records a trial's end, once: false where it had ended or was given to somebody else before. */
  async finish(id: number, outcome: TrialOutcome): Promise<boolean> {
    return this.journal.transact(() => {
      const trial = this.journal.state.trial(id);
      if (trial === undefined || !this.#isOwn(trial)) return { operations: [], result: false };
      const operations: Operation[] = [];
      for (const [key, value] of Object.entries(outcome.notes ?? {})) operations.push(trialUserOp(id, key, value));
      if (outcome.returns !== undefined) {
        const file = writeReturns(dirname(this.journal.path), trial.number, outcome.returns);
        operations.push(trialUserOp(id, RETURNS_ATTRIBUTE, file));
      }
      operations.push(...this.#end(trial, outcome));
      return { operations, result: true };
    });
  }

  /** Says that this process lives, and fails the trials of those that don't. Returns the numbers of the lost trials. */
  async beat(): Promise<readonly number[]> {
    const nowMs = this.options.clock.nowMs();
    return this.journal.transact(() => {
      const study = this.study();
      const lost = this.trials().filter((trial) => trial.state === TrialState.running && this.#isLost(trial, nowMs));
      const operations = [studySystemOp(study.id, `${ALIVE}${this.journal.workerId}`, nowMs)];
      for (const trial of lost) {
        const reason = "the process that ran it died";
        operations.push(...this.#end(trial, { kind: "failed", reason, lost: true }));
      }
      return { operations, result: lost.map((trial) => trial.number) };
    });
  }

  #own(): readonly Trial[] {
    return this.trials().filter((trial) => this.#isOwn(trial));
  }

  #isOwn(trial: Trial): boolean {
    return trial.state === TrialState.running && trial.systemAttributes[OWNER] === this.journal.workerId;
  }

  /** Trials without an owner belong to other tools, which look after their own. */
  #isLost(trial: Trial, nowMs: number): boolean {
    const owner = trial.systemAttributes[OWNER];
    if (typeof owner !== "string" || owner === this.journal.workerId) return false;
    if (isKnownDead(owner)) return true;
    const alive = this.study().systemAttributes[`${ALIVE}${owner}`];
    const seenMs = typeof alive === "number" ? alive : (trial.startedMs ?? 0);
    return nowMs - seenMs > this.options.graceMs;
  }

  #suggest(number: number, trials: readonly Trial[]): Params | undefined {
    const { sampler, pruner, seed, direction, space } = this.options;
    const { name: studyName, systemAttributes: studyAttributes } = this.study();
    const peers = pruner.peers?.({ studyName, studyAttributes, number, trials }) ?? trials;
    // A grid is walked by all together; a model is of trials that were held to the same rules.
    return sampler.suggest({ seed, number, direction, space, trials, peers });
  }

  /** Operations that start a waiting trial; parameters that it lacks or that are not of the space are drawn. */
  #resume(waiting: Trial, trials: readonly Trial[]): Operation[] {
    const { id } = waiting;
    const fixed = waiting.systemAttributes[FIXED_PARAMS];
    const wanted = { ...(fixed !== null && typeof fixed === "object" ? (fixed as Params) : {}), ...waiting.params };
    const others = trials.filter((trial) => trial !== waiting);
    let drawn: Params | undefined;
    const params: Operation[] = [];
    for (const [name, dimension] of this.options.space) {
      let internal = wanted[name] === undefined ? Number.NaN : toInternal(dimension, wanted[name]);
      if (waiting.params[name] !== undefined && contains(dimension, internal)) continue;
      if (!contains(dimension, internal)) {
        drawn ??= this.#suggest(waiting.number, others) ?? {};
        internal = toInternal(dimension, drawn[name] ?? null);
      }
      params.push(trialParamOp(id, name, internal, dimension));
    }
    return [runTrialOp(id, this.options.clock.nowMs()), trialSystemOp(id, OWNER, this.journal.workerId), ...params];
  }

  #waiting(params: Params, systemAttributes: Readonly<Record<string, Json>>): Operation {
    const { space, clock } = this.options;
    const dimensions = [...space].filter(([name]) => params[name] !== undefined);
    const trial = { state: TrialState.waiting, params, dimensions, systemAttributes, startedMs: clock.nowMs() };
    return createTrialOp(this.study().id, trial);
  }

  /** Operations that end a trial, and that queue its parameters again where they deserve it. */
  #end(trial: Trial, outcome: TrialOutcome): Operation[] {
    const nowMs = this.options.clock.nowMs();
    const failed = (reason: string): Operation[] => [
      trialUserOp(trial.id, FAIL_REASON, reason),
      finishTrialOp(trial.id, TrialState.failed, undefined, nowMs),
    ];
    switch (outcome.kind) {
      case "complete":
        return Number.isNaN(outcome.value)
          ? failed("the objective returned NaN")
          : [finishTrialOp(trial.id, TrialState.complete, outcome.value, nowMs)];
      case "pruned": {
        const step = lastStepOf(trial);
        const last = step === undefined ? undefined : trial.intermediate.get(step);
        return [finishTrialOp(trial.id, TrialState.pruned, Number.isNaN(last) ? undefined : last, nowMs)];
      }
      case "failed": {
        const again = outcome.lost && attemptOf(trial) < this.options.maxRetries;
        return [...failed(outcome.reason), ...(again ? [this.#again(trial, attemptOf(trial) + 1)] : [])];
      }
      case "stopped":
        return [...failed("stopped by the user"), this.#again(trial, attemptOf(trial))];
      default:
        return ensureNever(outcome);
    }
  }

  /** The same parameters as a new trial. */
  #again(trial: Trial, attempt: number): Operation {
    invariant(!isFinished(trial.state), `trial ${trial.number} is ended once`);
    const earlier = trial.systemAttributes[RETRY_HISTORY];
    const history = [...(Array.isArray(earlier) ? (earlier as Json[]) : []), trial.number];
    return this.#waiting(trial.params, {
      [FIRST_FAILED]: trial.systemAttributes[FIRST_FAILED] ?? trial.number,
      [RETRY_HISTORY]: history,
      [ATTEMPT]: attempt,
    });
  }
}
