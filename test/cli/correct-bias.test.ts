import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatDay, HOUR_MS, Random } from "../../src/core/index.ts";
import { NIGHTLY } from "../../src/core/testing/nightly.ts";
import { commandLine, temporaryFolder, tidemark } from "./cli.ts";

const START_MS = Date.UTC(2022, 0, 1);
const RISING = 4_000;
const BARS = 9_000;

/** A market that only rises, and goes on with trends of sixty bars up and down. */
function writeMarket(folder: string): void {
  const random = new Random(3);
  const lines = ["timestamp,open,high,low,close,volume"];
  let price = 100;
  let drift = 0.0025;
  for (let bar = 0; bar < BARS; bar++) {
    if (bar >= RISING && (bar - RISING) % 60 === 0) drift = random.uniform() < 0.5 ? -0.004 : 0.004;
    const open = price;
    price *= Math.exp(drift + 0.004 * random.normal());
    const [high, low] = [Math.max(open, price) * 1.001, Math.min(open, price) * 0.999];
    lines.push([START_MS + bar * HOUR_MS, open, high, low, price, 1_000].join());
  }
  writeFileSync(join(folder, "AAAUSDT.csv"), lines.join("\n"));
}

describe.skipIf(!NIGHTLY)("a policy that learned in a rising market (trains for a minute)", () => {
  it("is always long, and is corrected on a mixed market", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    mkdirSync(join(cwd, "in"));
    writeMarket(join(cwd, "in"));
    expect((await commandLine(["import", "in"], { cwd })).code).toBe(0);
    const market = ["--venue", "csv", "--symbols", "AAAUSDT", "--timeframe", "1h", "--seed", "1"];
    const small = [...market, "--set", "model.encoder=mlp", "--set", "model.name=b"];
    const turn = formatDay(START_MS + RISING * HOUR_MS);
    const trained = await tidemark(["train", ...small, "--set", `data.to=${turn}`, "--steps", "30000"], { cwd });
    expect(trained.code, trained.stderr).toBe(0);
    const habits = ["verify", "bias", "--model", "b/1", "--from", turn, "--no-report", "--no-sensitivity"];
    const before = await commandLine(habits, { cwd });
    expect(before.code, before.stdout).toBe(5);
    expect(before.stdout).toMatch(/It is long in (9[5-9]|100)\.\d % of all bars, whatever happens/);
    const change = ["train", "--continue", "b/1", "--correct-bias", ...small, "--set", `data.from=${turn}`];
    const corrected = await tidemark([...change, "--steps", "80000"], { cwd });
    expect(corrected.code, corrected.stderr).toBe(0);
    expect(corrected.stdout).toMatch(/serious findings +1 +0/);
    expect(corrected.stdout).toContain("Corrected.");
  });
});
