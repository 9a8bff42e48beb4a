import { describe, expect, it } from "vitest";
import { FactBook } from "../fact.ts";
import type { DecisionCard } from "../tools/data.ts";
import { verifyAnswer } from "../verify/verify.ts";
import { decisionAnswer, directionIn } from "./decision-answers.ts";

const CARD: DecisionCard = {
  session: "paper/a",
  strategy: "a-1",
  symbol: "BTCUSDT",
  closeMs: Date.UTC(2026, 0, 5, 10),
  direction: "long",
  size: 0.5,
  probabilities: { long: 0.62, short: 0.08 },
  figures: { size: 0.5 },
  reason: null,
  value: -0.25,
  scheme: 2_500,
  allowed: 1_250.5,
  stopShare: 0.1,
  verdicts: ["GATE_CAP"],
  isSent: true,
};

function told(cards: readonly DecisionCard[], symbols: readonly string[] = [], question = ""): string {
  const book = new FactBook();
  const text = decisionAnswer(cards, symbols, book, directionIn(question));
  expect(verifyAnswer(text, book.all()).faults).toEqual([]);
  return text;
}

describe("why something was decided", () => {
  it("is what was recorded, and that nothing else was", () => {
    expect(told([CARD])).toBe(
      "a-1 in paper/a decided on BTCUSDT at the close of 2026-01-05 10:00 UTC: long, size 50.00 % of what sizing allows. Its probabilities: long 62.00 %, short 8.00 %. It valued its state at -0.25. A notional of 2,500.00 was allowed by the sizing scheme, 1,250.50 after limits. Its stop lies 10.00 % from the price. The risk gate said GATE_CAP. An order was sent.\nNo reason beyond these figures was recorded.",
    );
  });

  it("is told of the newest decision that led to an order, else of the newest", () => {
    const later = { ...CARD, closeMs: CARD.closeMs + 3_600_000, direction: "hold", isSent: false };
    expect(told([later, CARD])).toContain("long, size");
    expect(told([{ ...CARD, isSent: false }, later])).toMatch(/11:00 UTC: hold.*No order was needed/s);
    expect(told([CARD, { ...CARD, symbol: "ETHUSDT", reason: "the trend turned" }], ["ETHUSDT"])).toMatch(
      /decided on ETHUSDT.*Its reason: the trend turned\./s,
    );
  });

  it("is told of the direction that was asked about; where there is none, that is said first", () => {
    const short = { ...CARD, closeMs: CARD.closeMs + 3_600_000, direction: "short" };
    expect(told([CARD, short], [], "Why did it go long on BTC?")).toMatch(/10:00 UTC: long/);
    expect(told([CARD, short], [], "Why was BTC sold?")).toMatch(/11:00 UTC: short/);
    expect(told([CARD, short], [], "Why is it long and not short?"), "two of them are none").toMatch(
      /11:00 UTC: short/,
    );
    expect(told([short], [], "Why did it buy?")).toMatch(
      /^No decision to be long is recorded\. The newest there is:\n.*short/,
    );
  });

  it("is not made up where nothing is recorded", () => {
    expect(told([])).toMatch(/^No decision is recorded/);
    expect(told([CARD], ["SOLUSDT"])).toMatch(/^No decision about SOLUSDT is recorded/);
  });
});
