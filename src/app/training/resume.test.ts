import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Progress, SimulatedClock } from "../../core/index.ts";
import { type Config, loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { allRuns, waitingRuns } from "./runs.ts";
import { type Trained, trainAll } from "./trainings.ts";

const SETTINGS = `
[data]
venue = "synthetic"
synthetic_bars = 2000
symbols = ["AAAUSDT"]
[model]
encoder = "mlp"
hidden_size = 8
join_size = 8
[training]
total_steps = 2048
rollout = 256
accounts = 8
stretches = 2
batch = 128
epochs = 1
episode_bars = 128
[splits]
embargo_bars = 8
`;

let home: string;
let whole: Trained;
let project: string;
const said: string[] = [];

function config(folder: string, flags: Readonly<Record<string, unknown>> = {}): Config {
  const overrides = Object.entries(flags).map(([path, value]) => ({ path, value, source: "a flag" }));
  return loadConfig({ path: undefined, workingFolder: folder, overrides });
}

async function train(
  folder: string,
  resume: string | true | undefined,
  flags: Readonly<Record<string, unknown>> = {},
  onProgress: (progress: Progress) => void = () => {},
  signal = new AbortController().signal,
): Promise<Trained> {
  const own = config(folder, flags);
  const { context, said: told } = quietContext(folder, () => own, { seed: () => 5, progress: onProgress, signal });
  try {
    const [one] = await trainAll(context, own, resume === undefined ? {} : { resume });
    return one;
  } finally {
    said.splice(0, said.length, ...told);
  }
}

/** Trains for some updates and stops as Ctrl-C does. */
async function stopped(folder: string, flags: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const stop = new AbortController();
  const stopAt = ({ label, done }: Progress): void => {
    if (label === "training" && done >= 768) stop.abort(new Error("stopped"));
  };
  await expect(train(folder, undefined, flags, stopAt, stop.signal)).rejects.toThrow("stopped");
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "tidemark-resume-"));
  writeFileSync(join(home, "tidemark.toml"), SETTINGS);
  whole = await train(home, undefined, { "model.name": "whole" });
  await stopped(home);
  project = join(home, "..", `${home.split("/").at(-1) ?? ""}-project`);
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(project, { recursive: true, force: true });
});

describe("a run that was stopped", () => {
  it("waits under its name with the steps that it has", () => {
    expect(waitingRuns(config(home))).toMatchObject([{ id: "tidemark-1", run: { seed: 5 } }]);
    expect(allRuns(config(home))).toMatchObject([
      { id: "tidemark-1", finished: false },
      { id: "whole-1", finished: true },
    ]);
  });

  it("keeps no absolute path: a copy of the project goes on in the copy, with the same result", async () => {
    cpSync(home, project, { recursive: true });
    expect(readFileSync(join(project, "runs/tidemark-1/run.json"), "utf8")).not.toContain(home);
    const copied = await train(project, true);
    expect(copied.result.parameterHash).toBe(whole.result.parameterHash);
    expect(copied.result.modelFolder).toBe(join(project, "models/tidemark/1"));
    expect(existsSync(join(home, "models/tidemark/1")), "the original is left alone").toBe(false);
    const moved = `${project}-moved`;
    renameSync(project, moved);
    try {
      await expect(train(moved, "tidemark-1"), "finished, seen where it lies now").rejects.toMatchObject({
        code: "USAGE_ARGUMENT",
        where: join(moved, "models/tidemark/1"),
      });
    } finally {
      rmSync(moved, { recursive: true });
    }
  });

  it.each([
    ["training.total_steps", 4_096],
    ["training.gamma", 0.5],
    ["data.symbols", ["BBBUSDT"]],
    ["seed", 6],
    ["model.name", "other"],
  ])("refuses another %s and says both values", async (key, value) => {
    await expect(train(home, "tidemark-1", { [key]: value })).rejects.toMatchObject({
      code: "USAGE_ARGUMENT",
      what: expect.stringMatching(new RegExp(`${key} is .*, not ${JSON.stringify(value).replace(/[[\]]/g, "\\$&")}`)),
    });
  });

  it("is found by its last save where nothing names it, and what waits is listed where nothing fits", async () => {
    await expect(train(home, true, { "model.name": "nobody" })).rejects.toMatchObject({
      code: "RUN_MISSING",
      fix: expect.stringMatching(/tidemark-1 \([\d,]+ of 2,048 steps\)/),
    });
    await expect(train(home, "tidemark-7")).rejects.toMatchObject({ code: "RUN_MISSING" });
    await expect(train(home, "whole-1")).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
  });

  it("is trained by one process at a time", async () => {
    const lock = join(home, "runs/tidemark-1/run.lock");
    writeFileSync(lock, `${process.pid} elsewhere 5 x`);
    await expect(train(home, true)).rejects.toMatchObject({ code: "RUN_LOCKED" });
    rmSync(lock);
  });

  it("takes a limit of time and settings that mean the same, tells what the file has changed, and frees its lock", async () => {
    const own = join(home, "own");
    for (const name of ["runs", "models"]) cpSync(join(home, name), join(own, name), { recursive: true });
    writeFileSync(join(own, "tidemark.toml"), SETTINGS.replace("epochs = 1", "epochs = 3"));
    const same = { "data.symbols": ["AAA/USDT:USDT"], "training.total_steps": 2_048 };
    const resumed = await train(own, "tidemark-1", { ...same, "training.time_limit_minutes": 30 });
    expect(resumed.result.parameterHash).toBe(whole.result.parameterHash);
    expect(said.join("\n")).toContain("keeps its own training.epochs");
    expect(existsSync(join(own, "runs/tidemark-1/run.lock"))).toBe(false);
  });

  it("that loses its folder while it trains makes it again and says so", async () => {
    const own = join(home, "lost");
    mkdirSync(own);
    writeFileSync(join(own, "tidemark.toml"), SETTINGS);
    const settings = config(own);
    const clock = new SimulatedClock(0);
    const progress = ({ label, done }: Progress): void => {
      clock.advance(10_000);
      if (label === "training" && done === 512) rmSync(join(own, "runs/tidemark-1"), { recursive: true });
    };
    const { context, said: told } = quietContext(own, () => settings, { seed: () => 5, clock, progress });
    const [{ run, result }] = await trainAll(context, settings, {});
    expect(result.parameterHash).toBe(whole.result.parameterHash);
    expect(told.filter((text) => text.includes("was deleted"))).toHaveLength(1);
    expect(existsSync(join(run.folder, "run.json"))).toBe(true);
  });
});
