import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decimal } from "../../core/index.ts";
import { JOURNAL_FILE, SqliteJournal } from "../../trade/index.ts";
import { type Config, loadConfig, type Override } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { quietContext } from "../testing/context.ts";
import { compareTrading } from "./compare.ts";
import { withJournal } from "./journals.ts";
import { replayStored } from "./replay.ts";

let folder = "";
let config: Config;
let context: AppContext;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-compare-"));
  config = configured({});
  context = quietContext(folder, () => config).context;
});
afterEach(() => rmSync(folder, { recursive: true }));

function configured(more: Record<string, unknown>): Config {
  const all = {
    "data.venue": "synthetic",
    "data.symbols": ["BTCUSDT", "ETHUSDT"],
    "data.timeframe": "1h",
    "data.synthetic_bars": 500,
    seed: 4,
    ...more,
  };
  const overrides = Object.entries(all).map(([path, value]): Override => ({ path, value, source: "--flag" }));
  return loadConfig({ path: undefined, workingFolder: folder, overrides });
}

const RANGE = { from: "2024-01-14", to: "2024-01-19" };
const play = (name: string) => replayStored(context, { strategies: ["sma-cross"], name }, RANGE);

describe("two records held against each other", () => {
  test("a session is equal to itself, and the difference of two costs is fees and price", async () => {
    config = configured({ "backtest.fast": 8, "backtest.slow": 24 });
    await play("a");
    const same = await compareTrading(config, "replay/a", "replay/a");
    expect([same.difference, same.onlyA, same.onlyB]).toEqual(["0", 0, 0]);
    expect(same.matched).toBeGreaterThan(3);
    // No name leads out of the folder of sessions, or around in it.
    for (const name of ["replay/../replay/a", "../state/replay/a", "replay/./a", "./replay/a", "../replay"]) {
      await expect(compareTrading(config, "replay/a", name), name).rejects.toThrow(/There is no (?:session|report)/);
    }
    config = configured({ "backtest.fast": 8, "backtest.slow": 24, "exchange.taker_fee_bps": 20 });
    await play("b");
    const { difference, parts, matched } = await compareTrading(config, "replay/a", "replay/b");
    expect(matched).toBe(same.matched);
    expect(decimal(difference).lt(0)).toBe(true);
    expect(decimal(parts.fee).lt(0)).toBe(true);
    const sum = Object.values(parts).reduce((total, part) => total.plus(part), decimal("0"));
    expect(sum.minus(difference).abs().lt("1e-9")).toBe(true);
    // The rows of both are the same: nothing is laid on the data.
    expect(Number(parts.data)).toBe(0);
  });

  test("strategies side by side are compared by the rows of all", async () => {
    config = configured({ "backtest.fast": 8, "backtest.slow": 24 });
    const two = { strategies: ["sma-cross=BTCUSDT", "sma-cross=ETHUSDT"] };
    await replayStored(context, { ...two, name: "two" }, RANGE);
    const { matched, onlyA, onlyB } = await compareTrading(config, "replay/two", "replay/two");
    expect(matched).toBeGreaterThan(3);
    expect([onlyA, onlyB]).toEqual([0, 0]);
  });

  test("a session that has gone on is read on, and its file's successor from the beginning", async () => {
    config = configured({ "backtest.fast": 8, "backtest.slow": 24 });
    await play("all");
    const records = withJournal(config, "replay/all", (journal) => [...journal.read(0)]);
    const whole = await compareTrading(config, "replay/all", "replay/all");
    const path = join(folder, "state", "replay", "part");
    mkdirSync(path);
    const write = (from: number, to: number): void => {
      const journal = new SqliteJournal(join(path, JOURNAL_FILE), { durable: false });
      for (const { entry, atMs } of records.slice(from, to)) journal.append([entry], atMs, false);
      journal.close();
    };
    const matched = async (): Promise<number> => (await compareTrading(config, "replay/part", "replay/all")).matched;
    const half = Math.floor(records.length / 2);
    write(0, half);
    const first = await Promise.all([matched(), matched()]);
    expect(first[0]).toBe(first[1]);
    expect(first[0]).toBeLessThan(whole.matched);
    write(half, records.length);
    expect(await matched()).toBe(whole.matched);
    rmSync(path, { recursive: true });
    mkdirSync(path);
    write(0, half);
    expect(await matched()).toBe(first[0]);
  });

  test("a report is read from its trades; without them, and without either, the name is told", async () => {
    await expect(compareTrading(config, "replay/none", "replay/none")).rejects.toThrow(
      expect.objectContaining({ code: "JOURNAL_MISSING" }) as Error,
    );
    await expect(compareTrading(config, "none", "none")).rejects.toThrow(
      expect.objectContaining({ code: "REPORT_MISSING" }) as Error,
    );
    const report = join(folder, "reports", "r1");
    mkdirSync(report, { recursive: true });
    writeFileSync(join(report, "summary.json"), "{}");
    await expect(compareTrading(config, "r1", "r1")).rejects.toThrow(/r1|report/i);
  });
});
