import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import type { BullmqOptions, ObjectiveModule, Study } from "../index.ts";
import { type Compiled, compileSearch } from "../testing/compiled.ts";
import { OBJECTIVES } from "../testing/objectives.ts";
import { hasRedis, type RedisServer, startRedis } from "../testing/redis-server.ts";
import { isAlive, logged, until } from "../testing/watch.ts";
import { TrialState } from "../trial.ts";

const CODE = { codeVersion: "c0de", dataFingerprint: "da7a" };
/** Short times: a test must not wait for half a minute until a lock runs out. */
const WORKER_TIMES = { lockMs: 1_000, stalledCheckMs: 400, stopGraceMs: 500 };

let compiled: Compiled;
let redis: RedisServer;
let names = 0;
/** Each test has keys of its own in Redis. */
let prefix = "";
const workers: ChildProcess[] = [];

function fresh(name: string): string {
  return join(compiled.folder, `${name}-${names++}`);
}

function moduleOf(name: string, options: Record<string, number | string>): ObjectiveModule {
  return { module: join(compiled.folder, "objectives.mjs"), export: name, options };
}

async function newStudy(path = fresh("study")): Promise<Study> {
  const space = { x: { kind: "float", low: -3, high: 3 } } as const;
  return compiled.search.openStudy(path, { space, direction: "minimize", seed: 5 });
}

function executor(options: Partial<BullmqOptions> = {}): ReturnType<typeof compiled.search.bullmqExecutor> {
  return compiled.search.bullmqExecutor({ url: redis.url, ...CODE, prefix, leaseMs: 1_500, ...options });
}

/** A worker as a process of its own, as on another machine. SIGTERM ends it politely. */
function startWorker(objective: ObjectiveModule, options: object = {}): ChildProcess {
  const settings = { url: redis.url, objective, ...CODE, prefix, ...WORKER_TIMES, ...options };
  const file = `${fresh("worker")}.mjs`;
  writeFileSync(
    file,
    `import { runWorker } from ${JSON.stringify(compiled.url)};
     const stop = new AbortController();
     process.on("SIGTERM", () => stop.abort());
     await runWorker({ ...${JSON.stringify(settings)}, signal: stop.signal });`,
  );
  const worker = spawn(process.execPath, [file], { stdio: ["ignore", "inherit", "inherit"] });
  workers.push(worker);
  return worker;
}

function reportsOf(study: Study): number {
  return study.trials().reduce((sum, trial) => sum + trial.intermediate.size, 0);
}

// By day how a trial is shared, lost, kept and stopped; every other way to lose one at night.
describe.skipIf(!hasRedis)("trials on Redis (needs redis-server)", () => {
  beforeAll(async () => {
    [compiled, redis] = await Promise.all([compileSearch(), startRedis()]);
    writeFileSync(join(compiled.folder, "objectives.mjs"), OBJECTIVES);
  });

  beforeEach(() => {
    prefix = `test-${names++}`;
  });

  afterEach(async () => {
    const running = workers.splice(0).filter((worker) => worker.exitCode === null && worker.signalCode === null);
    await Promise.all(
      running.map((worker) => {
        const closed = new Promise((resolve) => worker.once("close", resolve));
        worker.kill("SIGKILL");
        return closed;
      }),
    );
  });

  afterAll(async () => {
    await redis.stop();
    compiled.dispose();
  });

  it("are shared by workers, pruned by the study, and their returns come back", async () => {
    const log = fresh("log");
    const objective = moduleOf("timed", { log, stepMs: 15 });
    startWorker(objective, { parallel: 2 });
    startWorker(objective);
    const path = fresh("study");
    const space = { x: { kind: "float", low: -3, high: 3 } } as const;
    const pruner = { kind: "asha", minResource: 1, reductionFactor: 2 } as const;
    const study = await compiled.search.createStudy(path, { space, direction: "minimize", seed: 5, pruner });
    let connected = 0;
    const summary = await study.optimize(objective, {
      trials: 9,
      parallel: 3,
      executor: executor(),
      onProgress: ({ figures }) => {
        connected = Math.max(connected, Number(figures?.workers));
      },
    });
    expect(summary.complete + summary.pruned).toBe(9);
    expect(summary.pruned).toBeGreaterThan(0);
    for (const trial of study.trials()) expect(study.returnsOf(trial)).toHaveLength(trial.intermediate.size);
    const ended = logged(log, "end").map(([number]) => number);
    const complete = study.trials().filter((trial) => trial.state === TrialState.complete);
    expect(
      ended.toSorted((a, b) => a - b),
      "pruned trials never reach their end",
    ).toEqual(complete.map((trial) => trial.number));
    expect(connected, "both workers are seen").toBe(2);
  });

  it("go to another worker where theirs is killed in the middle, and count once", async () => {
    const [log, later] = [fresh("log"), fresh("log")];
    const options = { steps: 12, stepMs: 40 };
    const doomed = startWorker(moduleOf("timed", { log, ...options }));
    const study = await newStudy();
    const done = study.optimize(moduleOf("timed", {}), { trials: 2, executor: executor() });
    await until(() => logged(log, "step").length >= 3, "the first worker is in the middle of a trial");
    doomed.kill("SIGKILL");
    startWorker(moduleOf("timed", { log: later, ...options }));
    expect(await done).toMatchObject({ complete: 2, failed: 0 });
    expect(logged(log, "end"), "the killed worker finished nothing").toEqual([]);
    expect(
      logged(later, "begin").map(([number]) => number),
      "the other one did both",
    ).toEqual([0, 1]);
    const trials = study.trials();
    expect(
      trials.map((trial) => trial.state),
      "one trial, one result",
    ).toEqual([TrialState.complete, TrialState.complete]);
    expect(trials.map((trial) => trial.value)).toEqual([0, 1]);
    expect(trials[0].intermediate.size).toBe(12);
    const worker = (number: number): unknown => trials[number].userAttributes.worker;
    expect(worker(0), "its worker is named").toBe(worker(1));
    expect(
      logged(log, "begin").some(([, pid]) => isAlive(pid)),
      "its trial's process has ended too",
    ).toBe(false);
  });

  it.runIf(NIGHTLY)("count once where a worker froze, lost its trial to another one, and wakes up again", async () => {
    const [log, later] = [fresh("log"), fresh("log")];
    const frozen = startWorker(moduleOf("timed", { log, steps: 12, stepMs: 40 }));
    const study = await newStudy();
    const done = study.optimize(moduleOf("timed", {}), { trials: 2, executor: executor() });
    await until(() => logged(log, "step").length >= 3, "the first worker is in the middle of a trial");
    frozen.kill("SIGSTOP");
    startWorker(moduleOf("timed", { log: later, steps: 12, stepMs: 40 }));
    await until(() => logged(later, "step").length >= 2, "the other worker has the trial");
    frozen.kill("SIGCONT");
    expect(await done).toMatchObject({ complete: 2, failed: 0 });
    expect(study.trials()).toHaveLength(2);
    expect(
      logged(log, "end").filter(([number]) => number === 0),
      "the woken worker gives the trial up",
    ).toEqual([]);
    expect(logged(later, "end").filter(([number]) => number === 0)).toHaveLength(1);
  });

  it.runIf(NIGHTLY)("are tried again where Redis itself was lost with everything in it", async () => {
    const log = fresh("log");
    const objective = moduleOf("timed", { log, steps: 12, stepMs: 40 });
    startWorker(objective);
    const study = await newStudy();
    const done = study.optimize(objective, { trials: 1, executor: executor() });
    await until(() => logged(log, "step").length >= 3, "it is in the middle of a trial");
    await redis.restart();
    expect(await done).toMatchObject({ complete: 1, failed: 0 });
    expect(study.trials().map((trial) => trial.state)).toEqual([TrialState.failed, TrialState.complete]);
  });

  it("keep their lock while they compute for longer than it lasts", async () => {
    const log = fresh("log");
    const objective = moduleOf("timed", { log, steps: 1, stepMs: 2_200 });
    startWorker(objective);
    startWorker(objective);
    const study = await newStudy();
    expect(await study.optimize(objective, { trials: 1, executor: executor() })).toMatchObject({ complete: 1 });
    expect(logged(log, "begin"), "nobody took it for dropped").toHaveLength(1);
  });

  it.runIf(NIGHTLY)("are lost with their process and tried again, while the worker goes on", async () => {
    const log = fresh("log");
    startWorker(moduleOf("dying", { log }));
    const study = await newStudy();
    const summary = await study.optimize(moduleOf("dying", {}), { trials: 2, executor: executor() });
    expect(summary).toMatchObject({ complete: 2, failed: 0 });
    expect(logged(log, "begin").map(([, attempt]) => attempt)).toEqual([0, 1, 0, 1]);
  });

  it("stop with their study, and go on with the next one", async () => {
    const log = fresh("log");
    const objective = moduleOf("timed", { log, steps: 40, stepMs: 30 });
    startWorker(objective);
    const study = await newStudy();
    const stop = new AbortController();
    const options = { trials: 3, parallel: 3, executor: executor({ stopGraceMs: 5_000 }), signal: stop.signal };
    const done = study.optimize(objective, options);
    await until(() => reportsOf(study) >= 2, "one trial reports, two wait");
    stop.abort();
    expect(await done).toMatchObject({ stopped: true, complete: 0, failed: 0 });
    const steps = logged(log, "step").length;
    expect(steps, "the worker stopped in the middle").toBeLessThan(39);
    expect(study.trials().filter((trial) => trial.state === TrialState.waiting)).toHaveLength(3);
    startWorker(moduleOf("timed", { steps: 1, stepMs: 1 }), { prefix: "next" });
    const next = executor({ prefix: "next" });
    expect(await study.optimize(objective, { trials: 3, parallel: 2, executor: next })).toMatchObject({ complete: 3 });
  });

  it.runIf(NIGHTLY)("go back to the queue where their worker is ended politely", async () => {
    const [log, later] = [fresh("log"), fresh("log")];
    const leaving = startWorker(moduleOf("timed", { log, steps: 40, stepMs: 30 }));
    const study = await newStudy();
    const done = study.optimize(moduleOf("timed", {}), { trials: 1, executor: executor() });
    await until(() => logged(log, "step").length >= 2, "it is in the middle");
    const closed = new Promise((resolve) => leaving.once("close", resolve));
    leaving.kill("SIGTERM");
    expect(await closed, "it ends by itself").toBe(0);
    startWorker(moduleOf("timed", { log: later, steps: 3 }));
    expect(await done).toMatchObject({ complete: 1, failed: 0 });
    expect(study.trials()).toHaveLength(1);
    expect(logged(later, "begin")).toHaveLength(1);
  });

  it("are given up by workers whose study was killed, and the next process goes on", async () => {
    const log = fresh("log");
    const objective = moduleOf("timed", { log, steps: 60, stepMs: 100 });
    const slow = startWorker(objective);
    const path = fresh("study");
    await newStudy(path);
    const settings = { url: redis.url, ...CODE, prefix, leaseMs: 1_500 };
    const file = `${fresh("study")}.mjs`;
    writeFileSync(
      file,
      `import { bullmqExecutor, openStudy } from ${JSON.stringify(compiled.url)};
       const study = await openStudy(${JSON.stringify(path)});
       const executor = bullmqExecutor(${JSON.stringify(settings)});
       await study.optimize(${JSON.stringify(objective)}, { trials: 2, parallel: 2, executor });`,
    );
    const leading = spawn(process.execPath, [file], { stdio: "inherit" });
    workers.push(leading);
    await until(() => logged(log, "step").length >= 2, "its first trial reports");
    const second = await newStudy(path);
    const both = second.optimize(objective, { trials: 2, executor: executor() });
    await expect(both, "one process leads a study").rejects.toMatchObject({ code: "STUDY_LOCKED" });
    leading.kill("SIGKILL");
    const [[, pid]] = logged(log, "begin");
    await until(() => !isAlive(pid), "the worker has given up the trial");
    slow.kill("SIGKILL");
    const later = fresh("log");
    startWorker(moduleOf("timed", { log: later, steps: 1 }));
    const study = await compiled.search.openStudy(path);
    expect(await study.optimize(objective, { trials: 2, executor: executor() })).toMatchObject({
      complete: 2,
      failed: 0,
    });
    expect(
      logged(later, "begin").map(([number]) => number),
      "jobs of the killed process are gone",
    ).toEqual([2, 3]);
  });

  it("wait where no worker has their code and their data", async () => {
    startWorker(moduleOf("timed", {}), { codeVersion: "other" });
    const study = await newStudy();
    const stop = new AbortController();
    let workersSeen = "?";
    const done = study.optimize(moduleOf("timed", {}), {
      trials: 1,
      executor: executor({ stopGraceMs: 100 }),
      signal: stop.signal,
      onProgress: ({ figures }) => {
        workersSeen = figures?.workers ?? "?";
      },
    });
    await until(() => study.trials().length > 0, "the trial is in the queue");
    stop.abort();
    expect(await done).toMatchObject({ stopped: true, complete: 0 });
    expect(workersSeen).toBe("0");
  });

  it("need a server that answers", async () => {
    const study = await newStudy();
    const nowhere = executor({ url: "redis://user:secret@127.0.0.1:1" });
    const failed = study.optimize(moduleOf("timed", {}), { trials: 1, executor: nowhere });
    await expect(failed).rejects.toMatchObject({
      code: "QUEUE_UNREACHABLE",
      where: "redis://127.0.0.1:1",
      exitCode: 4,
    });
    const worker = { url: "http://localhost", objective: moduleOf("timed", {}), ...CODE };
    await expect(compiled.search.runWorker(worker)).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
  });
});
