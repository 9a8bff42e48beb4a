import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readManifest } from "../../policy/index.ts";
import { type Config, loadConfig } from "../config/load.ts";
import { quietContext } from "../testing/context.ts";
import { continuation } from "./continuation.ts";
import { type Trained, type TrainingFlags, trainAll } from "./trainings.ts";

/** Two symbols, a small network, phases of a few updates. */
const SETTINGS = `
[data]
venue = "synthetic"
synthetic_bars = 1500
symbols = ["AAA/USDT:USDT", "BBB/USDT:USDT"]
[features]
list = ["return1", "rsi14"]
[model]
encoder = "mlp"
hidden_size = 8
join_size = 8
sequence_length = 16
[training]
total_steps = 1024
rollout = 512
accounts = 8
stretches = 2
segment = 32
batch = 256
epochs = 2
episode_bars = 128
[splits]
embargo_bars = 8
[[curriculum.plan]]
name = "first"
stage = "mastery"
steps = 1024
episode_bars = 64
[[curriculum.plan]]
name = "second"
steps = 1024
feature_noise = 0.05
flip_probability = 0.5
[[curriculum.plan]]
name = "third"
steps = 512
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-trainings-"));
  writeFileSync(join(folder, "tidemark.toml"), SETTINGS);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The configuration of the folder, as flags change it. */
function config(flags: Readonly<Record<string, unknown>> = {}): Config {
  const overrides = Object.entries(flags).map(([path, value]) => ({ path, value, source: "a flag" }));
  return loadConfig({ path: undefined, workingFolder: folder, overrides });
}

function trainings(flags: TrainingFlags, settings: Readonly<Record<string, unknown>> = {}): Promise<Trained[]> {
  const own = config(settings);
  const { context } = quietContext(folder, () => own, { seed: () => 5 });
  return trainAll(context, own, flags);
}

async function training(flags: TrainingFlags, settings: Readonly<Record<string, unknown>> = {}): Promise<Trained> {
  const [one] = await trainings(flags, settings);
  return one;
}

describe("a training by phases", () => {
  it("goes on with the next phase, as the one before recommends and as a person changed it", async () => {
    const first = await training({ phases: "1" });
    expect(first.result.phases).toMatchObject([{ number: 1, name: "first", endedBy: "budget" }]);
    const path = join(first.run.folder, "phase2_recommendations.json");
    const file = JSON.parse(readFileSync(path, "utf8")) as { next: Record<string, number>; reasons: string[] };
    expect(file.reasons.length, "an undecided policy gets advice").toBeGreaterThan(0);
    file.next["gamma"] = 0.9;
    writeFileSync(path, JSON.stringify(file));

    const second = await training({ continue: "tidemark", useRecommendations: true });
    expect(`${second.run.name}/${second.run.version}`).toBe("tidemark/2");
    expect(second.result.phases).toMatchObject([{ number: 2, overrides: file.next }]);
    expect(second.result.manifest.provenance["continuedFrom"]).toMatchObject({ model: "tidemark/1", steps: 1_024 });

    const third = await training({ continue: "tidemark-2", phases: "5" });
    expect(
      third.result.phases.map(({ number }) => number),
      "to the end of the plan",
    ).toEqual([3]);
    await expect(training({ continue: "tidemark", phases: "1" })).rejects.toThrow(/all 3 phases/);
    const further = await training({ continue: "tidemark" });
    expect(further.result.phases, "further steps without phases").toEqual([]);
    expect(further.result.steps).toBe(1_024);

    writeFileSync(path, JSON.stringify({ ...file, next: { gamma: 7 } }));
    await expect(training({ continue: "tidemark/1", useRecommendations: true })).rejects.toThrow(/next\.gamma/);
    rmSync(path);
    await expect(training({ continue: "tidemark/1", useRecommendations: true })).rejects.toMatchObject({
      code: "DATA_MISSING",
    });
  });

  it("goes on within the phase that a limit ended, with the settings that it had", async () => {
    // One episode of eight accounts is over long before the second phase.
    const stopped = await training({ phases: "3" }, { "training.episodes": 8, "curriculum.total_steps": 1_000_000 });
    expect(stopped.result.phases).toMatchObject([{ number: 1, endedBy: "stopped" }]);
    const { begin } = await continuation(config({ "curriculum.phases": 1 }), "tidemark");
    expect(begin).toEqual({ index: 0, overrides: {} });
  });
});

describe("going on from a model", () => {
  it("takes its network, features, symbols and bars, except what a flag says", async () => {
    await training({}, { "model.encoder": "lstm", "data.timeframe": "15m" });
    const other = await training({ continue: "tidemark" }, { "data.symbols": ["AAAUSDT", "ccc-usdt"] });
    const { manifest } = other.result;
    expect(manifest.network.encoder).toBe("lstm");
    expect(manifest.timeframe).toBe("15m");
    expect(manifest.instruments.map(({ symbol }) => symbol)).toEqual(["AAAUSDT", "CCCUSDT"]);
    expect(manifest.provenance["continuedFrom"]).toMatchObject({
      model: "tidemark/1",
      newSymbols: ["CCCUSDT"],
      droppedSymbols: ["BBBUSDT"],
      fresh: [],
    });
    await expect(training({ continue: "tidemark" }, { "features.list": ["return1", "rsi21"] })).rejects.toMatchObject({
      code: "MODEL_MISMATCH",
    });
    await expect(training({ continue: "nobody" })).rejects.toMatchObject({ code: "MODEL_MISSING" });
  });

  it("goes on with the optimizer of a run, and without one from a model", async () => {
    const { run } = await training({});
    expect((await continuation(config(), "tidemark-1")).start.optimizer?.optimizerSteps).toBeGreaterThan(0);
    expect((await continuation(config(), run.folder)).start.optimizer).toBeDefined();
    expect((await continuation(config(), "tidemark/1")).start.optimizer).toBeUndefined();
    rmSync(run.modelFolder, { recursive: true });
    await expect(continuation(config(), "tidemark-1"), "not finished").rejects.toMatchObject({
      code: "USAGE_ARGUMENT",
    });
  });
});

describe("a model for each symbol", () => {
  it("is named after it and has the risk and balance that flags give, where they say", async () => {
    const models = await trainings(
      { perSymbol: true, riskPercentage: "3%" },
      { "data.symbols": ["BBB/USDT:USDT", "AAA_USDT"], "backtest.initial_balance": 500, "paths.models": "kept" },
    );
    expect(models.map(({ run }) => run.name)).toEqual(["tidemark-BBBUSDT", "tidemark-AAAUSDT"]);
    const manifest = readManifest(join(folder, "kept/tidemark-AAAUSDT/1"));
    expect(manifest.instruments.map(({ symbol }) => symbol)).toEqual(["AAAUSDT"]);
    expect(manifest.decision.sizing.schedule.map(([, share]) => share)).toEqual([0.03, 0.03, 0.03, 0.03]);
    const run = JSON.parse(readFileSync(join(models[1].run.folder, "manifest.json"), "utf8")) as {
      settings: { initialBalance: number };
    };
    expect(run.settings.initialBalance).toBe(500);
  });
});

describe("a run's folder", () => {
  it("has TensorBoard's events unless they are not wanted", async () => {
    const events = (run: string): string[] =>
      readdirSync(join(folder, "runs", run)).filter((name) => name.startsWith("events.out.tfevents."));
    await training({});
    expect(events("tidemark-1")).toHaveLength(1);
    await training({}, { "tracking.tensorboard": false });
    expect(events("tidemark-2")).toHaveLength(0);
    expect(existsSync(join(folder, "runs/tidemark-2/metrics.jsonl"))).toBe(true);
  });

  it("is not left behind where nothing was trained", async () => {
    await expect(training({ phases: "1" }, { "training.accounts": 7 })).rejects.toMatchObject({ code: "CONFIG_VALUE" });
    expect(existsSync(join(folder, "runs")) ? readdirSync(join(folder, "runs")) : []).toEqual([]);
  });
});
