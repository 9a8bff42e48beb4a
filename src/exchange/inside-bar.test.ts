import { describe, expect, test } from "vitest";
import { FillReason } from "../core/index.ts";
import { AccountStatus } from "./outcome.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { type HandBar, handTape, oneSymbolTape, plainInstrument, still } from "./testing/hand-tape.ts";

type Told = { fills: ReadonlyArray<readonly [symbol: number, price: number, reason: FillReason]>; equity: number };

/**
 * 1,000 of balance, leverage 10, 0.5 % maintenance: long 10 at 1,000 is liquidated at 9,000 / 9.95 = 904.52. Enters in
 * bar 1 at 1,000 and plays one more bar.
 */
function longTen(bar: HandBar, brackets: { stop?: number; target?: number; trail?: number }, side = 1): Told {
  const tape = oneSymbolTape([still(1_000), still(1_000), bar]);
  const { exchange, recorder, order, advance } = handExchange(tape, {}, 1_000);
  order(side * 10_000, brackets);
  advance(2);
  const fills = recorder.fills().slice(1);
  expect(exchange.book.status[0], "an account with money left goes on unless it was liquidated").toBe(
    fills.some(({ reason }) => reason === FillReason.liquidation) || exchange.book.equity[0] === 0
      ? AccountStatus.liquidated
      : AccountStatus.active,
  );
  return { fills: fills.map(({ symbol, price, reason }) => [symbol, price, reason]), equity: exchange.book.equity[0] };
}

describe("a liquidation and a bracket in one bar", () => {
  test("a target that was only touched inside the bar does not save from liquidation", () => {
    const told = longTen([1_000, 1_030, 800, 1_010], { target: 0.02 });
    expect(told.fills, "904.52261, down to the tick").toEqual([[0, 904.52, FillReason.liquidation]]);
    expect(told.equity, "1,000 - 10 * 95.48").toBeCloseTo(45.2, 9);
    // A short 10 at 1,000 meets maintenance at 11,000 / 10.05 = 1,094.53.
    expect(longTen([1_000, 1_200, 970, 990], { target: 0.02 }, -1).fills).toEqual([
      [0, 1_094.53, FillReason.liquidation],
    ]);
  });

  test("a target that the open meets is certain and comes first", () => {
    const told = longTen([1_025, 1_030, 800, 1_010], { target: 0.02 });
    expect(told.fills).toEqual([[0, 1_025, FillReason.target]]);
    expect(told.equity).toBeCloseTo(1_250, 9);
  });

  test("a stop that lies beyond the liquidation price is never reached", () => {
    expect(longTen([1_000, 1_000, 850, 990], { stop: 0.098 }).fills, "902 lies beyond 904.52").toEqual([
      [0, 904.52, FillReason.liquidation],
    ]);
    expect(longTen([1_000, 1_000, 850, 990], { trail: 0.098 }).fills, "a trailing stop as well").toEqual([
      [0, 904.52, FillReason.liquidation],
    ]);
  });

  test("a stop that lies nearer fills first, and the account goes on", () => {
    const told = longTen([1_000, 1_030, 850, 990], { stop: 0.09, target: 0.02 });
    expect(told.fills).toEqual([[0, 910, FillReason.stop]]);
    expect(told.equity).toBeCloseTo(100, 9);
  });

  test("a stop at the very point of liquidation is too late", () => {
    // Without maintenance margin the account is liquidated where nothing is left, at 900.
    const tape = oneSymbolTape([still(1_000), still(1_000), [1_000, 1_000, 800, 900]], { maintenanceMarginRate: 0 });
    const { recorder, order, advance } = handExchange(tape, {}, 1_000);
    order(10_000, { stop: 0.1 });
    advance(2);
    expect([recorder.fill(1).price, recorder.fill(1).reason]).toEqual([900, FillReason.liquidation]);
  });

  test("a gap beyond both is liquidated at the open, before the stop is looked at", () => {
    const told = longTen([880, 890, 850, 870], { stop: 0.05 });
    expect(told.fills).toEqual([[0, 880, FillReason.liquidation]]);
    expect(told.equity, "10 * 120 is more than there was").toBe(0);
  });
});

describe("several symbols in one bar", () => {
  const instruments = [plainInstrument({}, "AUSDT"), plainInstrument({}, "BUSDT")];

  function pair(bars: readonly [HandBar, HandBar], stops: readonly [number, number], costs = {}): Told {
    const quiet = [still(1_000), still(1_000)];
    const { exchange, recorder, order, advance } = handExchange(
      handTape(instruments, [quiet, quiet, bars]),
      costs,
      1_000,
    );
    order(5_000, { stop: stops[0], symbol: 0 });
    order(4_500, { stop: stops[1], symbol: 1 });
    advance(2);
    const fills = recorder.fills().slice(2);
    return {
      fills: fills.map(({ symbol, price, reason }) => [symbol, price, reason]),
      equity: exchange.book.equity[0],
    };
  }

  test("stops fill in the order of the way, whatever the order of the symbols", () => {
    const fall: HandBar = [1_000, 1_000, 900, 900];
    expect(pair([fall, fall], [0.08, 0.04]).fills).toEqual([
      [1, 960, FillReason.stop],
      [0, 920, FillReason.stop],
    ]);
  });

  test("a stop that fills moves the liquidation of what is left", () => {
    // Alone, A (5 lots) is liquidated after a loss of 1,000 - 180: 5,000 p / 1,000 at p = 4,180 / 4.975 = 840.20.
    const fall: HandBar = [1_000, 1_000, 700, 900];
    const told = pair([fall, fall], [0, 0.04]);
    expect(told.fills).toEqual([
      [1, 960, FillReason.stop],
      [0, 840.2, FillReason.liquidation],
    ]);
    // Without the stop: 9.5 (1,000 - p) = 1,000 - 0.0475 p, at p = 8,500 / 9.4525 = 899.23.
    expect(pair([fall, fall], [0, 0]).fills).toEqual([
      [0, 899.23, FillReason.liquidation],
      [1, 899.23, FillReason.liquidation],
    ]);
    expect(pair([fall, fall], [0, 0.11]).fills, "a stop at 890 comes too late").toHaveLength(2);
  });

  test("a stop whose costs are too much ends the account where the stop filled, not before it", () => {
    // Entries at 1,020. Both at 920 leave 1,000 - 950 = 50, more than 0.5 % of 8,740. B's stop at 920.04 fills at 901.63:
    // 1,000 - 532.665 + 5 (p - 1,020) is less than 0.025 p below p = 931.19, a price that has gone by.
    const fall: HandBar = [1_000, 1_000, 920, 950];
    const costs = { baseSlippageBps: 200, leverage: 20 };
    expect(pair([fall, fall], [0, 0], costs).fills, "without the stop the account goes on").toEqual([]);
    expect(pair([fall, fall], [0, 0.098], costs).fills).toEqual([
      [1, 901.63, FillReason.stop],
      [0, 901.63, FillReason.liquidation],
    ]);
  });
});
