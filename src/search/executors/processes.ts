/**
 * @file Trials in child processes of this machine, one process a trial: a trial that crashes or runs out of memory takes
 * nothing else with it, leaves nothing behind, and never holds up the study.
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
  readonly clock?: Clock;
};

const DEFAULT_STOP_GRACE_MS = 5_000;
/** What is kept of a child's output, to tell why it died. */
const OUTPUT_TAIL = 2_000;

/** The compiled or the TypeScript form, whichever this file is. */
const CHILD_PROGRAM = fileURLToPath(new URL(`./trial-process${extname(import.meta.url)}`, import.meta.url));

type Running = { readonly child: ChildProcess; readonly closed: Promise<void> };

function start(memoryMb: number | undefined): Running & { readonly tail: () => string } {
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

async function runInChild(
  task: TrialTask,
  objective: ObjectiveModule,
  hooks: TrialHooks,
  signal: AbortSignal,
  options: ProcessOptions,
  alive: Set<Running>,
): Promise<TrialOutcome> {
  const { clock = systemClock, stopGraceMs = DEFAULT_STOP_GRACE_MS, memoryMb } = options;
  const running = start(memoryMb);
  const { child, closed, tail } = running;
  alive.add(running);
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
  child.on("message", (message: FromChild) => {
    if (message.type === "outcome") state.outcome = message.outcome;
    else void answer(message);
  });
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
  tell(child, { type: "start", task, objective });
  try {
    await closed;
  } finally {
    alive.delete(running);
    done.abort();
    signal.removeEventListener("abort", onStop);
  }
  if (state.failure !== undefined) throw state.failure.thrown;
  if (state.outcome !== undefined) return state.outcome;
  if (signal.aborted) return { kind: "stopped" };
  return { kind: "failed", reason: deathReason(child, tail()), lost: true };
}

/** One child process a trial. The objective is named by its module. */
export function processExecutor(options: ProcessOptions = {}): TrialExecutor {
  checkWhole("stopGraceMs", options.stopGraceMs ?? 0, 0, 3_600_000);
  if (options.memoryMb !== undefined) checkWhole("memoryMb", options.memoryMb, 16, 1_000_000);
  const alive = new Set<Running>();
  let named: ObjectiveModule | undefined;
  return {
    name: "processes",
    async start(objective) {
      named = checkNamed(objective);
    },
    async run(task, hooks, signal) {
      if (named === undefined) return { kind: "failed", reason: "the executor was not started", lost: false };
      try {
        return await runInChild(task, named, hooks, signal, options, alive);
      } catch (thrown) {
        if (thrown instanceof TidemarkError) throw thrown;
        return { kind: "failed", reason: failureReason(thrown), lost: true };
      }
    },
    async close() {
      for (const { child } of alive) child.kill("SIGKILL");
      await Promise.all([...alive].map(({ closed }) => closed));
    },
  };
}
