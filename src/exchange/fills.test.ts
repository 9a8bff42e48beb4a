import { describe, expect, test } from "vitest";
import { FillReason, TidemarkError } from "../core/index.ts";
import { OrderOutcome } from "./outcome.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { type HandBar, handTape, oneSymbolTape, plainInstrument, still } from "./testing/hand-tape.ts";

/** A bar that stands at 100 with a volume. */
const dry = (volume: number): HandBar => [100, 100, 100, 100, volume];

const RISING = oneSymbolTape([
  [100, 101, 99, 100],
  [102, 104, 101, 103],
  [110, 111, 108, 109],
  [90, 92, 88, 91],
]);

describe("fills", () => {
  test("an order decided at a close fills at the next open, not at the close", () => {
    const { exchange, recorder, order, advance } = handExchange(RISING);
    order(10_000);
    expect(exchange.book.lots[0], "nothing is held before the open").toBe(0);
    advance();
    expect(recorder.fill(0)).toEqual({
      tsMs: 3_600_000,
      bar: 1,
      symbol: 0,
      lots: 10_000,
      quantity: 10,
      price: 102,
      fee: 0,
      realised: 0,
      reason: FillReason.open,
    });
    expect(exchange.book.unrealised[0], "10 * (103 - 102)").toBeCloseTo(10, 9);
    expect(exchange.book.equity[0]).toBeCloseTo(10_010, 9);
    expect(exchange.book.marginUsed[0], "10 * 103 / leverage 10").toBeCloseTo(103, 9);
  });

  test("spread and base slippage move the price against buyer and seller, and the tick grid rounds against them", () => {
    const { recorder, order, advance } = handExchange(RISING, { halfSpreadBps: 3, baseSlippageBps: 2 });
    order(10_000);
    advance();
    order(0);
    advance();
    expect(recorder.fill(0).price, "102 * 1.0005 = 102.051, up to the cent").toBe(102.06);
    expect(recorder.fill(1).price, "110 * 0.9995 = 109.945, down to the cent").toBe(109.94);
    expect(recorder.slippage(0), "10 * 0.06").toBeCloseTo(0.6, 9);
    expect(recorder.slippage(1), "10 * 0.06").toBeCloseTo(0.6, 9);
  });

  test("linear impact grows with notional", () => {
    const fine = { tickSize: "0.000001" };
    const tape = oneSymbolTape([still(100), still(100), still(100)], fine);
    const { recorder, order, advance } = handExchange(tape, {
      slippageModel: "linear",
      baseSlippageBps: 1,
      sizeImpactBpsPer1000: 0.5,
      participationCap: 0,
    });
    order(200_000);
    advance();
    expect(recorder.fill(0).price, "1 bps + 0.5 bps * 20,000 / 1,000 = 11 bps").toBe(100.11);
  });

  test("square-root impact is Y * daily volatility * sqrt(Q / daily volume), from finished bars", () => {
    const up = Math.exp(0.01);
    const closes = [100, 100 * up, 100, 100 * up, 100];
    const bars = closes.map((close) => [close, close * 1.001, close * 0.999, close, 1_000] as const);
    const tape = oneSymbolTape([...bars, [100, 100, 100, 100, 5e9]], { tickSize: "0.00000001" });
    const { exchange, recorder, order, advance } = handExchange(tape, {
      slippageModel: "square-root",
      impactCoefficient: 0.8,
      participationCap: 0.5,
    });
    advance(4);
    order(40_000);
    advance();
    // Log returns +1 %, -1 %, +1 %, -1 %: mean 0, sample deviation 0.02 / sqrt(3); a day has 24 bars of volume 1,000.
    const daily = (0.02 / Math.sqrt(3)) * Math.sqrt(24);
    const share = 0.8 * daily * Math.sqrt(40 / 24_000);
    expect(recorder.fill(0).price, "the volume of the bar of the fill is not known yet").toBeCloseTo(
      100 * (1 + share),
      6,
    );
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.filled);
  });

  test("participation is capped, urgency lowers the cap, and the rest is gone", () => {
    const tape = oneSymbolTape([0, 1, 2, 3].map(() => [100, 100, 100, 100, 50] as const));
    const config = { slippageModel: "linear", sizeImpactBpsPer1000: 0, participationCap: 0.1 } as const;
    const { exchange, recorder, order, advance } = handExchange(tape, config);
    order(20_000);
    advance();
    expect(recorder.fill(0).lots, "a tenth of 50 units in lots of 0.001").toBe(5_000);
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.clampedByVolume);
    advance();
    expect(recorder.count, "an order lives for one open").toBe(1);
    order(20_000, { urgency: 0.3 });
    advance();
    expect(recorder.fill(1).lots).toBe(1_500);
  });

  test("the square-root model refuses data without volume", () => {
    const tape = oneSymbolTape([0, 1].map(() => [100, 100, 100, 100, 0] as const));
    expect(() => handExchange(tape, { slippageModel: "square-root" })).toThrow(TidemarkError);
  });

  test("slippage never exceeds its cap", () => {
    const tape = oneSymbolTape([still(100), still(100)]);
    const { recorder, order, advance } = handExchange(tape, { baseSlippageBps: 400, slippageCapBps: 100 });
    order(1_000);
    advance();
    expect(recorder.fill(0).price).toBe(101);
  });

  test("the taker fee is on the notional of the fill, and the configuration may override it", () => {
    const tape = oneSymbolTape([still(100), still(100), still(200)], { takerFeeBps: 5.5 });
    const own = handExchange(tape);
    own.order(10_000);
    own.advance();
    expect(own.recorder.fill(0).fee, "1,000 * 5.5 bps").toBeCloseTo(0.55, 12);
    own.order(0);
    own.advance();
    expect(own.recorder.fill(1).fee, "2,000 * 5.5 bps").toBeCloseTo(1.1, 12);
    expect(own.exchange.book.fees[0]).toBeCloseTo(1.65, 12);
    expect(own.exchange.book.balance[0], "10,000 + 1,000 - 1.65").toBeCloseTo(10_998.35, 9);
    const other = handExchange(tape, { takerFeeBps: 10, costMultiplier: 2 });
    other.order(10_000);
    other.advance();
    expect(other.recorder.fill(0).fee, "1,000 * 10 bps * 2").toBeCloseTo(2, 12);
  });

  test("adding averages the entry, reducing realises against the average and keeps it", () => {
    const { exchange, recorder, order, advance } = handExchange(RISING);
    order(10_000);
    advance();
    order(30_000);
    advance();
    expect(exchange.book.entryPrice[0], "(10 * 102 + 20 * 110) / 30").toBeCloseTo(107.333333333, 8);
    order(5_000);
    advance();
    expect(recorder.fill(2).realised, "25 * (90 - 107.3333)").toBeCloseTo(-433.333333, 5);
    expect(exchange.book.entryPrice[0]).toBeCloseTo(107.333333333, 8);
    expect(exchange.book.entryBar[0], "the age of a position counts from its first fill").toBe(1);
  });

  test("a reversal is a close and an open, with both costs", () => {
    const { exchange, recorder, order, advance } = handExchange(RISING, { takerFeeBps: 10 });
    order(10_000);
    advance();
    order(-5_000);
    advance();
    const [, close, open] = recorder.fills();
    expect([close.lots, close.reason, open.lots, open.reason]).toEqual([
      -10_000,
      FillReason.close,
      -5_000,
      FillReason.open,
    ]);
    expect(close.realised, "10 * (110 - 102)").toBeCloseTo(80, 9);
    expect(close.fee + open.fee, "1,100 and 550 at 10 bps").toBeCloseTo(1.65, 9);
    expect(exchange.book.entryPrice[0]).toBe(110);
    expect(exchange.book.entryBar[0]).toBe(2);
  });

  test("what is below the minimum notional is not sent, but a close always is", () => {
    const tape = oneSymbolTape([still(100), still(100), still(100), still(100), still(2)], { minNotional: 5 });
    const { exchange, recorder, order, advance } = handExchange(tape);
    order(49);
    advance();
    expect(recorder.count, "4.90 is below 5").toBe(0);
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.refusedMinNotional);
    order(50);
    advance();
    expect(recorder.count, "5.00 is not").toBe(1);
    order(10);
    advance();
    expect(exchange.book.outcome[0], "a reduction by 4.00").toBe(OrderOutcome.refusedMinNotional);
    order(0);
    advance();
    expect(exchange.book.lots[0], "0.10 is closed all the same").toBe(0);
  });

  test("targets are floored towards zero to whole lots", () => {
    const { exchange, order, advance } = handExchange(RISING);
    order(-1_000.9);
    advance();
    expect(exchange.book.lots[0]).toBe(-1_000);
    expect(exchange.book.quantity[0]).toBe(-1);
  });

  test("an absent symbol is not filled, its brackets rest, and it is marked at its carried close", () => {
    const tape = handTape(
      [plainInstrument({}, "AUSDT"), plainInstrument({}, "BUSDT")],
      [
        [still(100), still(50)],
        [still(100), still(50)],
        [null, still(60)],
        [still(80), still(60)],
      ],
    );
    const { exchange, recorder, order, advance } = handExchange(tape);
    order(10_000, { stop: 0.1 });
    advance();
    order(0);
    advance();
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.refusedAbsent);
    expect(exchange.book.lots[0]).toBe(10_000);
    expect(exchange.book.equity[0], "valued at 100").toBe(10_000);
    expect(exchange.book.pending[0], "the order is gone").toBe(0);
    advance();
    expect(recorder.fill(1).reason, "back at 80, below the stop at 90").toBe(FillReason.stop);
    expect(recorder.fill(1).price, "at the first price there is").toBe(80);
  });

  test("a later order replaces the one that waits, and a cancelled one does nothing", () => {
    const { exchange, recorder, order, advance } = handExchange(RISING);
    order(10_000);
    order(2_000);
    advance();
    expect(recorder.fills().map((fill) => fill.lots)).toEqual([2_000]);
    order(9_000);
    exchange.cancel(0, 0);
    advance();
    expect(recorder.count).toBe(1);
  });

  test("what closes is never stuck: neither urgency, nor a dry market, nor chance keeps a position open", () => {
    const costs = { slippageModel: "linear", sizeImpactBpsPer1000: 0, participationCap: 0.1 } as const;
    const tape = oneSymbolTape([dry(1_000), dry(1_000), dry(1_000), dry(1_000)]);
    const reversed = handExchange(tape, costs);
    reversed.order(500);
    reversed.advance();
    reversed.order(-500, { urgency: 1e-6 });
    reversed.advance();
    expect(reversed.exchange.book.lots[0], "the closing part fills, the opening part waits for volume").toBe(0);
    expect(reversed.exchange.book.outcome[0]).toBe(OrderOutcome.refusedVolume);

    // A tenth of the mean volume of 0.002 is less than a lot of 0.001.
    const thin = handExchange(oneSymbolTape([dry(0.02), dry(0.002), dry(0), dry(0)]), costs);
    thin.order(2);
    thin.advance();
    thin.order(0);
    thin.advance();
    expect(thin.exchange.book.lots[0], "one lot a bar where the share of the volume is less").toBe(1);
    thin.order(0);
    thin.advance();
    expect(thin.exchange.book.lots[0]).toBe(0);

    const unlucky = handExchange(oneSymbolTape([still(100), still(100), still(100)]), {});
    unlucky.order(1);
    unlucky.advance();
    const harsh = handExchange(unlucky.exchange.tape, { harsh: true, harshPartialProbability: 1 });
    harsh.exchange.restore(unlucky.exchange.state());
    harsh.order(0);
    harsh.advance();
    expect(harsh.exchange.book.lots[0], "a part of one lot is one lot").toBe(0);
  });

  test("closing out sells everything at the current close with costs", () => {
    const { exchange, recorder, order, advance } = handExchange(RISING, { takerFeeBps: 10 });
    order(10_000);
    advance();
    order(0);
    exchange.closeOut(0);
    const fill = recorder.fill(1);
    expect([fill.bar, fill.lots, fill.price, fill.reason]).toEqual([1, -10_000, 103, FillReason.final]);
    expect(exchange.book.equity[0], "10,000 + 10 - 1.02 - 1.03").toBeCloseTo(10_007.95, 9);
    expect(exchange.book.pendingCount[0]).toBe(0);
  });
});

test("a reduction of exactly the least notional is one, a lot less is not", () => {
  for (const [kept, left] of [
    [50, 50],
    [51, 100],
  ]) {
    const tape = oneSymbolTape(
      Array.from({ length: 4 }, () => still(100)),
      { minNotional: 5 },
    );
    const { exchange, order, advance } = handExchange(tape);
    order(100);
    advance();
    // 50 lots of 0.001 at 100 are 5.
    order(kept);
    advance();
    expect(exchange.book.lots[0], `${100 - kept} lots less`).toBe(left);
  }
});
