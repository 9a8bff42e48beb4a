import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ObjectiveModule, Study } from "../index.ts";
import { type Compiled, compileSearch } from "../testing/compiled.ts";
import { OBJECTIVES } from "../testing/objectives.ts";
import { isAlive, logged, until } from "../testing/watch.ts";
import { TrialState } from "../trial.ts";

let compiled: Compiled;
let studies = 0;

beforeAll(async () => {
  compiled = await compileSearch();
  writeFileSync(join(compiled.folder, "objectives.mjs"), OBJECTIVES);
});

afterAll(() => {
  compiled.dispose();
});

function named(name: string, options: Record<string, number | string> = {}): ObjectiveModule {
  return { module: join(compiled.folder, "objectives.mjs"), export: name, options };
}

async function newStudy(options: Partial<Parameters<typeof compiled.search.createStudy>[1]> = {}): Promise<Study> {
  const space = { x: { kind: "float", low: -3, high: 3 } } as const;
  const path = join(compiled.folder, `study-${studies++}`);
  return compiled.search.createStudy(path, { space, direction: "minimize", seed: 5, ...options });
}

describe("trials in processes", () => {
  it("run each in a process of its own, several at a time, and give the search of one process", async () => {
    const study = await newStudy();
    const summary = await study.optimize(named("bowl"), { trials: 6, executor: compiled.search.processExecutor() });
    expect(summary).toMatchObject({ complete: 6, failed: 0 });
    const pids = new Set(study.trials().map((trial) => trial.userAttributes.pid));
    expect(pids.size).toBe(6);
    expect(pids.has(process.pid)).toBe(false);
    const inside = await newStudy();
    await inside.optimize(named("bowl"), { trials: 6 });
    expect(inside.trials().map(({ params, value }) => [params, value])).toEqual(
      study.trials().map(({ params, value }) => [params, value]),
    );
  });

  it("run at the same time, forward their reports, and end where they are pruned", async () => {
    const study = await newStudy({ pruner: { kind: "asha", minResource: 1, reductionFactor: 2 } });
    const log = join(compiled.folder, "parallel.log");
    const seen: number[] = [];
    const executor = compiled.search.processExecutor();
    const summary = await study.optimize(named("timed", { log, stepMs: 10 }), {
      trials: 6,
      parallel: 3,
      executor,
      onProgress: ({ figures }) => seen.push(Number(figures?.running)),
    });
    expect(Math.max(...seen), "three at a time").toBe(3);
    expect(summary.complete + summary.pruned).toBe(6);
    expect(summary.pruned).toBeGreaterThan(0);
    const ended = logged(log, "end").map(([number]) => number);
    for (const trial of study.trials()) {
      expect(ended.includes(trial.number), "a pruned trial never reaches its end").toBe(
        trial.state === TrialState.complete,
      );
      expect(study.returnsOf(trial)).toHaveLength(trial.intermediate.size);
    }
  });

  it("that die take nothing with them and are tried again", async () => {
    const study = await newStudy();
    const executor = compiled.search.processExecutor();
    const summary = await study.optimize(named("dying"), { trials: 4, parallel: 4, executor });
    expect(summary).toMatchObject({ complete: 4, failed: 0 });
    const failed = study.trials().filter((trial) => trial.state === TrialState.failed);
    expect(failed).toHaveLength(4);
    const reasons = JSON.stringify(failed.map((trial) => trial.userAttributes.fail_reason));
    expect(reasons).toMatch(/ended with code 7/);
    expect(reasons).toMatch(/was killed by SIGKILL/);
    expect(reasons).toMatch(/was killed by SIGABRT/);
    expect(reasons, "the reason holds what the process said last").toMatch(/thrown where nobody listens/);
  });

  it("that are kept take the next trial, and are replaced where theirs did not end well", async () => {
    const executor = compiled.search.processExecutor({ keep: true });
    const study = await newStudy();
    const summary = await study.optimize(named("counting"), { trials: 8, parallel: 2, executor });
    expect(summary).toMatchObject({ complete: 6, failed: 2 });
    const told = study.trials().map(({ userAttributes }) => userAttributes);
    const byProcess = new Map<unknown, unknown[]>();
    for (const { pid, turn } of told) byProcess.set(pid, [...(byProcess.get(pid) ?? []), turn]);
    expect(byProcess.size, "two at first, and one for each failure").toBeLessThanOrEqual(4);
    expect([...byProcess.values()].flat().filter((turn) => Number(turn) > 0).length, "kept").toBeGreaterThanOrEqual(4);
    for (const turns of byProcess.values()) expect(turns).toEqual(turns.map((_, k) => k));
    for (const { pid } of told) expect(isAlive(Number(pid)), "none is left behind").toBe(false);
    const dying = await newStudy();
    const other = compiled.search.processExecutor({ keep: true });
    expect(await dying.optimize(named("dying"), { trials: 4, parallel: 2, executor: other })).toMatchObject({
      complete: 4,
      failed: 0,
    });
  });

  it("that use too much memory are stopped by it", async () => {
    const study = await newStudy({ maxRetries: 0 });
    const executor = compiled.search.processExecutor({ memoryMb: 32 });
    expect(await study.optimize(named("greedy"), { trials: 1, executor })).toMatchObject({ failed: 1 });
    expect(study.trials()[0].userAttributes.fail_reason).toMatch(/heap/);
  });

  it("are killed where they don't stop when told", async () => {
    const study = await newStudy();
    const log = join(compiled.folder, "deaf.log");
    const stop = new AbortController();
    const executor = compiled.search.processExecutor({ stopGraceMs: 100 });
    const options = { trials: 2, parallel: 2, executor, signal: stop.signal };
    const done = study.optimize(named("deaf", { log }), options);
    await until(() => logged(log, "begin").length === 2, "both have begun");
    stop.abort();
    expect(await done).toMatchObject({ stopped: true, complete: 0 });
    expect(logged(log, "begin").some(([, pid]) => isAlive(pid))).toBe(false);
    const states = study.trials().map((trial) => trial.state);
    expect(states).toEqual([TrialState.failed, TrialState.failed, TrialState.waiting, TrialState.waiting]);
  });

  it("carry infinite values and odd returns", async () => {
    const study = await newStudy();
    await study.optimize(named("infinite"), { trials: 1, executor: compiled.search.processExecutor() });
    const [trial] = study.trials();
    expect(trial.value).toBe(Number.NEGATIVE_INFINITY);
    expect(trial.intermediate.get(0)).toBe(Number.POSITIVE_INFINITY);
    expect(study.returnsOf(trial)).toEqual(Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY, 0.1));
  });

  it("need an objective that has a name and a module that is there", async () => {
    const study = await newStudy();
    const executor = compiled.search.processExecutor();
    const usage = { code: "USAGE_ARGUMENT" };
    await expect(study.optimize(() => 0, { trials: 1, executor })).rejects.toMatchObject(usage);
    const gone = { module: join(compiled.folder, "gone.mjs") };
    await expect(study.optimize(gone, { trials: 1, executor })).rejects.toMatchObject(usage);
    await study.optimize(named("misspelt"), { trials: 1, executor });
    expect(study.trials()[0].userAttributes.fail_reason).toMatch(/does not export a function "misspelt"/);
  });
});

/** A process that works on a study, as `tidemark tune` does. */
function startTuning(path: string, log: string, objective = "timed"): ChildProcess {
  const program = `
    import { openStudy, processExecutor } from ${JSON.stringify(compiled.url)};
    const study = await openStudy(${JSON.stringify(path)}, {
      space: { x: { kind: "float", low: -3, high: 3 } }, direction: "minimize", seed: 5,
    });
    const stop = new AbortController();
    process.on("SIGINT", () => stop.abort());
    const objective = {
      module: ${JSON.stringify(join(compiled.folder, "objectives.mjs"))},
      export: ${JSON.stringify(objective)}, options: { log: ${JSON.stringify(log)}, steps: 10, stepMs: 15 },
    };
    const summary = await study.optimize(objective, {
      trials: 8, parallel: 2, executor: processExecutor({ stopGraceMs: 2_000 }), signal: stop.signal,
    });
    process.stdout.write(JSON.stringify({ ...summary, best: undefined }));
  `;
  const file = join(compiled.folder, "tune.mjs");
  writeFileSync(file, program);
  // A process group of its own, so that a signal reaches its children as Ctrl-C in a terminal does.
  return spawn(process.execPath, [file], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
}

describe("a study whose process is killed", () => {
  it("goes on where it was: nothing is lost, nothing counts twice, no child is left", async () => {
    const path = join(compiled.folder, "killed");
    const log = join(compiled.folder, "killed.log");
    const tuning = startTuning(path, log);
    await until(() => logged(log, "end").length >= 2 && logged(log, "step").length > 24, "it is in the middle");
    tuning.kill("SIGKILL");
    await until(() => logged(log, "begin").every(([, pid]) => !isAlive(pid)), "its children have noticed");
    // A process killed while it writes leaves its lock behind, which is waited out.
    const study = await compiled.search.openStudy(path, { lockGraceMs: 2_000 });
    const before = study.trials();
    expect(
      before.some((trial) => trial.state === TrialState.running),
      "some were running",
    ).toBe(true);
    const summary = await study.optimize(named("timed", { log, steps: 2 }), {
      trials: 8,
      parallel: 2,
      executor: compiled.search.processExecutor(),
    });
    expect(summary).toMatchObject({ complete: 8, failed: 0, stopped: false });
    const after = study.trials();
    const wasComplete = before.filter((trial) => trial.state === TrialState.complete);
    expect(wasComplete.map((trial) => after[trial.number])).toEqual(wasComplete);
    for (const { number } of before.filter((trial) => trial.state === TrialState.running)) {
      expect(after[number].userAttributes.fail_reason).toBe("the process that ran it died");
    }
    const retried = after.filter((trial) => trial.systemAttributes.retry_history !== undefined);
    expect(retried.length).toBe(before.filter((trial) => trial.state === TrialState.running).length);
    for (const trial of retried) {
      expect(trial.params).toEqual(after[Number(trial.systemAttributes.failed_trial)].params);
    }
  });

  it("leaves no trial behind that computes without looking up", async () => {
    const log = join(compiled.folder, "orphans.log");
    const tuning = startTuning(join(compiled.folder, "orphans"), log, "deaf");
    await until(() => logged(log, "begin").length === 2, "both compute");
    tuning.kill("SIGKILL");
    await until(() => logged(log, "begin").every(([, pid]) => !isAlive(pid)), "both are gone");
    expect(logged(log, "begin")).toHaveLength(2);
  });

  it("ends cleanly with Ctrl-C: trials go back into the queue, no child is left", async () => {
    const path = join(compiled.folder, "interrupted");
    const log = join(compiled.folder, "interrupted.log");
    const tuning = startTuning(path, log);
    let output = "";
    tuning.stdout?.on("data", (text: Buffer) => {
      output += text.toString();
    });
    const closed = new Promise((resolve) => tuning.once("close", resolve));
    await until(() => logged(log, "step").length > 3, "it is in the middle");
    process.kill(-(tuning.pid ?? Number.NaN), "SIGINT");
    expect(await closed).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ stopped: true, failed: 0 });
    expect(logged(log, "begin").some(([, pid]) => isAlive(pid))).toBe(false);
    // A process killed while it writes leaves its lock behind, which is waited out.
    const study = await compiled.search.openStudy(path, { lockGraceMs: 2_000 });
    expect(study.trials().some((trial) => trial.state === TrialState.running)).toBe(false);
    expect(study.trials().some((trial) => trial.state === TrialState.waiting)).toBe(true);
  });
});
