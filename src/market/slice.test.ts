import { describe, expect, it } from "vitest";
import { HOUR_MS, parseTimeframe, SimulatedClock } from "../core/index.ts";
import { tapeFromCandles } from "./align.ts";
import { candleRow } from "./candles.ts";
import { Session, sessionOf } from "./session.ts";
import { appendBar, dropRows, growableTape, sliceTape } from "./slice.ts";
import { syntheticMarket } from "./synthetic/market.ts";
import { createTape } from "./tape.ts";

const timeframe = parseTimeframe("1h");
const market = syntheticMarket({ seed: 5, bars: 200, timeframe, symbols: ["BTCUSDT", "ETHUSDT"] });
const tape = tapeFromCandles(market, timeframe);

describe("slices of a tape", () => {
  it("are views of the same memory", () => {
    const part = sliceTape(tape, 50, 120);
    expect(part.bars).toBe(70);
    expect(part.close.buffer).toBe(tape.close.buffer);
    expect(part.close[0]).toBe(tape.close[100]);
    expect(part.timeMs[69]).toBe(tape.timeMs[119]);
  });

  it("have the fingerprint of a tape of that range", () => {
    const part = sliceTape(tape, 50, 120);
    const direct = tapeFromCandles(market, timeframe, { fromMs: tape.timeMs[50], toMs: tape.timeMs[120] });
    expect(part.fingerprint).toBe(direct.fingerprint);
    expect(sliceTape(tape, 0, tape.bars).fingerprint).toBe(tape.fingerprint);
  });

  it("lie within the tape", () => {
    expect(() => sliceTape(tape, 10, 10)).toThrow("Invariant");
    expect(() => sliceTape(tape, 0, 201)).toThrow("Invariant");
  });
});

describe("a tape that grows", () => {
  it("equals the tape of the same bars loaded at once", () => {
    const grown = growableTape(sliceTape(tape, 0, 100), 200);
    for (let t = 100; t < 200; t++) {
      appendBar(
        grown,
        tape.timeMs[t],
        market.map(({ candles }) => candleRow(candles, t)),
        tape.funding.subarray(t * 2, t * 2 + 2),
      );
    }
    expect(sliceTape(grown, 0, 200).fingerprint).toBe(tape.fingerprint);
  });

  it("lets its oldest rows go, in the columns that it has", () => {
    const grown = growableTape(sliceTape(tape, 0, 100), 120);
    const { close, timeMs } = grown;
    dropRows(grown, 30);
    expect([grown.close, grown.timeMs]).toEqual([close, timeMs]);
    expect(sliceTape(grown, 0, grown.bars).fingerprint).toBe(sliceTape(tape, 30, 100).fingerprint);
    expect(() => dropRows(grown, 70)).toThrow("Invariant");
    expect(() => dropRows(sliceTape(tape, 0, 100), 1)).toThrow("Invariant");
  });

  it("carries the last close where a symbol has no bar", () => {
    const live = createTape(tape.instruments, timeframe, 4);
    appendBar(live, 0, [[0, 1, 3, 1, 2, 5], undefined]);
    appendBar(live, HOUR_MS, [undefined, [HOUR_MS, 7, 7, 7, 7, 1]]);
    expect(Array.from(live.close.subarray(0, 4))).toEqual([2, 0, 2, 7]);
    expect(Array.from(live.present.subarray(0, 4))).toEqual([1, 0, 0, 1]);
    expect(Array.from(live.volume.subarray(0, 4))).toEqual([5, 0, 0, 1]);
  });

  it("refuses bars that come late, twice or without room", () => {
    const live = createTape(tape.instruments, timeframe, 2);
    appendBar(live, HOUR_MS, [undefined, undefined]);
    expect(() => appendBar(live, HOUR_MS, [undefined, undefined])).toThrow("order of time");
    expect(() => appendBar(live, 2 * HOUR_MS, [undefined])).toThrow("2 symbols");
    appendBar(live, 2 * HOUR_MS, [undefined, undefined]);
    expect(() => appendBar(live, 3 * HOUR_MS, [undefined, undefined])).toThrow("room");
    expect(() => appendBar(tape, tape.timeMs[199] + HOUR_MS, [undefined, undefined])).toThrow("fingerprint");
  });
});

describe("trading sessions", () => {
  it("are open at their hours and overlap", () => {
    const day = new SimulatedClock(Date.UTC(2024, 5, 3)).nowMs();
    const open = Array.from({ length: 24 }, (_, hour) => sessionOf(day + hour * HOUR_MS));
    const asia = [...Array.from({ length: 7 }, (_, hour) => hour), 23];
    for (let hour = 0; hour < 24; hour++) {
      expect((open[hour] & Session.asia) !== 0, `Asia at ${hour}`).toBe(asia.includes(hour));
      expect((open[hour] & Session.europe) !== 0, `Europe at ${hour}`).toBe(hour >= 7 && hour < 15);
      expect((open[hour] & Session.us) !== 0, `US at ${hour}`).toBe(hour >= 13 && hour < 21);
    }
    expect(sessionOf(day + 7 * HOUR_MS - 1)).toBe(Session.asia);
    expect(sessionOf(-1), "the last millisecond before 1970 is at 23:59").toBe(Session.asia);
  });
});
