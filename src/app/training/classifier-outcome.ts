/** @file What a classifier's training came to: its rule played on the validation part, beside doing nothing and holding everything. */
import { DAY_MS } from "../../core/index.ts";
import { type BacktestResult, backtest, baselineConfig, baselinePolicy, statistics } from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { growthText } from "../../learn/index.ts";
import { type MarketTape, sliceTape } from "../../market/index.ts";
import {
  type ClassifierPolicy,
  type EdgeRule,
  loadPolicyModel,
  openPolicy,
  releaseModel,
  rowsOfTape,
  selectionOf,
} from "../../policy/index.ts";
import { decisionSettings } from "../config/decision.ts";
import type { Config } from "../config/load.ts";

export type ClassifierOutcome = {
  readonly days: number;
  /** Growth of equity in a year, as a share, of the rule and of everything held long. */
  readonly growth: number;
  readonly holding: number;
  readonly trades: number;
  /** Mean of the notional held over equity. */
  readonly exposure: number;
  /** Greatest move that was expected of a bar, basis points, and what a trade had to be worth in the cheapest symbol. */
  readonly greatestMoveBps: number;
  readonly neededBps: number;
  /** `[bars]` return of equity. */
  readonly returns: Float64Array;
};

type Range = { readonly from: number; readonly to: number };

/** Undefined where there is no bar to play. Rejects with a MODEL_ error. */
export async function classifierOutcome(
  config: Config,
  market: MarketTape,
  modelFolder: string,
  { from, to }: Range,
  seed: number,
): Promise<ClassifierOutcome | undefined> {
  const model = await loadPolicyModel(modelFolder);
  try {
    // Nothing behind the part can be looked at.
    const tape = sliceTape(market, 0, to);
    const { manifest, classifier } = model;
    const policy = openPolicy(model, rowsOfTape(computeFeatures(tape, selectionOf(manifest)), manifest.normalizer));
    const range = { from: Math.max(from, policy.firstBar), to };
    if (classifier === undefined || range.from + 1 >= to) return undefined;
    const watched = watching(policy as ClassifierPolicy);
    const decision = decisionSettings(config);
    const balance = config.backtest.initialBalance;
    const own = await backtest({ tape, policy: watched.policy, config: decision, ...range, balance, seed });
    const hold = baselinePolicy("buy-and-hold", seed);
    const held = await backtest({ tape, policy: hold, config: baselineConfig(decision), ...range, balance, seed });
    const days = ((range.to - range.from) * tape.barMs) / DAY_MS;
    return {
      days,
      growth: yearly(own, days),
      holding: yearly(held, days),
      trades: own.trades.length,
      exposure: statistics(own).averageExposure ?? 0,
      greatestMoveBps: watched.greatest() * 1e4,
      neededBps: neededBps(classifier.rule),
      returns: returnsOf(own),
    };
  } finally {
    await releaseModel(model);
  }
}

/** The policy, and the greatest move that it has expected. */
function watching(policy: ClassifierPolicy): { readonly policy: ClassifierPolicy; readonly greatest: () => number } {
  let greatest = 0;
  const decide = policy.decide.bind(policy);
  policy.decide = (context, intents) => {
    decide(context, intents);
    for (const { figures = {} } of policy.explain().symbols) {
      greatest = Math.max(greatest, Math.abs(figures["expected"]));
    }
  };
  return { policy, greatest: () => greatest };
}

function neededBps({ costBps, marginBps }: EdgeRule): number {
  return Math.min(...costBps) + marginBps;
}

function returnsOf({ curve: { equity, length } }: BacktestResult): Float64Array {
  return Float64Array.from({ length: length - 1 }, (_, i) => (equity[i] > 0 ? equity[i + 1] / equity[i] - 1 : 0));
}

function yearly({ finalEquity, initialBalance }: BacktestResult, days: number): number {
  return Math.max(finalEquity / initialBalance, 1e-9) ** (365 / days) - 1;
}

/** The outcome in sentences, a line each, for people. */
export function classifierWords(outcome: ClassifierOutcome): string[] {
  const { days, growth, holding, trades, exposure, greatestMoveBps, neededBps: needed } = outcome;
  const traded = trades === 0 ? "no trades" : `${trades} trades, ${exposure.toFixed(2)}x of equity held`;
  const lines = [
    `Validation (${days.toFixed(0)} days): ${growthText(growth, days)}, ${traded};`,
    `  doing nothing 0 %, holding everything ${growthText(holding, days)}.`,
  ];
  if (trades > 0) {
    return growth > 0 ? lines : [...lines, "What it expects does not pay for its costs: doing nothing was better."];
  }
  return [
    ...lines,
    `It did not trade: of no bar it expected more than ${greatestMoveBps.toFixed(1)} bps, and a trade has to be worth ${needed.toFixed(1)} bps (cost and margin).`,
    "Try a longer supervised.horizon or timeframe (costs weigh less), other features, or more history.",
  ];
}
