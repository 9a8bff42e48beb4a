import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../test/venues/temporary-folder.ts";
import { type CandleRow, candleRow } from "../candles.ts";
import { listSets } from "../store/list.ts";
import { MarketStore } from "../store/store.ts";
import { csv, HOURS } from "./csv/testing/bars.ts";
import { candleFileSource } from "./file-source.ts";
import { markFileSource } from "./mark-source.ts";

const MARKS = HOURS.map(
  ([t, o, h, l, c]): CandleRow => [
    t,
    ...([o, h, l, c].map((price) => price + 0.5) as [number, number, number, number]),
    0,
  ],
);
const written = (rows: readonly CandleRow[]): string =>
  `time,open,high,low,close\n${rows.map((row) => row.slice(0, 5).join(",")).join("\n")}\n`;

const FOUR = ["mark_open", "mark_high", "mark_low", "mark_close"];

/** The candles of the test with columns of marks behind them. */
function beside(names: readonly string[], rows = MARKS): string {
  const lines = HOURS.map((bar, i) => [...bar, ...rows[i].slice(1, 1 + names.length)].join(","));
  return [`time,open,high,low,close,volume,${names.join(",")}`, ...lines].join("\n");
}

describe("importing mark prices", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: MarketStore;
  const put = (content: string, name: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, content);
    return path;
  };
  const take = (content: string, name = "AAAUSDT.csv") => markFileSource({ path: put(content, name) }).collect(store);
  const takeCandles = (content: string, name: string, more = {}) =>
    candleFileSource({ path: put(content, name), ...more }).collect(store);
  const stored = async (symbol: string) => {
    const [{ timeframe }] = await listSets(store);
    const key = { venue: "csv", symbol, kind: "perpetual", timeframe } as const;
    return [await store.readCandles(key), await store.readCandles({ ...key, price: "mark" })];
  };
  beforeEach(async () => {
    folder = temporaryFolder();
    store = new MarketStore(join(folder.path, "data"));
    for (const [name, kind] of [
      ["AAAUSDT.csv", "perpetual"],
      ["BBBUSDT.csv", "spot"],
    ] as const) {
      await candleFileSource({
        path: put(
          csv(HOURS, (t) => t),
          name,
        ),
        instrument: { kind },
      }).collect(store);
    }
  });
  afterEach(() => folder.remove());

  it("puts them beside the candles that they belong to", async () => {
    const [{ marks, warnings, candles }] = await take(written(MARKS.slice(20)));
    expect([marks?.added, candles.added, warnings]).toEqual([280, 0, []]);
    const key = {
      venue: "csv",
      symbol: "AAAUSDT",
      kind: "perpetual",
      timeframe: (await listSets(store))[0].timeframe,
    } as const;
    expect(candleRow(await store.readCandles({ ...key, price: "mark" }), 3)).toEqual(MARKS[23]);
    expect((await listSets(store)).map(({ symbol, markBars }) => [symbol, markBars])).toEqual([
      ["AAAUSDT", 280],
      ["BBBUSDT", 0],
    ]);
  });

  it("tells how many rows have no bar", async () => {
    const later = MARKS.map(([t, ...prices]): CandleRow => [t + 10 * 3_600_000, ...prices]);
    expect((await take(written(later)))[0].warnings).toEqual([
      "10 of its rows belong to no stored bar and are not used",
    ]);
  });

  it.each([
    [
      "of another market",
      MARKS.map(([t, o, h, l, c]): CandleRow => [t, 2 * o, 2 * h, 2 * l, 2 * c, 0]),
      "AAAUSDT.csv",
      "DATA_QUALITY",
    ],
    [
      "of another year",
      MARKS.map(([t, ...prices]): CandleRow => [t + 8_760 * 3_600_000, ...prices]),
      "AAAUSDT.csv",
      "DATA_QUALITY",
    ],
    ["out of order", [...MARKS.slice(10), ...MARKS.slice(0, 10)], "AAAUSDT.csv", "DATA_QUALITY"],
    ["of a coin that is held outright", MARKS, "BBBUSDT.csv", "DATA_CONTRACT"],
    ["without candles", MARKS, "CCCUSDT.csv", "DATA_MISSING"],
  ])("refuses what is %s", async (_, rows, name, code) => {
    await expect(take(written(rows), name)).rejects.toMatchObject({ code });
    expect((await listSets(store)).every(({ markBars }) => markBars === 0)).toBe(true);
  });

  describe("in columns of the candle file itself", () => {
    it.each([
      ["as most write them", FOUR],
      ["in one word", ["markOpen", "markHigh", "markLow", "markClose"]],
      ["the other way round", ["Open (Mark)", "High (Mark)", "Low (Mark)", "Close (Mark)"]],
      ["with the word price", ["mark_price_open", "mark_price_high", "mark_price_low", "mark_price_close"]],
    ])("reads them %s, and the prices beside them", async (_, names) => {
      const [{ marks, warnings }] = await takeCandles(beside(names), "DDDUSDT.csv");
      expect([marks?.added, warnings]).toEqual([300, []]);
      const [own, mark] = await stored("DDDUSDT");
      expect(candleRow(own, 7)).toEqual(HOURS[7]);
      expect(candleRow(mark, 7)).toEqual(MARKS[7]);
    });

    it("leaves bars without one out, and reads a file in which none is known", async () => {
      const late = MARKS.map((row, i) => (i < 290 ? ["", "", "", "", ""] : row)) as unknown as CandleRow[];
      const [{ marks }] = await takeCandles(beside(FOUR, late), "DDDUSDT.csv");
      expect(marks?.added).toBe(10);
      const none = MARKS.map(() => ["", "", "", "", ""]) as unknown as CandleRow[];
      const [other] = await takeCandles(beside(FOUR, none), "EEEUSDT.csv");
      expect([other.candles.added, other.marks]).toEqual([300, undefined]);
    });

    it.each([
      ["only some of the four", ["mark_close"], {}, "margin and liquidation need open, high, low and close"],
      ["a market that is held outright", FOUR, { instrument: { kind: "spot" } }, "which is held outright"],
    ] as const)("says that they are not used where there are %s", async (_, names, more, told) => {
      const [{ candles: counts, marks, warnings }] = await takeCandles(beside(names), "DDDUSDT.csv", more);
      expect([counts.added, marks]).toEqual([300, undefined]);
      expect(warnings).toEqual([expect.stringContaining(told) as string]);
    });

    it("stores nothing of a file whose marks are of another market", async () => {
      const far = MARKS.map(([t, o, h, l, c]): CandleRow => [t, 2 * o, 2 * h, 2 * l, 2 * c, 0]);
      await expect(takeCandles(beside(FOUR, far), "DDDUSDT.csv")).rejects.toMatchObject({ code: "DATA_QUALITY" });
      expect((await listSets(store)).map(({ symbol }) => symbol)).toEqual(["AAAUSDT", "BBBUSDT"]);
    });

    it("takes marks alone with --mark, and says so without", async () => {
      const alone = `time,${FOUR.join(",")}\n${MARKS.map((row) => row.slice(0, 5).join(",")).join("\n")}\n`;
      await expect(takeCandles(alone, "AAAUSDT.csv")).rejects.toMatchObject({
        fix: expect.stringContaining("--mark") as string,
      });
      expect((await take(alone))[0].marks?.added).toBe(300);
      expect((await take(beside(FOUR)))[0].marks?.unchanged, "of a file with both").toBe(300);
    });
  });
});
