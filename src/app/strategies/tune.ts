/**
 * @file Tuning a strategy's parameters: trials on the first part of the bars, the best of them judged once on the part that
 * none has seen, with all trials counted.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TidemarkError } from "../../core/index.ts";
import {
  backtest,
  barReturns,
  baselineConfig,
  judgeSearch,
  type SearchVerdict,
  statistics,
} from "../../evaluate/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ParameterValues, Strategy } from "../../policy/index.ts";
import { createStudy, type DimensionSpec, type SearchSpace } from "../../search/index.ts";
import { decisionSettings } from "../config/decision.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { noteSearchOn } from "../models/trials.ts";
import type { Rule } from "./rule.ts";

export type StrategyTrial = {
  readonly values: ParameterValues;
  readonly sharpe: number;
  readonly totalReturn: number;
  readonly trades: number;
};

export type TunedStrategy = {
  readonly trials: readonly StrategyTrial[];
  readonly best: StrategyTrial;
  readonly verdict: SearchVerdict;
  /** Rows that the trials have seen, and those that they have not. */
  readonly seen: { readonly from: number; readonly to: number };
  readonly unseen: { readonly from: number; readonly to: number };
};

export type StrategyTuning = {
  readonly rule: Rule;
  readonly tape: MarketTape;
  readonly trials: number;
  readonly seed: number;
};

function spaceOf({ parameters = {} }: Strategy): SearchSpace {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { default: usual, low, high, whole, log = false }]) => {
      const isWhole = whole ?? [usual, low, high].every(Number.isInteger);
      const spec: DimensionSpec = { kind: isWhole ? "int" : "float", low, high, log };
      return [name, spec] as const;
    }),
  );
}

/** Throws USAGE_ARGUMENT for a strategy without parameters. */
export async function tuneStrategy(
  context: AppContext,
  config: Config,
  tuning: StrategyTuning,
): Promise<TunedStrategy> {
  const { rule, tape, seed } = tuning;
  const { strategy } = rule;
  if (strategy === undefined || Object.keys(strategy.parameters ?? {}).length === 0) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `${rule.name} has no parameters that could be tuned`,
      fix: "Give a strategy file with parameters: { bars: { default: 24, low: 6, high: 96 } }.",
    });
  }
  const split = Math.floor(tape.bars * config.splits.train);
  const seen = { from: 0, to: split };
  const unseen = { from: Math.min(tape.bars - 2, split + config.splits.embargoBars), to: tape.bars };
  const decision = baselineConfig(decisionSettings(config));
  const folder = mkdtempSync(join(tmpdir(), "tidemark-strategy-"));
  const done: Array<StrategyTrial & { readonly returns: Float64Array }> = [];
  try {
    const study = await createStudy(folder, { space: spaceOf(strategy), direction: "maximize", seed });
    await study.optimize(
      async ({ params, signal }) => {
        const values = params as ParameterValues;
        const result = await backtest({
          tape,
          policy: rule.policy(values),
          config: decision,
          ...seen,
          balance: config.backtest.initialBalance,
          seed,
          signal,
        });
        const s = statistics(result);
        done.push({
          values,
          sharpe: s.sharpe ?? 0,
          totalReturn: s.totalReturn,
          trades: s.trades,
          returns: barReturns(result.curve),
        });
        return s.sharpe ?? 0;
      },
      { trials: tuning.trials, signal: context.signal, onProgress: context.progress },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
    context.endProgress();
  }
  context.signal.throwIfAborted();
  const best = done.reduce((most, trial) => (trial.sharpe > most.sharpe ? trial : most));
  noteSearchOn(
    context,
    config,
    tape,
    { study: `${strategy.name} ${context.clock.nowMs()}`, trials: done.length, looks: done.length },
    seen.to,
  );
  const verdict = judgeSearch(
    best.returns,
    done.map(({ returns }) => returns),
    (365 * 86_400_000) / tape.barMs,
  );
  return { trials: done.map(({ returns: _kept, ...trial }) => trial), best, verdict, seen, unseen };
}
