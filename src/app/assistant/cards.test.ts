import { describe, expect, it } from "vitest";
import type { ReportSummary } from "../../evaluate/index.ts";
import type { StoredKey } from "../../market/index.ts";
import type { Entry, SessionView } from "../../trade/index.ts";
import { decisionCards, decisionSignals, performanceCard, preferredSet, sessionCard } from "./cards.ts";

const key = (venue: string, timeframe: string) =>
  ({ venue, symbol: "BTCUSDT", kind: "perpetual", timeframe }) as StoredKey;

describe("of several sets of candles", () => {
  const keys = [key("csv", "1d"), key("csv", "5m"), key("csv", "1h"), key("bybit", "4h"), key("bybit", "1d")];
  it.each([
    ["csv", "5m", "csv 5m"],
    ["csv", "15m", "csv 1h"],
    ["bybit", "1h", "bybit 4h"],
    ["auto", "1d", "csv 1d"],
    ["binance", "15m", "csv 1h"],
  ])("of %s, with %s wanted, it is %s", (venue, timeframe, expected) => {
    const found = preferredSet(keys, venue, timeframe);
    expect(`${found?.venue} ${found?.timeframe}`).toBe(expected);
  });

  it("of none there is none", () => {
    expect(preferredSet([], "csv", "1h")).toBeUndefined();
  });
});

describe("a report", () => {
  const statistics = {
    fromMs: 1,
    toMs: 2,
    days: 40,
    count: 40,
    basis: "daily",
    totalReturn: 0.1,
    maxDrawdown: -0.2,
    sharpe: 1.5,
    winRate: 0.6,
    trades: 7,
    costShare: 0.03,
  };
  const report = (days: number, inSample: string | null) =>
    ({
      id: "r",
      synthetic: true,
      policy: { name: "demo/1", statistics: { ...statistics, days } },
      verdict: { inSample, headline: "It made 10 %" },
    }) as unknown as ReportSummary;

  it("is read with whether its bars were seen", () => {
    expect(performanceCard(report(40, null))).toEqual({
      name: "demo/1",
      source: "report r",
      fromMs: 1,
      toMs: 2,
      isInSample: false,
      isSynthetic: true,
      totalReturn: 0.1,
      maxDrawdown: -0.2,
      sharpe: 1.5,
      winRate: 0.6,
      trades: 7,
      costShare: 0.03,
      headline: "It made 10 %",
    });
    expect(performanceCard(report(40, "all")).isInSample).toBe(true);
  });

  it("has no Sharpe ratio where the report itself shows none", () => {
    const { sharpe, noSharpe } = performanceCard(report(17, null));
    expect(sharpe).toBeNull();
    expect(noSharpe).toMatch(/can't be extrapolated to a year/);
  });
});

it("a session is read with its sides, and with what has no stop", () => {
  const view = {
    mode: "paper",
    status: "halted",
    causes: { drawdown: "too deep" },
    equity: "99.5",
    dayEquity: "100",
    peakEquity: "101",
    fees: "0.5",
    lastRowMs: 9,
    positions: [
      { symbol: "BTCUSDT", quantity: "-0.5", stopPrice: "10" },
      { symbol: "ETHUSDT", quantity: "2", stopPrice: undefined },
    ],
  } as unknown as SessionView;
  expect(sessionCard("paper/demo", true, view)).toEqual({
    session: "paper/demo",
    mode: "paper",
    status: "halted",
    causes: ["drawdown"],
    isRunning: true,
    equity: 99.5,
    dayEquity: 100,
    peakEquity: 101,
    fees: 0.5,
    asOfMs: 9,
    positions: [
      { symbol: "BTCUSDT", side: "short", quantity: "0.5", stop: "10" },
      { symbol: "ETHUSDT", side: "long", quantity: "2", stop: null },
    ],
  });
});

it("a decision is read with what was recorded of each symbol, and without what was not", () => {
  const symbol = {
    symbol: "BTCUSDT",
    direction: "long",
    size: 0.5,
    scheme: 10,
    allowed: 5,
    held: 0,
    target: 3,
    sent: true,
  };
  const entry = {
    kind: "decision",
    strategy: "demo",
    closeMs: 7,
    targets: [{ symbol: "BTCUSDT", lots: 3, stopDistance: 0.1 }],
    why: { value: 2, symbols: [{ ...symbol, probabilities: { long: 1 }, verdicts: ["GATE_CAP"] }] },
  };
  const bare = { ...entry, closeMs: 8, targets: [], why: { symbols: [{ ...symbol, sent: false, verdicts: [] }] } };
  const cards = decisionCards("paper/demo", [
    entry,
    bare,
    { ...entry, why: undefined },
    { kind: "timer" },
  ] as unknown as Entry[]);
  expect(cards).toEqual([
    {
      session: "paper/demo",
      strategy: "demo",
      symbol: "BTCUSDT",
      closeMs: 7,
      direction: "long",
      size: 0.5,
      probabilities: { long: 1 },
      figures: {},
      reason: null,
      value: 2,
      scheme: 10,
      allowed: 5,
      stopShare: 0.1,
      verdicts: ["GATE_CAP"],
      isSent: true,
    },
    expect.objectContaining({ closeMs: 8, value: null, stopShare: 0, isSent: false, probabilities: {} }),
  ]);
});

it("decisions are the newest twenty targets, each with its side", () => {
  const entries = Array.from({ length: 30 }, (_, i) => ({
    kind: i % 3 === 2 ? "timer" : "decision",
    strategy: "demo",
    closeMs: i,
    targets: [{ symbol: "BTCUSDT", lots: i === 27 ? -4 : i === 28 ? 0 : 3 }],
  })) as unknown as Entry[];
  const signals = decisionSignals("paper/demo", entries);
  expect(signals).toHaveLength(20);
  expect(signals.at(-2)).toEqual({ symbol: "BTCUSDT", timeMs: 27, direction: "short", source: "demo in paper/demo" });
  expect(signals.at(-1)?.direction).toBe("flat");
  expect(signals[0].direction).toBe("long");
});
