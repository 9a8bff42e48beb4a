/**
 * @file A report of 100,000 trades over five symbols of 500,000 bars: how long it takes to write, how large it is, and how
 * long a browser takes from the request to the first painted frame with every chart drawn. Prints one JSON object a line.
 *
 * Protocol: synthetic bars, one page, opened once to warm up and five times in fresh tabs; the slowest counts, because a
 * reader opens a page once. Compile with `npx tsc -p tsconfig.json --noEmit false --outDir node_modules/.cache/bench`,
 * then `node node_modules/.cache/bench/bench/report.js [bars] [folder]`. The browser is named in CHROMIUM_PATH.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { parseTimeframe, systemClock } from "../src/core/index.ts";
import { baselineConfig, compareWithBaselines, TradeNotes, writeReport } from "../src/evaluate/index.ts";
import { resolveExchangeConfig } from "../src/exchange/index.ts";
import { syntheticTape } from "../src/market/index.ts";
import { SmaCross } from "../src/policy/index.ts";
import { resolveSizingConfig } from "../src/portfolio/index.ts";
import { resolveRiskConfig } from "../src/risk/index.ts";

const BARS = Number(process.argv[2] ?? 500_000);
const TABS = 5;
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-headless-shell", "/usr/bin/google-chrome"];

const tape = syntheticTape({ seed: 1, bars: BARS, timeframe: parseTimeframe("5m") });
// Free of costs, because 100,000 trades that pay them end the account before its time.
const config = baselineConfig({
  exchange: resolveExchangeConfig({
    takerFeeBps: 0,
    slippageModel: "fixed",
    halfSpreadBps: 0,
    baseSlippageBps: 0,
  }),
  sizing: resolveSizingConfig(),
  risk: resolveRiskConfig({ stopDistance: 0.02, trailDistance: 0.015 }),
});
const startMs = systemClock.elapsedMs();
const comparison = await compareWithBaselines({
  tape,
  policy: new SmaCross({ fast: 8, slow: 17 }),
  config,
  balance: 10_000,
  seed: 1,
  baselines: ["buy-and-hold", "equal-weight", "flat", "sma-cross"],
  notes: new TradeNotes(),
});
const runSeconds = (systemClock.elapsedMs() - startMs) / 1_000;

const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(tmpdir(), "tidemark-report-"));
try {
  const writeMs = systemClock.elapsedMs();
  const { htmlPath } = writeReport({ comparison, tape, folder, madeMs: 0, codeVersion: "bench" });
  const wroteSeconds = (systemClock.elapsedMs() - writeMs) / 1_000;
  const executablePath = [process.env["CHROMIUM_PATH"], ...PLACES].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (executablePath === undefined) throw new Error("No Chromium was found: name one in CHROMIUM_PATH.");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const opened: number[] = [];
  for (let tab = 0; tab <= TABS; tab++) {
    const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } });
    await page.goto(pathToFileURL(htmlPath).href);
    // Two frames later the first of them has been painted.
    const ms = await page.evaluate<number>(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))",
    );
    if (tab > 0) opened.push(Math.round(ms));
    await page.close();
  }
  await browser.close();
  const { result } = comparison.policy;
  const detail = {
    bars: BARS,
    symbols: tape.symbols,
    trades: result.trades.length,
    liquidated: result.liquidated,
    runSeconds: Math.round(runSeconds),
    wroteSeconds: Math.round(10 * wroteSeconds) / 10,
    megabytes: Math.round(statSync(htmlPath).size / 10_000) / 100,
    opened: opened.join(" "),
  };
  console.log(JSON.stringify({ name: "report", value: Math.max(...opened), unit: "ms to open", detail }));
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}
