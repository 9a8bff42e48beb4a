import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder, tidemark } from "./cli.ts";

const MARKET = [
  "--venue",
  "synthetic",
  "--symbols",
  "BTCUSDT",
  "--timeframe",
  "1h",
  "--set",
  "data.synthetic_bars=3000",
];

describe("tidemark walkforward", () => {
  it("runs windows in processes, keeps each, and goes on where windows are missing", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const args = ["--strategy", "sma-cross", "--windows", "3", "--json", "--seed", "1", ...MARKET];
    const whole = await tidemark(["walkforward", ...args], { cwd });
    expect(whole.code, whole.stderr).toBe(0);
    const first = JSON.parse(whole.stdout) as {
      totalReturn: number;
      folds: Array<{ tradeHash: string }>;
      report: { htmlPath: string };
    };
    expect(first.folds).toHaveLength(3);
    expect(readFileSync(first.report.htmlPath, "utf8")).toContain("SYNTHETIC DATA");
    const records = join(cwd, "runs", "walkforward", "sma-cross");
    rmSync(join(records, "window-2.json"));
    const again = await tidemark(
      ["walkforward", "--resume", "sma-cross", "--no-report", "--json", "--seed", "1", ...MARKET],
      { cwd },
    );
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain("2 of 3 windows are done from before");
    const second = JSON.parse(again.stdout) as typeof first;
    expect(second.folds.map(({ tradeHash }) => tradeHash)).toEqual(first.folds.map(({ tradeHash }) => tradeHash));
    expect(second.totalReturn).toBe(first.totalReturn);
    expect(existsSync(join(records, "window-2.json"))).toBe(true);
  });
});

describe("tidemark stress and verify bias", () => {
  it("write a page, a table and data beside the reports, which still list as before", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const some = ["--scenario", "flash-crash,outage", "--noise", "1", "--monte-carlo", "50", "--find-crises"];
    const stress = await tidemark(
      ["stress", "--strategy", "buy-and-hold", ...some, "--json", "--seed", "1", ...MARKET],
      { cwd },
    );
    expect(stress.code, stress.stderr).toBe(0);
    const told = JSON.parse(stress.stdout) as { rows: object[]; headline: string; report: { id: string } };
    expect(told.rows).toHaveLength(6);
    expect(told.headline).toMatch(/scenarios/);
    expect(readdirSync(join(cwd, "reports", told.report.id)).sort()).toEqual([
      "report.html",
      "scenarios.csv",
      "stress.json",
    ]);
    const bias = await tidemark(["verify", "bias", "--strategy", "buy-and-hold", "--seed", "1", ...MARKET], { cwd });
    expect(bias.code, "always long is refused").toBe(5);
    expect(bias.stdout).toContain("It is long in");
    expect((await tidemark(["report", "ls"], { cwd })).code).toBe(0);
  });
});
