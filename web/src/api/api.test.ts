import { describe, expect, it } from "vitest";
import { alignLines, barMsOf, joinPages, lengthsOf } from "./candles.ts";
import { address } from "./client.ts";
import { inOrderOf } from "./live-data.ts";
import { ApiError, problemFrom, problemOf } from "./problem.ts";
import { isStale, STALE_MS } from "./stream.ts";

const page = (...times: readonly number[]) =>
  Object.fromEntries(
    ["timeMs", "open", "high", "low", "close", "volume"].map((name) => [name, Float64Array.from(times)]),
  );

const of = (...values: readonly number[]) => Float64Array.from(values);

describe("pages of bars", () => {
  it("join oldest first, and a bar that two pages share counts once", () => {
    expect([...joinPages([page(30, 40, 50), page(10, 20, 30), page(0, 10)])["timeMs"]]).toEqual([
      0, 10, 20, 30, 40, 50,
    ]);
    expect(joinPages([page(), page()])["timeMs"]).toHaveLength(0);
  });

  it("take lines of indicators by time: a part that is missing leaves a hole, and moves nothing", () => {
    const bars = { timeMs: of(10, 20, 30, 40) };
    const lines = alignLines(bars, [
      { timeMs: of(30, 40), ema5: of(3, 4) },
      undefined,
      { timeMs: of(0, 10), ema5: of(0, 1), "macd.line": of(7, 8) },
    ]);
    expect(Object.keys(lines)).toEqual(["ema5", "macd.line"]);
    expect([...lines["ema5"]]).toEqual([1, Number.NaN, 3, 4]);
    expect([...lines["macd.line"]]).toEqual([8, Number.NaN, Number.NaN, Number.NaN]);
  });

  it("can be joined into longer ones that leave something to look at", () => {
    const series = { session: null, venue: "v", symbol: "S", kind: "spot", synthetic: false, firstMs: 0 };
    expect(lengthsOf({ ...series, timeframe: "5m", lastMs: 100 * 3_600_000 })).toEqual(["5m", "15m", "1h", "4h"]);
    expect(lengthsOf({ ...series, timeframe: "4h", lastMs: 1 })).toEqual(["4h"]);
  });

  it("know the length of a bar", () => {
    expect(["1m", "15m", "4h", "1d", "?"].map(barMsOf)).toEqual([60_000, 900_000, 14_400_000, 86_400_000, 3_600_000]);
  });
});

describe("what went wrong", () => {
  it("is told with what, where, fix and code, whatever the body holds", () => {
    expect(problemFrom(409, { error: { code: "CHECK_FAILED", what: "No.", fix: "Wait." } })).toEqual({
      code: "CHECK_FAILED",
      what: "No.",
      fix: "Wait.",
    });
    expect(problemFrom(502, undefined)).toEqual({ code: "HTTP 502", what: "The server answered with 502." });
    expect(problemFrom(500, "<html>").code).toBe("HTTP 500");
    expect(problemOf(new ApiError(404, { code: "X", what: "gone" })).code).toBe("X");
    expect(problemOf("odd")).toMatchObject({ code: "PAGE", what: "odd" });
  });
});

describe("the stream", () => {
  it("makes figures old after a silence, and before its first word", () => {
    const state = { lastWordMs: 10_000 };
    expect(isStale(state, 10_000 + STALE_MS)).toBe(false);
    expect(isStale(state, 10_001 + STALE_MS)).toBe(true);
    expect(isStale({ lastWordMs: 0 }, 100)).toBe(true);
  });
});

it("an address leaves out what isn't asked and escapes the rest", () => {
  expect(address("history/a/b", { symbol: "A&B", from: 0, cursor: null, sort: undefined, order: "" })).toBe(
    "/api/v1/history/a/b?symbol=A%26B&from=0",
  );
});

const named = (...ids: readonly string[]) => ids.map((id) => ({ id }));

it("what the stream brings keeps the order of the list; what is new comes first, what is gone is left out", () => {
  expect(inOrderOf(named("b", "a", "gone"), named("a", "b", "new"))).toEqual(named("new", "b", "a"));
});
