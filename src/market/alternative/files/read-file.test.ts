import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { DAY_MS } from "../../../core/index.ts";
import { AlternativeStore } from "../store.ts";
import { AsOf } from "../vintages.ts";
import { readSeriesFile } from "./read-file.ts";

const SAMPLES = resolve(import.meta.dirname, "../../../../../shared/data/alternative");
const hasSamples = existsSync(join(SAMPLES, "fear-greed.json"));
if (!hasSamples) console.warn(`skipped: no recorded alternative data at ${SAMPLES}`);

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), "tidemark-series-file-"));
  folders.push(path);
  return path;
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(temporary(), name);
  writeFileSync(path, content);
  return path;
}

const DAY0 = Date.UTC(2026, 0, 1);
const seconds = (day: number): string => `${(DAY0 + day * DAY_MS) / 1000}`;
const mood = (day: number, value: string) => ({ value, value_classification: "Fear", timestamp: seconds(day) });

test("an index as it is served, with or without its envelope, newest first", async () => {
  const data = [mood(1, "40"), mood(0, "30")];
  for (const content of [data, { name: "an index", data, metadata: { error: null } }]) {
    const { series } = await readSeriesFile(file("index.json", JSON.stringify(content)), {});
    expect(series.map(({ spec, key }) => [spec.id, key])).toEqual([["fear-greed.index", "market"]]);
    expect(series[0].vintages[0].observations).toEqual([
      { eventMs: DAY0 + DAY_MS, publishedMs: null, value: 40 },
      { eventMs: DAY0, publishedMs: null, value: 30 },
    ]);
  }
});

test("daily metrics of a coin: known columns become series, the others are named, an empty field is no value", async () => {
  const text = "time,asset,PriceUSD,TxCnt,CapMVRVCur\n2026-01-01,btc,9,100,1.5\n2026-01-02,btc,9,,1.6\n";
  const { series, ignored } = await readSeriesFile(file("coin.csv.gz", gzipSync(text)), {});
  const values = series.map(({ spec, key, vintages }) => [
    spec.id,
    key,
    vintages[0].observations.map(({ value }) => value),
  ]);
  expect(values).toEqual([
    ["coinmetrics.transactions", "BTC", [100]],
    ["coinmetrics.mvrv", "BTC", [1.5, 1.6]],
  ]);
  expect(ignored).toEqual(["PriceUSD"]);
});

test("vintages beside each other count as seen at the end of their month, in any order of columns", async () => {
  const text = "time,FlowInExUSD_2026_06,FlowInExUSD_2026_03\n2026-01-01,7,5\n";
  const { series } = await readSeriesFile(file("two.csv", text), { key: "btc" });
  expect(series[0].vintages).toEqual([
    { seenMs: Date.UTC(2026, 3), observations: [{ eventMs: DAY0, publishedMs: null, value: 5 }] },
    { seenMs: Date.UTC(2026, 6), observations: [{ eventMs: DAY0, publishedMs: null, value: 7 }] },
  ]);
});

test("a file with time and value is of the series and the symbol that are named", async () => {
  const path = file("own.csv", "timestamp,value\n1767225600000,0.001\n");
  const { series } = await readSeriesFile(path, { series: "bybit.premium", key: "BTCUSDT" });
  expect([series[0].spec.id, series[0].key]).toEqual(["bybit.premium", "BTCUSDT"]);
  expect(series[0].vintages[0].observations).toEqual([{ eventMs: DAY0, publishedMs: null, value: 0.001 }]);
});

test.each([
  ["a page in place of data", "x.json", "<html>no</html>", {}, "DATA_FORMAT", "JSON can't be read"],
  ["JSON of something else", "x.json", '[{"a": 1}]', {}, "DATA_FORMAT", "none of the known kinds"],
  ["JSON that breaks off", "x.json", '[{"value": "1"', {}, "DATA_FORMAT", "not JSON"],
  ["an empty list", "x.json", "[]", {}, "DATA_FORMAT", "no list of rows"],
  [
    "a row that differs",
    "x.json",
    JSON.stringify([mood(0, "30"), mood(1, "much")]),
    {},
    "DATA_FORMAT",
    "Row 2 differs from the first: value",
  ],
  [
    "a value that is no number",
    "x.csv",
    "time,TxCnt\n2026-01-01,many\n",
    { key: "btc" },
    "DATA_FORMAT",
    "Line 2: TxCnt",
  ],
  ["a day that isn't", "x.csv", "time,TxCnt\n2026-02-30,5\n", { key: "btc" }, "DATA_FORMAT", 'Line 2: "2026-02-30"'],
  ["a row that is short", "x.csv", "time,TxCnt\n2026-01-01\n", { key: "btc" }, "DATA_FORMAT", "Line 2 has 1 fields"],
  ["no metric", "x.csv", "time,a\n2026-01-01,1\n", {}, "DATA_FORMAT", "there are: time, a"],
  ["no coin", "x.csv", "time,TxCnt\n2026-01-01,5\n", {}, "USAGE_ARGUMENT", "which coin"],
  ["no series", "x.csv", "time,value\n2026-01-01,5\n", {}, "USAGE_ARGUMENT", "which series"],
])("%s is refused with its place", async (_, name, content, asked, code, words) => {
  const reading = readSeriesFile(file(name, content), asked);
  await expect(reading).rejects.toMatchObject({ code, what: expect.stringContaining(words) as string });
});

test("a gzip file that breaks off, and one that isn't there", async () => {
  const half = gzipSync("time,TxCnt\n2026-01-01,5\n".repeat(100)).subarray(0, 30);
  await expect(readSeriesFile(file("half.csv.gz", half), {})).rejects.toMatchObject({ code: "DATA_FORMAT" });
  await expect(readSeriesFile(join(temporary(), "none.csv"), {})).rejects.toMatchObject({ code: "DATA_MISSING" });
});

async function rows(name: string, key?: string): Promise<unknown> {
  const { series } = await readSeriesFile(join(SAMPLES, name), { key });
  return series.map((one) => `${one.spec.id} ${one.key} ${one.vintages.map((v) => v.observations.length).join("+")}`);
}

test.skipIf(!hasSamples)("recorded files are read whole", async () => {
  expect(await rows("fear-greed.json")).toEqual(["fear-greed.index market 3044"]);
  expect(await rows("binance-bnb-open-interest.json")).toEqual(["binance.open-interest BNBUSDT 30"]);
  expect(await rows("binance-bnb-long-short.json")).toEqual(["binance.account-ratio BNBUSDT 30"]);
  expect(await rows("onchain-ada.csv.gz")).toEqual([
    "coinmetrics.transactions ADA 2344",
    "coinmetrics.addresses ADA 2344",
    "coinmetrics.mvrv ADA 2344",
  ]);
  expect(await rows("onchain-btc-revisions.csv", "BTC")).toContain("coinmetrics.flow-in BTC 429+429");
});

test.skipIf(!hasSamples)("what was recorded twice reads as it was first known, until the later record", async () => {
  const { series } = await readSeriesFile(join(SAMPLES, "onchain-btc-revisions.csv"), { key: "BTC" });
  const flow = series.find(({ spec }) => spec.id === "coinmetrics.flow-in");
  if (flow === undefined) throw new Error("the file has the flow");
  // One month is enough to see it.
  const store = new AlternativeStore(temporary());
  for (const { seenMs = 0, observations } of flow.vintages) {
    const month = observations.filter(({ eventMs }) => eventMs >= Date.UTC(2026, 1) && eventMs < Date.UTC(2026, 2));
    await store.put(flow.spec, "BTC", month, { seenMs, recorded: false });
  }
  const stored = await store.read(flow.spec, "BTC");
  const last = Date.UTC(2026, 1, 28);
  const valueOf = (vintage: number): number =>
    flow.vintages[vintage].observations.find(({ eventMs }) => eventMs === last)?.value ?? Number.NaN;
  expect(valueOf(0)).not.toBe(valueOf(1));
  const asOf = new AsOf(stored, { ...flow.spec, cadenceMs: 365 * DAY_MS });
  asOf.advance(Date.UTC(2026, 6) - 1);
  expect(asOf.value).toBe(valueOf(0));
  asOf.advance(Date.UTC(2026, 6));
  expect(asOf.value).toBe(valueOf(1));
});

test("a vintage that is older than what is stored is left out: it is no correction", async () => {
  const text = "time,FlowInExUSD\n2026-01-01,5\n";
  const { series } = await readSeriesFile(file("late.csv", text), { key: "BTC" });
  const store = new AlternativeStore(temporary());
  const [{ spec, vintages }] = series;
  await store.put(spec, "BTC", [{ eventMs: DAY0, publishedMs: null, value: 7 }], {
    seenMs: DAY0 + 90 * DAY_MS,
    recorded: false,
  });
  const counts = await store.put(spec, "BTC", vintages[0].observations, {
    seenMs: DAY0 + 30 * DAY_MS,
    recorded: false,
  });
  expect(counts).toEqual({ added: 0, revised: 0, unchanged: 0, refused: 1 });
  expect((await store.read(spec, "BTC")).length).toBe(1);
});
