import { describe, expect, test } from "vitest";
import { FillReason } from "../core/index.ts";
import { AccountStatus, OrderOutcome } from "./outcome.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { handTape, oneSymbolTape, plainInstrument, still } from "./testing/hand-tape.ts";

describe("funding", () => {
  test("a long pays a positive rate at the open, on the position held before the open's fills", () => {
    const tape = oneSymbolTape([still(100), [110, 110, 110, 110, 1e9, 0.001], [120, 120, 120, 120, 1e9, 0.001]]);
    const { exchange, order, advance } = handExchange(tape);
    order(10_000);
    advance();
    expect(exchange.book.funding[0], "nothing was held at the stamp").toBe(0);
    order(0);
    advance();
    expect(exchange.book.funding[0], "-10 * 120 * 0.001, although it is closed at that open").toBeCloseTo(-1.2, 12);
    expect(exchange.book.equity[0], "10,000 + 100 - 1.2").toBeCloseTo(10_098.8, 9);
  });

  test("a short receives it, and the multiplier scales it", () => {
    const tape = oneSymbolTape([still(100), still(100), [100, 100, 100, 100, 1e9, 0.001]]);
    const { exchange, order, advance } = handExchange(tape, { fundingMultiplier: 3 });
    order(-10_000);
    advance(2);
    expect(exchange.book.funding[0], "10 * 100 * 0.001 * 3").toBeCloseTo(3, 12);
    expect(exchange.book.netProfit[0]).toBeCloseTo(3, 12);
  });
});

describe("margin", () => {
  test("an order is clamped to what equity and leverage allow, costs included", () => {
    const tape = oneSymbolTape([still(100), still(100)], { takerFeeBps: 100 });
    const { exchange, recorder, order, advance } = handExchange(tape, { leverage: 10, baseSlippageBps: 100 }, 1_000);
    order(1e9);
    advance();
    // A unit needs 10 of margin, costs 1 of slippage and 1.01 of fee: 1,000 / 12.01 = 83.2639.
    expect(recorder.fill(0).lots).toBe(83_263);
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.clampedByMargin);
  });

  test("the instrument's own cap bounds the leverage", () => {
    const tape = oneSymbolTape([still(100), still(100)], { maxLeverage: 2 });
    const { recorder, order, advance } = handExchange(tape, { leverage: 10 }, 1_000);
    order(-1e9);
    advance();
    expect(recorder.fill(0).lots, "1,000 * 2 / 100").toBe(-20_000);
  });

  test("margin is shared, and what a close frees is there for an opening of the same bar", () => {
    const tape = handTape(
      [plainInstrument({}, "AUSDT"), plainInstrument({}, "BUSDT")],
      [1, 2, 3].map(() => [still(100), still(100)]),
    );
    const { exchange, order, advance } = handExchange(tape, { leverage: 1 }, 1_000);
    order(8_000, { symbol: 1 });
    advance();
    order(8_000, { symbol: 0 });
    advance();
    expect(exchange.book.lots[0], "only 200 of 1,000 are free").toBe(2_000);
    const again = handExchange(tape, { leverage: 1 }, 1_000);
    again.order(10_000, { symbol: 1 });
    again.advance();
    again.order(10_000, { symbol: 0 });
    again.order(0, { symbol: 1 });
    again.advance();
    expect([again.exchange.book.lots[0], again.exchange.book.lots[1]]).toEqual([10_000, 0]);
  });

  test("a position that lost may not grow beyond what equity allows, and is not forced to shrink", () => {
    const tape = oneSymbolTape([still(100), still(100), still(90)]);
    const { exchange, order, advance } = handExchange(tape, { leverage: 2 }, 1_000);
    order(20_000);
    advance();
    order(21_000);
    advance();
    expect(exchange.book.lots[0], "equity 800, margin 900").toBe(20_000);
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.refusedMargin);
  });
});

describe("spot", () => {
  const tape = oneSymbolTape([still(100), still(100), still(150), still(150)], { kind: "spot", takerFeeBps: 10 });

  test("there is no shorting: a short order closes what is held and opens nothing", () => {
    const { exchange, order, advance } = handExchange(tape, {}, 1_000);
    order(5_000);
    advance();
    order(-5_000);
    advance();
    expect(exchange.book.lots[0]).toBe(0);
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.refusedSpotShort);
  });

  test("there is no leverage: cash covers notional plus fee", () => {
    const { exchange, recorder, order, advance } = handExchange(tape, { leverage: 10 }, 1_000);
    order(1e9);
    advance();
    expect(recorder.fill(0).lots, "1,000 / 100.1").toBe(9_990);
    advance();
    order(1e9);
    advance();
    expect(exchange.book.lots[0], "a risen price frees no cash").toBe(9_990);
  });
});

describe("liquidation", () => {
  test("a position closes where equity meets maintenance margin", () => {
    const tape = oneSymbolTape([still(1_000), still(1_000), [990, 995, 850, 870]], { tickSize: "0.0001" });
    const { exchange, recorder, order, advance } = handExchange(tape, { liquidationFeeBps: 20 }, 1_000);
    order(10_000);
    advance(2);
    const fill = recorder.fill(1);
    // 1,000 + 10 (p - 1,000) = 0.005 * 10 p at p = 9,000 / 9.95.
    expect(fill.reason).toBe(FillReason.liquidation);
    expect(fill.price, "9,000 / 9.95 = 904.52261, down to the tick").toBe(904.5226);
    expect(fill.fee, "9,045.226 * 20 bps").toBeCloseTo(18.090452, 6);
    expect(exchange.book.status[0]).toBe(AccountStatus.liquidated);
    expect(exchange.book.equity[0], "1,000 - 954.774 - 18.090452").toBeCloseTo(27.135548, 5);
    expect(exchange.book.shortfall[0]).toBe(0);
  });

  test("a bar that stays above maintenance liquidates nobody", () => {
    const tape = oneSymbolTape([still(1_000), still(1_000), [990, 995, 904.53, 910]]);
    const { exchange, order, advance } = handExchange(tape, {}, 1_000);
    order(10_000);
    advance(2);
    expect(exchange.book.status[0]).toBe(AccountStatus.active);
  });

  test("a gap beyond the account's money ends at zero, with the rest booked as shortfall", () => {
    const tape = oneSymbolTape([still(1_000), still(1_000), [800, 810, 790, 800], still(800)]);
    const { exchange, recorder, order, advance } = handExchange(tape, {}, 1_000);
    order(10_000);
    advance(2);
    expect(recorder.fill(1).price, "at the open, where it was gone already").toBe(800);
    expect(exchange.book.equity[0]).toBe(0);
    expect(exchange.book.shortfall[0], "1,000 - 10 * 200").toBeCloseTo(1_000, 9);
    expect(exchange.book.drawdown[0]).toBe(1);
    order(1_000);
    advance();
    expect(recorder.count, "a liquidated account trades no more").toBe(2);
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.refusedLiquidated);
    expect(exchange.book.bar[0], "but its time goes on").toBe(3);
  });

  test("an account without a maintenance margin ends when nothing is left", () => {
    const tape = oneSymbolTape([still(100), still(100), still(90)], { maintenanceMarginRate: 0 });
    const { exchange, order, advance } = handExchange(tape, {}, 100);
    order(10_000);
    advance(2);
    expect(exchange.book.status[0], "100 - 10 * 10 is exactly 0").toBe(AccountStatus.liquidated);
    expect(exchange.book.shortfall[0]).toBe(0);
  });

  test("all symbols count at their worst prices at once", () => {
    const instruments = [plainInstrument({}, "AUSDT"), plainInstrument({}, "BUSDT")];
    const quiet = [still(100), still(100)];
    const wild = [
      [100, 101, 94, 100],
      [100, 106, 99, 100],
    ] as const;
    const { exchange, order, advance } = handExchange(
      handTape(instruments, [quiet, quiet, wild]),
      { leverage: 20 },
      1_000,
    );
    order(90_000);
    order(-90_000, { symbol: 1 });
    advance(2);
    expect(exchange.book.status[0], "-540 on either side").toBe(AccountStatus.liquidated);
  });

  test("a stop that fills first saves the account from the rest of the bar", () => {
    const tape = oneSymbolTape([still(1_000), still(1_000), [990, 995, 500, 510]]);
    const { exchange, recorder, order, advance } = handExchange(tape, {}, 1_000);
    order(10_000, { stop: 0.05 });
    advance(2);
    expect(recorder.fill(1).reason).toBe(FillReason.stop);
    expect(exchange.book.status[0]).toBe(AccountStatus.active);
    expect(exchange.book.equity[0], "1,000 - 10 * 50").toBeCloseTo(500, 9);
  });
});
