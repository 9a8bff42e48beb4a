import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../core/index.ts";
import { openTrackers, type TrackingOptions } from "./open-trackers.ts";
import { readRunRecords } from "./run-record.ts";
import { MlflowServer } from "./testing/mlflow-server.ts";
import { RunStatus } from "./tracker.ts";

const server = new MlflowServer();
let url: string;
let folder: string;
const warnings: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-trackers-"));
  url = await server.start();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

function options(changes: Partial<TrackingOptions> = {}): TrackingOptions {
  return {
    runFolder: join(folder, "run-1"),
    run: "run-1",
    clock: systemClock,
    warn: (message) => warnings.push(message),
    environment: {},
    ...changes,
  };
}

describe("the trackers of a run", () => {
  it("are its record, TensorBoard and the server that the environment names", async () => {
    const tracker = openTrackers(options({ environment: { MLFLOW_TRACKING_URI: url } }));
    tracker.scalar("reward", 1, 10);
    await tracker.finish(RunStatus.finished);
    const names = readdirSync(join(folder, "run-1")).sort();
    expect(names.length).toBe(2);
    expect(names[0]).toMatch(/^events\.out\.tfevents\./);
    expect(readRunRecords(join(folder, "run-1", names[1])).map(({ kind }) => kind)).toEqual(["scalars", "finish"]);
    expect(server.runs).toMatchObject([{ name: "run-1", status: "FINISHED", metrics: [{ key: "reward" }] }]);
    expect(warnings).toEqual([]);
  });

  it("are the record alone where nothing else is wanted", async () => {
    const tracker = openTrackers(options({ tensorBoard: false }));
    await tracker.finish(RunStatus.failed);
    expect(readdirSync(join(folder, "run-1"))).toEqual(["metrics.jsonl"]);
  });

  it("write nothing where the settings are wrong", () => {
    expect(() => openTrackers(options({ environment: { MLFLOW_TRACKING_URI: "./mlruns" } }))).toThrowError(
      expect.objectContaining({ code: "CONFIG_VALUE" }),
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
