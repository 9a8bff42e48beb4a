import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Config, loadConfig } from "../../src/cli/config/load.ts";
import { continuation } from "../../src/cli/continuation.ts";
import { writeWalk } from "./candle-files.ts";
import { type Outcome, temporaryFolder, tidemark } from "./cli.ts";

/** Two symbols, a small network, phases of a few updates. */
const SETTINGS = `
[data]
venue = "synthetic"
synthetic_bars = 2000
symbols = ["AAA/USDT:USDT", "BBB/USDT:USDT"]
[model]
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
save_interval = 1
validate_interval = 2
[splits]
embargo_bars = 8
[[curriculum.plan]]
name = "first"
stage = "mastery"
steps = 1024
episode_bars = 64
[[curriculum.plan]]
name = "second"
steps = 8192
feature_noise = 0.05
flip_probability = 0.5
[[curriculum.plan]]
name = "third"
steps = 1024
`;

type Trained = {
  readonly model: string;
  readonly run: string;
  readonly steps: number;
  readonly parameterHash: string;
  readonly phases: ReadonlyArray<{ readonly number: number; readonly overrides: Record<string, number> }>;
  readonly provenance: Record<string, unknown>;
};

function configured(): { readonly path: string; [Symbol.dispose](): void } {
  const folder = temporaryFolder();
  writeFileSync(join(folder.path, "tidemark.toml"), SETTINGS);
  return folder;
}

function trained({ code, stdout, stderr }: Outcome): Trained {
  expect(code, `no complaint: ${stderr}`).toBe(0);
  return JSON.parse(stdout) as Trained;
}

describe("tidemark train --phases", () => {
  it("stops in a phase and goes on to exactly where it would have come", async () => {
    using folder = configured();
    const cwd = { cwd: folder.path };
    const args = ["train", "--phases", "2", "--seed", "5", "--json"];
    const whole = trained(await tidemark(args, cwd));
    expect(whole.phases.map(({ number }) => number)).toEqual([1, 2]);
    const run = join(folder.path, "runs/tidemark-2");
    let interrupted = false;
    const stopped = await tidemark(args, {
      ...cwd,
      whileRunning: (child) => {
        if (interrupted || !existsSync(join(run, "phase2_recommendations.json"))) return;
        interrupted = true;
        child.kill("SIGINT");
      },
    });
    expect(stopped.code, `stopped by us: ${stopped.stderr}`).toBe(130);
    expect(stopped.stderr).toContain("tidemark train --resume tidemark-2");
    const resumed = trained(await tidemark(["train", "--resume", "--json"], cwd));
    expect(resumed).toMatchObject({ steps: whole.steps, phases: whole.phases, parameterHash: whole.parameterHash });
    const files = readdirSync(run);
    expect(
      files.filter((name) => name.startsWith("events.out.tfevents.")),
      "one for each time it ran",
    ).toHaveLength(2);
    expect(files).toContain("phase3_recommendations.json");
  });

  it("goes on with the next phase, as the one before recommends and as a person changed it", async () => {
    using folder = configured();
    const cwd = { cwd: folder.path };
    const first = trained(await tidemark(["train", "--phases", "1", "--seed", "5", "--json"], cwd));
    const path = join(first.run, "phase2_recommendations.json");
    const file = JSON.parse(readFileSync(path, "utf8")) as { next: Record<string, number>; reasons: string[] };
    expect(file.reasons.length, "an undecided policy gets advice").toBeGreaterThan(0);
    file.next["gamma"] = 0.9;
    writeFileSync(path, JSON.stringify(file));
    const go = ["train", "--continue", "tidemark", "--use-recommendations", "--seed", "6", "--json"];
    const second = trained(await tidemark(go, cwd));
    expect(second.model).toBe("tidemark/2");
    expect(second.phases).toMatchObject([{ number: 2, overrides: file.next }]);
    expect(second.provenance).toMatchObject({ continuedFrom: { model: "tidemark/1", steps: 1024 } });

    const end = await tidemark(["train", "--continue", "tidemark-2", "--phases", "5", "--json"], cwd);
    expect(
      trained(end).phases.map(({ number }) => number),
      "to the end of the plan",
    ).toEqual([3]);

    const config = (flags: Record<string, unknown>): Config => {
      const overrides = Object.entries(flags).map(([key, value]) => ({ path: key, value, source: "a flag" }));
      return loadConfig({ path: undefined, workingFolder: folder.path, overrides });
    };
    await expect(continuation(config({ "curriculum.phases": 1 }), "tidemark")).rejects.toThrow(/all 3 phases/);
    writeFileSync(path, JSON.stringify({ ...file, next: { gamma: 7 } }));
    const advised = config({ "curriculum.phases": 1, "curriculum.use_recommendations": true });
    await expect(continuation(advised, "tidemark/1"), "a wrong value is told").rejects.toThrow(/next\.gamma/);
    await expect(continuation(advised, "tidemark/3"), "no phase left").rejects.toMatchObject({
      code: "USAGE_ARGUMENT",
    });
    const plain = await continuation(config({}), "tidemark/2");
    expect(plain.begin, "further steps without phases").toBeUndefined();
    expect(plain.start.optimizer, "a model has no optimizer").toBeUndefined();
    const goingOn = await continuation(config({ "data.symbols": ["AAAUSDT"] }), "tidemark-2");
    expect(goingOn.start.optimizer?.optimizerSteps, "a run has one").toBeGreaterThan(0);
    expect(goingOn.config.data.symbols).toEqual(["AAAUSDT"]);
  });
});

describe("tidemark train", () => {
  it("goes on from a model with another symbol", async () => {
    using folder = configured();
    const cwd = { cwd: folder.path };
    await tidemark(["train", "--seed", "1", "--encoder", "lstm", "--quiet"], cwd);
    const args = ["train", "--continue", "tidemark", "--symbols", "AAAUSDT,ccc-usdt", "--seed", "2", "--json"];
    expect(trained(await tidemark(args, cwd)).provenance).toMatchObject({
      continuedFrom: { model: "tidemark/1", newSymbols: ["CCCUSDT"], droppedSymbols: ["BBBUSDT"], fresh: [] },
    });
    const manifest = JSON.parse(readFileSync(join(folder.path, "models/tidemark/2/model.json"), "utf8")) as {
      network: { encoder: string };
    };
    expect(manifest.network.encoder, "the network is the model's").toBe("lstm");
  });

  it("makes a model for each symbol, with the risk and balance that flags give, where they say", async () => {
    using folder = configured();
    const cwd = { cwd: folder.path };
    const flags = ["--risk-percentage", "3%", "--initial-balance", "500", "--models-dir", "kept"];
    const args = ["train", "--per-symbol", "--symbols", "BBB/USDT:USDT,AAA_USDT", ...flags, "--seed", "1", "--json"];
    const { models } = trained(await tidemark(args, cwd)) as unknown as { models: Trained[] };
    expect(models.map(({ model }) => model)).toEqual(["tidemark-BBBUSDT/1", "tidemark-AAAUSDT/1"]);
    const manifest = JSON.parse(readFileSync(join(folder.path, "kept/tidemark-AAAUSDT/1/model.json"), "utf8")) as {
      instruments: Array<{ symbol: string }>;
      decision: { sizing: { schedule: number[][] } };
    };
    expect(manifest.instruments.map(({ symbol }) => symbol)).toEqual(["AAAUSDT"]);
    expect(manifest.decision.sizing.schedule.map((row) => row[1])).toEqual([0.03, 0.03, 0.03, 0.03]);
    const run = JSON.parse(readFileSync(join(models[1].run, "manifest.json"), "utf8")) as {
      settings: { initialBalance: number };
    };
    expect(run.settings.initialBalance).toBe(500);
  });

  it("refuses flags that don't go together, before anything is made", async () => {
    using folder = configured();
    const { code, stderr } = await tidemark(["train", "--resume", "--tune"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain("--resume and --tune don't go together");
    expect(existsSync(join(folder.path, "runs"))).toBe(false);
  });
});

describe("tidemark full", () => {
  it("uses the stored history where no venue answers, trains, judges, and says what it does not do", async () => {
    using folder = configured();
    const cwd = { cwd: folder.path };
    mkdirSync(join(folder.path, "candles"));
    writeWalk(join(folder.path, "candles"), "AAAUSDT.csv", { bars: 2000, seed: 1 });
    await tidemark(["import", "candles"], cwd);
    const args = ["full", "--venue", "auto", "--symbols", "AAA/USDT:USDT", "--per-symbol", "--seed", "3"];
    const { code, stdout, stderr } = await tidemark(args, cwd);
    expect(code, `no complaint: ${stderr}`).toBe(0);
    expect(stderr).toContain("the history that is stored is used");
    expect(stdout).toMatch(/1\/3 .*2\/3 .*3\/3 /s);
    expect(stdout).toContain("models/tidemark-AAAUSDT/1");
    expect(stdout).toContain("buy-and-hold");
    expect(stderr).toContain("later version");
    expect(existsSync(/report +(\S+report\.html)/.exec(stdout)?.[1] ?? "")).toBe(true);
  });
});
