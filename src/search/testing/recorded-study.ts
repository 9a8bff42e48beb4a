/** @file A study that comes out the same in every process: what Optuna read from its journal is recorded beside it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, systemClock } from "../../core/index.ts";
import { type Objective, TrialPruned } from "../executors/objective.ts";
import type { SearchSpace } from "../space.ts";
import { createStudy, type Study } from "../study.ts";
import type { Trial } from "../trial.ts";

const SPACE: SearchSpace = {
  rate: { kind: "float", low: 1e-5, high: 0.1, log: true },
  dropout: { kind: "float", low: 0, high: 0.5, step: 0.1 },
  layers: { kind: "int", low: 1, high: 6 },
  hidden: { kind: "int", low: 16, high: 256, log: true },
  width: { kind: "int", low: 0, high: 30, step: 10 },
  encoder: { kind: "categorical", choices: ["gru", 'a "quoted" name', 3, true, null] },
  fixed: { kind: "float", low: 1, high: 1 },
};

/** Every kind of end: complete, pruned, failed, infinite, NaN, with returns and notes. */
const objective: Objective = async (trial) => {
  const { rate, layers } = trial.params;
  trial.note("größe", ["\u2603", Number(layers), null]);
  trial.keepReturns(Float64Array.of(0.01, -0.02));
  for (let step = 0; step < 4; step++) {
    const odd = trial.number === 3 && step === 1 ? Number.NaN : trial.number === 5 ? Number.NEGATIVE_INFINITY : 0;
    await trial.report(step, Number(layers) - step / 10 + odd);
  }
  if (trial.number === 4) throw new Error("a broken trial");
  if (trial.number === 6) throw new TrialPruned("enough");
  if (trial.number === 7) return Number.POSITIVE_INFINITY;
  if (trial.number === 8) return Number.NaN;
  return Number(layers) + Math.log10(Number(rate));
};

/** Runs the study in a folder: 14 trials and one that waits, one tick of the clock for each look at it. */
export async function recordStudy(folder: string): Promise<Study> {
  let nowMs = Date.UTC(2026, 0, 31, 12);
  const clock: Clock = { ...systemClock, nowMs: () => (nowMs += 250) };
  const study = await createStudy(join(folder, "recorded"), {
    space: SPACE,
    direction: "minimize",
    sampler: { kind: "tpe", startup: 5 },
    pruner: { kind: "median", startupTrials: 3, warmupSteps: 1 },
    seed: 11,
    clock,
  });
  await study.enqueue({ rate: 0.01, dropout: 0.2, layers: 2, hidden: 64, width: 10, encoder: "gru", fixed: 1 });
  await study.optimize(objective, { trials: 14 });
  await study.enqueue({ rate: 0.02, dropout: 0.3, layers: 1, hidden: 32, width: 0, encoder: null, fixed: 1 });
  return study;
}

/** The journal's lines, ids of processes and of the study replaced by fixed ones. */
export function steadyLines(study: Study): string[] {
  const text = readFileSync(join(study.path, "study.log"), "utf8");
  const steady = text
    .replaceAll(study.id, "0123456789abcdef")
    .replace(/[0-9a-f]{12}:\d+:[0-9a-f]{8}/g, "place:1:worker");
  return steady.trimEnd().split("\n");
}

function numberOrText(value: number | undefined): number | string | null {
  if (value === undefined) return null;
  if (Number.isNaN(value)) return "nan";
  return Number.isFinite(value) ? value : value > 0 ? "inf" : "-inf";
}

/** A trial in the words of the recorded reading. */
export function readingOf(trial: Trial): object {
  return {
    number: trial.number,
    state: trial.state,
    params: trial.params,
    value: numberOrText(trial.value),
    intermediate: Object.fromEntries([...trial.intermediate].map(([step, value]) => [step, numberOrText(value)])),
    userAttributes: trial.userAttributes,
    startedMs: trial.startedMs ?? null,
    finishedMs: trial.finishedMs ?? null,
  };
}
