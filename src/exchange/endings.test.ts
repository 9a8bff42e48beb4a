import { describe, expect, test } from "vitest";
import { FillReason } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";
import { OrderOutcome } from "./outcome.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { type HandBar, handTape, oneSymbolTape, plainInstrument, still } from "./testing/hand-tape.ts";

/** Long 10 at 1,000 on a balance of 1,000; the next bar opens at 903, where 30 are left of the 45.15 that must stay. */
function gapped(pending?: number, maxBars = 0): ReturnType<typeof handExchange> {
  const run = handExchange(oneSymbolTape([still(1_000), still(1_000), still(903), still(1_100)]), {}, 1_000);
  run.order(10_000, { maxBars });
  run.advance();
  if (pending !== undefined) run.order(pending);
  run.advance();
  return run;
}

function tiny(): MarketTape {
  return oneSymbolTape([still(0.03), still(0.03), still(0.004), still(0.004)], { tickSize: "0.01", lotStep: "1" });
}

describe("a gap across maintenance margin", () => {
  test("liquidates before a pending close, a time stop and a reversal are looked at", () => {
    for (const run of [gapped(), gapped(0), gapped(undefined, 1), gapped(-5_000)]) {
      const { tsMs: _, ...fill } = run.recorder.fill(1);
      expect(fill).toMatchObject({ bar: 2, lots: -10_000, price: 903, reason: FillReason.liquidation });
      expect(run.recorder.count).toBe(2);
      expect(run.exchange.book.equity[0]).toBeCloseTo(30, 9);
      expect(run.exchange.book.pendingCount[0]).toBe(0);
    }
  });

  test("leaves an account alone that still covers it", () => {
    const run = handExchange(oneSymbolTape([still(1_000), still(1_000), still(910), still(910)]), {}, 1_000);
    run.order(10_000);
    run.advance();
    run.order(0);
    run.advance();
    expect(run.recorder.fill(1).reason, "100 are left of the 45.50 that must stay").toBe(FillReason.close);
  });
});

describe("a symbol that is gone", () => {
  const bars: ReadonlyArray<readonly [HandBar | null, HandBar]> = [
    [still(100), still(50)],
    [[100, 100, 80, 90], still(50)],
    ...Array.from({ length: 8 }, () => [null, still(50)] as const),
  ];
  const tape = handTape([plainInstrument({ takerFeeBps: 10 }), plainInstrument({}, "BBBUSDT")], bars);

  test("is settled at its last price after the stated bars, with the fee and a reason of its own", () => {
    const { exchange, recorder, order, advance } = handExchange(tape, { settleAfterBars: 3, baseSlippageBps: 20 });
    order(10_000, { stop: 0.5 });
    advance(3);
    expect(recorder.count, "two bars without a bar").toBe(1);
    order(20_000);
    advance();
    expect(recorder.fill(1)).toMatchObject({ bar: 4, lots: -10_000, price: 90, reason: FillReason.settled });
    expect(recorder.fill(1).fee, "10 bps of 900, and no slippage").toBeCloseTo(0.9, 12);
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.refusedAbsent);
    advance(4);
    expect(recorder.count, "there is nothing left to settle").toBe(2);
  });

  test("is settled after a week by default, and never where that is wanted", () => {
    for (const [settleAfterBars, fills] of [
      [null, 1],
      [0, 1],
      [8, 2],
    ] as const) {
      const { recorder, order, advance } = handExchange(tape, { settleAfterBars });
      order(10_000);
      advance(9);
      expect(recorder.count, `settleAfterBars ${settleAfterBars}`).toBe(fills);
    }
    const daily = { ...tape, barMs: 86_400_000 };
    const { recorder, order, advance } = handExchange(daily);
    order(10_000);
    advance(7);
    expect(recorder.count).toBe(1);
    advance();
    expect(recorder.fill(1).bar, "the seventh day without a bar").toBe(8);
  });

  test("waits anew after every bar", () => {
    const paused = handTape(
      [plainInstrument(), plainInstrument({}, "BBBUSDT")],
      [...bars.slice(0, 4), [still(95), still(50)] as const, ...bars.slice(2, 5)],
    );
    const { recorder, order, advance } = handExchange(paused, { settleAfterBars: 3 });
    order(10_000);
    advance(6);
    expect(recorder.count, "two, then two again").toBe(1);
    advance();
    expect(recorder.fill(1)).toMatchObject({ bar: 7, price: 95, reason: FillReason.settled });
  });

  test("is settled at expiry, and takes no order afterwards", () => {
    const future = oneSymbolTape([still(100), still(100), still(104), still(104)], {
      kind: "future",
      expiryMs: 2 * 3_600_000,
    });
    const { exchange, recorder, order, advance } = handExchange(future);
    order(10_000);
    advance();
    order(20_000);
    advance();
    expect(recorder.fill(1)).toMatchObject({ bar: 2, price: 104, reason: FillReason.settled, realised: 40 });
    expect(exchange.book.outcome[0]).toBe(OrderOutcome.refusedExpired);
    order(10_000);
    advance();
    expect([recorder.count, exchange.book.outcome[0]]).toEqual([2, OrderOutcome.refusedExpired]);
  });
});

describe("a sale below one tick", () => {
  test("is refused as an order, never filled above the market", () => {
    const { exchange, recorder, order, advance } = handExchange(tiny(), { leverage: 1 });
    order(1_000);
    advance();
    order(0);
    advance();
    expect([recorder.count, exchange.book.outcome[0]]).toEqual([1, OrderOutcome.refusedBelowTick]);
    order(-1_000);
    advance();
    expect([recorder.count, exchange.book.outcome[0]]).toEqual([1, OrderOutcome.refusedBelowTick]);
  });

  test("fills at the price itself where the position has to be closed", () => {
    const { exchange, recorder, order, advance } = handExchange(tiny(), { leverage: 1 });
    order(1_000);
    advance(2);
    exchange.closeOut(0);
    expect(recorder.fill(1)).toMatchObject({ price: 0.004, reason: FillReason.final });
    expect(exchange.book.equity[0]).toBeCloseTo(10_000 - 26, 9);
  });
});

test("an account that is closed out is stamped with the close of the bar, and its hash with the bar", () => {
  const { exchange, recorder, order, advance } = handExchange(oneSymbolTape([still(100), still(100), still(100)]));
  order(1_000);
  advance(2);
  exchange.closeOut(0);
  expect([recorder.fill(0).tsMs, recorder.fill(1).tsMs]).toEqual([3_600_000, 3 * 3_600_000]);
});
