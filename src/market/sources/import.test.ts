import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../../../test/venues/refusal.ts";
import { temporaryFolder } from "../../../test/venues/temporary-folder.ts";
import { DAY_MS, HOUR_MS, parseTimeframe } from "../../core/index.ts";
import type { CandleRow } from "../candles.ts";
import { loadTape } from "../load.ts";
import { findingNotes, readFindings } from "../store/findings.ts";
import { storedKeys } from "../store/list.ts";
import { MarketStore } from "../store/store.ts";
import { ImportClaims } from "./claims.ts";
import { csv, DAYS, day, HOURS, TINY, table } from "./csv/testing/bars.ts";
import { type CandleFileSourceOptions, candleFileSource } from "./file-source.ts";
import { fundingFileSource } from "./funding-source.ts";
import { settleSets } from "./settle.ts";
import type { Collected } from "./source.ts";

const scaled = (rows: readonly CandleRow[], by: number): CandleRow[] =>
  rows.map(([t, o, h, l, c, v]) => [t, o * by, h * by, l * by, c * by, v]);
const weekdays = DAYS.filter(([t]) => ![0, 6].includes(new Date(t).getUTCDay()));
const tickerRows = (symbol: string, by: number): string[] =>
  scaled(HOURS, by).map(([t, ...rest]) => [t, symbol, ...rest].join(","));
const ms = (rows: readonly CandleRow[]): string => csv(rows, (t) => t);

describe("importing", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: MarketStore;
  beforeEach(() => {
    folder = temporaryFolder();
    store = new MarketStore(join(folder.path, "data"));
  });
  afterEach(() => folder.remove());

  const put = (content: string, name: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, content);
    return path;
  };
  const take = async (
    content: string,
    name: string,
    options: Omit<CandleFileSourceOptions, "path"> = {},
  ): Promise<Collected> => {
    const [collected] = await candleFileSource({ path: put(content, name), ...options }).collect(store);
    return collected;
  };
  const names = (): string[] =>
    storedKeys(store.root).map(({ symbol, kind, timeframe }) => `${symbol} ${kind} ${timeframe}`);

  it("gives one contract to every spelling of the same numbers", async () => {
    const plain = await take(
      table("time,open,high,low,close,volume", TINY, ([t, o, h, l, c, v]) =>
        [t, ...[o, h, l, c].map((x) => x.toFixed(10)), v].join(","),
      ),
      "AAAUSDT.csv",
    );
    const exponents = await take(
      table("time,open,high,low,close,volume", TINY, ([t, ...rest]) =>
        [t, ...rest.map((x) => x.toExponential())].join(","),
      ),
      "BBBUSDT.csv",
    );
    const whole = await take(
      table("time,open,high,low,close,volume", TINY, ([t, o, h, l, c, v]) => [t, o, h, l, c, Math.round(v)].join(",")),
      "CCCUSDT.csv",
    );
    const steps = [plain, exponents, whole].map(({ instrument }) => [instrument?.tickSize, instrument?.lotStep]);
    expect(steps[1]).toEqual(steps[0]);
    expect(steps[2]).toEqual(steps[0]);
    expect(Number(steps[0][0])).toBeLessThan(1e-4 * 8e-6);
  });

  it("changes nothing of one set by importing another", async () => {
    await take(ms(HOURS), "BTCUSDT.csv");
    const before = store.instrument("csv", "BTCUSDT");
    await take(csv(scaled(DAYS, 0.001), day), "BTCUSDT_1d.csv");
    expect(store.instrument("csv", "BTCUSDT")).toEqual(before);
  });

  it.each<readonly [string, string, string]>([
    ["7203.T.csv", "6758.T.csv", "6758.T stock 1h,7203.T stock 1h"],
    ["yahoo_AAPL_1h.csv", "yahoo_MSFT_1h.csv", "AAPL perpetual 1h,MSFT perpetual 1h"],
    ["BRK-A.csv", "BRK-B.csv", "BRKA perpetual 1h,BRKB perpetual 1h"],
    ["BTCUSDT_SPOT.csv", "BTC-USDT-SWAP.csv", "BTCUSDT perpetual 1h,BTCUSDT spot 1h"],
  ])("keeps %s and %s apart", async (first, second, wanted) => {
    const claims = new ImportClaims();
    await take(ms(HOURS), first, { claims });
    await take(ms(scaled(HOURS, 2)), second, { claims });
    expect(names().join()).toBe(wanted);
  });

  it.each([
    ["BTC_USDT.csv", "BTCUSDT_PERP.csv", /have other prices/],
    ["EURUSD_BID.csv", "EURUSD_ASK.csv", /ask.*EURUSD_BID.csv \(bid\)/],
    ["Coinbase_BTCUSD_h.csv", "Kraken_BTCUSD_h.csv", /kraken.*\(coinbase\)/],
    ["BTCUSDT_a.csv", "BTCUSDT_b.csv", /300 of the 300 bars that it shares with BTCUSDT_a.csv/],
  ])("refuses %s and %s as one set, within one command", async (first, second, what) => {
    const claims = new ImportClaims();
    await take(ms(HOURS), first, { claims });
    const error = await refusal(take(ms(scaled(HOURS, 1.001)), second, { claims }));
    expect(error.code).toBe("DATA_QUALITY");
    expect(error.what).toMatch(what);
    expect(error.fix).toContain("--venue");
    expect((await store.readCandles(storedKeys(store.root)[0])).close[0], "the first stays").toBe(HOURS[0][4]);
  });

  it("takes files of one set that agree where they overlap, and warns of another command's that don't", async () => {
    const claims = new ImportClaims();
    await take(ms(HOURS.slice(0, 200)), "BTCUSDT-1.csv", { claims });
    const second = await take(ms(HOURS.slice(150)), "BTCUSDT-2.csv", { claims });
    expect(second.candles).toEqual({ added: 100, replaced: 0, unchanged: 50 });
    const later = await take(ms(scaled(HOURS, 1.001)), "BTCUSDT-3.csv");
    expect(later.warnings?.join()).toMatch(/300 of the 300 bars that were stored already had other prices/);
  });

  it("stores all markets of a file, or none", async () => {
    const head = "date,tic,open,high,low,close,volume";
    const mixed = tickerRows("AAPL", 1).flatMap((text, i) => [text, tickerRows("MSFT", 2)[i]]);
    await take(`${head}\n${mixed.join("\n")}\n`, "finrl.csv");
    expect(storedKeys(store.root).map(({ symbol }) => symbol)).toEqual(["AAPL", "MSFT"]);
  });

  it("makes a contract anew where its kind was a mistake", async () => {
    await take(ms(HOURS), "BTCUSDT.csv");
    expect(names()).toEqual(["BTCUSDT perpetual 1h"]);
    const again = await take(ms(HOURS), "BTCUSDT.csv", { instrument: { kind: "spot" } });
    expect(again.warnings?.join()).toContain("was stored as perpetual: it is spot now");
    expect(names()).toEqual(["BTCUSDT spot 1h"]);
    expect(store.instruments()).toMatchObject([
      { kind: "spot", takerFeeBps: 10, maxLeverage: 1, maintenanceMarginRate: 0 },
    ]);
    expect(store.instruments()[0]).not.toHaveProperty("fundingIntervalHours");
    await take(ms(HOURS), "BTCUSDT.csv", { instrument: { kind: "perpetual" } });
    expect(store.instruments()).toMatchObject([{ kind: "perpetual", takerFeeBps: 5.5, fundingIntervalHours: 8 }]);
  });

  it("stores nothing of a file in which two markets have one name", async () => {
    const rows = [...tickerRows("BTC/USDT", 1), ...tickerRows("BTCUSDT", 2)].join("\n");
    const error = await refusal(take(`time,symbol,open,high,low,close,volume\n${rows}\n`, "many.csv"));
    expect(error.what).toBe('The file holds "BTC/USDT" and "BTCUSDT", which are both BTCUSDT');
    expect(names()).toEqual([]);
  });

  it("knows when a market is open by all of its sets, whatever the order", async () => {
    const saturday = DAYS.findIndex(([t]) => new Date(t).getUTCDay() === 6);
    const rare = [...weekdays, DAYS[saturday + 7 * 5]].toSorted((a, b) => a[0] - b[0]);
    const yearly = await take(csv(rare, day), "RELIANCE.NS.csv");
    expect(yearly.instrument).toMatchObject({ calendar: "weekdays", kind: "stock", quote: "INR" });
    const weekly = weekdays.filter(([t]) => new Date(t).getUTCDay() === 1);
    await take(csv(weekly, day), "EURUSD_1w.csv");
    await take(csv(weekdays, day), "EURUSD_1d.csv");
    const hourly = weekdays.flatMap(([t, ...rest]) =>
      [0, 1, 2, 3].map((h) => [t + h * HOUR_MS, ...rest] as unknown as CandleRow),
    );
    await take(ms(hourly), "GBPUSD_1h.csv");
    await take(csv(weekly, day), "GBPUSD_1w.csv");
    for (const symbol of ["EURUSD", "GBPUSD"]) {
      expect(store.instrument("csv", symbol), symbol).toMatchObject({ calendar: "weekdays", kind: "forex" });
    }
    const always = await take(csv(DAYS, day), "XYZUSDT.csv");
    expect(always.instrument?.calendar).toBe("24/7");
    const said = await take(csv(weekdays, day), "ABCUSDT.csv", { instrument: { calendar: "weekdays" } });
    expect(said.instrument).toMatchObject({ calendar: "weekdays" });
    expect(said.instrument?.guessed).not.toHaveProperty("calendar");
  });

  it("never takes out a real bar by a repair, and says before what it does", async () => {
    const other = scaled([HOURS[20]], 1.01)[0];
    const error = await refusal(take(ms([...HOURS, other]), "BTCUSDT.csv", { repair: true }));
    expect(error.what).toMatch(/1 rows have the time of another row and other prices/);
    expect(error.fix).toContain("--timezone");
    const order: string[] = [];
    const source = candleFileSource({ path: put(ms([...HOURS, HOURS[20]]), "ETHUSDT.csv"), repair: true });
    const merge = store.mergeCandles.bind(store);
    store.mergeCandles = (...args) => (order.push("stored"), merge(...args));
    await source.collect(store, { onNote: (note) => order.push(note) });
    expect(order).toEqual(["ETHUSDT.csv: repaired: 1 doubled left out, 1 put in order", "stored"]);
  });

  it("keeps what the check found beside the set, and tells it again where it is loaded", async () => {
    const spoiled = HOURS.map((row, i): CandleRow => (i === 100 ? scaled([row], 100)[0] : row));
    await take(ms(spoiled), "BTCUSDT.csv");
    const report = readFindings(store.root, storedKeys(store.root)[0])?.report;
    expect(report === undefined ? [] : findingNotes(report).join()).toMatch(/power-of-ten: 1/);
    const notes: string[] = [];
    const timeframe = parseTimeframe("1h");
    await loadTape({
      root: store.root,
      venue: "csv",
      symbols: ["BTCUSDT"],
      timeframe,
      onNote: (note) => notes.push(note),
    });
    expect(notes.join()).toMatch(/BTCUSDT: power-of-ten: 1/);
  });

  it("takes rows without trades for no holes", async () => {
    const sparse = table("time,open,high,low,close,volume", HOURS, ([t, ...rest], i) =>
      i % 3 === 1 ? `${t},,,,,` : [t, ...rest].join(","),
    );
    await take(sparse, "BTCUSDT.csv");
    const [{ report }] = await settleSets(store, storedKeys(store.root));
    expect(report.verdict).not.toBe("unusable");
  });

  it("says terms before what is stored, and another kind makes another contract", async () => {
    await take(ms(HOURS), "BTCUSDT.csv", { terms: { BTCUSDT: { tickSize: "0.5" } } });
    expect(store.instrument("csv", "BTCUSDT")).toMatchObject({ tickSize: "0.5" });
    const load = (terms: NonNullable<Parameters<typeof loadTape>[0]["terms"]>) =>
      loadTape({ root: store.root, venue: "csv", symbols: ["BTCUSDT"], timeframe: parseTimeframe("1h"), terms });
    expect((await load({ BTCUSDT: { takerFeeBps: 1 } })).instruments[0]).toMatchObject({
      takerFeeBps: 1,
      tickSize: "0.5",
    });
    const [spot] = (await load({ BTCUSDT: { kind: "spot" } })).instruments;
    expect(spot).toMatchObject({ kind: "spot", takerFeeBps: 10, maxLeverage: 1 });
    await expect(load({ BTCUSDT: { tickSize: "100" } })).rejects.toThrow(/tick 100/);
  });

  it("puts funding on the grid, by its column of symbols, and refuses it for what pays none", async () => {
    const stamps = Array.from({ length: 90 }, (_, i) => HOURS[0][0] + i * 8 * HOUR_MS);
    const late = stamps.map((t, i) => `${t + (i % 50)},BTCUSDT,${i % 2 === 0 ? 0.0001 : -0.00005}`);
    const fund = (
      rows: readonly string[],
      name: string,
      head = "calc_time,Symbol,last_funding_rate",
    ): Promise<Collected[]> => fundingFileSource({ path: put(`${head}\n${rows.join("\n")}\n`, name) }).collect(store);
    const [first] = await fund(late, "bybit.csv");
    expect(first).toMatchObject({ symbol: "BTCUSDT", funding: { added: 90 } });
    const exact = stamps.map((t, i) => `${t},BTCUSDT,${i % 2 === 0 ? 0.0001 : -0.00005}`);
    expect((await fund(exact, "again.csv"))[0].funding, "one stamp a payment").toEqual({
      added: 0,
      replaced: 0,
      unchanged: 90,
    });
    const percent = stamps.map((t, i) => `${t},ETHUSDT,${i % 2 === 0 ? 0.01 : 0.0125}`);
    const [other] = await fund(percent, "percent.csv");
    expect(other.warnings?.join()).toContain("taken as per cent");
    expect((await store.readFunding("csv", "ETHUSDT")).rate[1]).toBeCloseTo(0.000125, 12);
    await take(ms(HOURS), "SOLUSDT.csv", { instrument: { kind: "spot" } });
    const none = await refusal(
      fund(
        stamps.map((t) => `${t},SOLUSDT,0.0001`),
        "sol.csv",
      ),
    );
    expect(none.code).toBe("DATA_CONTRACT");
  });

  it("shows all sets but the damaged one", async () => {
    await take(ms(HOURS), "AAAUSDT.csv");
    await take(
      csv(DAYS, (t) => t + DAY_MS),
      "BBBUSDT.csv",
    );
    const [key] = storedKeys(store.root);
    mkdirSync(join(store.root, "candles/csv/AAAUSDT/1h"), { recursive: true });
    writeFileSync(join(store.root, "candles/csv/AAAUSDT/1h/2024-02.parquet"), "PAR1 cut");
    const { listSets } = await import("../store/list.ts");
    const sets = await listSets(store);
    expect(sets.map(({ symbol, damage }) => [symbol, damage === undefined])).toEqual([
      [key.symbol, false],
      ["BBBUSDT", true],
    ]);
  });
});
