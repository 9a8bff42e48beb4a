import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadStrategy } from "../src/app/index.ts";
import { verifyLeaks } from "../src/evaluate/index.ts";
import {
  backtest,
  decisionConfig,
  type MarketTape,
  parseTimeframe,
  type Strategy,
  StrategyPolicy,
  syntheticTape,
} from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "tidemark-strategy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tape = syntheticTape({ seed: 4, bars: 1_500, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
const config = decisionConfig({ sizing: { scheme: "fixed-fraction", fraction: 1 } });
const EXAMPLES = ["breakout", "mean-reversion", "funding-carry", "pairs"];

function play(policy: StrategyPolicy, on: MarketTape = tape) {
  return backtest({ tape: on, policy, config, balance: 10_000, seed: 1 });
}

describe("the example strategies", () => {
  it.each(EXAMPLES)("%s loads, trades both ways of its rule, and knows nothing of later bars", async (name) => {
    const strategy = await loadStrategy(`${name}.ts`, resolve(import.meta.dirname, "../examples/strategies"));
    expect(strategy.name).toBe(name);
    const result = await play(new StrategyPolicy(strategy));
    expect(result.trades.length, "it trades").toBeGreaterThan(3);
    expect(new Set(result.trades.map(({ side }) => side)).size, "both sides").toBe(2);
    expect((await play(new StrategyPolicy(strategy))).tradeHash, "no memory of another run").toBe(result.tradeHash);
    const leaks = await verifyLeaks({
      tape,
      policy: () => new StrategyPolicy(strategy),
      decision: config,
      balance: 10_000,
      seed: 1,
    });
    expect(leaks.checks.flatMap(({ faults }) => faults)).toEqual([]);
  });

  it("hold legs of a pair that are opposite and equal", async () => {
    const strategy = await loadStrategy("pairs.ts", resolve(import.meta.dirname, "../examples/strategies"));
    const { curve } = await play(new StrategyPolicy(strategy));
    let opposite = 0;
    let held = 0;
    for (let row = 0; row < curve.length; row++) {
      const [a, b] = [curve.positions[row * 2], curve.positions[row * 2 + 1]];
      if (a === 0 && b === 0) continue;
      held++;
      if (a * b < 0) opposite++;
    }
    expect(held).toBeGreaterThan(50);
    expect(opposite / held).toBeGreaterThan(0.9);
  });
});

function strategyFile(name: string, source: string): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  return path;
}

describe("a strategy of one's own", () => {
  it("takes parameters in place of its defaults, and refuses others", async () => {
    const path = strategyFile(
      "hold.mjs",
      `export default { name: "hold", parameters: { size: { default: 0.5, low: 0, high: 1 } },
        decide: (symbol, { size }) => { if (symbol.exposure === 0) symbol.long(size); } };`,
    );
    const strategy = await loadStrategy(path, folder);
    expect(new StrategyPolicy(strategy).name).toBe("hold size 0.5");
    const half = await play(new StrategyPolicy(strategy));
    const quarter = await play(new StrategyPolicy(strategy, { size: 0.25 }));
    expect(half.curve.exposure[5] / quarter.curve.exposure[5]).toBeCloseTo(2, 1);
    expect(() => new StrategyPolicy(strategy, { bars: 3 })).toThrow(
      expect.objectContaining({ code: "USAGE_ARGUMENT" }),
    );
  });

  it("sees the bars and indicators of its time, and no later ones", async () => {
    const seen: Array<[number, number, number]> = [];
    const strategy: Strategy = {
      name: "watch",
      features: ["return1"],
      decide: (symbol) => {
        if (symbol.index === 0) seen.push([symbol.bar, symbol.close(), symbol.feature("return1")]);
      },
    };
    await play(new StrategyPolicy(strategy));
    const [bar, close, rise] = seen[100];
    expect(close).toBe(tape.close[bar * 2]);
    expect(rise).toBeCloseTo(Math.log(close / tape.close[(bar - 1) * 2]), 5);
    const ahead: Strategy = { name: "ahead", decide: (symbol) => void symbol.close(-1) };
    await expect(play(new StrategyPolicy(ahead))).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
    const unnamed: Strategy = { name: "unnamed", decide: (symbol) => void symbol.feature("rsi14") };
    await expect(play(new StrategyPolicy(unnamed))).rejects.toThrow(/does not name it among its features/);
  });

  it("is told what is wrong with its file", async () => {
    await expect(loadStrategy("nowhere.ts", folder)).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
    const empty = strategyFile("empty.mjs", "export const nothing = 1;");
    await expect(loadStrategy(empty, folder)).rejects.toThrow(/does not export a strategy/);
    const torn = strategyFile("torn.mjs", "export default {");
    await expect(loadStrategy(torn, folder)).rejects.toThrow(/can't be loaded/);
  });
});
