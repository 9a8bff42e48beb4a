import { describe, expect, test } from "vitest";
import { FillReason } from "../core/index.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { type HandBar, oneSymbolTape, still } from "./testing/hand-tape.ts";

type Expected = readonly [bar: number, price: number, reason: FillReason];
type Brackets = { stop?: number; target?: number; trail?: number; maxBars?: number };

/** Enters at 100 in bar 1 with the brackets, plays the rest and returns the exits. */
function exits(lots: number, brackets: Brackets, after: readonly (HandBar | null)[], costs = {}): Expected[] {
  const tape = oneSymbolTape([still(100), ...after]);
  const { recorder, order, advance } = handExchange(tape, costs, 100_000);
  order(lots, brackets);
  advance(after.length);
  return recorder
    .fills()
    .slice(1)
    .map((fill) => [fill.bar, fill.price, fill.reason]);
}

describe("brackets", () => {
  test("a stop fills at its level when the bar touches it", () => {
    expect(exits(1_000, { stop: 0.05 }, [still(100), [98, 99, 95, 97]])).toEqual([[2, 95, FillReason.stop]]);
    expect(exits(1_000, { stop: 0.05 }, [still(100), [98, 99, 95.01, 97]]), "a cent above").toEqual([]);
    expect(exits(-1_000, { stop: 0.05 }, [still(100), [102, 105, 101, 103]])).toEqual([[2, 105, FillReason.stop]]);
  });

  test("a target fills at its level when the bar touches it", () => {
    expect(exits(1_000, { target: 0.05 }, [still(100), [102, 106, 101, 103]])).toEqual([[2, 105, FillReason.target]]);
    expect(exits(-1_000, { target: 0.05 }, [still(100), [98, 99, 94, 97]])).toEqual([[2, 95, FillReason.target]]);
  });

  test("a bracket is live in the bar of the entry itself", () => {
    expect(exits(1_000, { stop: 0.05 }, [[100, 101, 94, 99]])).toEqual([[1, 95, FillReason.stop]]);
  });

  test("where a bar touches both, the stop counts first", () => {
    expect(exits(1_000, { stop: 0.05, target: 0.05 }, [still(100), [100, 110, 90, 108]])).toEqual([
      [2, 95, FillReason.stop],
    ]);
    expect(exits(-1_000, { stop: 0.05, target: 0.05 }, [still(100), [100, 110, 90, 92]])).toEqual([
      [2, 105, FillReason.stop],
    ]);
  });

  test("a gap through a stop fills at the open, never at the better level", () => {
    expect(exits(1_000, { stop: 0.05 }, [still(100), [80, 100, 79, 99]])).toEqual([[2, 80, FillReason.stop]]);
    expect(exits(-1_000, { stop: 0.05 }, [still(100), [120, 121, 90, 95]])).toEqual([[2, 120, FillReason.stop]]);
  });

  test("a gap through a target fills at the open, even where the bar touches the stop later", () => {
    expect(exits(1_000, { stop: 0.05, target: 0.05 }, [still(100), [107, 108, 90, 92]])).toEqual([
      [2, 107, FillReason.target],
    ]);
  });

  test("brackets pay slippage and fees like any market order", () => {
    const costs = { baseSlippageBps: 100, takerFeeBps: 10 };
    const tape = oneSymbolTape([still(100), still(100), [100, 100, 94, 96]]);
    const { recorder, order, advance } = handExchange(tape, costs, 100_000);
    order(1_000, { stop: 0.05 });
    advance(2);
    expect(recorder.fill(0).price).toBe(101);
    expect(recorder.fill(1).price, "the stop lies at 101 * 0.95 = 95.95, less 1 % is 94.9905").toBe(94.99);
    expect(recorder.fill(1).fee, "94.99 * 10 bps").toBeCloseTo(0.09499, 9);
  });

  test("a trailing stop follows finished bars only", () => {
    // The high of 120 in bar 2 lifts the trail to 108 for bar 3, not for bar 2 itself, whose low is 104.
    const path: HandBar[] = [still(100), [105, 120, 104, 118], [118, 119, 107, 110]];
    expect(exits(1_000, { trail: 0.1 }, path)).toEqual([[3, 108, FillReason.trail]]);
    const down: HandBar[] = [still(100), [95, 96, 80, 82], [82, 89, 81, 88]];
    expect(exits(-1_000, { trail: 0.1 }, down)).toEqual([[3, 88, FillReason.trail]]);
  });

  test("a trailing stop starts at the entry", () => {
    expect(exits(1_000, { trail: 0.1 }, [still(100), [95, 96, 89, 95]])).toEqual([[2, 90, FillReason.trail]]);
  });

  test("of stop and trailing stop the tighter one counts", () => {
    const path: HandBar[] = [still(100), [105, 120, 104, 118], [118, 119, 90, 95]];
    expect(exits(1_000, { stop: 0.05, trail: 0.1 }, path)).toEqual([[3, 108, FillReason.trail]]);
    expect(exits(1_000, { stop: 0.05, trail: 0.3 }, path)).toEqual([[3, 95, FillReason.stop]]);
  });

  test("a time stop fills at the open of the bar when it is due", () => {
    expect(exits(1_000, { maxBars: 2 }, [still(100), still(101), still(102), still(103)])).toEqual([
      [3, 102, FillReason.time],
    ]);
  });

  test("a time stop waits for an absent symbol", () => {
    expect(exits(1_000, { maxBars: 1 }, [still(100), null, [99, 99, 99, 99]])).toEqual([[3, 99, FillReason.time]]);
  });

  test("an order on the same side does not outlive a time stop, one that reverses replaces it", () => {
    const tape = oneSymbolTape([still(100), still(100), still(100), still(100)]);
    const same = handExchange(tape);
    same.order(1_000, { maxBars: 1 });
    same.advance();
    same.order(2_000);
    same.advance();
    expect(same.recorder.fills().map((fill) => fill.reason)).toEqual([FillReason.open, FillReason.time]);
    const other = handExchange(tape);
    other.order(1_000, { maxBars: 1 });
    other.advance();
    other.order(-1_000);
    other.advance();
    expect(other.recorder.fills().map((fill) => fill.reason)).toEqual([
      FillReason.open,
      FillReason.close,
      FillReason.open,
    ]);
  });

  test("an order for what is held already changes the brackets and trades nothing", () => {
    const tape = oneSymbolTape([still(100), still(100), [100, 100, 96, 98]]);
    const { recorder, order, advance } = handExchange(tape);
    order(1_000, { stop: 0.2 });
    advance();
    order(1_000, { stop: 0.03 });
    advance();
    expect(recorder.fills().map((fill) => [fill.price, fill.reason])).toEqual([
      [100, FillReason.open],
      [97, FillReason.stop],
    ]);
  });

  test("brackets of an enlarged position are measured from the average entry", () => {
    const tape = oneSymbolTape([still(100), still(100), [110, 110, 110, 110], [110, 110, 94, 96]]);
    const { recorder, order, advance } = handExchange(tape);
    order(1_000, { stop: 0.1 });
    advance();
    order(2_000, { stop: 0.1 });
    advance(2);
    expect(recorder.fill(2).price, "(100 + 110) / 2 * 0.9").toBe(94.5);
  });
});

describe("a protected profit", () => {
  const bars = [still(100), [100, 104, 99.5, 103], [103, 108, 102.5, 107], [107, 107, 90, 95]] as const;

  test("moves the stop to the entry once the price has gone far enough in a finished bar", () => {
    const { recorder, order, advance } = handExchange(oneSymbolTape(bars), { breakEvenDistance: 0.04 });
    order(1_000, { stop: 0.5 });
    advance(3);
    expect(recorder.fill(1)).toMatchObject({ bar: 3, price: 100, reason: FillReason.trail });
  });

  test("keeps a share of the best profit, for a short as well", () => {
    const config = { breakEvenDistance: 0.04, profitLockShare: 0.5 };
    const long = handExchange(oneSymbolTape(bars), config);
    long.order(1_000);
    long.advance(3);
    expect(long.recorder.fill(1), "half of 8").toMatchObject({ bar: 3, price: 104, reason: FillReason.trail });
    const falling = bars.map(([open, high, low, close]) => [200 - open, 200 - low, 200 - high, 200 - close] as const);
    const short = handExchange(oneSymbolTape(falling), config);
    short.order(-1_000);
    short.advance(3);
    expect(short.recorder.fill(1)).toMatchObject({ bar: 3, price: 96, reason: FillReason.trail });
  });

  test("does nothing before that, nor where it is off", () => {
    for (const breakEvenDistance of [0, 0.09]) {
      const { recorder, order, advance } = handExchange(oneSymbolTape(bars), { breakEvenDistance });
      order(1_000);
      advance(3);
      expect(recorder.count).toBe(1);
    }
  });
});
