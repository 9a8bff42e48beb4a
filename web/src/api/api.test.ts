import { describe, expect, it } from "vitest";
import { barMsOf, joinPages } from "./candles.ts";
import { address } from "./client.ts";
import { inOrderOf } from "./live-data.ts";
import { ApiError, problemFrom, problemOf } from "./problem.ts";
import { isStale, STALE_MS } from "./stream.ts";

const page = (...times: readonly number[]) =>
  Object.fromEntries(
    ["timeMs", "open", "high", "low", "close", "volume"].map((name) => [name, Float64Array.from(times)]),
  );

describe("pages of bars", () => {
  it("join oldest first, and a bar that two pages share counts once", () => {
    expect([...joinPages([page(30, 40, 50), page(10, 20, 30), page(0, 10)])["timeMs"]]).toEqual([
      0, 10, 20, 30, 40, 50,
    ]);
    expect(joinPages([page(), page()])["timeMs"]).toHaveLength(0);
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
