import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeWalk } from "./candle-files.ts";
import { commandLine, type Outcome, temporaryFolder, tidemark } from "./cli.ts";

/** Two symbols, a small network, phases of a few updates. */
const SETTINGS = `
[data]
venue = "synthetic"
synthetic_bars = 1500
symbols = ["AAA/USDT:USDT", "BBB/USDT:USDT"]
[features]
list = ["return1", "rsi14"]
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
steps = 4096
feature_noise = 0.05
flip_probability = 0.5
[[curriculum.plan]]
name = "third"
steps = 1024
`;

type Trained = {
  readonly steps: number;
  readonly parameterHash: string;
  readonly phases: ReadonlyArray<{ readonly number: number }>;
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
    const whole = trained(await commandLine(args, cwd));
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
    const resumed = trained(await commandLine(["train", "--resume", "--json"], cwd));
    expect(resumed).toMatchObject({ steps: whole.steps, phases: whole.phases, parameterHash: whole.parameterHash });
    const files = readdirSync(run);
    expect(
      files.filter((name) => name.startsWith("events.out.tfevents.")),
      "one for each time it ran",
    ).toHaveLength(2);
    expect(files).toContain("phase3_recommendations.json");
  });
});

describe("tidemark train", () => {
  it("refuses flags that don't go together, before anything is made", async () => {
    using folder = configured();
    const { code, stderr } = await commandLine(["train", "--resume", "--tune"], { cwd: folder.path });
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
    writeWalk(join(folder.path, "candles"), "AAAUSDT.csv", { bars: 1500, seed: 1 });
    await commandLine(["import", "candles"], cwd);
    const args = ["full", "--venue", "auto", "--symbols", "AAA/USDT:USDT", "--per-symbol", "--seed", "3"];
    const { code, stdout, stderr } = await commandLine(args, cwd);
    expect(code, `no complaint: ${stderr}`).toBe(0);
    expect(stderr).toContain("the history that is stored is used");
    expect(stdout).toMatch(/1\/3 .*2\/3 .*3\/3 /s);
    expect(stdout).toContain("models/tidemark-AAAUSDT/1");
    expect(stdout).toContain("buy-and-hold");
    expect(stderr).toContain("later version");
    expect(existsSync(/report +(\S+report\.html)/.exec(stdout)?.[1] ?? "")).toBe(true);
  });
});
