import { describe, expect, it } from "vitest";
import { parseTimeframe, Random } from "../core/index.ts";
import { oneSymbolTape, randomTape } from "../exchange/testing/hand-tape.ts";
import { type MarketTape, syntheticTape } from "../market/index.ts";
import { SmaCross } from "../policy/index.ts";
import { run, settings } from "./testing/settings.ts";

const LOT = 1_000;

type Plain = { fills: Array<readonly [bar: number, lots: number, price: number]>; equity: number };

/**
 * The rule written down a second time, as plainly as possible: whole windows summed anew at each bar, one position, all
 * of equity, cash never below zero, signal at the close of t, fill at the open of t + 1, closed at the last close.
 */
function plainSmaCross(tape: MarketTape, fast: number, slow: number, balance: number, feeRate: number): Plain {
  const mean = (end: number, length: number): number => {
    let sum = 0;
    for (let t = end - length + 1; t <= end; t++) sum += tape.close[t];
    return sum / length;
  };
  const fills: Plain["fills"] = [];
  let cash = balance;
  let lots = 0;
  let entry = 0;
  let before = 0;
  let side = 0;
  const trade = (bar: number, change: number, price: number): void => {
    if (change === 0) return;
    if (lots * change < 0) cash += (-change / LOT) * (price - entry);
    else entry = price;
    cash -= (Math.abs(change) / LOT) * price * feeRate;
    lots += change;
    fills.push([bar, change, price]);
  };
  for (let t = 0; t < tape.bars - 1; t++) {
    if (t < slow - 1) continue;
    const gap = mean(t, fast) - mean(t, slow);
    const sign = Math.abs(gap) <= tape.close[t] * 1e-12 ? 0 : Math.sign(gap);
    if (sign !== 0 && before === -sign) side = sign;
    if (sign !== 0) before = sign;
    if (side === 0 || Math.sign(lots) === side) continue;
    const open = tape.open[t + 1];
    const equity = cash + (lots / LOT) * (tape.close[t] - entry);
    const wanted = Math.floor((equity / tape.close[t]) * LOT + 1e-9);
    trade(t + 1, -lots, open);
    const affordable = Math.floor((cash / (open * (1 + feeRate))) * LOT + 1e-9);
    trade(t + 1, side * Math.min(wanted, affordable), open);
  }
  trade(tape.bars - 1, -lots, tape.close[tape.bars - 1]);
  return { fills, equity: cash };
}

const market = (seed: number): MarketTape => {
  const made = syntheticTape({ seed, bars: 1_500, timeframe: parseTimeframe("1h"), symbols: ["ETHUSDT"] });
  const rows = Array.from({ length: made.bars }, (_, t) => t).map(
    (t) => [made.open[t], made.high[t], made.low[t], made.close[t]] as const,
  );
  return oneSymbolTape(rows);
};

describe("the moving-average cross", () => {
  for (const [seed, fast, slow, feeBps] of [
    [1, 10, 30, 0],
    [2, 10, 30, 0],
    [3, 1, 2, 0],
    [4, 7, 50, 0],
    [5, 10, 30, 5.5],
    [6, 3, 100, 20],
  ]) {
    it(`agrees with a plain second writing of it (${fast}/${slow}, ${feeBps} bps, market ${seed})`, async () => {
      const tape = market(seed);
      const plain = plainSmaCross(tape, fast, slow, 10_000, feeBps * 1e-4);
      const result = await run(tape, new SmaCross({ fast, slow }), settings({ takerFeeBps: feeBps }));
      expect(result.fills.map(({ bar, lots, price }) => [bar, lots, price])).toEqual(plain.fills);
      expect(result.finalEquity / plain.equity).toBeCloseTo(1, 10);
      expect(plain.fills.length).toBeGreaterThan(10);
    });
  }

  it("takes the side of the last crossing where the test begins later", async () => {
    const tape = market(7);
    const whole = await run(tape, new SmaCross({ fast: 10, slow: 30 }));
    const late = await run(tape, new SmaCross({ fast: 10, slow: 30 }), settings(), { from: 700 });
    const sideAt = (bar: number): number =>
      Math.sign(whole.fills.filter((fill) => fill.bar <= bar).reduce((sum, { lots }) => sum + lots, 0));
    expect(late.fills[0].bar).toBe(701);
    expect(Math.sign(late.fills[0].lots)).toBe(sideAt(700));
  });

  it("decides the same whatever comes later", async () => {
    const tape = market(8);
    const cut = 900;
    const altered = oneSymbolTape(
      Array.from({ length: tape.bars }, (_, t) => {
        const factor = t <= cut ? 1 : 1 + 0.3 * Math.sin(t);
        return [tape.open[t], tape.high[t], tape.low[t], tape.close[t]].map(
          (price) => Math.round(price * factor * 100) / 100,
        ) as [number, number, number, number];
      }),
    );
    const fills = async (which: MarketTape): Promise<unknown[]> =>
      (await run(which, new SmaCross({ fast: 10, slow: 30 }))).fills.filter(({ bar }) => bar <= cut);
    expect(await fills(altered)).toEqual(await fills(tape));
  });

  it("means the same after thousands of bars as afresh", async () => {
    const tape = randomTape(new Random(11), 1, 3_000);
    const policy = new SmaCross({ fast: 6, slow: 25 });
    await run(tape, policy, settings({ leverage: 1 }));
    const closes: number[] = [];
    // The last decision is made one bar before the end.
    for (let t = 0; t < tape.bars - 1; t++) if (tape.present[t] === 1) closes.push(tape.close[t]);
    const mean = (length: number): number => closes.slice(-length).reduce((sum, close) => sum + close, 0) / length;
    const figures = policy.explain().symbols[0].figures ?? {};
    expect(figures["fast"] / mean(6)).toBeCloseTo(1, 12);
    expect(figures["slow"] / mean(25)).toBeCloseTo(1, 12);
  });

  it("refuses lengths that make no cross", () => {
    for (const [fast, slow] of [
      [30, 10],
      [10, 10],
      [0, 5],
      [1.5, 4],
    ]) {
      expect(() => new SmaCross({ fast, slow })).toThrow(/fast length below the slow one/);
    }
  });
});
