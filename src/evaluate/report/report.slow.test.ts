import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";
import { Flat, SmaCross } from "../../policy/index.ts";
import { compareWithBaselines } from "../compare.ts";
import type { Comparison } from "../evaluation.ts";
import { comparisonPage, readRun } from "../pages/compare.ts";
import { settings } from "../testing/settings.ts";
import { extremeRows, forStretches } from "./downsample.ts";
import { csvField, csvLine, escapeHtml, jsonForScript } from "./escape.ts";
import { PAGE_LIMIT_BYTES } from "./page.ts";
import { listReports, loadReport, type WrittenReport, writeReport } from "./store.ts";

const HOSTILE = `"><img src=x onerror=alert(1)></script><script>alert(2)</script>, 'x'`;

/** The same market under other instruments. */
function renamed(tape: MarketTape, symbol: string, synthetic: boolean): MarketTape {
  const instruments = tape.instruments.map((instrument) => ({ ...instrument, symbol, synthetic }));
  return { ...tape, instruments };
}

const market = syntheticTape({ seed: 4, bars: 2_000, timeframe: parseTimeframe("15m"), symbols: ["BTCUSDT"] });
const folder = mkdtempSync(join(tmpdir(), "tidemark-report-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compare = (tape: MarketTape): Promise<Comparison> =>
  compareWithBaselines({
    tape,
    policy: new SmaCross({ fast: 10, slow: 40 }),
    config: settings({ takerFeeBps: 5, halfSpreadBps: 1 }),
    balance: 10_000,
    seed: 1,
    costLadder: [0, 1, 2],
  });
const comparison = await compare(market);
const made = { folder, madeMs: Date.UTC(2026, 0, 2, 3, 4, 5), codeVersion: "1.2.3" };
const read = ({ folder: place }: WrittenReport, name: string): string => readFileSync(join(place, name), "utf8");

describe("a report on disk", () => {
  it("is four files in a folder of its own, whole, and the same bytes for the same run", async () => {
    const first = writeReport({ ...made, comparison, tape: market, folder: join(folder, "a") });
    const again = writeReport({ ...made, comparison: await compare(market), tape: market, folder: join(folder, "b") });
    expect(first.id).toBe("2026-01-02-030405-sma-cross-10-40");
    expect(readdirSync(join(folder, "a")), "nothing temporary is left").toEqual([first.id]);
    expect(readdirSync(first.folder).sort()).toEqual(["equity.csv", "report.html", "summary.json", "trades.csv"]);
    const differ = readdirSync(first.folder).filter((name) => read(again, name) !== read(first, name));
    expect(differ).toEqual([]);
  });

  it("never overwrites another: an equal name gets a number", () => {
    const place = join(folder, "numbers");
    const ids = [1, 2, 3].map(() => writeReport({ ...made, comparison, tape: market, folder: place }).id);
    expect(ids.map((id) => id.replace("2026-01-02-030405-sma-cross-10-40", ""))).toEqual(["", "-2", "-3"]);
  });

  it("leaves nothing behind where it can't be written", () => {
    const place = join(folder, "full");
    mkdirSync(place);
    const { policy } = comparison;
    // A configuration that has no JSON fails in the middle of the work.
    const broken = { ...comparison, policy: { ...policy, result: { ...policy.result, config: { seed: 1n } } } };
    expect(() => writeReport({ ...made, comparison: broken, tape: market, folder: place })).toThrow(TypeError);
    expect(readdirSync(place)).toEqual([]);
    writeFileSync(join(folder, "file"), "");
    expect(() => writeReport({ ...made, comparison, tape: market, folder: join(folder, "file") })).toThrow(
      expect.objectContaining({ code: "FILE_UNWRITABLE" }),
    );
  });

  it("is listed newest first and read back; damage is named", () => {
    const place = join(folder, "list");
    expect(listReports(place)).toEqual({ reports: [], unreadable: [] });
    const older = writeReport({ ...made, comparison, tape: market, folder: place, model: "trend@3" });
    const newer = writeReport({ ...made, comparison, tape: market, folder: place, madeMs: made.madeMs + 1_000 });
    const summary = loadReport(place, older.id);
    expect(summary).toMatchObject({ id: older.id, model: "trend@3", synthetic: true, codeVersion: "1.2.3", seed: 1 });
    expect(summary.tradeHash).toBe(comparison.policy.result.tradeHash);
    expect(summary.policy.statistics).toEqual(JSON.parse(JSON.stringify(comparison.policy.statistics)));
    expect(summary.baselines.map(({ name }) => name)).toContain("buy-and-hold");
    expect(summary.ladder?.map(({ costMultiplier }) => costMultiplier)).toEqual([0, 1, 2]);
    mkdirSync(join(place, "damaged"));
    writeFileSync(join(place, "damaged", "summary.json"), `{"schema": 1, "id"`);
    const { reports, unreadable } = listReports(place);
    expect(reports.map(({ id }) => id)).toEqual([newer.id, older.id]);
    expect(unreadable.map(({ id, error }) => [id, error.code])).toEqual([["damaged", "DATA_FORMAT"]]);
    expect(() => loadReport(place, "nothing")).toThrow(expect.objectContaining({ code: "REPORT_MISSING" }));
    expect(() => loadReport(place, "../list"), "a name is no path").toThrow(
      expect.objectContaining({ code: "REPORT_MISSING" }),
    );
  });

  it("has every trade and every bar in its CSV files", () => {
    const report = writeReport({ ...made, comparison, tape: market, folder: join(folder, "csv") });
    const trades = read(report, "trades.csv").trimEnd().split("\n");
    const equity = read(report, "equity.csv").trimEnd().split("\n");
    expect(trades).toHaveLength(comparison.policy.result.trades.length + 1);
    expect(equity).toHaveLength(comparison.policy.result.curve.length + 1);
    expect(equity[0]).toBe(
      "time,equity,balance,drawdown,exposure,margin,position_BTCUSDT,equity_buy-and-hold,equity_hold (contracts),equity_equal-weight,equity_flat,equity_random (median),equity_sma-cross 10/30",
    );
    const last = equity[equity.length - 1].split(",");
    expect(Number(last[1])).toBe(comparison.policy.result.finalEquity);
    expect(read(report, "equity.csv").match(/NaN|Infinity|undefined/)).toBeNull();
  });
});

describe("a report's page", () => {
  it("shouts where data are synthetic, and only there", async () => {
    const fake = writeReport({ ...made, comparison, tape: market, folder: join(folder, "fake") });
    expect(read(fake, "report.html").includes("SYNTHETIC DATA")).toBe(true);
    const real = renamed(market, "BTCUSDT", false);
    const honest = writeReport({ ...made, comparison: await compare(real), tape: real, folder: join(folder, "real") });
    expect(read(honest, "report.html").includes("SYNTHETIC DATA")).toBe(false);
  });

  it("says first, everywhere, that the tested bars were seen in training", () => {
    const { curve } = comparison.policy.result;
    const seenUntilMs = curve.timeMs[curve.length - 1];
    const seen = writeReport({
      ...made,
      comparison: { ...comparison, seenUntilMs },
      tape: market,
      folder: join(folder, "seen"),
    });
    expect(read(seen, "report.html")).toContain('role="alert"><b>IN-SAMPLE</b><span>All bars of this test were seen');
    const summary = loadReport(join(folder, "seen"), seen.id);
    expect(summary.seenUntilMs).toBe(seenUntilMs);
    expect(summary.verdict.inSample).toEqual({ seenUntilMs, share: 1 });
    expect(summary.verdict.sentences[0]).toMatch(/^IN-SAMPLE: /);
    const unseen = { ...comparison, seenUntilMs: curve.timeMs[0] - 2 * comparison.policy.result.barMs };
    const clean = writeReport({ ...made, comparison: unseen, tape: market, folder: join(folder, "unseen") });
    expect(read(clean, "report.html").includes("IN-SAMPLE")).toBe(false);
    expect(loadReport(join(folder, "unseen"), clean.id).verdict.inSample).toBeNull();
  });

  it("escapes every text that comes from outside", async () => {
    const tape = renamed(market, HOSTILE, true);
    const hostile = { ...(await compare(tape)) };
    const report = writeReport({
      ...made,
      comparison: hostile,
      tape,
      folder: join(folder, "hostile"),
      model: HOSTILE,
      codeVersion: HOSTILE,
    });
    const html = read(report, "report.html");
    expect(html.includes("<img")).toBe(false);
    expect(html.match(/<script/g), "its own two scripts and no other").toHaveLength(2);
    expect(html.includes(escapeHtml(HOSTILE))).toBe(true);
    expect(read(report, "trades.csv").split("\n")[1].startsWith(`"""><img`)).toBe(true);
  });

  it("says how sure its figures are and where the result came from", () => {
    const html = read(writeReport({ ...made, comparison, tape: market, folder: join(folder, "parts") }), "report.html");
    for (const text of ["How sure the figures are", "SPA, p", "What won and what lost", "Regime at the decision"]) {
      expect(html).toContain(text);
    }
    const sides = [...html.matchAll(/<tr><td>(?:long|short)<\/td><td>([\d,]+)<\/td>/g)];
    const counted = sides.reduce((sum, found) => sum + Number(found[1].replace(",", "")), 0);
    expect(counted, "every trade has a side").toBe(comparison.policy.result.trades.length);
  });

  it("stands beside others in one page, its curve thinned without losing an extreme", async () => {
    const place = join(folder, "several");
    const ids = [0, 1_000].map(
      (later) => writeReport({ ...made, comparison, tape: market, folder: place, madeMs: made.madeMs + later }).id,
    );
    const runs = await Promise.all(ids.map((id) => readRun(place, loadReport(place, id))));
    const { curve, initialBalance } = comparison.policy.result;
    const own = curve.equity.subarray(0, curve.length);
    expect(Math.min(...runs[0].equity)).toBeCloseTo(Math.min(...own) / initialBalance, 12);
    expect(Math.max(...runs[0].equity)).toBeCloseTo(Math.max(...own) / initialBalance, 12);
    const html = comparisonPage(runs);
    expect(html).toContain("2 runs compared");
    expect(html).toContain("Same data");
    expect(html).not.toMatch(/NaN|undefined/);
  });

  it("names again what was found about the candles", () => {
    const dataNotes = ["ETHUSDT: 5 bars <repeat> others"];
    const report = writeReport({ ...made, comparison, tape: market, folder: join(folder, "notes"), dataNotes });
    expect(read(report, "report.html")).toContain("ETHUSDT: 5 bars &lt;repeat&gt; others");
    expect(JSON.parse(read(report, "summary.json"))).toMatchObject({ dataNotes });
  });

  it("needs nothing from elsewhere", () => {
    const html = read(writeReport({ ...made, comparison, tape: market, folder: join(folder, "alone") }), "report.html");
    expect(html.includes("default-src 'none'")).toBe(true);
    expect(html.replaceAll('"url(#"', "").match(/https?:\/\/|@import|url\(|<link|src=/)).toBeNull();
  });

  it("stays under its size limit, however many symbols there are", async () => {
    const symbols = Array.from({ length: 40 }, (_, i) => `S${i}USDT`);
    const wide = syntheticTape({ seed: 1, bars: 4_000, timeframe: parseTimeframe("5m"), symbols });
    const judged = await compareWithBaselines({
      tape: wide,
      policy: new SmaCross({ fast: 5, slow: 15 }),
      config: settings(),
      balance: 1e6,
      seed: 1,
      baselines: ["flat"],
    });
    const report = writeReport({ ...made, comparison: judged, tape: wide, folder: join(folder, "wide") });
    expect(judged.policy.result.trades.length).toBeGreaterThan(5_000);
    expect(Buffer.byteLength(read(report, "report.html"))).toBeLessThan(PAGE_LIMIT_BYTES);
  });

  it("can tell of a policy that did nothing", async () => {
    const idle = await compareWithBaselines({
      tape: market,
      policy: new Flat(),
      config: settings(),
      balance: 10_000,
      seed: 1,
      baselines: ["buy-and-hold"],
    });
    const html = read(
      writeReport({ ...made, comparison: idle, tape: market, folder: join(folder, "idle") }),
      "report.html",
    );
    expect(html.includes("It did not trade.")).toBe(true);
    expect(html.slice(0, html.indexOf("<script")).match(/NaN|Infinity|>undefined/), "figures").toBeNull();
    expect(html.match(/NaN|:null/g)?.length ?? 0, "and the charts' data").toBe(0);
  });
});

describe("the parts of a report", () => {
  it("escape for HTML, for a script and for CSV", () => {
    expect(escapeHtml(`<a href="x">&'`)).toBe("&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    expect(jsonForScript({ a: "</script>&\u2028" })).toBe(`{"a":"\\u003c/script\\u003e\\u0026\\u2028"}`);
    expect(JSON.parse(jsonForScript({ a: "</script>&\u2028" }))).toEqual({ a: "</script>&\u2028" });
    expect([csvField(`a"b`), csvField("a,b"), csvField("a\nb"), csvField("plain"), csvField(1.5)]).toEqual([
      `"a""b"`,
      `"a,b"`,
      `"a\nb"`,
      "plain",
      "1.5",
    ]);
    expect(["=1+1", "+x", "-x", "@x", "\tx"].map(csvField), "no formula for a spreadsheet").toEqual([
      "'=1+1",
      "'+x",
      "'-x",
      "'@x",
      "'\tx",
    ]);
    expect([csvField("=cmd|'/c calc'!A1,2"), csvField(-1.5)]).toEqual([`"'=cmd|'/c calc'!A1,2"`, "-1.5"]);
    expect(csvLine([1, "x,y"])).toBe(`1,"x,y"\n`);
  });

  it("thin a series without losing its ends or its extremes", () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 50));
    values[1_234] = 99;
    values[8_765] = -99;
    const rows = extremeRows(values, values.length, 400);
    expect(rows.length).toBeLessThanOrEqual(402);
    expect(Array.from(rows)).toEqual([...rows].sort((a, b) => a - b));
    for (const row of [0, 1_234, 8_765, 9_999]) expect(rows).toContain(row);
    expect(Array.from(extremeRows(values, 5, 400))).toEqual([0, 1, 2, 3, 4]);
  });

  it("cut rows into stretches that cover all of them once", () => {
    const seen: number[] = [];
    forStretches(103, 10, (start, end) => {
      for (let row = start; row < end; row++) seen.push(row);
    });
    expect(seen).toEqual(Array.from({ length: 103 }, (_, i) => i));
  });
});
