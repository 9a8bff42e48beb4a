import { describe, expect, it } from "vitest";
import { FactBook } from "../fact.ts";
import type { PerformanceCard, SessionCard } from "../tools/data.ts";
import { verifyAnswer } from "../verify/verify.ts";
import { modelsAnswer, performanceAnswer, positionsAnswer, signalsAnswer } from "./record-answers.ts";

const DAY = Date.UTC(2026, 2, 1);
const CARD: PerformanceCard = {
  name: "demo/1",
  source: "report 7",
  fromMs: DAY,
  toMs: DAY + 40 * 86_400_000,
  isInSample: false,
  isSynthetic: false,
  totalReturn: -0.0312,
  maxDrawdown: -0.11,
  sharpe: -0.4,
  winRate: 0.55,
  trades: 1_234,
  costShare: 0.02,
  headline: "It lost 3.12 %",
};
const SESSION: SessionCard = {
  session: "paper/demo-1",
  mode: "paper",
  status: "reducing",
  causes: ["dailyLoss"],
  isRunning: true,
  equity: 9_900,
  dayEquity: 10_000,
  peakEquity: 11_000,
  fees: 5,
  asOfMs: DAY,
  positions: [
    { symbol: "BTCUSDT", side: "short", quantity: "0.038", stop: "54395.19" },
    { symbol: "ETHUSDT", side: "long", quantity: "2", stop: null },
  ],
};

/** What is said, every number of it a fact. */
function said(answer: (book: FactBook) => string): string {
  const book = new FactBook();
  const text = answer(book);
  expect(verifyAnswer(text, book.all()).faults, text).toEqual([]);
  return text;
}

describe("a result", () => {
  it("comes with its period, costs, trades, and whether its bars were seen", () => {
    expect(said((book) => performanceAnswer([CARD], undefined, book))).toBe(
      "demo/1, on bars it was not trained on, from 2026-03-01 00:00 to 2026-04-10 00:00 UTC: return after costs -3.12 %, deepest fall -11.00 %, Sharpe ratio -0.4, 55.00 % of trades won, costs 2.00 % of the balance, 1,234 trades. Verdict: It lost 3.12 %.",
    );
    const seen = said((book) => performanceAnswer([{ ...CARD, isInSample: true, isSynthetic: true }], undefined, book));
    expect(seen).toContain("IN-SAMPLE (bars it was trained on)");
    expect(seen).toContain("The market was synthetic.");
  });

  it("has no Sharpe ratio that the sample can't carry, and says why", () => {
    const short = {
      ...CARD,
      sharpe: null,
      noSharpe: "a run of 17.8 days can't be extrapolated to a year: that takes 30 days",
    };
    const text = said((book) => performanceAnswer([short], undefined, book));
    expect(text).toContain("no Sharpe ratio (a run of 17.8 days");
    expect(text).not.toContain("Sharpe ratio -0.4");
  });

  it("is the named one, else the newest, and the others are told", () => {
    const other = { ...CARD, name: "other/2" };
    expect(said((book) => performanceAnswer([CARD, other], "other/2", book))).toMatch(
      /^other\/2, .*There are 2 reports/,
    );
    expect(said((book) => performanceAnswer([CARD, other], undefined, book))).toMatch(/^demo\/1, /);
    expect(said((book) => performanceAnswer([], undefined, book))).toContain("no report yet");
  });
});

describe("a session", () => {
  it("is told with its state and why, money, positions, and what has no stop", () => {
    expect(said((book) => positionsAnswer([SESSION], book))).toBe(
      "paper/demo-1: paper, running, reducing (dailyLoss). Equity 9,900.00 at 2026-03-01 00:00 UTC. Today -1.00 %. Below its highest equity by 10.00 %. It holds short 0.038 BTCUSDT, stop 54395.19; long 2 ETHUSDT, WITHOUT a stop.",
    );
  });

  it("that has lost less than half of the last digit has not moved, without a sign", () => {
    const still = { ...SESSION, equity: 9_999.99, dayEquity: 10_000, peakEquity: 10_000 };
    expect(said((book) => positionsAnswer([still], book))).toContain("Today 0.00 %.");
  });

  it("that has seen no bar has no time, and one that holds nothing says so", () => {
    const fresh = { ...SESSION, asOfMs: 0, dayEquity: 0, peakEquity: 0, positions: [], causes: [], isRunning: false };
    expect(said((book) => positionsAnswer([fresh], book))).toBe(
      "paper/demo-1: paper, not running, reducing. Equity 9,900.00; no bar has closed yet. It holds nothing.",
    );
  });
});

it("signals are the newest five of the symbols that were asked for", () => {
  const signals = Array.from({ length: 8 }, (_, i) => ({
    symbol: i % 4 === 0 ? "ETHUSDT" : "BTCUSDT",
    timeMs: DAY + i * 60_000,
    direction: "long",
    size: i / 10,
    source: "mine",
  }));
  const all = said((book) => signalsAnswer(signals, [], book)).split("\n");
  expect(all).toHaveLength(5);
  expect(all[0]).toBe("2026-03-01 00:07 UTC: BTCUSDT long, size 70.00 % (mine).");
  expect(said((book) => signalsAnswer(signals, ["ETHUSDT"], book)).split("\n")).toHaveLength(2);
  expect(said((book) => signalsAnswer(signals, ["SOLUSDT"], book))).toContain("No signals are known for SOLUSDT");
});

it("models are told with what they trade and the end of their training", () => {
  const card = { name: "demo", trainedToMs: DAY, symbols: ["BTCUSDT", "ETHUSDT"], timeframe: "5m" };
  expect(said((book) => modelsAnswer([card], book))).toBe(
    "demo: BTCUSDT ETHUSDT, 5m bars, trained up to 2026-03-01 00:00 UTC.",
  );
});
