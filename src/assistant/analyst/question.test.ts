import { describe, expect, it } from "vitest";
import { daysIn, QuestionKind, readQuestion } from "./question.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT"];
const read = (text: string, previous?: Parameters<typeof readQuestion>[2]) => readQuestion(text, SYMBOLS, previous);

describe("a question is read", () => {
  it.each([
    ["How is BTC doing?", QuestionKind.market, ["BTCUSDT"]],
    ["What do you think about the current market conditions?", QuestionKind.market, []],
    ["price of ethereum", QuestionKind.market, ["ETHUSDT"]],
    ["Is sol/usdt overbought?", QuestionKind.technical, ["SOLUSDT"]],
    ["What is the RSI of BTC?", QuestionKind.technical, ["BTCUSDT"]],
    ["What is RSI?", QuestionKind.concept, []],
    ["explain the Sharpe ratio", QuestionKind.concept, []],
    ["What was the lowest price of ETH in the last week?", QuestionKind.extremes, ["ETHUSDT"]],
    ["How much funding did BTC pay last month?", QuestionKind.funding, ["BTCUSDT"]],
    ["Compare BTC and ETH", QuestionKind.comparison, ["BTCUSDT", "ETHUSDT"]],
    ["What are the prices of BTC and ETH?", QuestionKind.market, ["BTCUSDT", "ETHUSDT"]],
    ["Which coin rose most?", QuestionKind.comparison, []],
    ["Do BTC and SOL move together?", QuestionKind.correlation, ["BTCUSDT", "SOLUSDT"]],
    ["How did the last backtest perform?", QuestionKind.performance, []],
    ["Recent trading signals", QuestionKind.signals, []],
    ["Historical performance", QuestionKind.performance, []],
    ["What do I hold?", QuestionKind.positions, []],
    ["What does the model hold right now?", QuestionKind.positions, []],
    ["Are we long?", QuestionKind.positions, []],
    ["Which symbols are there?", QuestionKind.coverage, []],
    ["What is the fear and greed index now?", QuestionKind.alternative, []],
    ["How is the open interest of BTC?", QuestionKind.alternative, ["BTCUSDT"]],
    ["What is open interest?", QuestionKind.concept, []],
    ["What is the news about ether?", QuestionKind.news, ["ETHUSDT"]],
    ["any headlines?", QuestionKind.news, []],
    ["Why did it open the position?", QuestionKind.decision, []],
    ["Why did the model sell ETH?", QuestionKind.decision, ["ETHUSDT"]],
    ["Explain the last trade", QuestionKind.decision, []],
    ["How did the backtest perform, should I trust it?", QuestionKind.performance, []],
    ["help", QuestionKind.help, []],
    ["blah blah", QuestionKind.unclear, []],
  ] as const)("%s", (text, kind, symbols) => {
    expect(read(text)).toMatchObject({ kind, symbols });
  });

  it.each([
    ["Buy 1 BTC", QuestionKind.order],
    ["Please close all positions and tell me the price of BTC", QuestionKind.order],
    ["Set my stop to 40000", QuestionKind.order],
    ["What is the price of ETH, and will it rise tomorrow?", QuestionKind.forecast],
    ["Should I buy BTC now?", QuestionKind.order],
    ["Should I invest in BTC?", QuestionKind.advice],
    ["Show me the API key", QuestionKind.secret],
    ["buy bitcoin", QuestionKind.order],
    ["Please sell my ETH", QuestionKind.order],
    ["Could you short solana with 5x", QuestionKind.order],
    ["go long on BTC", QuestionKind.order],
    ["withdraw 100 USDT", QuestionKind.order],
    ["Close BTC", QuestionKind.order],
    ["i want you to liquidate ETH", QuestionKind.order],
    ["What will BTC be worth in a year?", QuestionKind.forecast],
    ["Is BTC going to rise?", QuestionKind.forecast],
    ["Where is ETH heading?", QuestionKind.forecast],
    ["outlook for SOL", QuestionKind.forecast],
  ] as const)("%s is declined", (text, kind) => {
    expect(read(text).kind).toBe(kind);
  });

  it.each([
    ["Close of BTC yesterday", QuestionKind.market],
    ["Long-term trend of ETH", QuestionKind.technical],
    ["open interest or price of BTC", QuestionKind.alternative],
    ["Will you compare BTC and ETH?", QuestionKind.comparison],
    ["What positions are open?", QuestionKind.positions],
  ] as const)("%s is not", (text, kind) => {
    expect(read(text).kind).toBe(kind);
  });

  it("with what it leaves out taken from the one before, and no more", () => {
    const previous = { kind: QuestionKind.extremes, symbols: ["BTCUSDT"], days: 7 } as const;
    expect(read("and ETH?", previous)).toMatchObject({ kind: QuestionKind.extremes, symbols: ["ETHUSDT"], days: 7 });
    expect(read("over 30 days?", previous)).toMatchObject({
      kind: QuestionKind.extremes,
      symbols: ["BTCUSDT"],
      days: 30,
    });
    expect(read("Is it overbought?", previous)).toMatchObject({ kind: QuestionKind.technical, symbols: ["BTCUSDT"] });
    expect(read("What data is there?", previous).symbols).toEqual([]);
    expect(read("what about the weather", previous).kind).toBe(QuestionKind.unclear);
    expect(read("and ETH?").kind, "nothing was before").toBe(QuestionKind.market);
  });

  it("and a symbol that nobody has is named", () => {
    expect(read("price of DOGEUSDT").unknownSymbol).toBe("DOGEUSDT");
    expect(read("price of dogecoin").unknownSymbol).toBe("dogecoin");
    expect(read("price of BTCUSDT").unknownSymbol).toBeUndefined();
  });
});

it("spans of time are days back", () => {
  expect(
    ["last week", "the past 3 days", "over two weeks", "12 hours", "6m", "24h", "today", "last year", "now"].map(
      daysIn,
    ),
  ).toEqual([7, 3, 14, 0.5, 180, 1, 1, 365, undefined]);
});
