import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../../../test/venues/refusal.ts";
import { temporaryFolder } from "../../../test/venues/temporary-folder.ts";
import { DAY_MS, defaultInstrument, MINUTE_MS, parseTimeframe, SimulatedClock } from "../../core/index.ts";
import { type Bundled, bundled } from "../../core/testing/bundled.ts";
import { type CandleRow, candleRow, candlesFromRows, createFunding } from "../candles.ts";
import { isOfEarlierVersion } from "../contract/birth.ts";
import { listSets, storedKeys } from "./list.ts";
import { MarketStore } from "./store.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const KEY = { venue: "csv", symbol: "BTCUSDT", timeframe: parseTimeframe("1m") };
const FOLDER = join("candles", "csv", "BTCUSDT", "1m");
const START_MS = Date.UTC(2024, 0, 31, 20);

const bar = (i: number, price = i + 1): CandleRow => [START_MS + i * MINUTE_MS, price, price + 2, price, price + 1, i];
const bars = (from: number, to: number): CandleRow[] => Array.from({ length: to - from }, (_, i) => bar(from + i));

/** Every file below a folder with the hash of its bytes and the time of its last change. */
function snapshot(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
      return [path.slice(folder.length + 1), `${hash} ${statSync(path).mtimeMs}`];
    }),
  );
}

describe("the store", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: MarketStore;
  let programs: Bundled;
  beforeAll(async () => {
    programs = await bundled([new URL("../testing/store-writer.ts", import.meta.url)]);
  });
  afterAll(() => programs.dispose());
  beforeEach(() => {
    folder = temporaryFolder();
    store = new MarketStore(folder.path);
  });
  afterEach(() => folder.remove());

  const rows = async (from?: number, to?: number): Promise<CandleRow[]> => {
    const candles = await store.readCandles(KEY, from, to);
    return Array.from({ length: candles.length }, (_, i) => candleRow(candles, i));
  };

  it("keeps bars in one file a month", async () => {
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 600)));
    expect(readdirSync(join(folder.path, FOLDER))).toEqual(["2024-01.parquet", "2024-02.parquet"]);
    expect(await rows()).toEqual(bars(0, 600));
    expect(await rows(bar(230)[0], bar(260)[0]), "a range may cross months").toEqual(bars(230, 260));
    expect(await store.readTimes(KEY, bar(239)[0], bar(241)[0])).toEqual(Float64Array.of(bar(239)[0], bar(240)[0]));
  });

  it("changes no byte when the same bars come again", async () => {
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 600)));
    await store.putInstruments([defaultInstrument("BTCUSDT")]);
    const before = snapshot(folder.path);
    expect(await store.mergeCandles(KEY, candlesFromRows(bars(100, 600)))).toEqual({
      added: 0,
      replaced: 0,
      unchanged: 500,
    });
    await store.putInstruments([defaultInstrument("BTCUSDT")]);
    expect(snapshot(folder.path)).toEqual(before);
  });

  it("writes the same bytes whatever the order in which bars came", async () => {
    const other = new MarketStore(join(folder.path, "other"));
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 300)));
    await other.mergeCandles(KEY, candlesFromRows(bars(200, 300)));
    await other.mergeCandles(KEY, candlesFromRows(bars(0, 220)));
    const file = join(FOLDER, "2024-01.parquet");
    expect(readFileSync(join(other.root, file)).equals(readFileSync(join(store.root, file)))).toBe(true);
  });

  it("lets new values replace old ones and counts them", async () => {
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 10)));
    const counts = await store.mergeCandles(KEY, candlesFromRows([bar(8), bar(9, 99), bar(10)]));
    expect(counts).toEqual({ added: 1, replaced: 1, unchanged: 1, otherPrices: 1 });
    expect(await rows()).toEqual([...bars(0, 9), bar(9, 99), bar(10)]);
  });

  it("gives back every bit of any merges, as a map from time to bar would", async () => {
    const value = fc.double({ min: 5e-324, max: 1.7e308, noNaN: true });
    const row = fc.tuple(fc.integer({ min: 0, max: 60_000 }), value, value, value, value, value);
    const batch = fc.uniqueArray(row, { selector: ([minute]) => minute, minLength: 1, maxLength: 30 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 3 }), async (batches) => {
        const key = { ...KEY, symbol: `S${run++}` };
        const expected = new Map<number, CandleRow>();
        for (const rowsOfBatch of batches) {
          const sorted = rowsOfBatch
            .map(([minute, ...rest]): CandleRow => [START_MS + minute * MINUTE_MS, ...rest])
            .sort((a, b) => a[0] - b[0]);
          for (const one of sorted) expected.set(one[0], one);
          await store.mergeCandles(key, candlesFromRows(sorted));
        }
        const candles = await store.readCandles(key);
        const stored = Array.from({ length: candles.length }, (_, i) => candleRow(candles, i));
        expect(stored).toEqual([...expected.values()].sort((a, b) => a[0] - b[0]));
      }),
      { numRuns: 15 },
    );
  });

  it("replaces a set as a whole, months that fell empty included", async () => {
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 600)));
    await store.replaceCandles(KEY, candlesFromRows(bars(300, 310)));
    expect(await rows()).toEqual(bars(300, 310));
    expect(readdirSync(join(folder.path, FOLDER))).toEqual(["2024-02.parquet"]);
  });

  it("keeps funding rates beside the candles", async () => {
    const funding = createFunding(3);
    for (let i = 0; i < 3; i++) [funding.timeMs[i], funding.rate[i]] = [START_MS + (i * DAY_MS) / 3, 0.0001 * i];
    expect(await store.mergeFunding("bybit", "BTCUSDT", funding)).toEqual({ added: 3, replaced: 0, unchanged: 0 });
    expect(await store.readFunding("bybit", "BTCUSDT")).toEqual(funding);
    expect((await store.readFunding("bybit", "ETHUSDT")).length).toBe(0);
  });

  it("lists its sets with extent, gaps, size and whether they are synthetic", async () => {
    const kept = bars(0, 600).filter((_, i) => i < 100 || (i >= 103 && i !== 400));
    await store.mergeCandles(KEY, candlesFromRows(kept));
    await store.mergeCandles({ ...KEY, venue: "synthetic" }, candlesFromRows(bars(0, 5)));
    await store.putInstruments([defaultInstrument("BTCUSDT", { venue: "synthetic", synthetic: true })]);
    const [csv, synthetic] = await listSets(store);
    expect(csv).toMatchObject({
      ...KEY,
      firstMs: bar(0)[0],
      lastMs: bar(599)[0],
      bars: 596,
      gaps: 2,
      missingBars: 4,
      synthetic: false,
    });
    expect(csv.bytes).toBe(
      readdirSync(join(folder.path, FOLDER)).reduce(
        (sum, name) => sum + statSync(join(folder.path, FOLDER, name)).size,
        0,
      ),
    );
    expect(synthetic).toMatchObject({ venue: "synthetic", synthetic: true, gaps: 0 });
    expect(storedKeys(join(folder.path, "nowhere"))).toEqual([]);
  });

  it("keeps spot and perpetual of one symbol apart, each with its contract", async () => {
    const spot = { ...KEY, kind: "spot" } as const;
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 10)));
    await store.mergeCandles(spot, candlesFromRows(bars(0, 5)));
    await store.putInstruments([defaultInstrument("BTCUSDT"), defaultInstrument("BTCUSDT", { kind: "spot" })]);
    expect((await rows()).length).toBe(10);
    expect((await store.readCandles(spot)).length).toBe(5);
    expect(storedKeys(folder.path)).toEqual([{ ...KEY, kind: "perpetual" }, spot]);
    expect(store.instrument("csv", "BTCUSDT", "spot")).toMatchObject({ takerFeeBps: 10 });
    expect(store.instrument("csv", "BTCUSDT"), "the perpetual where nothing is said").toMatchObject({
      takerFeeBps: 5.5,
    });
    expect(store.instrument("csv", "BTCUSDT", "forex")).toBeUndefined();
  });

  it("carries a store over that knew one kind a symbol", async () => {
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 10)));
    await store.mergeCandles({ ...KEY, symbol: "ETHUSDT" }, candlesFromRows(bars(0, 3)));
    const old = [defaultInstrument("BTCUSDT", { kind: "spot" }), defaultInstrument("ETHUSDT")];
    writeFileSync(join(folder.path, "contracts.json"), JSON.stringify({ schema: 1, instruments: old }));
    expect(storedKeys(folder.path)).toEqual([
      { ...KEY, kind: "spot" },
      { ...KEY, symbol: "ETHUSDT", kind: "perpetual" },
    ]);
    expect((await store.readCandles({ ...KEY, kind: "spot" })).length).toBe(10);
    expect(store.instruments()).toMatchObject(old);
    expect(store.instruments().map(isOfEarlierVersion), "their steps came of spellings").toEqual([true, true]);
    expect(readFileSync(join(folder.path, "contracts.json"), "utf8")).toContain('"schema": 2');
  });

  it("says what it doesn't understand of a catalog", () => {
    const instruments = [{ ...defaultInstrument("BTCUSDT"), tickSize: "cheap" }];
    writeFileSync(join(folder.path, "contracts.json"), JSON.stringify({ schema: 2, instruments }));
    expect(() => store.instruments()).toThrow(/contract catalog.*instruments\.0\.tickSize/);
  });

  it("works in a folder whose name is awkward", async () => {
    const awkward = new MarketStore(join(folder.path, "it's [a] *strange* folder?"));
    await awkward.mergeCandles(KEY, candlesFromRows(bars(0, 5)));
    expect((await awkward.readCandles(KEY)).length).toBe(5);
  });

  it("refuses names that lead out of its folder", async () => {
    const error = await refusal(store.mergeCandles({ ...KEY, symbol: "../../x" }, candlesFromRows(bars(0, 5))));
    expect(error.code).toBe("USAGE_ARGUMENT");
  });

  it("says which file is damaged", async () => {
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 5)));
    const path = join(folder.path, FOLDER, "2024-01.parquet");
    writeFileSync(path, readFileSync(path).subarray(0, 300));
    const error = await refusal(store.readCandles(KEY));
    expect(error.code).toBe("STORE_CORRUPT");
    expect(error.message).toContain("2024-01.parquet");
    writeFileSync(join(folder.path, "contracts.json"), '{"schema":1,"instruments":[{}]}');
    expect((await refusal(Promise.resolve().then(() => store.instruments()))).code).toBe("STORE_CORRUPT");
  });

  it("reports a place that can't be written to", async () => {
    const file = join(folder.path, "file");
    writeFileSync(file, "");
    const error = await refusal(new MarketStore(join(file, "data")).mergeCandles(KEY, candlesFromRows(bars(0, 5))));
    expect(error.code).toBe("FILE_UNWRITABLE");
    // A folder where the month's file should be: the engine fails, and nothing is left behind.
    mkdirSync(join(folder.path, FOLDER, "2024-02.parquet"), { recursive: true });
    const blocked = await refusal(store.mergeCandles(KEY, candlesFromRows(bars(0, 600))));
    expect(["FILE_UNWRITABLE", "STORE_CORRUPT"]).toContain(blocked.code);
    expect(readdirSync(join(folder.path, FOLDER)), "no month is written when one can't be").toEqual([
      "2024-02.parquet",
    ]);
  });

  it("waits for another writer only so long", async () => {
    writeFileSync(join(folder.path, ".lock"), `${process.pid} ${hostname()} another`);
    const impatient = new MarketStore(folder.path, { patienceMs: 2_000, clock: new SimulatedClock(0) });
    const error = await refusal(impatient.mergeCandles(KEY, candlesFromRows(bars(0, 5))));
    expect(error.code).toBe("STORE_LOCKED");
    expect(error.where).toContain(`${process.pid}`);
  });

  it("takes over the lock of a process that has died, or been silent for long", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    writeFileSync(join(folder.path, ".lock"), `${dead} ${hostname()} x`);
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 5)));
    const lock = join(folder.path, ".lock");
    writeFileSync(lock, "1 some-other-machine x");
    const longAgo = statSync(lock).mtimeMs / 1000 - 120;
    utimesSync(lock, longAgo, longAgo);
    await store.mergeCandles(KEY, candlesFromRows(bars(5, 10)));
    writeFileSync(lock, "");
    utimesSync(lock, longAgo + 115, longAgo + 115);
    await store.mergeCandles(KEY, candlesFromRows(bars(10, 15)));
    expect((await rows()).length).toBe(15);
    expect(existsSync(lock), "the lock is given back").toBe(false);
  });

  const writer = (...args: (string | number)[]): string[] => [
    fileURLToPath(programs.urls[0]),
    folder.path,
    ...args.map(String),
  ];

  it("loses no bar when two processes write the same months at once", async () => {
    const exits = [0, 1].map(
      (first) =>
        new Promise<number | null>((resolve) => {
          spawn(process.execPath, writer(first, 2, 450, 1), { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] }).on(
            "exit",
            resolve,
          );
        }),
    );
    expect(await Promise.all(exits)).toEqual([0, 0]);
    expect(await rows()).toEqual(Array.from({ length: 900 }, (_, i) => bar(i)));
    expect(readdirSync(folder.path), "no lock is left").toEqual(["candles"]);
  });

  it("stays whole when a writer is killed at any moment, and the next one goes on", async () => {
    for (const delayMs of [0, 25]) {
      const child = spawn(process.execPath, writer(0, 1, 600, 1000), {
        cwd: ROOT,
        stdio: ["ignore", "pipe", "inherit"],
      });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("exit", resolve));
      const times = await store.readTimes(KEY);
      expect(times.length % 150, "a portion is there as a whole or not at all").toBe(0);
    }
    await store.mergeCandles(KEY, candlesFromRows(bars(0, 600)));
    expect(await rows()).toEqual(bars(0, 600));
    expect(readdirSync(join(folder.path, FOLDER)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  const small = (command: string): string => `mount -t tmpfs -o size=96k tmpfs "${folder.path}" && ${command}`;
  it.skipIf(!canMount())("reports a full disk and leaves nothing half-written (needs the right to mount)", () => {
    const script = writer(0, 1, 40_000, 1)
      .map((arg) => `"${arg}"`)
      .join(" ");
    const command = small(`"${process.execPath}" ${script}; ls -R "${folder.path}"`);
    const output = execFileSync("sh", ["-c", inOwnMounts(command)], { cwd: ROOT, encoding: "utf8" });
    expect(output).toContain("DISK_FULL");
    expect(output, "what was stored before is still there").toContain("2024-01.parquet");
    expect(output).not.toContain(".tmp");
  });
});

function canMount(): boolean {
  return spawnSync("sh", ["-c", inOwnMounts("mount -t tmpfs -o size=96k tmpfs /mnt")]).status === 0;
}

/** A shell command that may mount what nobody else sees. */
function inOwnMounts(command: string): string {
  return `exec unshare -rm sh -c '${command}'`;
}
