import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../core/index.ts";
import { MlflowServer } from "../testing/mlflow-server.ts";
import { RunStatus } from "../tracker.ts";
import { type MlflowOptions, MlflowTracker } from "./mlflow-tracker.ts";

const SECRET = "hush-hush-token";
const unavailable = { kind: "reply", status: 503 } as const;

/** The time of the system, but waits that the server asks for are short. */
class HastyClock implements Clock {
  readonly waits: number[] = [];

  nowMs(): number {
    return systemClock.nowMs();
  }

  elapsedMs(): number {
    return systemClock.elapsedMs();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const asked = ms === 7_000 || ms === 60_000;
    if (asked) this.waits.push(ms);
    return systemClock.sleep(asked ? 1 : ms, signal);
  }
}

let server: MlflowServer;
let url: string;
let warnings: string[];

beforeEach(async () => {
  server = new MlflowServer();
  url = await server.start();
  warnings = [];
});
afterEach(() => server.stop());

function open(options: Partial<MlflowOptions> = {}): MlflowTracker {
  return new MlflowTracker({
    settings: { url, authorization: `Bearer ${SECRET}`, experiment: "tests" },
    run: "run-abc",
    clock: systemClock,
    warn: (message) => warnings.push(message),
    gatherMs: 1,
    backoffMs: 1,
    maxBackoffMs: 20,
    requestTimeoutMs: 2_000,
    finishTimeoutMs: 5_000,
    ...options,
  });
}

describe("a run on an MLflow server", () => {
  it("holds settings, labels, figures, texts and how it ended", async () => {
    const before = systemClock.nowMs();
    const tracker = open();
    tracker.config({ ppo: { clip: 0.2, "odd:name": "x".repeat(9_000) }, symbols: ["A", "B"] }, { code: "abc" });
    tracker.scalars({ "loss/policy": -0.5, "loss/value": Number.NaN }, 2048);
    tracker.scalar("//score", 1.25, 4096);
    tracker.histogram(
      "weights",
      Array.from({ length: 1_001 }, (_, i) => i / 1000),
      4096,
    );
    tracker.text("plan", "Nine phases");
    tracker.text("plan", "**Nine** phases");
    tracker.text("data", "Five symbols");
    await tracker.finish(RunStatus.stopped);
    expect(warnings).toEqual([]);
    expect([...server.experiments.keys()]).toEqual(["tests"]);
    const [run] = server.runs;
    expect(run).toMatchObject({ name: "run-abc", status: "KILLED" });
    expect(run.startMs).toBeGreaterThanOrEqual(before);
    expect(run.endMs).toBeGreaterThanOrEqual(run.startMs);
    expect(run.params.get("ppo.clip")).toBe("0.2");
    expect(run.params.get("ppo.odd_name"), "cut to what every server takes").toMatch(/^x{497}\.{3}$/);
    expect(run.params.get("symbols")).toBe("A, B");
    expect(run.tags.get("code")).toBe("abc");
    expect(run.tags.get("mlflow.note.content")).toBe("## plan\n\n**Nine** phases\n\n## data\n\nFive symbols");
    const told = run.metrics.map(({ key, value, step }) => [key, value, step]);
    expect(told.slice(0, 3)).toEqual([
      ["loss/policy", -0.5, 2048],
      ["loss/value", "NaN", 2048],
      ["score", 1.25, 4096],
    ]);
    expect(told.slice(3).map(([key]) => key)).toEqual([
      "weights/min",
      "weights/p05",
      "weights/p50",
      "weights/p95",
      "weights/max",
    ]);
    expect(server.requests.every(({ authorization }) => authorization === `Bearer ${SECRET}`)).toBe(true);
  });

  it("is told in batches that the server takes", async () => {
    const tracker = open();
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`setting${i}`, "\u0001".repeat(490)]));
    tracker.config(many, many);
    for (let step = 0; step < 2_500; step++) tracker.scalar("x", step / 3, step);
    await tracker.finish(RunStatus.finished);
    expect(warnings).toEqual([]);
    expect(server.runs[0].params.size).toBe(250);
    expect(server.runs[0].metrics.map(({ step }) => step)).toEqual(Array.from({ length: 2_500 }, (_, i) => i));
    const batches = server.requests.filter(({ endpoint }) => endpoint === "runs/log-batch");
    expect(batches.length, "3 of settings, 3 of labels, 3 of figures").toBe(9);
    expect(Math.max(...batches.map(({ bytes }) => bytes))).toBeLessThan(1_000_000);
  });

  it("that exists is continued, not made again", async () => {
    const first = open();
    first.scalar("x", 1, 1);
    await first.finish(RunStatus.stopped);
    const second = open();
    second.scalar("x", 2, 2);
    await second.finish(RunStatus.finished);
    expect(server.runs.length).toBe(1);
    expect(server.runs[0]).toMatchObject({ status: "FINISHED", metrics: [{ value: 1 }, { value: 2 }] });
  });

  it("is complete after failures that pass, in order and without a word", async () => {
    server.fault = (_endpoint, number) => (number % 5 < 2 ? unavailable : undefined);
    const tracker = open();
    for (let step = 0; step < 1_500; step++) tracker.scalar("x", step, step);
    await tracker.finish(RunStatus.finished);
    expect(warnings).toEqual([]);
    expect(server.runs[0].metrics.map(({ value }) => value)).toEqual(Array.from({ length: 1_500 }, (_, i) => i));
    expect(server.runs[0].status).toBe("FINISHED");
  });

  it("is made once, also where the reply to a request was lost", async () => {
    const lost = new Set<string>();
    server.fault = (endpoint) => {
      if (lost.has(endpoint)) return undefined;
      lost.add(endpoint);
      return { kind: "lose-reply" };
    };
    const tracker = open();
    tracker.config({ a: 1 });
    tracker.scalar("x", 1, 1);
    await tracker.finish(RunStatus.finished);
    expect(server.experiments.size).toBe(1);
    expect(server.runs.length).toBe(1);
    expect(server.runs[0]).toMatchObject({ status: "FINISHED", metrics: [{ key: "x" }] });
    expect(lost.size, "every endpoint lost a reply").toBeGreaterThanOrEqual(5);
  });

  it("waits as long as the server asks, and no longer than the bound", async () => {
    const clock = new HastyClock();
    server.fault = (_endpoint, number) =>
      number < 2 ? { kind: "reply", status: 429, headers: { "retry-after": number === 0 ? "7" : "900" } } : undefined;
    const tracker = open({ clock, maxBackoffMs: 60_000 });
    tracker.scalar("x", 1, 1);
    await tracker.finish(RunStatus.finished);
    expect(clock.waits).toEqual([7_000, 60_000]);
    expect(server.runs[0]).toMatchObject({ status: "FINISHED", metrics: [{ key: "x" }] });
  });
});

describe("a server that does not work", () => {
  it("is spoken of once, never slows the training, and costs a bounded queue", async () => {
    await server.stop();
    const tracker = open({ capacity: 100, finishTimeoutMs: 200 });
    tracker.config({ a: 1 });
    const begun = systemClock.elapsedMs();
    for (let step = 0; step < 10_000; step++) tracker.scalar("x", step, step);
    expect(systemClock.elapsedMs() - begun, "ten thousand figures").toBeLessThan(2_000);
    while (warnings.length === 0) await systemClock.sleep(5);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toMatch(/can't be reached .*the training goes on and up to 100 figures wait/);
    const ending = systemClock.elapsedMs();
    await tracker.finish(RunStatus.finished);
    expect(systemClock.elapsedMs() - ending).toBeLessThan(2_000);
    expect(warnings.length).toBe(2);
    expect(warnings[1]).toContain("is missing 10001 of 10001 figures and settings of this run and was not told");
    await server.start();
  });

  it("that comes back gets what still waits: the newest figures", async () => {
    let away = true;
    server.fault = () => (away ? unavailable : undefined);
    const tracker = open({ capacity: 100 });
    for (let step = 0; step < 1_000; step++) tracker.scalar("x", step, step);
    while (warnings.length === 0) await systemClock.sleep(5);
    away = false;
    await tracker.finish(RunStatus.finished);
    expect(server.runs[0].metrics.map(({ step }) => step)).toEqual(Array.from({ length: 100 }, (_, i) => 900 + i));
    expect(warnings[1]).toMatch(/is missing 900 of 1000 figures and settings of this run; the run's own record/);
  });

  it("that never replies holds up the end of the run for the agreed time only", async () => {
    server.fault = () => ({ kind: "hang" });
    const tracker = open({ requestTimeoutMs: 50, finishTimeoutMs: 300 });
    tracker.scalar("x", 1, 1);
    while (warnings.length === 0) await systemClock.sleep(5);
    expect(warnings[0]).toContain("no reply within 50 ms");
    const begun = systemClock.elapsedMs();
    await tracker.finish(RunStatus.failed);
    expect(systemClock.elapsedMs() - begun).toBeLessThan(1_500);
    expect(warnings.length).toBe(2);
  });

  it.each([401, 403, 404])("that refuses us with %i is left alone, and no secret is shown", async (status) => {
    server.fault = () => ({ kind: "reply", status, body: { message: `Bearer ${SECRET} may not do this` } });
    const tracker = open();
    tracker.scalar("x", 1, 1);
    while (warnings.length === 0) await systemClock.sleep(5);
    for (let step = 2; step < 50; step++) tracker.scalar("x", step, step);
    await tracker.finish(RunStatus.finished);
    expect(server.requests.length).toBe(1);
    expect(warnings.length).toBe(2);
    expect(warnings[0]).toContain(`HTTP ${status}`);
    expect(warnings[0]).toContain(status === 404 ? "MLFLOW_TRACKING_URI" : "MLFLOW_TRACKING_TOKEN");
    expect(warnings[1]).toContain("missing 49 of 49");
    expect(warnings.join(" ")).not.toContain(SECRET);
  });

  it("that sends on to another server is not followed, and the other one hears nothing", async () => {
    const other = new MlflowServer();
    const elsewhere = await other.start();
    try {
      for (const status of [302, 307, 308]) {
        warnings.length = 0;
        server.fault = (endpoint) => ({
          kind: "reply",
          status,
          headers: { location: `${elsewhere}/api/2.0/mlflow/${endpoint}` },
        });
        const tracker = open();
        tracker.scalars({ a: 1 }, 1);
        await tracker.finish(RunStatus.finished);
        expect(warnings.join()).toContain(`HTTP ${status}`);
      }
      expect(other.requests).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it("that refuses a batch for what it says gets the rest", async () => {
    const first = open();
    first.config({ clip: 0.2 });
    await first.finish(RunStatus.stopped);
    const tracker = open();
    tracker.config({ clip: 0.3 });
    tracker.scalar("x", 1, 1);
    await tracker.finish(RunStatus.finished);
    expect(server.runs[0].params.get("clip"), "parameters can't be changed").toBe("0.2");
    expect(server.runs[0]).toMatchObject({ status: "FINISHED", metrics: [{ key: "x" }] });
    expect(warnings[0]).toContain("refused some of what it was told (HTTP 400, INVALID_PARAMETER_VALUE, clip");
    expect(warnings[1]).toContain("missing 1 of 2");
  });
});
