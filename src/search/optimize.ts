/** @file The loop of a study: claim a trial, run it somewhere, record its end, until the wanted number is reached. */
import type { Clock, Progress, ProgressListener } from "../core/index.ts";
import { checkWhole, toError } from "../core/index.ts";
import type { TrialExecutor, TrialHooks, TrialOutcome, TrialTask } from "./executors/executor.ts";
import { inProcessExecutor } from "./executors/in-process.ts";
import type { Objective, ObjectiveModule } from "./executors/objective.ts";
import { failureReason } from "./executors/run-objective.ts";
import { bestTrial, type Trial, TrialState } from "./trial.ts";
import { attemptOf, countedTrials, originOf, type TrialBook } from "./trial-book.ts";

export type OptimizeOptions = {
  /**
   * Trials that the study is to have in the end, those from before included. Complete, pruned and failed ones count;
   * a lost trial that is tried again counts once.
   */
  readonly trials: number;
  /** Trials at the same time; 1 where absent. */
  readonly parallel?: number;
  /** In-process where absent. */
  readonly executor?: TrialExecutor;
  /** Stops the search: running trials are ended and queued again for the next time. */
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
};

export type OptimizeSummary = {
  readonly complete: number;
  readonly pruned: number;
  readonly failed: number;
  readonly best: Trial | undefined;
  /** True where the signal ended the search before the wanted number was reached. */
  readonly stopped: boolean;
};

export type LoopOptions = {
  readonly studyId: string;
  readonly clock: Clock;
  readonly heartbeatMs: number;
};

function countState(trials: readonly Trial[], state: TrialState): number {
  return trials.filter((trial) => trial.state === state).length;
}

function progressOf(book: TrialBook, target: number, executor: TrialExecutor): Progress {
  const trials = countedTrials(book.trials());
  const [complete, pruned, failed, running] = [
    TrialState.complete,
    TrialState.pruned,
    TrialState.failed,
    TrialState.running,
  ].map((state) => countState(trials, state));
  const best = bestTrial(book.options.direction, trials)?.value;
  return {
    label: book.options.study,
    done: complete + pruned + failed,
    total: target,
    unit: "trials",
    figures: {
      ...(best === undefined ? {} : { best: String(Number(best.toPrecision(6))) }),
      running: String(running),
      pruned: String(pruned),
      failed: String(failed),
      ...executor.figures?.(),
    },
  };
}

/** Runs trials until `options.trials` count. Rejects where the journal or the executor fails, not where trials do. */
export async function optimize(
  book: TrialBook,
  loop: LoopOptions,
  objective: Objective | ObjectiveModule,
  options: OptimizeOptions,
): Promise<OptimizeSummary> {
  const { trials: target, parallel = 1, executor = inProcessExecutor(), onProgress } = options;
  checkWhole("trials", target, 1, Number.MAX_SAFE_INTEGER);
  checkWhole("parallel", parallel, 1, 10_000);
  const halt = new AbortController();
  const stop = options.signal === undefined ? halt.signal : AbortSignal.any([halt.signal, options.signal]);
  const ended = new AbortController();
  const tell = (): void => onProgress?.(progressOf(book, target, executor));
  const failures: unknown[] = [];
  const fail = (thrown: unknown): void => {
    failures.push(thrown);
    halt.abort(toError(thrown));
  };

  const runTrial = async (trial: Trial): Promise<void> => {
    const task: TrialTask = {
      studyId: loop.studyId,
      trialId: trial.number,
      origin: originOf(trial),
      attempt: attemptOf(trial),
      params: trial.params,
    };
    let worker: string | undefined;
    const hooks: TrialHooks = {
      async onReport(step, value) {
        const verdict = await book.report(trial.id, step, value);
        tell();
        return verdict !== "go";
      },
      onWorker(name) {
        worker = name;
      },
    };
    let outcome: TrialOutcome;
    try {
      outcome = await executor.run(task, hooks, stop);
    } catch (thrown) {
      fail(thrown);
      outcome = { kind: "failed", reason: failureReason(thrown), lost: true };
    }
    const notes = worker === undefined ? outcome.notes : { ...outcome.notes, worker };
    await book.finish(trial.id, notes === undefined ? outcome : { ...outcome, notes });
    tell();
  };

  const beat = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await loop.clock.sleep(loop.heartbeatMs, ended.signal).catch(() => undefined);
      if (!ended.signal.aborted) await book.beat();
    }
  };

  await book.beat();
  await executor.start(objective, loop.studyId);
  const heart = beat().catch(fail);
  const running = new Set<Promise<void>>();
  try {
    for (let drained = false; !stop.aborted; drained = false) {
      while (!drained && !stop.aborted && running.size < parallel) {
        const trial = await book.claim(target);
        drained = trial === undefined;
        if (trial === undefined) continue;
        tell();
        const done: Promise<void> = runTrial(trial)
          .catch(fail)
          .finally(() => running.delete(done));
        running.add(done);
      }
      if (running.size === 0) break;
      await Promise.race(running);
    }
  } catch (thrown) {
    fail(thrown);
  } finally {
    await Promise.all(running);
    ended.abort();
    await heart;
    await executor.close();
  }
  if (failures.length > 0) throw toError(failures[0]);
  const counted = countedTrials(book.trials());
  return {
    complete: countState(counted, TrialState.complete),
    pruned: countState(counted, TrialState.pruned),
    failed: countState(counted, TrialState.failed),
    best: bestTrial(book.options.direction, counted),
    stopped: options.signal?.aborted === true,
  };
}
