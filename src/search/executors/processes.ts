/**
 * @file Trials in child processes of this machine: a trial that crashes or runs out of memory takes nothing else with it
 * and never holds up the study. One process a trial leaves nothing behind; where opening the work costs more than the
 * trial, a process is kept for the next one.
 */
import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Clock, checkWhole, systemClock, TidemarkError } from "../../core/index.ts";
import type { TrialExecutor, TrialHooks, TrialOutcome, TrialTask } from "./executor.ts";
import { checkNamed } from "./load-objective.ts";
import type { ObjectiveModule } from "./objective.ts";
import type { FromChild, ToChild } from "./process-messages.ts";
import { failureReason } from "./run-objective.ts";

export type ProcessOptions = {
  /** Time that a stopped trial has to end by itself before it is killed; 5 s where absent. */
  readonly stopGraceMs?: number;
  /** Most memory of a trial's JavaScript objects; Node's own limit where absent. */
  readonly memoryMb?: number;
  /**
   * A process whose trial is complete takes the next one of the study, with whatever its module has opened; one whose trial
   * ended otherwise is replaced. False where absent: each trial has a process of its own.
   */
  readonly keep?: boolean;
  readonly clock?: Clock;
};

const DEFAULT_STOP_GRACE_MS = 5_000;
/** What is kept of a child's output, to tell why it died. */
const OUTPUT_TAIL = 2_000;

/** The compiled or the TypeScript form, whichever this file is. */
const CHILD_PROGRAM = fileURLToPath(new URL(`./trial-process${extname(import.meta.url)}`, import.meta.url));

type Running = { readonly child: ChildProcess; readonly closed: Promise<void>; readonly tail: () => string };

/** Processes of a study: those that live, and of them those that wait for a trial. */
type Pool = { readonly alive: Set<Running>; readonly idle: Running[] };

function start(memoryMb: number | undefined): Running {
  const child = fork(CHILD_PROGRAM, [], {
    serialization: "advanced",
    execArgv: memoryMb === undefined ? [] : [`--max-old-space-size=${memoryMb}`],
    // The study's own output stays clean: what a trial prints is kept only to explain its death.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  const keep = (text: Buffer): void => {
    output = `${output}${text.toString()}`.slice(-OUTPUT_TAIL);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  return { child, closed, tail: () => output.trim() };
}

/** Sends where the child still listens; one that died has its end told by its exit. */
function tell(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}

function deathReason(child: ChildProcess, output: string): string {
  const how = child.signalCode === null ? `ended with code ${child.exitCode}` : `was killed by ${child.signalCode}`;
  return `the trial's process ${how}${output === "" ? "" : `: ${output}`}`;
}

/** One that waits and lives, or a new one. */
function takeProcess({ alive, idle }: Pool, memoryMb: number | undefined): Running {
  for (let waiting = idle.pop(); waiting !== undefined; waiting = idle.pop()) {
    if (waiting.child.connected) return waiting;
  }
  const running = start(memoryMb);
  alive.add(running);
  void running.closed.then(() => alive.delete(running));
  return running;
}

async function runInChild(
  task: TrialTask,
  objective: ObjectiveModule,
  hooks: TrialHooks,
  signal: AbortSignal,
  options: ProcessOptions,
  pool: Pool,
): Promise<TrialOutcome> {
  const { clock = systemClock, stopGraceMs = DEFAULT_STOP_GRACE_MS, memoryMb, keep = false } = options;
  const running = takeProcess(pool, memoryMb);
  const { child, closed, tail } = running;
  const state: { outcome?: TrialOutcome; failure?: { readonly thrown: unknown } } = {};
  const done = new AbortController();
  const answer = async (message: Extract<FromChild, { type: "report" }>): Promise<void> => {
    try {
      const prune = await hooks.onReport(message.step, message.value);
      tell(child, { type: "verdict", report: message.report, prune });
    } catch (thrown) {
      // The study can't record any more: the trial ends, and the study hears why.
      state.failure ??= { thrown };
      child.kill("SIGKILL");
    }
  };
  let onAnswered: (() => void) | undefined;
  const answered = new Promise<void>((resolve) => {
    onAnswered = resolve;
  });
  const onMessage = (message: FromChild): void => {
    if (message.type === "report") {
      void answer(message);
      return;
    }
    state.outcome = message.outcome;
    if (keep) onAnswered?.();
  };
  child.on("message", onMessage);
  const onStop = (): void => {
    tell(child, { type: "stop" });
    void clock
      .sleep(stopGraceMs, done.signal)
      .then(() => child.kill("SIGKILL"))
      .catch(() => undefined);
  };
  if (signal.aborted) onStop();
  signal.addEventListener("abort", onStop, { once: true });
  hooks.onWorker?.(`process ${child.pid ?? "?"}`);
  tell(child, { type: "start", task, objective, keep });
  try {
    await Promise.race([closed, answered]);
    if (keep && state.outcome?.kind === "complete" && state.failure === undefined && !signal.aborted) {
      pool.idle.push(running);
    } else {
      if (keep) child.kill("SIGKILL");
      await closed;
    }
  } finally {
    done.abort();
    child.off("message", onMessage);
    signal.removeEventListener("abort", onStop);
  }
  if (state.failure !== undefined) throw state.failure.thrown;
  if (state.outcome !== undefined) return state.outcome;
  if (signal.aborted) return { kind: "stopped" };
  return { kind: "failed", reason: deathReason(child, tail()), lost: true };
}

/** Child processes, one a trial or kept for the next. The objective is named by its module. */
export function processExecutor(options: ProcessOptions = {}): TrialExecutor {
  checkWhole("stopGraceMs", options.stopGraceMs ?? 0, 0, 3_600_000);
  if (options.memoryMb !== undefined) checkWhole("memoryMb", options.memoryMb, 16, 1_000_000);
  const pool: Pool = { alive: new Set(), idle: [] };
  let named: ObjectiveModule | undefined;
  return {
    name: "processes",
    async start(objective) {
      named = checkNamed(objective);
    },
    async run(task, hooks, signal) {
      if (named === undefined) return { kind: "failed", reason: "the executor was not started", lost: false };
      try {
        return await runInChild(task, named, hooks, signal, options, pool);
      } catch (thrown) {
        if (thrown instanceof TidemarkError) throw thrown;
        return { kind: "failed", reason: failureReason(thrown), lost: true };
      }
    },
    async close() {
      const living = [...pool.alive];
      for (const { child } of living) child.kill("SIGKILL");
      await Promise.all(living.map(({ closed }) => closed));
    },
  };
}
