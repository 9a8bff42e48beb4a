import { describe, expect, it } from "vitest";
import { FactBook } from "../fact.ts";
import type { SymbolCandles } from "../tools/data.ts";
import { verifyAnswer } from "../verify/verify.ts";
import { comparisonAnswer, fundingAnswer, marketAnswer, technicalAnswer } from "./market-answers.ts";
import { searchGlossary } from "./search.ts";

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 0, 1);

function daily(close: readonly number[], more: Partial<SymbolCandles> = {}): SymbolCandles {
  return {
    symbol: "BTCUSDT",
    source: "test",
    quote: "USDT",
    barMs: DAY_MS,
    isSynthetic: false,
    timeMs: close.map((_, t) => FIRST_MS + t * DAY_MS),
    open: close,
    high: close.map((p) => p + 1),
    low: close.map((p) => p - 1),
    close,
    volume: close.map(() => 1),
    ...more,
  };
}

/** What is said, every number and direction of it borne out. */
function said(answer: (book: FactBook) => string): string {
  const book = new FactBook();
  const text = answer(book);
  expect(verifyAnswer(text, book.all()).faults, text).toEqual([]);
  return text;
}

const UP = Array.from({ length: 60 }, (_, i) => 100 + i);
const DOWN = UP.toReversed();

describe("what is said of candles", () => {
  it("goes the way that they went", () => {
    expect(said((book) => marketAnswer(daily(UP), 7, book))).toContain("Over the last 7 days it rose 4.61 %.");
    expect(said((book) => marketAnswer(daily(DOWN), 7, book))).toContain("Over the last 7 days it fell 6.54 %.");
    expect(said((book) => marketAnswer(daily(UP.map(() => 5)), 7, book))).toContain("it did not move.");
    expect(said((book) => marketAnswer(daily(UP), 90, book))).toContain(
      "no candles of BTCUSDT for the whole last 90 days",
    );
    expect(said((book) => marketAnswer(daily(UP, { isSynthetic: true }), 7, book))).toContain(
      "These candles are synthetic.",
    );
  });

  it("names zones, sides and signals as they are", () => {
    const up = said((book) => technicalAnswer(daily(UP), undefined, book));
    expect(up).toContain("RSI over 14 bars is 100, above 70, called overbought.");
    expect(up).toContain("The close is above its mean of 20 bars (149.50) and above that of 50 (134.50).");
    const down = said((book) => technicalAnswer(daily(DOWN), undefined, book));
    expect(down).toContain("RSI over 14 bars is 0, below 30, called oversold.");
    expect(down).toContain("The close is below its mean of 20 bars");
    // A fall after a long rise: the line turns below its signal first.
    const turned = said((book) => technicalAnswer(daily([...UP, 150, 140, 130]), undefined, book));
    expect(turned).toMatch(/MACD is [\d.-]+, below its signal/);
    expect(up).toMatch(/MACD is [\d.]+, above its signal/);
    const still = said((book) => technicalAnswer(daily(UP.map((_, i) => 100 + (i % 2))), undefined, book));
    expect(still).toContain("between 30 and 70");
  });

  it("calls overbought from 70 on and oversold up to 30", () => {
    // Gains of 3 against losses of 1, one after the other, are about 75; the mirror about 25.
    const steps = Array.from({ length: 80 }, (_, i) => 500 + Math.floor(i / 2) * 2 + (i % 2) * 3);
    expect(said((book) => technicalAnswer(daily(steps), undefined, book))).toMatch(
      /RSI over 14 bars is 7\d\.\d+, above 70/,
    );
    const mirror = steps.map((price) => 1_000 - price);
    expect(said((book) => technicalAnswer(daily(mirror), undefined, book))).toMatch(
      /RSI over 14 bars is 2\d\.\d+, below 30/,
    );
  });

  it("tells who paid funding, or that none is known", () => {
    const paid = (rate: number): string =>
      said((book) => fundingAnswer(daily(UP, { funding: UP.map(() => rate) }), 10, book));
    expect(paid(0.001)).toBe("Over the last 10 days the funding rates of BTCUSDT add up to 1.00 %: longs paid shorts.");
    expect(paid(-0.001)).toContain("-1.00 %: shorts paid longs.");
    expect(paid(0)).toContain("nobody paid anybody");
    expect(said((book) => fundingAnswer(daily(UP), 10, book))).toContain("No funding of BTCUSDT is stored");
  });

  it("ranks the best first, and what has too little history last", () => {
    const all = [daily(DOWN, { symbol: "DOWN" }), daily(UP, { symbol: "UP" }), daily([1, 2, 3], { symbol: "NEW" })];
    const text = said((book) => comparisonAnswer(all, 30, book));
    expect(text).toMatch(/best first: UP rose .*DOWN fell .*NEW has no candles for the whole span/);
  });
});

const entry = (term: string, text: string) => ({ term, text, source: "test" });

it("the glossary finds a term by its name, else by rare words in short texts", () => {
  const filler = Array.from({ length: 8 }, (_, i) => entry(`other${i}`, "price of a bar and the mean of prices"));
  const long = `volatility ${"and much about other things ".repeat(20)}`;
  const entries = [
    ...filler,
    entry("Essay", long),
    entry("Note", "volatility of returns"),
    entry("ATR", "volatility as a range"),
  ];
  expect(searchGlossary(entries, "atr")[0].term).toBe("ATR");
  expect(
    searchGlossary(entries, "volatility").map(({ term }) => term),
    "a word among a hundred says little",
  ).toEqual(["Note", "ATR"]);
  expect(searchGlossary(entries, "weather")).toEqual([]);
});
