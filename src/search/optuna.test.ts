import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../core/index.ts";
import type { TrialRun } from "./executors/objective.ts";
import { openStudy } from "./study.ts";
import fixture from "./testing/recorded-study.fixture.json" with { type: "json" };
import { readingOf, recordStudy, steadyLines } from "./testing/recorded-study.ts";
import { TrialState } from "./trial.ts";

const PYTHON = process.env.OPTUNA_PYTHON ?? "python3";
const READER = join(import.meta.dirname, "testing/read-study.py");
const hasOptuna = spawnSync(PYTHON, ["-c", "import optuna.storages.journal"]).status === 0;

type Reading = { readonly optuna: string; readonly best: number; readonly trials: readonly object[] };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-optuna-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function readWithOptuna(path: string, name: string, more = 0): Promise<Reading> {
  const { stdout } = await promisify(execFile)(PYTHON, [READER, join(path, "study.log"), name, String(more)]);
  return JSON.parse(stdout) as Reading;
}

/** Another engine's logarithm may differ in the last digit. */
function roundFractions(text: string): string {
  return text.replace(/-?\d+\.\d{9,}(?:e-?\d+)?/g, (digits) => String(Number(Number(digits).toPrecision(10))));
}

describe("a journal of ours", () => {
  it("is, line by line, the one that Optuna read, and says to us what it said to Optuna", async () => {
    const study = await recordStudy(folder);
    expect(steadyLines(study).map(roundFractions), `as recorded: ${fixture.source}`).toEqual(
      fixture.journal.map(roundFractions),
    );
    const reading = study.trials().map(readingOf);
    expect(JSON.parse(roundFractions(JSON.stringify(reading)))).toEqual(
      JSON.parse(roundFractions(JSON.stringify(fixture.reading.trials))),
    );
    expect(study.best()?.number).toBe(fixture.reading.best);
    const states = new Set(study.trials().map((trial) => trial.state));
    expect(
      [...states].toSorted((a, b) => a - b),
      "every state but running occurs",
    ).toEqual([TrialState.complete, TrialState.pruned, TrialState.failed, TrialState.waiting]);
  });
});

async function slowly({ params, signal }: TrialRun): Promise<number> {
  await systemClock.sleep(30, signal);
  return Number(params.layers);
}

describe.skipIf(!hasOptuna)("with Optuna (needs a Python with optuna: OPTUNA_PYTHON or python3)", () => {
  it("a journal of ours reads the same", async () => {
    const study = await recordStudy(folder);
    const reading = await readWithOptuna(study.path, study.name);
    expect(reading.trials).toEqual(study.trials().map(readingOf));
    expect(reading.best).toBe(study.best()?.number);
  });

  it("a study goes on in either, also at the same time", async () => {
    const recorded = await recordStudy(folder);
    const study = await openStudy(recorded.path);
    const [reading] = await Promise.all([
      readWithOptuna(study.path, study.name, 12),
      study.optimize(slowly, { trials: 40, parallel: 2 }),
    ]);
    const trials = study.trials();
    const theirs = trials.filter((trial) => (trial.value ?? 0) >= 1_000 && trial.value !== Number.POSITIVE_INFINITY);
    expect(theirs.length, "all that Optuna added").toBe(12);
    expect(trials.filter((trial) => trial.state === TrialState.running)).toEqual([]);
    expect(trials.length).toBeGreaterThanOrEqual(40);
    expect((await readWithOptuna(study.path, study.name)).trials).toEqual(trials.map(readingOf));
    expect(reading.optuna).toMatch(/^\d+\./);
  });
});
