import { describe, expect, it } from "vitest";
import { defaultInstrument, parseTimeframe } from "../core/index.ts";
import { tapeFromCandles } from "./align.ts";
import { type CandleRow, candlesFromRows, type SymbolHistory } from "./candles.ts";
import { accountCurrency, rateAt } from "./currency.ts";

const DAY_MS = 86_400_000;
const timeframe = parseTimeframe("1d");

function history(symbol: string, closes: readonly number[], firstDay = 0): SymbolHistory {
  const rows = closes.map((close, i): CandleRow => [(firstDay + i) * DAY_MS, close, close, close, close, 1]);
  return { instrument: defaultInstrument(symbol, { kind: "spot" }), candles: candlesFromRows(rows) };
}

const bitcoin = history("BTCUSDT", [10_000, 20_000, 30_000]);

describe("a tape of several quotes", () => {
  it("is kept in the most usual of them, in whatever order the symbols come", () => {
    const ether = history("ETHBTC", [0.05, 0.05, 0.04]);
    for (const series of [
      [bitcoin, ether],
      [ether, bitcoin],
    ]) {
      const tape = tapeFromCandles(series, timeframe);
      const at = (bar: number): number[] => series.map((_, s) => rateAt(tape, bar, s));
      const rates = series[0] === ether ? [10_000, 1] : [1, 10_000];
      expect([tape.currency, at(0)]).toEqual(["USDT", rates]);
      expect(at(2)).toEqual(rates.map((rate) => (rate === 1 ? 1 : 30_000)));
    }
    expect(tapeFromCandles([bitcoin], timeframe).rate, "one quote pays nothing for it").toBeUndefined();
    expect(accountCurrency([ether.instrument])).toBe("BTC");
    expect(accountCurrency([ether.instrument], "usdt")).toBe("USDT");
  });

  it("converts by an inverse pair too, and by one that is not traded", () => {
    const yen = history("USDJPY", [100, 125, 200]);
    const euro = history("EURUSD", [1.1, 1.1, 1.1]);
    const tape = tapeFromCandles([euro, yen], timeframe);
    expect([tape.currency, rateAt(tape, 1, 0), rateAt(tape, 1, 1)]).toEqual(["USD", 1, 1 / 125]);
    const alone = tapeFromCandles([history("ETHBTC", [0.05, 0.05, 0.04])], timeframe, {
      currency: "USDT",
      conversions: [bitcoin],
    });
    expect([alone.symbols, rateAt(alone, 1, 0)]).toEqual([1, 20_000]);
  });

  it("lets a symbol begin when its quote is worth something, and keeps a rate through a pause", () => {
    const late = history("BTCUSDT", [20_000], 1);
    const tape = tapeFromCandles([history("ETHBTC", [0.05, 0.05, 0.04]), late], timeframe);
    expect(Array.from(tape.timeMs, (ms) => ms / DAY_MS)).toEqual([1, 2]);
    expect(rateAt(tape, 1, 0)).toBe(20_000);
  });

  it("is refused where nothing converts, with the name of the pair to import", () => {
    const other = history("SOLUSDT", [1, 2, 3]);
    expect(() => tapeFromCandles([other, history("ETHBTC", [1, 1, 1])], timeframe)).toThrow(
      /ETHBTC is quoted in BTC and the account is kept in USDT.*BTCUSDT/,
    );
  });
});
