import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listResults, readResult } from "../../src/evaluate/index.ts";
import { hasRedis, startRedis } from "../../src/search/testing/redis-server.ts";
import { walkOf } from "../../web/src/screens/results.ts";
import { commandLine, temporaryFolder, tidemark } from "./cli.ts";

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

/**
 * A strategy that once, in the middle of a window, ends a process as if by `kill -9`: its own, or the one that started it.
 */
const MORTAL = `
import { writeFileSync } from "node:fs";
const killed = new URL("killed", import.meta.url);
const victim = process.env.MORTAL_VICTIM ?? "pid";
let decided = 0;
function isFirst() {
  try {
    writeFileSync(killed, "", { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}
export const strategy = {
  name: "mortal",
  decide(symbol) {
    if (++decided === 200 && isFirst()) process.kill(process[victim], "SIGKILL");
    if (symbol.bar % 40 === 0) symbol.long(0.5);
    else if (symbol.bar % 40 === 20) symbol.flat();
  },
};
`;

describe("tidemark walkforward", () => {
  it("runs windows in processes, begins one again that was killed in its middle, keeps each, and goes on where they are missing", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    writeFileSync(join(cwd, "mortal.mjs"), MORTAL);
    const args = ["--strategy", "./mortal.mjs", "--windows", "3", "--json", "--seed", "1", ...MARKET];
    const whole = await tidemark(["walkforward", ...args], { cwd });
    expect(whole.code, whole.stderr).toBe(0);
    const [, killed] = /window (\d) was lost \(.*SIGKILL.*\); it is begun again/.exec(whole.stderr) ?? [];
    expect(killed, whole.stderr).toBeDefined();
    const first = JSON.parse(whole.stdout) as {
      totalReturn: number;
      folds: Array<{ tradeHash: string; totalReturn: number; sharpe: number | null; trades: number }>;
      report: { htmlPath: string };
    };
    expect(first.folds).toHaveLength(3);
    expect(readFileSync(first.report.htmlPath, "utf8")).toContain("SYNTHETIC DATA");
    // What the page shows is what was printed: the record on disk, as the API gives it, and as its tables read it.
    const reports = join(cwd, "reports");
    const [listed] = listResults(reports).results;
    const { data, result } = readResult(reports, listed.id);
    expect({ ...data, report: first.report }).toEqual(first);
    expect(result).toMatchObject({ kind: "walkforward", name: "mortal", hasPage: true });
    expect(result.figures).toMatchObject({ totalReturn: first.totalReturn, windows: 3 });
    const shown = walkOf(data)?.windows.map(({ totalReturn, sharpe, trades }) => ({ totalReturn, sharpe, trades }));
    expect(shown).toEqual(first.folds.map(({ totalReturn, sharpe, trades }) => ({ totalReturn, sharpe, trades })));
    const records = join(cwd, "runs", "walkforward", "mortal");
    // The window that was killed, once more and undisturbed.
    rmSync(join(records, `window-${killed}.json`));
    const again = await tidemark(
      ["walkforward", "--resume", "mortal", "--no-report", "--json", "--seed", "1", ...MARKET],
      { cwd },
    );
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain("2 of 3 windows are done from before");
    const second = JSON.parse(again.stdout) as typeof first;
    expect(second.folds.map(({ tradeHash }) => tradeHash)).toEqual(first.folds.map(({ tradeHash }) => tradeHash));
    expect(second.totalReturn).toBe(first.totalReturn);
    expect(existsSync(join(records, `window-${killed}.json`))).toBe(true);
  });
});

function hashesOf(json: string): string[] {
  return (JSON.parse(json) as { folds: Array<{ tradeHash: string }> }).folds.map(({ tradeHash }) => tradeHash);
}

describe.skipIf(!hasRedis)("tidemark walkforward --workers (needs redis-server)", () => {
  it("has its windows run by workers elsewhere, with the results of this machine; one whose worker is killed in its middle goes to another", async () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    const cwd = folder.path;
    const server = await startRedis();
    let over = false;
    let asked = false;
    try {
      writeFileSync(join(cwd, "mortal.mjs"), MORTAL);
      const args = ["--strategy", "./mortal.mjs", "--windows", "3", "--no-report", "--json", "--seed", "1", ...MARKET];
      const work = ["worker", "--workers", server.url, "--set", "search.lost_after_seconds=3"];
      const doomed = tidemark(work, { cwd: other.path, env: { MORTAL_VICTIM: "ppid" } });
      const taken = doomed.then((died) => ({
        died,
        next: tidemark(work, {
          cwd: other.path,
          whileRunning: (child, stderr) => {
            if (!over || asked || !/Serving|Waiting/.test(stderr)) return;
            asked = child.kill("SIGINT");
          },
        }),
      }));
      const spread = await tidemark(["walkforward", ...args, "--workers", server.url], { cwd });
      over = true;
      expect(spread.code, spread.stderr).toBe(0);
      const { died, next } = await taken;
      expect(died.code, "it was killed").toBe(null);
      expect(existsSync(join(cwd, "killed")), "in the middle of a window").toBe(true);
      expect((await next).stdout, "all of them, the one that was begun too").toContain("3 trials finished");
      const here = await tidemark(["walkforward", ...args, "--name", "here"], { cwd });
      expect(hashesOf(spread.stdout)).toEqual(hashesOf(here.stdout));
      expect(existsSync(join(cwd, "runs", "walkforward", "mortal", "window-3.json"))).toBe(true);
      expect(existsSync(join(other.path, "runs")), "a worker keeps nothing").toBe(false);
      const warm = await commandLine(["walkforward", "--warm", "--workers", server.url, ...MARKET], { cwd });
      expect(warm.stderr).toContain("can't be spread over machines");
    } finally {
      over = true;
      await server.stop();
    }
  });
});

describe("the checks, checked", () => {
  it("find every planted fault, and end with 5 where the data are too few to find it", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const leak = await commandLine(["verify", "leak", "--planted", "--seed", "1", ...MARKET], { cwd });
    expect(leak.code, leak.stdout).toBe(0);
    expect(leak.stdout).toContain("caught   a feature that peeks one bar ahead");
    const few = [
      "--venue",
      "synthetic",
      "--symbols",
      "BTCUSDT",
      "--timeframe",
      "1h",
      "--set",
      "data.synthetic_bars=100",
    ];
    const warmup = await commandLine(["verify", "warmup", "--planted", "--seed", "1", ...few], { cwd });
    expect(warmup.code).toBe(5);
    expect(warmup.stdout).toContain("MISSED   a warm-up that is too short");
  });
});

describe("tidemark stress and verify bias", () => {
  it("write a page, a table and data beside the reports, which still list as before", async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const some = ["--scenario", "flash-crash,outage", "--noise", "1", "--monte-carlo", "50", "--find-crises"];
    const stress = await tidemark(
      ["stress", "--strategy", "buy-and-hold", ...some, "--parallel", "2", "--json", "--seed", "1", ...MARKET],
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
    const bias = await commandLine(["verify", "bias", "--strategy", "buy-and-hold", "--seed", "1", ...MARKET], { cwd });
    expect(bias.code, "always long is refused").toBe(5);
    expect(bias.stdout).toContain("It is long in");
    expect((await commandLine(["report", "ls"], { cwd })).code).toBe(0);
  });
});
