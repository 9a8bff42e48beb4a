import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Progress, systemClock } from "../core/index.ts";
import type { TrialExecutor, TrialOutcome } from "./executors/executor.ts";
import { type Objective, TrialPruned, type TrialRun } from "./executors/objective.ts";
import { bracketBudgets, bracketOf } from "./pruners/hyperband.ts";
import { createSampler } from "./samplers/create.ts";
import { checkSpace, type SearchSpace } from "./space.ts";
import { createStudy, openStudy, type StudyOptions } from "./study.ts";
import { type Trial, TrialState } from "./trial.ts";

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "tidemark-study-")), "tune");
});

afterEach(() => {
  rmSync(join(folder, ".."), { recursive: true, force: true });
});

const SPACE: SearchSpace = { x: { kind: "float", low: -3, high: 3 }, k: { kind: "int", low: 1, high: 4 } };
const MINIMIZE: StudyOptions = { space: SPACE, direction: "minimize", seed: 7 };

function bowl({ params }: TrialRun): number {
  return (Number(params.x) - 1) ** 2 + Number(params.k);
}

function count(trials: readonly Trial[], state: TrialState): number {
  return trials.filter((trial) => trial.state === state).length;
}

/** Journal lines without what differs from run to run. */
function journalOf(path: string): string {
  const text = readFileSync(join(path, "study.log"), "utf8");
  const lines = text.split("\n").filter((line) => !line.includes("tidemark:alive"));
  return lines.join("\n").replace(/"(?:worker_id|datetime_\w+|id|tidemark:owner)":"[^"]*"/g, "");
}

it("a trial that is tried again knows which was the first of its parameters", async () => {
  const study = await createStudy(folder, MINIMIZE);
  const seen: Array<readonly [number: number, origin: number, attempt: number]> = [];
  for (let turn = 0; turn < 3; turn++) {
    const stop = new AbortController();
    await study.optimize(
      async ({ number, origin, attempt, signal }) => {
        seen.push([number, origin, attempt]);
        if (turn === 2) return 1;
        stop.abort(new Error("Ctrl-C"));
        signal.throwIfAborted();
        return 0;
      },
      { trials: 1, signal: stop.signal },
    );
  }
  // Whoever stops a search has not lost a trial: no attempt is used up.
  expect(seen).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [2, 0, 0],
  ]);
});

describe("a study", () => {
  it("finds the bottom of a bowl, and is the same search for the same seed", async () => {
    const study = await createStudy(folder, MINIMIZE);
    const summary = await study.optimize(bowl, { trials: 30 });
    expect(summary).toMatchObject({ complete: 30, pruned: 0, failed: 0, stopped: false });
    expect(study.best()?.value).toBeLessThan(1.5);
    expect(summary.best).toEqual(study.best());
    const again = await createStudy(`${folder}-again`, { ...MINIMIZE, name: "tune" });
    await again.optimize(bowl, { trials: 12 });
    await again.optimize(bowl, { trials: 30 });
    expect(journalOf(again.path), "stopped and continued, it is the same search").toBe(journalOf(study.path));
  });

  it("draws by the trials of a Hyperband bracket alone", async () => {
    const pruner = { kind: "hyperband", minResource: 1, maxResource: 9 } as const;
    const study = await createStudy(folder, { ...MINIMIZE, name: "s", pruner, sampler: { kind: "tpe", startup: 4 } });
    await study.optimize(bowl, { trials: 24 });
    const space = checkSpace(SPACE);
    const trials = study.trials();
    const budgets = bracketBudgets(3, 3);
    const sampler = createSampler({ kind: "tpe", startup: 4 });
    for (const { number, params } of trials) {
      const before = trials.slice(0, number);
      const peers = before.filter((other) => bracketOf("s", other.number, budgets) === bracketOf("s", number, budgets));
      const drawn = sampler.suggest({ seed: 7, number, direction: "minimize", space, trials: before, peers });
      expect(params, `trial ${number}`).toEqual(drawn);
    }
  });

  it("can be opened again by anybody who asks for the same", async () => {
    const study = await createStudy(folder, { ...MINIMIZE, pruner: { kind: "median" } });
    await study.optimize(bowl, { trials: 3 });
    const reader = await openStudy(folder);
    expect(reader.settings).toEqual(study.settings);
    expect(reader.id).toBe(study.id);
    expect(reader.trials()).toEqual(study.trials());
    await expect(openStudy(folder, { ...MINIMIZE, pruner: { kind: "median" } })).resolves.toBeDefined();
    await expect(openStudy(folder, { seed: 8 })).rejects.toMatchObject({ code: "STUDY_MISMATCH", exitCode: 3 });
    await expect(openStudy(folder, { direction: "maximize" })).rejects.toThrow(/another direction/);
    const wider: SearchSpace = { ...SPACE, x: { kind: "float", low: -9, high: 3 } };
    await expect(openStudy(folder, { space: wider })).rejects.toThrow(/another space/);
    await expect(createStudy(folder, MINIMIZE)).rejects.toThrow(/already holds the study "tune"/);
    await expect(openStudy(`${folder}-not`)).rejects.toMatchObject({ code: "STUDY_MISSING" });
    expect(existsSync(`${folder}-not`), "looking for a study makes none").toBe(false);
  });

  it("is begun once by two processes that begin it at the same time", async () => {
    const [a, b] = await Promise.all([openStudy(folder, MINIMIZE), openStudy(folder, MINIMIZE)]);
    expect(a.id).toBe(b.id);
    await Promise.all([a.optimize(bowl, { trials: 21, parallel: 3 }), b.optimize(bowl, { trials: 21, parallel: 3 })]);
    expect(a.trials()).toHaveLength(21);
    expect(a.trials()).toEqual(b.trials());
  });

  it("tries what was queued first", async () => {
    const study = await createStudy(folder, MINIMIZE);
    expect(await study.enqueue({ x: 0.5, k: 2 })).toBe(0);
    await expect(study.enqueue({ x: 99, k: 2 })).rejects.toMatchObject({ code: "CONFIG_VALUE", where: "x" });
    await study.optimize(bowl, { trials: 2 });
    expect(study.trials().map((trial) => trial.state)).toEqual([TrialState.complete, TrialState.complete]);
    expect(study.trials()[0].params).toEqual({ x: 0.5, k: 2 });
  });

  it("draws anew what was queued from elsewhere and is not in the space", async () => {
    const study = await createStudy(folder, MINIMIZE);
    await study.enqueue({ x: 0.5, k: 2 });
    const path = join(folder, "study.log");
    const queued = readFileSync(path, "utf8");
    writeFileSync(path, queued.replace('"x":0.5', '"x":99'));
    expect(readFileSync(path, "utf8")).not.toBe(queued);
    const again = await openStudy(folder);
    await again.optimize(bowl, { trials: 1 });
    const { x, k } = again.trials()[0].params;
    expect(k, "what fits is kept").toBe(2);
    expect(Math.abs(Number(x))).toBeLessThanOrEqual(3);
  });

  it("ends where a grid has nothing left", async () => {
    const space: SearchSpace = { k: { kind: "int", low: 1, high: 3 }, c: { kind: "categorical", choices: ["a", "b"] } };
    const study = await createStudy(folder, { space, direction: "maximize", sampler: { kind: "grid" }, seed: 1 });
    const summary = await study.optimize(({ params }) => Number(params.k), { trials: 100, parallel: 2 });
    expect(summary.complete).toBe(6);
    expect(summary.best?.params.k).toBe(3);
  });

  it("tells its progress", async () => {
    const seen: Progress[] = [];
    const study = await createStudy(folder, MINIMIZE);
    await study.optimize(bowl, { trials: 4, onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ label: "tune", done: 4, total: 4, unit: "trials" });
    expect(seen.at(-1)?.figures).toMatchObject({ running: "0", failed: "0", best: expect.any(String) as string });
  });
});

/** Reports its distance at ten steps; how far it came is what the test looks at. */
function climber(steps: Map<number, number>): Objective {
  return async (trial) => {
    for (let step = 0; step < 10; step++) {
      steps.set(trial.number, step);
      trial.keepReturns(Float64Array.from({ length: step + 1 }, (_, k) => k));
      await trial.report(step, bowl(trial) + 1 / (step + 1));
    }
    return bowl(trial);
  };
}

/** Takes no notice of a verdict, and prunes itself once. */
const stubborn: Objective = async (trial) => {
  await trial.report(1, trial.number).catch(() => undefined);
  if (trial.number === 2) throw new TrialPruned("enough");
  return -1;
};

describe("pruning", () => {
  it("truly stops the work, and keeps the returns of pruned trials too", async () => {
    const steps = new Map<number, number>();
    const study = await createStudy(folder, { ...MINIMIZE, sampler: { kind: "random" }, pruner: { kind: "median" } });
    const summary = await study.optimize(climber(steps), { trials: 30 });
    expect(summary.complete + summary.pruned).toBe(30);
    expect(summary.pruned).toBeGreaterThan(8);
    for (const trial of study.trials()) {
      const reached = steps.get(trial.number) ?? Number.NaN;
      expect(trial.intermediate.size, "no step after the verdict").toBe(reached + 1);
      expect(reached < 9, "those that are cut short are the pruned ones").toBe(trial.state === TrialState.pruned);
      expect(study.returnsOf(trial), "one return a step").toHaveLength(reached + 1);
      expect(trial.userAttributes.returns).toBe(`returns/${trial.number}.f64`);
    }
    const pruned = study.trials().find((trial) => trial.state === TrialState.pruned);
    expect(pruned?.value, "a pruned trial has its last report as value").toBe(
      [...(pruned?.intermediate.values() ?? [])].at(-1),
    );
  });

  it("fires the signal, so that work beside the reports ends too", async () => {
    const study = await createStudy(folder, { ...MINIMIZE, pruner: { kind: "asha", minResource: 1 } });
    const reasons: unknown[] = [];
    const beside: Objective = async (trial) => {
      trial.signal.addEventListener("abort", () => reasons.push(trial.signal.reason));
      await trial.report(1, trial.number);
      return 0;
    };
    const summary = await study.optimize(beside, { trials: 4 });
    expect(summary).toMatchObject({ complete: 1, pruned: 3 });
    expect(reasons.every((reason) => reason instanceof TrialPruned)).toBe(true);
    expect(reasons).toHaveLength(3);
  });

  it("counts a trial as pruned where the objective ignores it or prunes itself", async () => {
    const study = await createStudy(folder, { ...MINIMIZE, pruner: { kind: "asha", minResource: 1 } });
    await study.optimize(stubborn, { trials: 3 });
    expect(study.trials().map((trial) => trial.state)).toEqual([
      TrialState.complete,
      TrialState.pruned,
      TrialState.pruned,
    ]);
  });
});

const shaky: Objective = async (trial) => {
  trial.note("seen", [trial.number, { deep: true }]);
  if (trial.number === 1) throw new RangeError("out of range");
  if (trial.number === 2) return Number.NaN;
  if (trial.number === 3) return "text" as unknown as number;
  if (trial.number === 4) await trial.report(0.5, 1);
  return Number.POSITIVE_INFINITY;
};

/** Trials are lost the first times, as where a worker dies. */
function losing(times: number): TrialExecutor {
  const lost = new Map<string, number>();
  return {
    name: "losing",
    async start() {},
    async run(task): Promise<TrialOutcome> {
      const key = JSON.stringify(task.params);
      const before = lost.get(key) ?? 0;
      expect(task.attempt, "the attempt travels with the task").toBe(before);
      lost.set(key, before + 1);
      if (before < times) return { kind: "failed", reason: "gone", lost: true };
      return { kind: "complete", value: before };
    },
    async close() {},
  };
}

describe("failures", () => {
  it("of an objective fail the trial with its reason, and the search goes on", async () => {
    const study = await createStudy(folder, MINIMIZE);
    const summary = await study.optimize(shaky, { trials: 6 });
    expect(summary).toMatchObject({ complete: 2, failed: 4 });
    expect(study.trials().map((trial) => trial.userAttributes.fail_reason)).toEqual([
      undefined,
      "RangeError: out of range",
      "the objective returned NaN",
      "the objective returned text, not a number",
      "TidemarkError: Invariant: a trial reports at whole steps from 0, was 0.5",
      undefined,
    ]);
    expect(study.trials()[1].userAttributes.seen, "its notes are kept").toEqual([1, { deep: true }]);
    expect(study.best()?.value).toBe(Number.POSITIVE_INFINITY);
  });

  it("of a worker give the same parameters another try, which counts once", async () => {
    const study = await createStudy(folder, MINIMIZE);
    const summary = await study.optimize(bowl, { trials: 4, parallel: 2, executor: losing(2) });
    expect(summary).toMatchObject({ complete: 4, failed: 0 });
    const trials = study.trials();
    expect(count(trials, TrialState.failed)).toBe(8);
    const last = trials.filter((trial) => trial.state === TrialState.complete);
    for (const trial of last) {
      const history = trial.systemAttributes.retry_history as number[];
      expect(history, "Optuna's record of the tries").toHaveLength(2);
      expect(trial.systemAttributes.failed_trial).toBe(history[0]);
      expect(trials[history[0]].params).toEqual(trial.params);
    }
  });

  it("of a worker are tried again a bounded number of times", async () => {
    const study = await createStudy(folder, { ...MINIMIZE, maxRetries: 1 });
    const summary = await study.optimize(bowl, { trials: 3, executor: losing(5) });
    expect(summary).toMatchObject({ complete: 0, failed: 3 });
    expect(study.trials()).toHaveLength(6);
    expect(study.best()).toBeUndefined();
  });

  it("of the executor end the search with their error, and lose no trial", async () => {
    const study = await createStudy(folder, MINIMIZE);
    const broken: TrialExecutor = {
      ...losing(0),
      run: async () => Promise.reject(new Error("no room for a process")),
    };
    await expect(study.optimize(bowl, { trials: 2, executor: broken })).rejects.toThrow("no room for a process");
    expect(study.trials().map((trial) => trial.state)).toEqual([TrialState.failed, TrialState.waiting]);
    expect(await study.optimize(bowl, { trials: 2 })).toMatchObject({ complete: 2 });
  });
});

describe("stopping", () => {
  it("ends running trials, puts them back, and the next run takes them up", async () => {
    const study = await createStudy(folder, MINIMIZE);
    const stop = new AbortController();
    const slow: Objective = async (trial) => {
      if (trial.number >= 3) {
        setTimeout(() => stop.abort(new Error("Ctrl-C")), 10);
        await systemClock.sleep(60_000, trial.signal);
      }
      return bowl(trial);
    };
    const summary = await study.optimize(slow, { trials: 10, parallel: 2, signal: stop.signal });
    expect(summary).toMatchObject({ stopped: true, complete: 3, failed: 0 });
    const waiting = study.trials().filter((trial) => trial.state === TrialState.waiting);
    expect(waiting.length).toBeGreaterThan(0);
    const again = await openStudy(folder);
    expect(await again.optimize(bowl, { trials: 10 })).toMatchObject({ complete: 10, failed: 0, stopped: false });
    for (const { number, params } of waiting) {
      expect(again.trials()[number]).toMatchObject({ state: TrialState.complete, params });
    }
  });

  it("gives the trials of a silent process to others after the grace period, and drops its late result", async () => {
    const runtime = { heartbeatMs: 20, graceMs: 120 };
    const silent = await createStudy(folder, { ...MINIMIZE, heartbeatMs: 3_600_000, graceMs: 7_200_000 });
    const release = new AbortController();
    const late: Objective = async () => {
      await systemClock.sleep(60_000, release.signal).catch(() => undefined);
      return -1_000;
    };
    const hanging = silent.optimize(late, { trials: 1 });
    while (silent.trials().length === 0) await systemClock.sleep(5);
    await systemClock.sleep(150);
    const other = await openStudy(folder, runtime);
    expect(await other.optimize(() => 5, { trials: 1 })).toMatchObject({ complete: 1, failed: 0 });
    release.abort();
    await hanging;
    const trials = other.trials();
    expect(trials.map((trial) => trial.state)).toEqual([TrialState.failed, TrialState.complete]);
    expect(trials[0].userAttributes.fail_reason).toBe("the process that ran it died");
    expect(other.best()?.value, "the result that came too late does not count").toBe(5);
  });
});

const keeping: Objective = (trial) => {
  trial.keepReturns(Float64Array.of(0.1, -0.2));
  return 0;
};

describe("a damaged folder", () => {
  it("is told: returns that are gone or cut short", async () => {
    const study = await createStudy(folder, MINIMIZE);
    await study.optimize(keeping, { trials: 2 });
    const [first, second] = study.trials();
    expect(study.returnsOf(first)).toEqual(Float64Array.of(0.1, -0.2));
    writeFileSync(join(folder, "returns/0.f64"), "short");
    expect(() => study.returnsOf(first)).toThrow(expect.objectContaining({ code: "STUDY_CORRUPT" }));
    rmSync(join(folder, "returns/1.f64"));
    expect(() => study.returnsOf(second)).toThrow(/missing/);
  });
});
