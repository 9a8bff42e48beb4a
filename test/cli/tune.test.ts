import { type ChildProcess, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasRedis, startRedis } from "../../src/search/testing/redis-server.ts";
import { writeWalk } from "./candle-files.ts";
import { commandLine, temporaryFolder, tidemark } from "./cli.ts";

/** A search of seconds on a made-up market: a small network, short episodes, few steps. */
const SMALL = `
[data]
venue = "synthetic"
symbols = ["BTCUSDT"]
synthetic_bars = 1600
synthetic_edge = 0.3
[features]
list = ["return1", "rsi14"]
[training]
total_steps = 2048
rollout = 256
accounts = 8
stretches = 2
segment = 32
batch = 128
episode_bars = 128
[splits]
embargo_bars = 8
[search]
step_share = 0.5
startup_trials = 2
[search.space]
encoder = ["mlp"]
rollout = [256, 512]
hidden_size = [8, 16]
epochs = [1, 2]
`;

type Tuned = {
  study: string;
  folder: string;
  journal: string;
  trials: Array<{ number: number; state: string; value: number; params: Record<string, unknown> }>;
  best: { number: number; value: number; settings: Record<string, unknown>; file: string };
  verdict: {
    trials: number;
    looks: number;
    effectiveTrials: number;
    deflatedSharpe: number | null;
    overfitting: number | null;
  };
};

type Trained = { readonly run: string; readonly provenance: unknown };

/** The configuration that a model was trained with. */
function configOf({ run }: Trained): { readonly training: object; readonly splits: object } {
  const { config } = JSON.parse(readFileSync(join(run, "run.json"), "utf8")) as {
    config: { training: object; splits: object };
  };
  return config;
}

function prepare(folder: string): void {
  writeFileSync(join(folder, "tidemark.toml"), SMALL);
}

/** Processes that a process has started. */
function childrenOf(child: ChildProcess): number[] {
  const { stdout } = spawnSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}

describe("tidemark tune", () => {
  it("finds settings, judges them with every trial counted, trains with them, and goes on later", async () => {
    using folder = temporaryFolder();
    prepare(folder.path);
    const cwd = { cwd: folder.path };
    const first = ["train", "--tune", "--seed", "5", "--trials", "3", "--set", "search.parallel=2", "--json"];
    first.push("--set", "splits.embargo_bars=6");
    const done = await tidemark(first, cwd);
    expect(done.code, `no complaint: ${done.stderr}`).toBe(0);
    const { search: tuned, ...model } = JSON.parse(done.stdout) as Trained & { readonly search: Tuned };
    expect(tuned.trials.map(({ number }) => number)).toEqual([0, 1, 2]);
    const complete = tuned.trials.filter(({ state }) => state === "complete");
    expect(tuned.best.value, "the best of those that came to their end").toBe(
      Math.max(...complete.map(({ value }) => value)),
    );
    expect(tuned.verdict.trials, "pruned ones are counted too").toBe(3);
    expect(tuned.verdict.looks, "a trial is looked at more than once").toBeGreaterThan(3);
    // Looks inside a trial are trials too, as far as they differ: ten of each at most.
    expect(tuned.verdict.effectiveTrials).toBeLessThanOrEqual(30);
    expect(tuned.verdict.overfitting, "a share of the splits").toBeLessThanOrEqual(1);
    expect(readFileSync(tuned.journal, "utf8"), "a study as Optuna writes it").toContain('"study_name":"tidemark-1"');
    expect(done.stderr, "each trial is told as it ends").toContain("trial   2");
    expect(tuned.best.settings["model.encoder"], "what has one value in the search belongs to it").toBe("mlp");
    expect(readFileSync(tuned.best.file, "utf8")).toContain('encoder = "mlp"');
    expect(configOf(model).training, "the full training has them").toMatchObject({
      learning_rate: tuned.best.settings["training.learning_rate"],
      total_steps: 2048,
    });
    expect(model.provenance, "the model says what its settings were chosen among").toMatchObject({
      search: { study: "tidemark-1", trials: 3, best: tuned.best.number, looks: tuned.verdict.looks },
    });

    const again = ["train", "--tuned", "--seed", "5", "--steps", "512", "--json", "--set", "training.epochs=3"];
    const trained = await commandLine(again, cwd);
    expect(trained.code, `no complaint: ${trained.stderr}`).toBe(0);
    expect(configOf(JSON.parse(trained.stdout) as Trained), "a flag wins").toMatchObject({
      training: { learning_rate: tuned.best.settings["training.learning_rate"], epochs: 3 },
      splits: { embargo_bars: 6 },
    });
    expect(trained.stderr, "what the search was asked for is kept").toContain("splits.embargo_bars 6");

    const more = await tidemark(["tune", "--resume", "--trials", "4"], cwd);
    expect(more.code, `no complaint: ${more.stderr}`).toBe(0);
    expect(more.stderr).toContain("3 trials from before");
    expect(more.stdout).toMatch(/optuna-dashboard runs\/studies\/tidemark-1\/study.log/);
    expect(more.stdout).toContain("deflated Sharpe ratio");
    const other = await commandLine(["tune", "--resume", "tidemark-1", "--sampler", "random"], cwd);
    expect(other.code, "a study is gone on with as it was begun").toBe(3);
    expect(other.stderr).toContain("STUDY_MISMATCH");
  });

  it.skipIf(process.platform === "win32")("loses nothing by a killed trial and by Ctrl-C", async () => {
    using folder = temporaryFolder();
    prepare(folder.path);
    const cwd = { cwd: folder.path };
    let killed = 0;
    let interrupted = false;
    const stopped = await tidemark(["tune", "--seed", "5", "--trials", "3", "--parallel", "1"], {
      ...cwd,
      whileRunning: (child, stderr) => {
        if (killed === 0 && stderr.includes("search tidemark-1")) {
          [killed = 0] = childrenOf(child);
          if (killed !== 0) process.kill(killed, "SIGKILL");
        } else if (!interrupted && stderr.includes("complete")) {
          interrupted = true;
          child.kill("SIGINT");
        }
      },
    });
    expect(stopped.code, `stopped by us: ${stopped.stderr}`).toBe(130);
    expect(stopped.stdout, "no half result").toBe("");
    expect(stopped.stderr).toMatch(/trial {3}0 {2}failed.*killed by SIGKILL.*tried again/);
    expect(stopped.stderr).toContain("tidemark tune --resume tidemark-1");
    const resumed = await tidemark(["tune", "--resume", "--json"], cwd);
    expect(resumed.code, `no complaint: ${resumed.stderr}`).toBe(0);
    const { trials } = JSON.parse(resumed.stdout) as Tuned;
    expect(trials, "every trial has its place").toHaveLength(3);
    expect(trials.filter(({ state }) => state === "failed")).toEqual([]);
    expect(
      trials.map(({ number }) => number),
      "the killed one was tried under another number",
    ).not.toContain(0);
  });

  it("says what is wrong, with the right code", async () => {
    using folder = temporaryFolder();
    prepare(folder.path);
    const cwd = { cwd: folder.path };
    const [missing, sampler, grid, away, address, hopeless] = await Promise.all([
      commandLine(["tune", "--resume", "nothing"], cwd),
      commandLine(["tune", "--sampler", "best"], cwd),
      commandLine(["tune", "--sampler", "grid", "--set", "search.grid_resolution=9"], cwd),
      commandLine(["tune", "--workers", "redis://127.0.0.1:9"], cwd),
      commandLine(["worker"], cwd),
      tidemark(
        ["tune", "--seed", "1", "--name", "odd", "--encoder", "transformer", "--set", "search.space.hidden_size=9,10"],
        cwd,
      ),
    ]);
    const codes = [missing, sampler, grid, away, address, hopeless].map(({ code }) => code);
    expect(codes).toEqual([3, 2, 2, 4, 2, 3]);
    expect(grid.stderr).toContain("search.space");
    expect(missing.stderr).toContain("STUDY_MISSING");
    expect(away.stderr).toContain("QUEUE_UNREACHABLE");
    const studies = join(folder.path, "runs/studies");
    expect(readdirSync(studies), "a search that never began leaves nothing").toEqual(["odd-1"]);
    expect(hopeless.stderr).toMatch(/None of \d+ trials came to its end.*multiple of heads/);
    expect(hopeless.stderr, "it does not go on for all fifteen").not.toContain("trial  10");
    expect(existsSync(join(studies, "odd-1/study.log"))).toBe(true);
  });
});

describe.skipIf(!hasRedis)("tidemark worker (needs redis-server)", () => {
  it("runs the trials of a search that is led elsewhere", async () => {
    using folder = temporaryFolder();
    using elsewhere = temporaryFolder();
    prepare(folder.path);
    mkdirSync(join(folder.path, "candles"));
    writeWalk(join(folder.path, "candles"), "AAAUSDT.csv", { bars: 1600, seed: 1 });
    const imported = await commandLine(["import", "candles"], { cwd: folder.path });
    expect(imported.code, `no complaint: ${imported.stderr}`).toBe(0);
    const server = await startRedis();
    try {
      const market = ["--venue", "csv", "--symbols", "AAAUSDT"];
      const tune = ["tune", ...market, "--seed", "5", "--trials", "2", "--workers", server.url, "--json"];
      let over = false;
      let asked = false;
      const leading = tidemark(tune, { cwd: folder.path }).finally(() => {
        over = true;
      });
      // It has no configuration but the place of the candles: what a trial is comes with the search.
      const working = tidemark(["worker", "--workers", server.url], {
        cwd: elsewhere.path,
        env: { TIDEMARK_DATA_ROOT: join(folder.path, "data") },
        whileRunning: (child, stderr) => {
          if (!over || asked || !stderr.includes("Serving")) return;
          asked = child.kill("SIGINT");
        },
      });
      const [led, worked] = await Promise.all([leading, working]);
      expect(led.code, `no complaint: ${led.stderr}`).toBe(0);
      const { trials, verdict } = JSON.parse(led.stdout) as Tuned;
      expect(trials).toHaveLength(2);
      expect(verdict.trials, "returns came back with the results").toBe(2);
      expect(worked.code, `ended by us: ${worked.stderr}`).toBe(130);
      expect(worked.stdout).toContain("2 trials finished");
    } finally {
      await server.stop();
    }
  });
});
