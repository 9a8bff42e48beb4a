/** @file Objectives as a user would write them in a module, for child processes. Plain JavaScript, no imports. */

export const OBJECTIVES = `
import { appendFileSync } from "node:fs";

function log(options, line) {
  if (options?.log) appendFileSync(options.log, line + "\\n");
}

function spin(ms) {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

export function bowl(trial) {
  trial.note("pid", process.pid);
  return (trial.params.x - 1) ** 2;
}

let turns = 0;

/** Says how many trials its process had before; the third and the sixth of the study fail. */
export function counting(trial) {
  trial.note("pid", process.pid);
  trial.note("turn", turns++);
  if (trial.number === 2 || trial.number === 5) throw new Error("this one can't be");
  return trial.number;
}

/** Says when it begins and ends, works for a while in between. */
export async function timed(trial, options) {
  log(options, "begin " + trial.number + " " + process.pid);
  for (let step = 0; step < (options.steps ?? 5); step++) {
    spin(options.stepMs ?? 20);
    trial.keepReturns(Float64Array.from({ length: step + 1 }, (_, k) => k));
    await trial.report(step, trial.number + 1 / (step + 1));
    log(options, "step " + trial.number + " " + step);
  }
  log(options, "end " + trial.number + " " + process.pid);
  return trial.number;
}

/** Dies the first time in a way that its number chooses. */
export async function dying(trial, options) {
  log(options, "begin " + trial.number + " " + trial.attempt);
  if (trial.attempt === 0) {
    if (trial.number % 4 === 0) process.exit(7);
    if (trial.number % 4 === 1) process.kill(process.pid, "SIGKILL");
    if (trial.number % 4 === 2) process.abort();
    setTimeout(() => { throw new Error("thrown where nobody listens"); }, 1);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  }
  return trial.params.x;
}

export async function greedy() {
  const heap = [];
  for (;;) heap.push(Array.from({ length: 100_000 }, (_, k) => ({ k })));
}

/** Computes without ever looking up. */
export function deaf(trial, options) {
  log(options, "begin " + trial.number + " " + process.pid);
  spin(60_000);
  return 0;
}

export async function infinite(trial) {
  await trial.report(0, Infinity);
  trial.keepReturns(Float64Array.of(NaN, -Infinity, 0.1));
  return -Infinity;
}
`;
