import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Json, TrialRun } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import { type Config, loadConfig } from "../config/load.ts";
import { openTape } from "../data/market.ts";
import { quietContext } from "../testing/context.ts";
import { openRule } from "./rule.ts";
import { objective, type StrategyMarket, strategyModule } from "./trial.ts";
import { type TunedStrategy, tuneStrategy } from "./tune.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-tune-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const config = changedConfig(loadConfig({ path: undefined, workingFolder: FOLDER, overrides: [] }), {
  "data.venue": "synthetic",
  "data.symbols": ["BTCUSDT", "ETHUSDT"],
  "data.timeframe": "1h",
  "data.synthetic_bars": 400,
  "search.trials": 4,
  "search.sampler": "random",
  seed: 3,
});
const { context } = quietContext(FOLDER, () => config);
const tape = await openTape(context, config);

/** Counts in the process how often it was loaded. */
writeFileSync(
  join(FOLDER, "cross.mjs"),
  `globalThis.loadedStrategies = (globalThis.loadedStrategies ?? 0) + 1;
  export const strategy = { name: "cross", parameters: { bars: { default: 9, low: 3, high: 60 } },
    decide: (symbol, { bars }) => {
      if (symbol.close() > symbol.mean(bars)) symbol.long(0.5);
      else symbol.short(0.5);
    } };`,
);
writeFileSync(
  join(FOLDER, "torn.mjs"),
  `export const strategy = { name: "torn", parameters: { bars: { default: 9, low: 3, high: 60 } },
    decide: () => { throw new RangeError("no such bar"); } };`,
);

async function tuned(strategy: string, own: Config = config): Promise<TunedStrategy> {
  const rule = await openRule(context, own, { strategy });
  return tuneStrategy(context, own, { strategy, rule, tape, seed: 3 });
}

/** A trial as another process plays it. */
async function elsewhere(
  market: StrategyMarket,
  params: Readonly<Record<string, number>>,
): Promise<{ value: number; notes: Record<string, Json>; returns: number }> {
  const notes: Record<string, Json> = {};
  let returns = 0;
  const trial: TrialRun = {
    number: 0,
    origin: 0,
    attempt: 0,
    params,
    signal: context.signal,
    report: () => Promise.resolve(),
    keepReturns: ({ length }) => {
      returns = length;
    },
    note: (key, value) => {
      notes[key] = value;
    },
  };
  const value = await objective(trial, strategyModule(context, config, "cross.mjs", market).options ?? null);
  return { value, notes, returns };
}

describe("tuning a strategy", () => {
  it("comes to the same in another process, to the last bit, which opens the market once", async () => {
    const { trials, best, seen, unseen, verdict } = await tuned("cross.mjs");
    expect(trials).toHaveLength(4);
    expect(new Set(trials.map(({ values }) => values["bars"])).size).toBeGreaterThan(1);
    expect(best.sharpe).toBe(Math.max(...trials.map(({ sharpe }) => sharpe)));
    expect(verdict.trials).toBe(4);
    expect(unseen.from, "an embargo between").toBeGreaterThan(seen.to);
    const rule = await openRule(context, config, { strategy: "cross.mjs" });
    const loaded: unknown = Reflect.get(globalThis, "loadedStrategies");
    for (const { values, sharpe, totalReturn, trades } of trials) {
      const { value, notes, returns } = await elsewhere({ rule, tape, seen, seed: 3 }, values);
      expect(value).toBe(sharpe);
      expect(notes).toEqual({ totalReturn, trades });
      expect(returns, "one return a bar that trials see").toBe(seen.to - 1);
    }
    expect(Reflect.get(globalThis, "loadedStrategies"), "the file is known by then").toBe(loaded);
    const other = { rule, tape: { ...tape, fingerprint: "other" }, seen, seed: 3 };
    await expect(elsewhere(other, { bars: 9 })).rejects.toMatchObject({ code: "CHECKPOINT_MISMATCH" });
  });

  it("draws as the search is set, and says why no trial came to its end", async () => {
    const grid = changedConfig(config, { "search.sampler": "grid", "search.grid_resolution": 2, "search.trials": 9 });
    const { trials } = await tuned("cross.mjs", grid);
    expect(trials.map(({ values }) => values["bars"]).sort((a, b) => a - b)).toEqual([3, 60]);
    await expect(tuned("torn.mjs")).rejects.toMatchObject({
      code: "STUDY_WITHOUT_RESULT",
      message: expect.stringMatching(/RangeError: no such bar/) as string,
    });
    await expect(tuned("sma-cross")).rejects.toMatchObject({ code: "USAGE_ARGUMENT" });
  });
});
