/**
 * @file Tuning a strategy's parameters: trials on the first part of the bars, the best of them judged once on the part that
 * none has seen, with all trials counted.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TidemarkError } from "../../core/index.ts";
import { judgeSearch, type SearchVerdict } from "../../evaluate/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ParameterValues, Strategy } from "../../policy/index.ts";
import {
  createStudy,
  type DimensionSpec,
  inProcessExecutor,
  processExecutor,
  type SearchSpace,
  type Study,
  TrialState,
} from "../../search/index.ts";
import type { Config } from "../config/load.ts";
import { samplerSpec, searchBudget } from "../config/search.ts";
import type { AppContext } from "../context.ts";
import { noteSearchOn } from "../models/trials.ts";
import type { Rule } from "./rule.ts";
import { type StrategyMarket, strategyModule, strategyObjective, trialNotes } from "./trial.ts";

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
  /** As it was given: the path of a file. */
  readonly strategy: string;
  readonly rule: Rule;
  readonly tape: MarketTape;
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

/** Trials that ended well, by their numbers. Throws STUDY_WITHOUT_RESULT where none did. */
function completeTrials(study: Study): ReadonlyArray<StrategyTrial & { readonly returns: Float64Array }> {
  const trials = study.trials();
  const complete = trials.flatMap((trial) => {
    if (trial.state !== TrialState.complete) return [];
    const returns = study.returnsOf(trial) ?? new Float64Array(0);
    return [
      {
        values: trial.params as ParameterValues,
        sharpe: trial.value ?? 0,
        ...trialNotes(trial.userAttributes),
        returns,
      },
    ];
  });
  if (complete.length > 0) return complete;
  const reason = trials.map(({ userAttributes }) => userAttributes["fail_reason"]).find((text) => text !== undefined);
  throw new TidemarkError("STUDY_WITHOUT_RESULT", {
    what: `No trial of the strategy came to its end${typeof reason === "string" ? `: ${reason}` : ""}`,
    fix: "Correct what the reason names; `tidemark backtest --strategy` shows it on the strategy's own parameters.",
  });
}

/**
 * Trials one after the other in this process, or so many at a time as `search.parallel` says, in processes that each open
 * the market once. Throws USAGE_ARGUMENT for a strategy without parameters, STUDY_WITHOUT_RESULT where no trial ended well.
 */
export async function tuneStrategy(
  context: AppContext,
  config: Config,
  { strategy: given, rule, tape, seed }: StrategyTuning,
): Promise<TunedStrategy> {
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
  const market: StrategyMarket = { rule, tape, seen, seed };
  const budget = searchBudget(config, 1);
  const folder = mkdtempSync(join(tmpdir(), "tidemark-strategy-"));
  try {
    const study = await createStudy(folder, {
      name: strategy.name,
      space: spaceOf(strategy),
      direction: "maximize",
      sampler: samplerSpec(config),
      seed,
    });
    const apart = budget.parallel > 1;
    await study.optimize(apart ? strategyModule(context, config, given, market) : strategyObjective(config, market), {
      ...budget,
      executor: apart ? processExecutor({ clock: context.clock, keep: true }) : inProcessExecutor(),
      signal: context.signal,
      onProgress: context.progress,
    });
    context.signal.throwIfAborted();
    const done = completeTrials(study);
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
  } finally {
    rmSync(folder, { recursive: true, force: true });
    context.endProgress();
  }
}
