import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/venues/temporary-folder.ts";
import { parseTimeframe } from "../core/index.ts";
import { tapeFromCandles } from "./align.ts";
import { candlesFromRows, pickCandles, type SymbolHistory } from "./candles.ts";
import { loadTape } from "./load.ts";
import { MARK_COLUMNS, markColumns, markNotes, withBasis, withoutMarks } from "./mark.ts";
import { appendBar, growableTape, joinTapes, sliceTape, tapePart, tapesBeside } from "./slice.ts";
import { listSets } from "./store/list.ts";
import { MarketStore } from "./store/store.ts";
import { streamTape } from "./stream.ts";
import { syntheticMarket } from "./synthetic/market.ts";
import type { MarketTape } from "./tape.ts";
import { markCandles, withMarkHistory } from "./testing/mark-history.ts";

const timeframe = parseTimeframe("1h");
const market = syntheticMarket({ seed: 5, bars: 200, timeframe, symbols: ["BTCUSDT", "ETHUSDT"] });
const plain = tapeFromCandles(market, timeframe);
const [BTC, ETH] = market;
/** ETH lacks a bar in 90, and its mark every seventh bar; BTC has every mark. */
const gappy: SymbolHistory = {
  ...ETH,
  candles: pickCandles(
    ETH.candles,
    Array.from({ length: 200 }, (_, i) => i).filter((i) => i !== 90),
  ),
};
const tape = tapeFromCandles([withMarkHistory(BTC), withMarkHistory(gappy, (i) => i % 7 !== 0)], timeframe);

const marksOf = (own: MarketTape): number[][] =>
  MARK_COLUMNS.map((name) => Array.from(own[name] ?? []).slice(0, own.bars * own.symbols));

describe("a tape with mark prices", () => {
  it("has them where they are known, and the bar's own prices elsewhere", () => {
    expect(tape.markHigh?.[2 * 11]).toBe(markCandles(BTC.candles).high[11]);
    expect(tape.markClose?.[2 * 8 + 1]).toBe(markCandles(gappy.candles).close[8]);
    for (const name of ["open", "high", "low", "close"] as const) {
      expect(markColumns(tape)[name][2 * 14 + 1], "the fourteenth has none").toBe(tape[name][2 * 14 + 1]);
    }
    expect(tape.present[2 * 90 + 1]).toBe(0);
    expect(tape.markHigh?.[2 * 90 + 1], "without a bar the last mark is carried").toBe(tape.markClose?.[2 * 89 + 1]);
  });

  it("says of how many bars", () => {
    expect(markNotes(tape)).toEqual([
      "Margin, liquidation, funding and unrealised profit go by the mark price: BTCUSDT in 100 % of its bars, ETHUSDT in 85.4 % of its bars; by the last price in the others.",
    ]);
    expect(markNotes(sliceTape(tape, 1, 7))).toEqual([
      "Margin, liquidation, funding and unrealised profit go by the mark price: BTCUSDT in 100 % of its bars, ETHUSDT in 100 % of its bars.",
    ]);
    expect(markNotes(plain)).toEqual([]);
  });

  it("is another tape than the one without, which has no columns for them", () => {
    expect(tapeFromCandles(market, timeframe).fingerprint).toBe(plain.fingerprint);
    expect(MARK_COLUMNS.every((name) => plain[name] === undefined)).toBe(true);
    const marked = tapeFromCandles([withMarkHistory(BTC), ETH], timeframe);
    expect(marked.fingerprint).not.toBe(plain.fingerprint);
    expect(withoutMarks(marked, 1).markClose?.[0], "what is held outright has none").toBe(marked.close[0]);
    expect(MARK_COLUMNS.every((name) => withoutMarks(marked, 2)[name] === undefined)).toBe(true);
  });

  it("has none of what is held outright", () => {
    const spot = { ...withMarkHistory(BTC), instrument: { ...BTC.instrument, kind: "spot" as const } };
    expect(tapeFromCandles([spot], timeframe).markClose).toBeUndefined();
  });

  it("carries them into every copy", () => {
    const direct = tapeFromCandles([withMarkHistory(BTC), withMarkHistory(ETH)], timeframe);
    const { timeMs } = direct;
    const later = tapeFromCandles([withMarkHistory(BTC), withMarkHistory(ETH)], timeframe, { fromMs: timeMs[50] });
    expect(sliceTape(direct, 50, 200).fingerprint).toBe(later.fingerprint);
    expect(marksOf(joinTapes(sliceTape(direct, 0, 120), 50, sliceTape(direct, 120, 200)))).toEqual(marksOf(later));
    const parts = [tapePart(direct, 0, 1), tapePart(direct, 1, 1)];
    expect(marksOf(parts[1])[2]).toEqual(marksOf(direct)[2].filter((_, cell) => cell % 2 === 1));
    expect(marksOf(tapesBeside(parts))).toEqual(marksOf(direct));
    const grown = growableTape(sliceTape(direct, 0, 100), 200);
    for (let t = 100; t < 200; t++) {
      const cells = [2 * t, 2 * t + 1];
      appendBar(
        grown,
        timeMs[t],
        cells.map((i) => [timeMs[t], direct.open[i], direct.high[i], direct.low[i], direct.close[i], direct.volume[i]]),
        cells.map((i) => direct.funding[i]),
        undefined,
        undefined,
        cells.map((i) => MARK_COLUMNS.map((name) => direct[name]?.[i] ?? 0)),
      );
    }
    expect(sliceTape(grown, 0, 200).fingerprint).toBe(direct.fingerprint);
  });

  it("keeps the distance from the market when a copy has other prices", () => {
    const copy = { ...tape, close: tape.close.map((price) => 3 * price) };
    const moved = withBasis(tape, copy);
    expect(moved.markClose?.[22]).toBeCloseTo(3 * (tape.markClose?.[22] ?? 0), 9);
    expect(moved.markOpen?.[22], "where nothing has moved").toBeCloseTo(tape.markOpen?.[22] ?? 0, 9);
    expect(tape.markClose?.[22], "the original is as it was").toBe(markCandles(BTC.candles).close[11]);
  });
});

describe("stored mark prices", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: MarketStore;
  const key = { venue: "synthetic", symbol: "BTCUSDT", kind: "perpetual", timeframe } as const;
  const symbols = ["BTCUSDT", "ETHUSDT"];
  beforeEach(async () => {
    folder = temporaryFolder();
    store = new MarketStore(folder.path);
    await store.putInstruments(market.map(({ instrument }) => instrument));
    await store.mergeCandles(key, BTC.candles);
    await store.mergeCandles({ ...key, symbol: "ETHUSDT" }, gappy.candles);
    await store.mergeCandles(
      { ...key, price: "mark" },
      markCandles(BTC.candles, (i) => i !== 30),
    );
  });
  afterEach(() => folder.remove());

  it("come with their candles, at once and month by month, unless they are not wanted", async () => {
    const options = { root: folder.path, venue: "synthetic", symbols, timeframe };
    const loaded = await loadTape(options);
    const direct = tapeFromCandles([withMarkHistory(BTC, (i) => i !== 30), gappy], timeframe);
    expect(marksOf(loaded)).toEqual(marksOf(direct));
    const streamed: number[][] = [[], [], [], []];
    for await (const piece of (await streamTape(options)).pieces) {
      for (const [k, column] of marksOf(piece).entries()) streamed[k].push(...column);
    }
    expect(streamed).toEqual(marksOf(loaded));
    const without = await loadTape({ ...options, marks: false });
    expect(MARK_COLUMNS.every((name) => without[name] === undefined)).toBe(true);
    expect((await listSets(store)).map(({ markBars }) => markBars)).toEqual([199, 0]);
  });

  it("are one for a longer bar where those of all its parts are known", async () => {
    const hours = await loadTape({ root: folder.path, venue: "synthetic", symbols: ["BTCUSDT"], timeframe });
    const four = parseTimeframe("4h");
    const long = await loadTape({ root: folder.path, venue: "synthetic", symbols: ["BTCUSDT"], timeframe: four });
    const first = hours.timeMs.indexOf(long.timeMs[3]);
    expect(long.markOpen?.[3]).toBe(hours.markOpen?.[first]);
    expect(long.markLow?.[3]).toBe(Math.min(...(hours.markLow?.slice(first, first + 4) ?? [])));
    expect(long.markClose?.[3]).toBe(hours.markClose?.[first + 3]);
    const lacking = Array.from(long.timeMs).findIndex((timeMs) => hours.timeMs[30] < timeMs + 4 * 3_600_000);
    expect(long.markHigh?.[lacking]).toBe(long.high[lacking]);
  });

  it("keep bars in which the mark stood still", async () => {
    const four = parseTimeframe("4h");
    const openMs =
      BTC.candles.timeMs[
        BTC.candles.timeMs.findIndex((timeMs) => timeMs % (4 * 3_600_000) === 0 && timeMs > BTC.candles.timeMs[40])
      ];
    const rows = [100, 90, 95, 97].map(
      (price, i) => [openMs + i * 3_600_000, price, price + (i === 1 ? 3 : 0), price, price, 0] as const,
    );
    await store.mergeCandles({ ...key, price: "mark" }, candlesFromRows(rows));
    const long = await loadTape({ root: folder.path, venue: "synthetic", symbols: ["BTCUSDT"], timeframe: four });
    const at = long.timeMs.indexOf(openMs);
    expect([long.markOpen?.[at], long.markHigh?.[at], long.markLow?.[at], long.markClose?.[at]]).toEqual([
      100, 100, 90, 97,
    ]);
  });

  it("go when their candles go", async () => {
    await store.removeCandles(key);
    expect((await store.readTimes({ ...key, price: "mark" })).length).toBe(0);
  });
});
