import { describe, expect, test } from "vitest";
import { FillReason } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";
import { AccountStatus } from "./outcome.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { type HandBar, handTape, oneSymbolTape, plainInstrument, still, withMarks } from "./testing/hand-tape.ts";

type Mark = readonly [number, number, number, number];

const flat = (price: number): Mark => [price, price, price, price];

/** Long or short 10 at 1,000 with 1,000 of balance: a long is liquidated at 9,000 / 9.95 = 904.52. */
function heldThrough(bar: HandBar, mark: Mark | undefined, lots = 10_000): ReturnType<typeof handExchange> {
  const tape = oneSymbolTape([still(1_000), still(1_000), bar]);
  const marked = mark === undefined ? tape : withMarks(tape, [[flat(1_000)], [flat(1_000)], [mark]]);
  const hand = handExchange(marked, {}, 1_000);
  hand.order(lots);
  hand.advance(2);
  return hand;
}

const played = (tape: MarketTape): unknown => {
  const { exchange, recorder, order, advance } = handExchange(tape, { takerFeeBps: 5.5 }, 1_000);
  order(7_000, { stop: 0.2 });
  advance(3);
  return [exchange.state(), recorder.tradeHash(0)];
};

describe("liquidation by the mark price", () => {
  test("a trade below the liquidation price closes nothing while the mark stays above it", () => {
    const wild: HandBar = [1_000, 1_000, 850, 990];
    expect(heldThrough(wild, undefined).exchange.book.status[0]).toBe(AccountStatus.liquidated);
    const { exchange, recorder } = heldThrough(wild, [1_000, 1_000, 950, 992]);
    expect(exchange.book.status[0]).toBe(AccountStatus.active);
    expect(recorder.count, "the opening is the only fill").toBe(1);
    expect(exchange.book.equity[0], "1,000 + 10 (992 - 1,000)").toBeCloseTo(920, 9);
    expect(exchange.book.unrealised[0]).toBeCloseTo(-80, 9);
    expect(exchange.book.marginUsed[0], "10 times 992 at leverage 10").toBeCloseTo(992, 9);
  });

  test("a mark below the liquidation price closes where the market has done as much of its own way", () => {
    const calm: HandBar = [1_000, 1_000, 960, 990];
    expect(heldThrough(calm, undefined).exchange.book.status[0]).toBe(AccountStatus.active);
    const { exchange, recorder } = heldThrough(calm, [1_000, 1_000, 880, 900]);
    // E0 - M0 = 1,000 - 50, E1 - M1 = -200 - 44: 950 / 1,194 of the way, 1,000 - 40 * 0.795645 = 968.174.
    expect(recorder.fill(1)).toMatchObject({ price: 968.17, reason: FillReason.liquidation });
    expect(exchange.book.status[0]).toBe(AccountStatus.liquidated);
    expect(exchange.book.equity[0], "the market pays 968.17, whatever the mark was").toBeCloseTo(681.7, 9);
  });

  test("a short is liquidated by the mark's high", () => {
    const calm: HandBar = [1_000, 1_040, 1_000, 1_010];
    expect(heldThrough(calm, undefined, -10_000).exchange.book.status[0]).toBe(AccountStatus.active);
    const { recorder } = heldThrough(calm, [1_000, 1_120, 1_000, 1_100], -10_000);
    // 950 at the open, 1,000 - 1,200 - 56 at the worst: 950 / 1,206 of 40 above 1,000, and up to the tick.
    expect(recorder.fill(1)).toMatchObject({ price: 1_031.51, reason: FillReason.liquidation });
  });

  test("a mark that opens beyond it is met before any order", () => {
    const { exchange, recorder } = heldThrough([1_000, 1_000, 1_000, 1_000], flat(900));
    expect(recorder.fill(1), "at the open of the market").toMatchObject({
      price: 1_000,
      reason: FillReason.liquidation,
    });
    expect(exchange.book.equity[0]).toBeCloseTo(1_000, 9);
  });

  test("a bar whose mark is not known goes by its own prices", () => {
    const tape = oneSymbolTape([still(1_000), still(1_000), [1_000, 1_000, 850, 990]]);
    const { exchange, order, advance } = handExchange(
      withMarks(tape, [[flat(990)], [flat(990)], [undefined]]),
      {},
      1_000,
    );
    order(10_000);
    advance(1);
    expect(exchange.book.equity[0], "10 below what was paid").toBeCloseTo(900, 9);
    advance(1);
    expect(exchange.book.status[0]).toBe(AccountStatus.liquidated);
  });

  test("a stop is met by trades, and saves what the mark would have liquidated", () => {
    const tape = oneSymbolTape([still(1_000), still(1_000), [1_000, 1_000, 900, 990]]);
    const marked = withMarks(tape, [[flat(1_000)], [flat(1_000)], [[1_000, 1_000, 880, 990]]]);
    const { exchange, recorder, order, advance } = handExchange(marked, {}, 1_000);
    order(10_000, { stop: 0.05 });
    advance(2);
    // The stop lies half way; the mark meets maintenance after 950 / 1,194 of it.
    expect(recorder.fill(1)).toMatchObject({ price: 950, reason: FillReason.stop });
    expect(exchange.book.status[0]).toBe(AccountStatus.active);
  });
});

describe("what else goes by the mark", () => {
  test("funding is paid on the notional at the mark", () => {
    const tape = oneSymbolTape([still(1_000), still(1_000), [1_000, 1_000, 1_000, 1_000, 1e9, 0.001]]);
    const { exchange, order, advance } = handExchange(withMarks(tape, [[flat(1_000)], [flat(1_000)], [flat(1_010)]]));
    order(1_000);
    advance(2);
    expect(exchange.book.funding[0]).toBeCloseTo(-1.01, 9);
  });

  test("what is held already leaves room for orders by its mark", () => {
    const instruments = [plainInstrument(), plainInstrument({}, "BBBUSDT")];
    const bars = Array.from({ length: 4 }, () => [still(1_000), still(100)]);
    const rows = [1_000, 1_000, 950, 950].map((price) => [flat(price), flat(100)]);
    const { exchange, order, advance } = handExchange(withMarks(handTape(instruments, bars), rows), {}, 1_000);
    order(5_000);
    advance(1);
    order(1_000_000, { symbol: 1 });
    advance(1);
    // 1,000 - 5 * 50 of equity, 475 of it margin: 275 are left, ten times leverage buys 27.5.
    expect(exchange.book.lots[1]).toBe(27_500);
  });

  test("nothing, where the mark is the price itself: every number is the same to the last bit", () => {
    const bars: HandBar[] = [still(1_000), [1_000, 1_031, 987, 1_013], [1_009, 1_020, 880, 905], [905, 940, 890, 931]];
    const plain = oneSymbolTape(bars);
    const marked = withMarks(
      plain,
      bars.map(([open, high, low, close]) => [[open, high, low, close]]),
    );
    expect(played(marked)).toEqual(played(plain));
  });
});
