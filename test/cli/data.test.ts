import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HEADER, walkRows, writeWalk } from "./candle-files.ts";
import { commandLine, temporaryFolder, tidemark } from "./cli.ts";

describe("tidemark import and data", () => {
  it("takes a folder of files, lists it, finds it good, and changes nothing the second time", async () => {
    using folder = temporaryFolder();
    const candles = join(folder.path, "candles");
    mkdirSync(candles);
    writeWalk(candles, "BTCUSDT.csv", { bars: 600, seed: 1 });
    writeWalk(candles, "ETHUSDT.csv", { bars: 600, seed: 2 });
    const cwd = { cwd: folder.path };
    const first = await tidemark(["import", "candles", "--json"], cwd);
    expect(first.code, `no complaint: ${first.stderr}`).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      imported: [
        { symbol: "BTCUSDT", key: { timeframe: "5m", venue: "csv" }, candles: { added: 600 } },
        { symbol: "ETHUSDT", candles: { added: 600 } },
      ],
      failed: [],
    });
    const again = await commandLine(["import", "candles"], cwd);
    expect(again.stdout).toContain("0 added, 0 replaced, 600 as before");
    const listed = await commandLine(["data", "ls"], cwd);
    expect(listed.stdout).toMatch(/csv +BTCUSDT( +perpetual)? +5m +2025-01-01 +2025-01-03 +600 +0 +0/);
    const checked = await commandLine(["data", "check", "--symbols", "ETHUSDT", "--json"], cwd);
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, sets: [{ symbol: "ETHUSDT" }] });
  });

  it("names sets whose bars open at other minutes than the others", async () => {
    using folder = temporaryFolder();
    const rows = walkRows({ bars: 300 });
    const late = rows.map((row) => row.replace(/^\d+/, (time) => String(Number(time) + 150_000)));
    writeFileSync(join(folder.path, "AAAUSDT.csv"), `${[HEADER, ...rows].join("\n")}\n`);
    writeFileSync(join(folder.path, "BBBUSDT.csv"), `${[HEADER, ...late].join("\n")}\n`);
    const cwd = { cwd: folder.path };
    await commandLine(["import", "AAAUSDT.csv", "BBBUSDT.csv"], cwd);
    const { code, stdout } = await commandLine(["data", "check", "--json"], cwd);
    expect(code).toBe(0);
    const { notes } = JSON.parse(stdout) as { notes: string[] };
    expect(notes).toEqual([expect.stringContaining("BBBUSDT perpetual 5m open 2.5 minutes after a full bar")]);
  });

  it("refuses swapped columns and truncated files whole, with the line", async () => {
    using folder = temporaryFolder();
    const rows = walkRows({ bars: 300 });
    const swapped = rows.map((row) => {
      const [time, open, high, low, close, volume] = row.split(",");
      return [time, open, low, high, close, volume].join(",");
    });
    writeFileSync(join(folder.path, "SWAPPED.csv"), `${[HEADER, ...swapped].join("\n")}\n`);
    writeFileSync(join(folder.path, "CUT.csv"), `${HEADER}\n${rows.join("\n")}\n1735781100000,100.2,10`);
    for (const name of ["SWAPPED.csv", "CUT.csv"]) {
      const { code, stderr } = await commandLine(["import", name], { cwd: folder.path });
      expect(code, `exit code for ${name}`).toBe(3);
      expect(stderr).toContain(name);
      expect(stderr).toContain("DATA_FORMAT");
    }
    expect(existsSync(join(folder.path, "data/candles")), "nothing was stored").toBe(false);
  });

  it("stores the good files of a folder and names the bad one", async () => {
    using folder = temporaryFolder();
    const candles = join(folder.path, "candles");
    mkdirSync(candles);
    writeWalk(candles, "GOOD.csv", { bars: 300 });
    writeFileSync(join(candles, "BAD.csv"), "this is\nno candle file\n");
    const { code, stdout, stderr } = await commandLine(["import", "candles", "--json"], { cwd: folder.path });
    expect(code).toBe(3);
    expect(stderr).toContain("1 of 2 files were refused");
    const result = JSON.parse(stdout) as { imported: Array<{ symbol: string }>; failed: Array<{ code: string }> };
    expect(result.imported.map(({ symbol }) => symbol)).toEqual(["GOOD"]);
    expect(result.failed).toMatchObject([{ code: "DATA_FORMAT" }]);
  });

  it("says what to do where there is nothing", async () => {
    using folder = temporaryFolder();
    const cwd = { cwd: folder.path };
    const missing = await commandLine(["import", "nowhere.csv"], cwd);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain("DATA_MISSING");
    const empty = await commandLine(["data", "check"], cwd);
    expect(empty.code).toBe(3);
    expect(empty.stderr).toContain("tidemark fetch");
  });

  it("names a store that can't be written, and leaves nothing half-written", async () => {
    using folder = temporaryFolder();
    const file = writeWalk(folder.path, "X.csv", { bars: 300 });
    writeFileSync(join(folder.path, "data"), "a file where the folder belongs");
    const { code, stderr } = await commandLine(["import", file], { cwd: folder.path });
    expect(code).toBe(3);
    expect(stderr).toContain("FILE_UNWRITABLE");
    expect(readdirSync(folder.path).toSorted()).toEqual(["X.csv", "data"]);
  });
});

describe("tidemark backtest", () => {
  it("runs a rule alone on any imported symbol and timeframe, and repeats exactly", async () => {
    using folder = temporaryFolder();
    writeWalk(folder.path, "ACME.csv", { bars: 800, barMs: 86_400_000 });
    const cwd = { cwd: folder.path };
    const imported = await commandLine(["import", "ACME.csv", "--kind", "spot"], cwd);
    expect(imported.code, `no complaint: ${imported.stderr}`).toBe(0);
    const rule = "backtest --strategy sma-cross --fast 10 --slow 30 --fee-bps 0 --slippage-bps 0 --balance 10000";
    const args = [...rule.split(" "), "--symbols", "ACME", "--json"];
    const [first, second] = [await commandLine(args, cwd), await commandLine(args, cwd)];
    expect(first.code, `no complaint: ${first.stderr}`).toBe(0);
    const result = JSON.parse(first.stdout) as {
      tradeHash: string;
      timeframe: string;
      statistics: { initialBalance: number; fees: number; slippage: number; trades: number };
      report: { path: string };
    };
    expect(result.tradeHash).toMatch(/^[0-9a-f]{64}$/);
    expect(result.timeframe).toBe("1d");
    expect(first.stderr, "another timeframe than the configured one is said").toContain("1d candles are used");
    expect(result.statistics).toMatchObject({ initialBalance: 10_000, fees: 0, slippage: 0 });
    expect(result.statistics.trades).toBeGreaterThan(3);
    expect((JSON.parse(second.stdout) as typeof result).tradeHash).toBe(result.tradeHash);
    expect(existsSync(result.report.path)).toBe(true);
    const shown = await commandLine(["report", "show"], cwd);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(result.tradeHash);
    const listed = await commandLine(["report", "ls", "--json"], cwd);
    expect((JSON.parse(listed.stdout) as { reports: unknown[] }).reports).toHaveLength(2);
  });

  it("wants a model or a rule, and names a model that is not there", async () => {
    using folder = temporaryFolder();
    const cwd = { cwd: folder.path };
    const neither = await commandLine(["backtest"], cwd);
    expect(neither.code).toBe(2);
    expect(neither.stderr).toContain("--strategy");
    const missing = await commandLine(["backtest", "--model", "ghost"], cwd);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain("MODEL_MISSING");
  });
});
