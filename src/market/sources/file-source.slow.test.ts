import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../../../test/venues/refusal.ts";
import { temporaryFolder } from "../../../test/venues/temporary-folder.ts";
import { DAY_MS, formatMinute, HOUR_MS, MINUTE_MS, parseTimeframe } from "../../core/index.ts";
import { loadTape } from "../load.ts";
import { listSets } from "../store/list.ts";
import { MarketStore } from "../store/store.ts";
import { type CandleFileSourceOptions, candleFileSource } from "./file-source.ts";
import { fundingFileSource } from "./funding-source.ts";
import type { Collected } from "./source.ts";
import { syntheticSource } from "./synthetic-source.ts";

const DATA = join(dirname(fileURLToPath(import.meta.url)), "../../../../shared/data");
const START_MS = Date.UTC(2024, 0, 1);
const HEADER = "timestamp,open,high,low,close,volume";

const line = (i: number, stepMs = MINUTE_MS): string => `${START_MS + i * stepMs},100.5,102.25,99,101,3.125`;
const lines = (count: number): string[] => Array.from({ length: count }, (_, i) => line(i));
const rates = (column: Float64Array): number => column.reduce((sum, rate) => sum + rate, 0);

describe("importing files", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: MarketStore;
  beforeEach(() => {
    folder = temporaryFolder();
    store = new MarketStore(join(folder.path, "data"));
  });
  afterEach(() => folder.remove());

  const write = (content: readonly string[], name = "BTCUSDT.csv"): string => {
    const path = join(folder.path, name);
    writeFileSync(path, `${content.join("\n")}\n`);
    return path;
  };
  const collect = async (path: string, options: Omit<CandleFileSourceOptions, "path"> = {}): Promise<Collected> => {
    const [collected] = await candleFileSource({ path, ...options }).collect(store);
    return collected;
  };

  it("stores bars with a contract whose steps have nothing to do with the spelling of the file", async () => {
    const collected = await collect(write([HEADER, ...lines(50)]), { venue: "binance" });
    expect(collected).toMatchObject({
      key: { venue: "binance", symbol: "BTCUSDT", timeframe: "1m" },
      candles: { added: 50, replaced: 0, unchanged: 0 },
    });
    expect(store.instrument("binance", "btc/usdt")).toMatchObject({
      tickSize: "0.00000001",
      lotStep: "0.00000001",
      kind: "perpetual",
    });
  });

  it("changes nothing when a file is imported again", async () => {
    const path = write([HEADER, ...lines(50)]);
    await collect(path);
    const before = store.instruments();
    expect((await collect(path)).candles).toEqual({ added: 0, replaced: 0, unchanged: 50 });
    expect(store.instruments()).toEqual(before);
  });

  it("takes what the user says of the contract, and keeps it later", async () => {
    const path = write([HEADER, ...lines(50)]);
    await collect(path, { instrument: { kind: "spot", takerFeeBps: 1, tickSize: "0.5" } });
    expect(store.instrument("csv", "BTCUSDT")).toMatchObject({
      kind: "spot",
      takerFeeBps: 1,
      tickSize: "0.5",
      maxLeverage: 1,
    });
    await collect(path);
    expect(store.instrument("csv", "BTCUSDT")).toMatchObject({ kind: "spot", takerFeeBps: 1 });
  });

  it.each<readonly [string, (rows: string[]) => string[], string, RegExp]>([
    ["doubled rows", (rows) => [...rows, rows[20]], "DATA_QUALITY", /1 duplicate/],
    [
      "rows out of order",
      (rows) => [...rows.slice(0, 10), rows[30], ...rows.slice(10, 30), ...rows.slice(31)],
      "DATA_QUALITY",
      /out-of-order/,
    ],
    [
      "an impossible row",
      (rows) => rows.with(30, rows[30].replace("102.25", "50")),
      "DATA_FORMAT",
      /high 50 is below low 99/,
    ],
  ])("refuses %s, stores nothing, and repairs when asked to", async (_name, spoil, code, what) => {
    const path = write([HEADER, ...spoil(lines(200))]);
    const error = await refusal(collect(path));
    expect(error.code).toBe(code);
    expect(error.exitCode).toBe(3);
    expect(error.what).toMatch(what);
    expect(error.fix).toMatch(/repair/);
    expect(existsSync(store.root), "nothing was written at all").toBe(false);
    const collected = await collect(path, { repair: true });
    expect(collected.notes.join()).toMatch(/repaired: /);
    expect(collected.candles.added).toBeGreaterThanOrEqual(199);
  });

  it("refuses a file that is mostly holes", async () => {
    const sparse = Array.from({ length: 60 }, (_, i) => line(i < 40 ? i : i * 20));
    const error = await refusal(collect(write([HEADER, ...sparse]), { repair: true }));
    expect(error.code).toBe("DATA_QUALITY");
    expect(error.what).toContain("sparse");
  });

  it("knows a market that closes from one that doesn't", async () => {
    const days = Array.from({ length: 60 }, (_, i) => i).filter((i) => i % 7 < 5);
    const collected = await collect(write([HEADER, ...days.map((i) => line(i, DAY_MS))], "AAPL_1d.csv"));
    expect(collected.quality?.verdict).toBe("ok");
    expect(store.instrument("csv", "AAPL")?.calendar).toBe("weekdays");
    const whole = Array.from({ length: 60 }, (_, i) => line(i, DAY_MS));
    await collect(write([HEADER, ...whole], "ETHUSDT_1d.csv"));
    expect(store.instrument("csv", "ETHUSDT")?.calendar).toBe("24/7");
  });

  it("imports funding rates, percentages too", async () => {
    const stamps = [0, 8, 16].map((hour) => START_MS + hour * HOUR_MS);
    const shares = write(["timestamp,funding_rate", ...stamps.map((t, i) => `${t},0.000${i}`)], "ETHUSDT.csv");
    const [collected] = await fundingFileSource({ path: shares, venue: "bybit" }).collect(store);
    expect(collected).toMatchObject({
      venue: "bybit",
      symbol: "ETHUSDT",
      funding: { added: 3, replaced: 0, unchanged: 0 },
    });
    expect(Array.from((await store.readFunding("bybit", "ETHUSDT")).rate)).toEqual([0, 0.0001, 0.0002]);
    const percent = write(["Time;Funding Rate", ...[...stamps].reverse().map((t) => `${t};0.0100%`)], "funding.csv");
    await fundingFileSource({ path: percent, symbol: "BTC-USDT" }).collect(store);
    expect(Array.from((await store.readFunding("csv", "BTCUSDT")).rate)).toEqual([0.0001, 0.0001, 0.0001]);
  });

  it("refuses funding rates that can't be", async () => {
    const prices = write(["timestamp,rate", `${START_MS},42000.5`], "BTCUSDT.csv");
    const error = await refusal(fundingFileSource({ path: prices }).collect(store));
    expect(error.code).toBe("DATA_FORMAT");
    expect(error.where).toMatch(/line 2, column "rate"/);
    const twice = write(["timestamp,rate", `${START_MS},0.0001`, `${START_MS},0.0002`], "BTCUSDT.csv");
    expect((await refusal(fundingFileSource({ path: twice }).collect(store))).what).toContain("another rate");
    expect(existsSync(store.root)).toBe(false);
  });

  it("files the synthetic market as what it is", async () => {
    const options = { seed: 1, bars: 300, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] };
    const collected = await syntheticSource(options).collect(store);
    expect(collected.every(({ notes }) => notes.join().includes("synthetic"))).toBe(true);
    expect((await listSets(store)).map(({ synthetic, fundingStamps }) => [synthetic, fundingStamps])).toEqual([
      [true, 37],
      [true, 37],
    ]);
    const again = await syntheticSource(options).collect(store);
    expect(again[0].candles).toEqual({ added: 0, replaced: 0, unchanged: 300 });
  });
});

describe("loading a tape from the store", () => {
  const folder = temporaryFolder();
  const store = new MarketStore(folder.path);
  afterEach(() => folder.remove());

  it("resamples where only a lower timeframe is stored, and says what is missing", async () => {
    const timeframe = parseTimeframe("5m");
    await syntheticSource({ seed: 2, bars: 4000, timeframe, symbols: ["BTCUSDT", "ETHUSDT"] }).collect(store);
    const base = { root: folder.path, venue: "synthetic", symbols: ["ETH/USDT", "BTCUSDT"] };
    const tape = await loadTape({ ...base, timeframe });
    expect(
      tape.instruments.map(({ symbol }) => symbol),
      "symbols keep the wanted order",
    ).toEqual(["ETHUSDT", "BTCUSDT"]);
    const hourly = await loadTape({ ...base, timeframe: parseTimeframe("1h"), fromMs: tape.timeMs[1] });
    expect(hourly.bars).toBe(Math.floor(4000 / 12) - 1);
    expect(hourly.timeframe).toBe("1h");
    expect(hourly.open[0], "the first whole hour after the wanted start").toBe(tape.open[12 * 2]);
    expect(hourly.close[0]).toBe(tape.close[23 * 2]);
    expect(rates(hourly.funding)).toBeCloseTo(rates(tape.funding), 12);

    const missing = async (change: object): Promise<string> => {
      const error = await refusal(loadTape({ ...base, timeframe, ...change }));
      expect(error.code).toBe("DATA_MISSING");
      return error.what;
    };
    expect(await missing({ symbols: ["DOGEUSDT"] })).toContain("the store has BTCUSDT, ETHUSDT of synthetic");
    expect(await missing({ timeframe: parseTimeframe("1m") })).toContain("synthetic 5m");
    expect(await missing({ venue: "bybit" })).toContain("synthetic 5m");
    expect(await missing({ fromMs: Date.UTC(2030, 0, 1) })).toContain("no complete 5m bar");
    expect(await missing({ root: join(folder.path, "nowhere") })).toContain("the store is empty");
  });
});

describe.skipIf(!existsSync(DATA))("real candles (needs ../shared/data)", () => {
  const folder = temporaryFolder();
  const store = new MarketStore(folder.path);
  afterEach(() => folder.remove());

  it("are imported, judged usable with the crash as a warning, and aligned", async () => {
    const files = readdirSync(join(DATA, "candles-5m"));
    expect(files).toHaveLength(5);
    for (const name of files) {
      const [{ quality }] = await candleFileSource({ path: join(DATA, "candles-5m", name), venue: "bybit" }).collect(
        store,
      );
      expect(quality?.verdict, `${name} is usable`).toBe("warnings");
      const outliers = quality?.findings.find(({ kind }) => kind === "outlier");
      expect(outliers?.severity).toBe("warning");
      const when = (outliers?.examples ?? []).map(({ tsMs }) => formatMinute(tsMs)).join();
      expect(when, `${name} holds the crash`).toContain(name.startsWith("XRP") ? "2025-10-10 21" : "2025-");
    }
    await fundingFileSource({ path: join(DATA, "funding", "BTCUSDT.csv"), venue: "bybit" }).collect(store);
    const symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"];
    const tape = await loadTape({ root: folder.path, venue: "bybit", symbols, timeframe: parseTimeframe("5m") });
    // The five files begin and end within ten minutes of each other.
    expect(tape.bars).toBe(51_842);
    expect(tape.present.reduce((sum, flag) => sum + flag, 0)).toBe(5 * 51_840);
    const [listed] = await listSets(store);
    expect(listed).toMatchObject({ symbol: "BNBUSDT", bars: 51_840, gaps: 0 });
  });
});
