import { describe, expect, it } from "vitest";
import { plainSymbol, quoteOf, splitSymbol } from "./symbol.ts";

describe("symbols", () => {
  it.each([
    ["BTC/USDT:USDT", "BTCUSDT"],
    ["btc-usdt", "BTCUSDT"],
    ["BTC_USDT", "BTCUSDT"],
    ["NASDAQ:AAPL", "AAPL"],
    ["BINANCE:BTCUSDT", "BTCUSDT"],
    ["BTCUSDT:USDT", "BTCUSDT"],
    ["7203.T", "7203.T"],
    ["^GSPC", "GSPC"],
  ])("%s is %s", (text, plain) => expect(plainSymbol(text)).toBe(plain));

  it.each([
    ["BTCUSDT", "BTC", "USDT"],
    ["ETHBTC", "ETH", "BTC"],
    ["AUDCHF", "AUD", "CHF"],
    ["AUDNZD", "AUD", "NZD"],
    ["USDTRY", "USD", "TRY"],
    ["BTCKRW", "BTC", "KRW"],
    ["SUSDT", "S", "USDT"],
  ])("%s is %s in %s", (symbol, base, quote) => expect(splitSymbol(symbol)).toEqual({ base, quote }));

  it("names no currency where there is none", () => {
    for (const symbol of ["AAPL", "WBTC", "STETH", "F", "ACAD", "SINR", "USDT", "BTC"])
      expect(quoteOf(symbol)).toBeUndefined();
    expect(quoteOf("WBTCUSDT")).toBe("USDT");
  });
});
