import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeWalk } from "./candle-files.ts";
import { commandLine, temporaryFolder, tidemark } from "./cli.ts";

/** A training of seconds: two symbols, a small network, short episodes. */
const SMALL = `
[data]
symbols = ["AAAUSDT", "BBBUSDT"]
[model]
hidden_size = 16
sequence_length = 32
[training]
total_steps = 2048
rollout = 256
# So fast that after eight updates it trades, and not twice alone.
learning_rate = 1e-2
accounts = 8
stretches = 2
segment = 32
batch = 128
episode_bars = 256
save_interval = 2
validate_interval = 4
[splits]
embargo_bars = 8
`;

async function prepare(folder: string): Promise<void> {
  writeFileSync(join(folder, "tidemark.toml"), SMALL);
  mkdirSync(join(folder, "candles"));
  writeWalk(join(folder, "candles"), "AAAUSDT.csv", { bars: 2000, seed: 1 });
  writeWalk(join(folder, "candles"), "BBBUSDT.csv", { bars: 2000, seed: 2 });
  const { code, stderr } = await commandLine(["import", "candles"], { cwd: folder });
  expect(code, `no complaint: ${stderr}`).toBe(0);
}

const judge = (model: string): string[] => ["backtest", "--model", model, "--json"];

type Trained = { model: string; parameterHash: string; steps: number };

describe("tidemark train", () => {
  it("makes a model that another process judges, the same twice with one seed", async () => {
    using folder = temporaryFolder();
    await prepare(folder.path);
    const cwd = { cwd: folder.path };
    const train = ["train", "--seed", "3", "--json"];
    const runs = [await tidemark(train, cwd), await commandLine(train, cwd)];
    const [first, second] = runs.map(({ code, stdout, stderr }) => {
      expect(code, `no complaint: ${stderr}`).toBe(0);
      return JSON.parse(stdout) as Trained;
    });
    expect([first.model, second.model]).toEqual(["tidemark/1", "tidemark/2"]);
    expect(first.steps).toBe(2048);
    expect(second.parameterHash).toBe(first.parameterHash);
    const judged = [await tidemark(judge("tidemark/1"), cwd), await commandLine(judge("tidemark"), cwd)];
    const hashes = judged.map(({ code, stdout, stderr }) => {
      expect(code, `no complaint: ${stderr}`).toBe(0);
      const result = JSON.parse(stdout) as {
        tradeHash: string;
        baselines: unknown[];
        statistics: { trades: number };
      };
      expect(result.baselines, "with a twin, which only a policy that trades has").toHaveLength(6);
      expect(result.statistics.trades).toBeGreaterThan(20);
      return result.tradeHash;
    });
    expect(hashes[0]).toBe(hashes[1]);
    type Verdict = { verdict: { inSample: { share: number } | null; sentences: string[] } };
    const [unseen, seen] = await Promise.all(
      [[], ["--from", "2025-01-02"]].map(async (range) => {
        const { stdout } = await commandLine(
          ["backtest", "--model", "tidemark/1", "--no-baselines", "--json", ...range],
          cwd,
        );
        return (JSON.parse(stdout) as Verdict).verdict;
      }),
    );
    expect(unseen.inSample, "by default it is judged on what it never saw").toBeNull();
    expect(seen.inSample?.share, "most of the file was trained on").toBeGreaterThan(0.7);
    expect(seen.sentences[0]).toMatch(/^IN-SAMPLE: /);
    const listed = await commandLine(["models", "ls", "--json"], cwd);
    expect(JSON.parse(listed.stdout)).toMatchObject({ models: [{ version: "1" }, { version: "2" }], damaged: [] });
  });

  it("saves at Ctrl-C and goes on to exactly where it would have come", async () => {
    using folder = temporaryFolder();
    await prepare(folder.path);
    const cwd = { cwd: folder.path };
    const args = ["train", "--seed", "5", "--steps", "8192", "--json"];
    const whole = JSON.parse((await commandLine(args, cwd)).stdout) as Trained;
    let interrupted = false;
    const checkpoints = join(folder.path, "runs/tidemark-2/checkpoints");
    const stopped = await tidemark(args, {
      ...cwd,
      whileRunning: (child) => {
        if (interrupted || !existsSync(checkpoints) || readdirSync(checkpoints).length === 0) return;
        interrupted = true;
        child.kill("SIGINT");
      },
    });
    expect(stopped.code, `stopped by us: ${stopped.stderr}`).toBe(130);
    expect(stopped.stdout, "no half result").toBe("");
    expect(stopped.stderr).toContain("tidemark train --resume tidemark-2");
    expect(existsSync(join(folder.path, "models/tidemark/2")), "no half model").toBe(false);
    // The configuration may have changed since; a run goes on with its own.
    writeFileSync(join(folder.path, "tidemark.toml"), SMALL.replace("hidden_size = 16", "hidden_size = 8"));
    const resumed = await commandLine(["train", "--resume", "--json"], cwd);
    expect(resumed.code, `no complaint: ${resumed.stderr}`).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      model: "tidemark/2",
      steps: whole.steps,
      parameterHash: whole.parameterHash,
    });
    const again = await commandLine(["train", "--resume"], cwd);
    expect(again.code, "nothing waits any more").toBe(3);
  });

  it("says what is too short, and leaves no run behind", async () => {
    using folder = temporaryFolder();
    await prepare(folder.path);
    const { code, stderr } = await commandLine(["train", "--set", "training.episode_bars=4096"], { cwd: folder.path });
    expect(code).toBe(3);
    expect(stderr).toContain("DATA_TOO_SHORT");
    expect(readdirSync(join(folder.path, "runs"))).toEqual([]);
  });

  it("refuses a model of other symbols, of other features, and a damaged one", async () => {
    using folder = temporaryFolder();
    await prepare(folder.path);
    const cwd = { cwd: folder.path };
    await commandLine(["train", "--seed", "1", "--steps", "512", "--quiet"], cwd);
    const symbols = await commandLine(["backtest", "--model", "tidemark", "--symbols", "BBBUSDT"], cwd);
    expect(symbols.code).toBe(3);
    expect(symbols.stderr).toContain("MODEL_MISMATCH");
    const path = join(folder.path, "models/tidemark/1/model.json");
    const manifest = readFileSync(path, "utf8");
    // As a version would have written it whose features are computed otherwise.
    const other = JSON.parse(manifest) as { digest?: string } & Record<
      "features" | "normalizer",
      { fingerprint: string }
    >;
    delete other.digest;
    other.features.fingerprint = "0".repeat(64);
    other.normalizer.fingerprint = "0".repeat(64);
    writeFileSync(path, JSON.stringify(other));
    const features = await commandLine(["backtest", "--model", "tidemark"], cwd);
    expect(features.code).toBe(3);
    expect(features.stderr).toContain("MODEL_MISMATCH");
    writeFileSync(path, manifest.slice(0, 200));
    const damaged = await commandLine(["backtest", "--model", "tidemark"], cwd);
    expect(damaged.code).toBe(3);
    expect(damaged.stderr).toContain("MODEL_CORRUPT");
  });
});

describe("tidemark demo", () => {
  it("goes the whole way on a synthetic market where no venue answers, and says so", async () => {
    using folder = temporaryFolder();
    const args = [
      "demo",
      ...[
        "training.total_steps=512",
        "training.rollout=512",
        "training.accounts=8",
        "data.synthetic_bars=1152",
      ].flatMap((one) => ["--set", one]),
      ...["features.list=return1,rsi14", "model.hidden_size=8", "splits.embargo_bars=8"].flatMap((one) => [
        "--set",
        one,
      ]),
    ];
    const { code, stdout, stderr } = await commandLine(args, { cwd: folder.path });
    expect(code, `no complaint: ${stderr}`).toBe(0);
    expect(stdout).toContain("No real candles: Bybit");
    expect(stdout).toContain("SYNTHETIC market: 4 days");
    expect(stdout).toContain("buy-and-hold");
    const report = /report +(\S+report\.html)/.exec(stdout)?.[1] ?? "";
    expect(existsSync(report), `the report is at ${report}`).toBe(true);
  });

  it("takes the user's candles instead", async () => {
    using folder = temporaryFolder();
    await prepare(folder.path);
    const args = ["demo", "--csv", "candles", "--set", "training.total_steps=512", "--json"];
    const { code, stdout, stderr } = await commandLine(args, { cwd: folder.path });
    expect(code, `no complaint: ${stderr}`).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      synthetic: false,
      backtest: { symbols: ["AAAUSDT", "BBBUSDT"], synthetic: false },
    });
  });
});
