/** @file Where a comparison turns: a price that is exactly a level, a level that is exactly 1, a position of one lot. */
import { describe, expect, it } from "vitest";
import { FillReason } from "../core/index.ts";
import { FillRecorder } from "./fill-recorder.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { type HandBar, handTape, oneSymbolTape, plainInstrument, still } from "./testing/hand-tape.ts";

type Brackets = { stop?: number; target?: number; trail?: number };
type Exit = readonly [bar: number, price: number, reason: FillReason];

function exits(lots: number, brackets: Brackets, bars: readonly HandBar[], config = {}): Exit[] {
  const { recorder, order, advance } = handExchange(oneSymbolTape([bars[0], ...bars]), config, 1_000_000);
  order(lots, brackets);
  advance(bars.length);
  return recorder
    .fills()
    .slice(1)
    .map(({ bar, price, reason }) => [bar, price, reason]);
}

describe("a price that is exactly a level", () => {
  it("fills a target that the bar's best price just reaches", () => {
    const target = { target: 0.05 };
    expect(exits(1_000, target, [still(100), [102, 105, 101, 103]])).toEqual([[2, 105, FillReason.target]]);
    expect(exits(1_000, target, [still(100), [102, 104.99, 101, 103]])).toEqual([]);
    expect(exits(-1_000, target, [still(100), [98, 99, 95, 97]])).toEqual([[2, 95, FillReason.target]]);
    expect(exits(-1_000, target, [still(100), [98, 99, 95.01, 97]])).toEqual([]);
  });

  it("meets a target at the open before a stop that the bar touches later", () => {
    const both = { stop: 0.05, target: 0.05 };
    expect(exits(1_000, both, [still(100), [105, 106, 90, 92]])).toEqual([[2, 105, FillReason.target]]);
    expect(exits(-1_000, both, [still(100), [95, 110, 94, 108]])).toEqual([[2, 95, FillReason.target]]);
  });

  it("is the stop's where stop and trailing stop lie at one price", () => {
    const both = { stop: 0.05, trail: 0.05 };
    expect(exits(1_000, both, [still(100), [99, 99, 94, 96]])).toEqual([[2, 95, FillReason.stop]]);
    expect(exits(-1_000, both, [still(100), [101, 106, 101, 104]])).toEqual([[2, 105, FillReason.stop]]);
  });

  it("protects a profit from the very gain that it waits for", () => {
    const config = { breakEvenDistance: 0.05, profitLockShare: 0 };
    const long = [still(100), [101, 105, 101, 104], [103, 103, 99, 100]] as const;
    expect(exits(1_000, {}, long, config)).toEqual([[3, 100, FillReason.trail]]);
    const less = [still(100), [101, 104.99, 101, 104], [103, 103, 99, 100]] as const;
    expect(exits(1_000, {}, less, config)).toEqual([]);
    const short = [still(100), [99, 99, 95, 96], [97, 101, 97, 100]] as const;
    expect(exits(-1_000, {}, short, config)).toEqual([[3, 100, FillReason.trail]]);
  });
});

describe("a level that is exactly 1", () => {
  it("is a level: stop, target, trail of the whole price, and a gain of the whole price", () => {
    expect(exits(1_000, { stop: 0.5 }, [still(2), [1.5, 1.6, 0.9, 1]])).toEqual([[2, 1, FillReason.stop]]);
    expect(exits(-1_000, { target: 0.5 }, [still(2), [1.5, 1.6, 0.9, 1]])).toEqual([[2, 1, FillReason.target]]);
    expect(exits(-1_000, { trail: 1 }, [still(2), [3, 4.5, 3, 4]])).toEqual([[2, 4, FillReason.trail]]);
    const doubled = [still(2), [3, 4, 3, 3.5], [3, 3, 1.9, 2]] as const;
    expect(exits(1_000, {}, doubled, { breakEvenDistance: 1 })).toEqual([[3, 2, FillReason.trail]]);
  });
});

describe("a position of one lot", () => {
  it("is valued, charged margin, protected and closed like any other", () => {
    const tape = oneSymbolTape([still(100), still(100), [110, 110, 110, 110], [94, 94, 94, 94]]);
    const { exchange, recorder, order, advance } = handExchange(tape, {}, 1_000);
    order(1, { stop: 0.05 });
    advance(2);
    const { book } = exchange;
    expect(book.unrealised[0]).toBeCloseTo(0.01, 12);
    expect(book.marginUsed[0]).toBeCloseTo(0.011, 12);
    expect(book.equity[0]).toBeCloseTo(1_000.01, 10);
    advance();
    expect(recorder.fills().map(({ price, reason }) => [price, reason])).toEqual([
      [100, FillReason.open],
      [94, FillReason.stop],
    ]);
    expect(book.lots[0]).toBe(0);
  });

  it("is turned by an order for one lot on the other side", () => {
    const { exchange, order, advance } = handExchange(oneSymbolTape([still(100), still(100), still(100)]), {}, 1_000);
    order(1);
    advance();
    order(-1);
    advance();
    expect(exchange.book.lots[0]).toBe(-1);
    expect(exchange.book.entryBar[0]).toBe(2);
  });
});

describe("what is booked with a fill", () => {
  it("is its bar, whether it opens, adds or closes", () => {
    const tape = oneSymbolTape([still(100), still(100), still(110), still(120)]);
    const { exchange, order, advance } = handExchange(tape, {}, 100_000);
    const bars: number[] = [];
    for (const lots of [1_000, 3_000, 0]) {
      order(lots);
      advance();
      bars.push(exchange.book.lastFillBar[0]);
    }
    expect(bars).toEqual([1, 2, 3]);
    expect(exchange.book.realised[0]).toBeCloseTo(20 + 2 * 10, 10);
  });

  it("is realised on what is closed: by lots, not by their ratio", () => {
    const tape = oneSymbolTape([still(100), still(100), still(130)]);
    const { exchange, recorder, order, advance } = handExchange(tape, {}, 100_000);
    order(4_000);
    advance();
    order(1_000);
    advance();
    expect(recorder.fill(1).realised).toBeCloseTo(90, 10);
    expect(exchange.book.lots[0]).toBe(1_000);
  });
});

describe("stops on the way to the worst prices", () => {
  const names = ["AAAUSDT", "BBBUSDT"];
  const two = (bars: ReadonlyArray<readonly [HandBar, HandBar]>) =>
    handTape(
      names.map((name) => plainInstrument({}, name)),
      bars,
    );

  it("fill both where both lie on it, each at its level, and leave nothing to fill twice", () => {
    const tape = two([
      [still(100), still(100)],
      [still(100), still(100)],
      [
        [100, 100, 80, 90],
        [100, 100, 90, 95],
      ],
      [still(90), still(95)],
    ]);
    const { exchange, recorder, order, advance } = handExchange(tape, {}, 100_000);
    order(1_000, { stop: 0.05, symbol: 0 });
    order(1_000, { stop: 0.05, symbol: 1 });
    advance(3);
    expect(
      recorder
        .fills()
        .slice(2)
        .map(({ symbol, price, bar }) => [symbol, price, bar]),
    ).toEqual([
      [0, 95, 2],
      [1, 95, 2],
    ]);
    expect([...exchange.book.lots]).toEqual([0, 0]);
  });
});

describe("a record of fills", () => {
  it("keeps every number through its growth, and sums the slippage of one account", () => {
    const recorder = new FillRecorder();
    for (let i = 0; i < 700; i++) recorder.record(i % 2, i, i, 0, 1, i + 0.25, 1, 0, 0, i + 0.5, FillReason.open);
    for (const i of [0, 1, 255, 256, 257, 511, 512, 699]) {
      expect([recorder.account(i), recorder.fill(i).quantity, recorder.slippage(i)]).toEqual([
        i % 2,
        i + 0.25,
        i + 0.5,
      ]);
    }
    expect(recorder.totalSlippage(0)).toBe(350 * 349 + 175);
    expect(recorder.totalSlippage(1)).toBe(350 * 350 + 175);
    expect(recorder.totalSlippage()).toBe(recorder.totalSlippage(0));
    expect(recorder.tradeHash()).toBe(recorder.tradeHash(0));
    recorder.clear();
    expect(recorder.totalSlippage(0)).toBe(0);
  });
});
