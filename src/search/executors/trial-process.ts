/**
 * @file The main program of a child process that runs one trial, or one after another. It belongs to the process that started it: it ignores
 * Ctrl-C, which the terminal sends to both, stops when told to, and ends when its parent is gone.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { toError } from "../../core/index.ts";
import { loadObjective } from "./load-objective.ts";
import type { FromChild, ToChild } from "./process-messages.ts";
import { failureReason, runObjective } from "./run-objective.ts";

const ORPHANED_EXIT_CODE = 1;

let stop = new AbortController();
const waiting = new Map<number, (prune: boolean) => void>();
let reports = 0;

function send(message: FromChild): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) reject(new Error("this program is started by a study, not by hand"));
    else process.send(message, undefined, undefined, (failed) => (failed === null ? resolve() : reject(failed)));
  });
}

async function runTrial(start: Extract<ToChild, { type: "start" }>): Promise<void> {
  const onReport = async (step: number, value: number): Promise<boolean> => {
    const report = reports++;
    const verdict = new Promise<boolean>((resolve) => waiting.set(report, resolve));
    await send({ type: "report", report, step, value });
    return verdict;
  };
  let outcome: Extract<FromChild, { type: "outcome" }>["outcome"];
  try {
    const objective = await loadObjective(start.objective);
    outcome = await runObjective(objective, start.task, { onReport }, stop.signal);
  } catch (thrown) {
    outcome = { kind: "failed", reason: failureReason(thrown), lost: false };
  }
  await send({ type: "outcome", outcome });
  if (start.keep) {
    stop = new AbortController();
    return;
  }
  process.disconnect();
  // Whatever the objective left running must not keep the process alive.
  process.exit(0);
}

new Worker(new URL(`./parent-watch${extname(import.meta.url)}`, import.meta.url), {
  workerData: { parent: process.ppid },
}).unref();
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit(ORPHANED_EXIT_CODE));
process.on("message", (message: ToChild) => {
  switch (message.type) {
    case "start":
      void runTrial(message).catch((thrown: unknown) => {
        process.stderr.write(`${toError(thrown).stack ?? String(thrown)}\n`);
        process.exit(ORPHANED_EXIT_CODE);
      });
      break;
    case "verdict":
      waiting.get(message.report)?.(message.prune);
      waiting.delete(message.report);
      break;
    case "stop":
      stop.abort(new Error("the trial was stopped"));
      break;
    default:
      break;
  }
});
