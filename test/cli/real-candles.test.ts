import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { describe, expect, it } from "vitest";
import { commandLine, temporaryFolder } from "./cli.ts";

const CANDLES = resolve(import.meta.dirname, "../../../shared/data/candles-5m");
const SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"];
const CHROMIUM = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));

const SETTINGS = `
seed = 11
[data]
from = "2025-12-01"
[model]
hidden_size = 32
sequence_length = 64
[training]
total_steps = 8192
learning_rate = 1e-2
validate_interval = 2
[sizing]
scheme = "fixed-fraction"
`;

/** The report in a browser: its title, its charts, and what the page complained of. */
async function look(path: string): Promise<{ text: string; charts: number; complaints: string[] }> {
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(path).href);
    return { text: await page.innerText("body"), charts: await page.locator("canvas, svg").count(), complaints };
  } finally {
    await browser.close();
  }
}

describe.skipIf(!existsSync(CANDLES))("the whole line on real candles (needs ../shared/data)", () => {
  it("imports, checks, trains on the first four fifths, and judges on the rest", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "tidemark.toml"), SETTINGS);
    const run = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await commandLine([...args, "--json"], { cwd: folder.path });
      expect(code, `${args[0]} has no complaint: ${stderr}`).toBe(0);
      return stdout;
    };
    await run("import", CANDLES);
    expect(JSON.parse(await run("data", "check"))).toMatchObject({ ok: true });
    const trained = JSON.parse(await run("train")) as {
      split: { train: { from: number; to: number }; test: { from: number; to: number } };
      provenance: { trainToMs: number };
    };
    const { train, test } = trained.split;
    expect(test.from, "what is judged comes after what was learned from").toBeGreaterThan(train.to);
    const judged = JSON.parse(await run("backtest", "--model", "tidemark")) as {
      symbols: string[];
      from: string;
      synthetic: boolean;
      tradeHash: string;
      statistics: { trades: number };
      baselines: Array<{ name: string }>;
      report: { path: string };
    };
    expect(judged.statistics.trades, "two empty ledgers are alike").toBeGreaterThan(2);
    expect(judged.symbols).toEqual(SYMBOLS);
    expect(judged.synthetic).toBe(false);
    expect(Date.parse(`${judged.from}Z`)).toBeGreaterThan(trained.provenance.trainToMs);
    expect(judged.baselines.map(({ name }) => name)).toContain("buy-and-hold");
    const summary = JSON.parse(readFileSync(join(judged.report.path, "../summary.json"), "utf8")) as {
      tradeHash: string;
    };
    expect(summary.tradeHash).toBe(judged.tradeHash);
    expect(
      JSON.parse(await run("verify", "parity", "--model", "tidemark", "--set", "data.from=2025-12-24")),
    ).toMatchObject({ passed: true });
    if (CHROMIUM === undefined) return;
    const { text, charts, complaints } = await look(judged.report.path);
    expect(complaints).toEqual([]);
    expect(text).toContain("buy-and-hold");
    expect(text).toContain(judged.tradeHash.slice(0, 12));
    expect(charts).toBeGreaterThan(3);
  });
});
