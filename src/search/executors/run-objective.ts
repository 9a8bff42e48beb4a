/** @file One trial, wherever it runs: calls the objective with its view of the trial and turns every end into an outcome. */
import { InvariantError, toError } from "../../core/index.ts";
import type { Json } from "../trial.ts";
import type { TrialHooks, TrialOutcome, TrialTask } from "./executor.ts";
import { type Objective, TrialPruned, type TrialRun } from "./objective.ts";

/** Reasons are told in the journal: long ones are cut. */
const LONGEST_REASON = 2_000;

/** An error as a trial's reason of failure. */
export function failureReason(thrown: unknown): string {
  const error = toError(thrown);
  return `${error.name}: ${error.message}`.slice(0, LONGEST_REASON);
}

/** Rejects as soon as the signal fires, and else as the promise does. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

export async function runObjective(
  objective: Objective,
  task: TrialTask,
  hooks: TrialHooks,
  stop: AbortSignal,
): Promise<TrialOutcome> {
  const pruning = new AbortController();
  const signal = AbortSignal.any([stop, pruning.signal]);
  const notes: Record<string, Json> = {};
  let returns: Float64Array | undefined;
  const run: TrialRun = {
    number: task.trialId,
    origin: task.origin ?? task.trialId,
    attempt: task.attempt,
    params: task.params,
    signal,
    async report(step, value) {
      signal.throwIfAborted();
      if (!Number.isInteger(step) || step < 0) {
        throw new InvariantError(`a trial reports at whole steps from 0, was ${step}`);
      }
      if (await untilAborted(hooks.onReport(step, value), stop)) {
        pruning.abort(new TrialPruned(`pruned at step ${step}`));
        signal.throwIfAborted();
      }
    },
    keepReturns(values) {
      returns = Float64Array.from(values);
    },
    note(key, value) {
      notes[key] = value;
    },
  };
  const kept = (): { notes: Readonly<Record<string, Json>>; returns?: Float64Array } => ({
    notes,
    ...(returns === undefined ? {} : { returns }),
  });
  try {
    const value = await objective(run);
    if (pruning.signal.aborted) return { kind: "pruned", ...kept() };
    if (typeof value !== "number") {
      return {
        kind: "failed",
        reason: `the objective returned ${String(value)}, not a number`,
        lost: false,
        ...kept(),
      };
    }
    return { kind: "complete", value, ...kept() };
  } catch (thrown) {
    if (pruning.signal.aborted) return { kind: "pruned", ...kept() };
    if (stop.aborted) return { kind: "stopped", ...kept() };
    if (thrown instanceof TrialPruned) return { kind: "pruned", ...kept() };
    return { kind: "failed", reason: failureReason(thrown), lost: false, ...kept() };
  }
}
