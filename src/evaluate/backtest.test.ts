import { describe, expect, it } from "vitest";
import { type Clock, Direction, FILL_REASONS, type IntentColumns, parseTimeframe, sha256Hex } from "../core/index.ts";
import { handTape, oneSymbolTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import { syntheticTape } from "../market/index.ts";
import { BuyAndHold, type DecisionContext, EqualWeight, Flat, type Policy, SmaCross } from "../policy/index.ts";
import { DecisionLog } from "../risk/index.ts";
import { run, settings } from "./testing/settings.ts";

/** Wants what it is told at each bar. */
function scripted(steps: Readonly<Record<number, readonly [direction: Direction, size: number]>>): Policy {
  return {
    name: "scripted",
    reset: () => {},
    decide: ({ bar }, intents) => {
      const step = steps[bar];
      if (step === undefined) return;
      intents.direction[0] = step[0];
      intents.size[0] = step[1];
    },
  };
}

describe("baselines on hand-made tapes", () => {
  const rising = oneSymbolTape([still(100), [100, 110, 100, 110], [110, 120, 110, 120]]);

  it("buy and hold without costs earns what the price does", async () => {
    const result = await run(rising, new BuyAndHold());
    expect(
      result.fills.map(({ bar, quantity, price, reason }) => [bar, quantity, price, FILL_REASONS[reason]]),
    ).toEqual([
      [1, 100, 100, "open"],
      [2, -100, 120, "final"],
    ]);
    expect(result.finalEquity).toBe(12_000);
    expect(Array.from(result.curve.equity)).toEqual([10_000, 11_000, 12_000]);
    expect(Array.from(result.curve.positions)).toEqual([0, 1, 0]);
  });

  it("buy and hold with 10 bps buys what its cash covers, fee included", async () => {
    // 10,000 / (100 * 1.001) = 99.900099, in lots of 0.001: 99.900. Fees 9.99 and 99.9 * 120 * 0.001 = 11.988.
    const result = await run(rising, new BuyAndHold(), settings({ takerFeeBps: 10 }));
    expect(result.fills[0].quantity).toBeCloseTo(99.9, 9);
    expect(result.fees).toBeCloseTo(21.978, 9);
    expect(result.finalEquity).toBeCloseTo(10_000 + 99.9 * 20 - 21.978, 9);
  });

  it("buy and hold pays spread and slippage where they are set", async () => {
    // 1 % each way: bought at 101, sold at 118.8; 10,000 / 101 = 99.0099 lots of 0.001: 99.009.
    const result = await run(rising, new BuyAndHold(), settings({ halfSpreadBps: 60, baseSlippageBps: 40 }));
    expect(result.fills.map(({ price }) => price)).toEqual([101, 118.8]);
    expect(result.finalEquity).toBeCloseTo(10_000 + 99.009 * 17.8, 6);
    expect(result.slippage).toBeCloseTo(99.009 * (1 + 1.2), 6);
  });

  it("equal weight comes back to equal parts at each new day", async () => {
    const instruments = [plainInstrument({}, "AAAUSDT"), plainInstrument({}, "BBBUSDT")];
    const tape = handTape(
      instruments,
      [
        [still(100), still(100)],
        [[100, 200, 100, 200], still(100)],
        [[200, 200, 100, 100], still(100)],
        [still(100), still(100)],
      ],
      "1d",
    );
    const free = await run(tape, new EqualWeight());
    // 50 and 50; at 200 and 100 equity is 15,000, so 37.5 and 75; at 100 and 100 it is 11,250, so 56.25 each.
    expect(free.fills.map(({ bar, symbol, quantity }) => [bar, symbol, quantity])).toEqual([
      [1, 0, 50],
      [1, 1, 50],
      [2, 0, -12.5],
      [2, 1, 25],
      [3, 1, -18.75],
      [3, 0, 18.75],
      [3, 0, -56.25],
      [3, 1, -56.25],
    ]);
    expect(free.finalEquity).toBe(11_250);
    expect(free.trades).toHaveLength(2);
    const dear = await run(tape, new EqualWeight(), settings({ takerFeeBps: 10 }));
    const traded = dear.fills.reduce((sum, fill) => sum + Math.abs(fill.quantity) * fill.price, 0);
    expect(dear.fees).toBeCloseTo(traded * 0.001, 9);
    expect(dear.finalEquity).toBeLessThan(11_250);
  });

  it("flat changes nothing and has the hash of nothing", async () => {
    for (const config of [settings(), settings({ takerFeeBps: 10, halfSpreadBps: 50 })]) {
      const result = await run(rising, new Flat(), config);
      expect(result.finalEquity).toBe(10_000);
      expect(result.fills).toEqual([]);
      expect(result.tradeHash).toBe(sha256Hex(""));
    }
  });

  it("a cross of one bar over two trades each turn of the close at the next open", async () => {
    const tape = oneSymbolTape([
      still(10),
      [10, 11, 10, 11],
      [11, 11, 10, 10],
      [10, 12, 10, 12],
      [12.5, 13, 12.5, 13],
      [13, 13, 11, 11],
      still(11),
    ]);
    const result = await run(tape, new SmaCross({ fast: 1, slow: 2 }), settings(), { balance: 1_000 });
    // Short 100 at 10; at 12.5 it is worth 750, which buys 60; those are worth 660 at 11, where 60 are sold short.
    expect(result.fills.map(({ bar, quantity, price }) => [bar, quantity, price])).toEqual([
      [3, -100, 10],
      [4, 100, 12.5],
      [4, 60, 12.5],
      [6, -60, 11],
      [6, -60, 11],
      [6, 60, 11],
    ]);
    expect(result.trades.map(({ side, netProfit, barsHeld }) => [side, netProfit, barsHeld])).toEqual([
      ["short", -250, 1],
      ["long", -90, 2],
      ["short", 0, 1],
    ]);
    expect(result.finalEquity).toBe(660);
    const longOnly = await run(tape, new SmaCross({ fast: 1, slow: 2, longOnly: true }), settings(), {
      balance: 1_000,
    });
    // 1,000 at the close of 12 is 83.333; cash at 12.5 buys 80; sold at 11.
    expect(longOnly.fills.map(({ quantity }) => quantity)).toEqual([80, -80]);
    expect(longOnly.finalEquity).toBe(880);
  });

  it("a symbol that can't be sold short is held or not held", async () => {
    const spot = oneSymbolTape([10, 11, 10, 12, 9, 9].map(still), { kind: "spot" });
    const result = await run(spot, new SmaCross({ fast: 1, slow: 2 }));
    expect(result.fills.every(({ quantity }, i) => (i % 2 === 0 ? quantity > 0 : quantity < 0))).toBe(true);
    expect(result.fills.length).toBeGreaterThan(0);
    expect(result.refusals).toEqual({});
  });
});

describe("the record of a backtest", () => {
  it("books funding on the trade that held through the stamp", async () => {
    const tape = oneSymbolTape([still(100), still(100), [100, 100, 100, 100, 1e9, 0.001], still(100), still(100)]);
    const result = await run(tape, scripted({ 0: [Direction.long, 1], 2: [Direction.short, 1] }));
    // Long 100 at 100 pays 0.1 % of 10,000. The short of bar 3 comes after the stamp.
    expect(result.funding).toBeCloseTo(-10, 9);
    expect(result.trades.map(({ side, funding }) => [side, Number(funding.toFixed(9))])).toEqual([
      ["long", -10],
      ["short", 0],
    ]);
    expect(result.finalEquity).toBeCloseTo(9_990, 9);
  });

  it("knows the worst and the best of a trade, and why it ended", async () => {
    const tape = oneSymbolTape([still(100), [100, 104, 99, 102], [102, 103, 89, 100], still(100)]);
    const config = settings({}, { stopDistance: 0.1 });
    const { trades } = await run(tape, scripted({ 0: [Direction.long, 1] }), config);
    expect(trades).toHaveLength(1);
    expect(trades[0]).toMatchObject({ exitReason: "stop", exitPrice: 90, entryBar: 1, exitBar: 2, barsHeld: 1 });
    expect(trades[0].favorableExcursion).toBeCloseTo(0.04, 12);
    expect(trades[0].adverseExcursion, "the stop's own level, not the bar's low").toBeCloseTo(-0.1, 12);
  });

  it("stops deciding after a liquidation and stays where it ended", async () => {
    const tape = oneSymbolTape([still(100), still(100), [100, 100, 50, 60], still(60), still(200)]);
    const decided: number[] = [];
    const gambler: Policy = {
      name: "gambler",
      reset: () => {},
      decide: ({ bar }, intents) => {
        decided.push(bar);
        intents.direction[0] = Direction.long;
        intents.size[0] = 1;
      },
    };
    const result = await run(tape, gambler, settings({ leverage: 3 }, {}, 3));
    expect(result.liquidated).toBe(true);
    expect(decided).toEqual([0, 1]);
    expect(result.trades.map(({ exitReason }) => exitReason)).toEqual(["liquidation"]);
    expect(Array.from(result.curve.equity.slice(2))).toEqual([
      result.finalEquity,
      result.finalEquity,
      result.finalEquity,
    ]);
    expect(result.finalEquity).toBeGreaterThanOrEqual(0);
    expect(result.finalEquity).toBeLessThan(1_000);
  });

  it("counts what was refused and clamped by its code", async () => {
    const tape = oneSymbolTape([100, 100, 100, 100].map(still), { minNotional: 20_000 });
    const { refusals, fills } = await run(tape, scripted({ 0: [Direction.long, 1], 1: [Direction.short, 1] }));
    expect(fills).toEqual([]);
    expect(refusals).toEqual({ "risk.minNotional": 2 });
  });

  it("counts what was closed at a carried price because the symbol had no bar", async () => {
    const bars = [still(100), still(100), null, null];
    const held = await run(oneSymbolTape(bars), new BuyAndHold());
    expect(held.fills.map(({ bar, price }) => [bar, price])).toEqual([
      [1, 100],
      [3, 100],
    ]);
    expect(held.closedWithoutBar, "closed out in bar 3, which is not there").toBe(1);
    expect((await run(oneSymbolTape([...bars, still(100)]), new BuyAndHold())).closedWithoutBar).toBe(0);
  });

  it("is the same twice, and for a policy that answers with promises", async () => {
    const tape = syntheticTape({ seed: 5, bars: 2_000, timeframe: parseTimeframe("5m") });
    const config = settings({ takerFeeBps: 5, harsh: true, leverage: 3 }, { stopDistance: 0.02 });
    const first = await run(tape, new SmaCross({ fast: 8, slow: 21 }), config);
    const again = await run(tape, new SmaCross({ fast: 8, slow: 21 }), config);
    expect(again).toEqual(first);
    const inner = new SmaCross({ fast: 8, slow: 21 });
    const slow: Policy = {
      name: inner.name,
      reset: async (context: DecisionContext) => inner.reset(context),
      decide: async (context: DecisionContext, intents: IntentColumns) => inner.decide(context, intents),
    };
    const promised = await run(tape, slow, config);
    expect(promised.tradeHash).toBe(first.tradeHash);
    expect(first.fills.length).toBeGreaterThan(100);
    const other = await run(tape, new SmaCross({ fast: 8, slow: 21 }), config, { seed: 2 });
    expect(other.tradeHash, "harsh mode draws from the seed").not.toBe(first.tradeHash);
  });

  it("plays a part of a tape as if the rest weren't there", async () => {
    const tape = syntheticTape({ seed: 5, bars: 900, timeframe: parseTimeframe("1h") });
    const shorter = syntheticTape({ seed: 5, bars: 600, timeframe: parseTimeframe("1h") });
    const part = await run(tape, new SmaCross({ fast: 5, slow: 20 }), settings(), { from: 200, to: 600 });
    const whole = await run(shorter, new SmaCross({ fast: 5, slow: 20 }), settings(), { from: 200 });
    expect(part.tradeHash).toBe(whole.tradeHash);
    expect(part.curve.length).toBe(400);
    expect(part.fills.every(({ bar }) => bar > 200 && bar < 600)).toBe(true);
  });

  it("gives every decision to a recorder that asks for them", async () => {
    const tape = oneSymbolTape([100, 100, 100, 100].map(still));
    const decisions = new DecisionLog();
    await run(tape, new BuyAndHold(), settings(), { decisions });
    expect(decisions.count).toBe(3);
    expect(decisions.row(0)).toMatchObject({ bar: 0, sent: true, targetLots: 100_000 });
  });

  it("reports progress, hears an abort, and refuses a range without two bars", async () => {
    const tape = syntheticTape({ seed: 5, bars: 20_000, timeframe: parseTimeframe("1m"), symbols: ["BTCUSDT"] });
    const seen: number[] = [];
    let elapsedMs = 0;
    const clock: Clock = {
      nowMs: () => 0,
      elapsedMs: () => (elapsedMs += 2),
      sleep: async (_ms, signal) => signal?.throwIfAborted(),
    };
    await run(tape, new Flat(), settings(), { clock, onProgress: ({ done }) => seen.push(done) });
    // Every look takes 2 ms of this clock; after 100 ms, which is 50 looks of 256 bars, there is a pause.
    expect(seen).toEqual([12_800, 19_999]);
    const controller = new AbortController();
    const stopped = run(tape, new Flat(), settings(), {
      clock,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("stopped by hand")),
    });
    await expect(stopped).rejects.toThrow("stopped by hand");
    await expect(run(tape, new Flat(), settings(), { from: 5, to: 6 })).rejects.toMatchObject({
      code: "DATA_TOO_SHORT",
    });
    await expect(run(tape, new Flat(), settings(), { from: 0, to: 20_001 })).rejects.toMatchObject({
      code: "DATA_TOO_SHORT",
    });
  });
});
