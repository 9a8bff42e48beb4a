import { describe, expect, test } from "vitest";
import type { MarketTape } from "../market/index.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { handTape, plainInstrument, still } from "./testing/hand-tape.ts";

/** ETHBTC at 0.05, 0.05, 0.04 while a bitcoin costs 10,000, 20,000, 30,000 USDT; the account is kept in USDT. */
function etherInBitcoin(kind: "spot" | "perpetual"): MarketTape {
  const rules = { kind, tickSize: "0.00001", lotStep: "0.01" } as const;
  const tape = handTape(
    [plainInstrument({}, "AAAUSDT"), plainInstrument(rules, "ETHBTC")],
    [0.05, 0.05, 0.04].map((price) => [still(100), still(price)]),
  );
  return { ...tape, rate: Float64Array.of(1, 10_000, 1, 20_000, 1, 30_000) };
}

describe("an account of one currency", () => {
  test("holds a coin quoted in another one at its whole converted value", () => {
    const { exchange, recorder, order, advance } = handExchange(etherInBitcoin("spot"), {}, 1_000);
    // Two ethers cost 0.1 bitcoin, 1,000 USDT at the rate that was known when they were bought.
    order(200, { symbol: 1 });
    advance();
    const { book } = exchange;
    expect(book.lots[1]).toBe(200);
    expect(book.equity[0], "0.1 bitcoin at 20,000").toBeCloseTo(2_000, 9);
    advance();
    expect(book.equity[0], "0.08 bitcoin at 30,000").toBeCloseTo(2_400, 9);
    exchange.closeOut(0);
    expect(recorder.fill(1).realised).toBeCloseTo(1_400, 9);
    expect([book.balance[0], book.turnover[0]]).toEqual([expect.closeTo(2_400, 9), expect.closeTo(3_400, 9)]);
  });

  test("converts the profit of a contract on margin, not its notional", () => {
    const { exchange, order, advance } = handExchange(etherInBitcoin("perpetual"), { maintenanceMarginRate: 0 }, 1_000);
    order(200, { symbol: 1 });
    advance();
    expect(exchange.book.equity[0], "the price has not moved").toBeCloseTo(1_000, 9);
    expect(exchange.book.marginUsed[0], "2,000 of notional at leverage 10").toBeCloseTo(200, 9);
    advance();
    expect(exchange.book.equity[0], "0.02 bitcoin are lost, at 30,000").toBeCloseTo(400, 9);
  });

  test("pays fees and slippage in its own currency, and averages what it paid", () => {
    const { exchange, recorder, order, advance } = handExchange(
      etherInBitcoin("spot"),
      { takerFeeBps: 10, baseSlippageBps: 100 },
      10_000,
    );
    order(100, { symbol: 1 });
    advance();
    expect(recorder.fill(0).price).toBeCloseTo(0.0505, 9);
    expect(recorder.fill(0).fee, "10 bps of 505").toBeCloseTo(0.505, 9);
    expect(recorder.slippage(0)).toBeCloseTo(5, 9);
    order(200, { symbol: 1 });
    advance();
    // 505 for the first, 0.0404 * 20,000 = 808 for the second.
    const { book } = exchange;
    expect(book.entryPrice[1] * book.entryRate[1] * 2).toBeCloseTo(505 + 808, 6);
    expect(book.equity[0]).toBeCloseTo(10_000 - 1_313 - 0.505 - 0.808 + 2 * 0.04 * 30_000, 6);
  });

  test("refuses symbols of several quotes that nothing converts", () => {
    const { rate: _, ...unconverted } = etherInBitcoin("spot");
    expect(() => handExchange(unconverted)).toThrow(/kept in USDT, and ETHBTC is quoted in BTC/);
  });
});
