/**
 * @file One variant of an ablation: a classifier that is trained and tested without the group, with it, or with the group
 * moved in time. Market, split, budget, costs and rule are the same for all of them, and so are the rows.
 */
import { invariant } from "../../core/index.ts";
import { type FeatureTape, fitNormalizer, normalizeTape } from "../../features/index.ts";
import { type ClassifierSettings, trainClassifier } from "../../learn/index.ts";
import { type MarketTape, mapColumns, sliceTape } from "../../market/index.ts";
import { Classifier, ClassifierPolicy, rowsOfValues } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { backtest } from "../backtest.ts";
import type { BacktestResult } from "../record.ts";
import { dailyReturns } from "../returns.ts";
import { sharpePerPeriod } from "../statistics/ratios.ts";
import type { Range } from "../walkforward/windows.ts";

/** Multipliers of all costs at which the variants with and without the group are played beside the configured ones. */
const ABLATION_COSTS = [0, 2] as const;

export type AblationVariant = {
  readonly kind: "without" | "with" | "placebo";
  readonly seed: number;
  /** Bars by which the group's features are moved to later, in a circle; 0 unless it is a placebo. */
  readonly shift: number;
};

export type AblationMarket = {
  readonly tape: MarketTape;
  /** Raw, one row for each bar of the tape: the features that every variant has, then the group's. */
  readonly features: FeatureTape;
  /** How many of the columns every variant has. */
  readonly common: number;
  /** Learned from, and tested on; nothing of the second is seen by the first. */
  readonly train: Range;
  readonly test: Range;
  readonly settings: ClassifierSettings;
  readonly decision: DecisionConfig;
  readonly balance: number;
  readonly signal?: AbortSignal;
};

/** What a variant did on the test. JSON as it is. */
export type VariantRecord = AblationVariant & {
  /** Net, by UTC day. */
  readonly daily: readonly number[];
  readonly totalReturn: number;
  /** A day; null where nothing was traded. */
  readonly sharpe: number | null;
  readonly trades: number;
  /** How well the probabilities tell rises from falls on the test: 0.5 for not at all; null where it is not known. */
  readonly auc: number | null;
  /** Log loss of the class's share minus that of the probabilities: above 0 where they know something. */
  readonly skill: number | null;
  /** Total return at other costs. */
  readonly ladder: ReadonlyArray<{ readonly costs: number; readonly totalReturn: number }>;
};

/** Throws DATA_TOO_SHORT or CONFIG_VALUE; rejects with the signal's reason. */
export async function runVariant(market: AblationMarket, variant: AblationVariant): Promise<VariantRecord> {
  const { tape, train, test, settings, decision, signal } = market;
  const raw = featuresOf(market, variant);
  const normalizer = fitNormalizer(raw, tape, train.from, train.to);
  const features = normalizeTape(raw, normalizer);
  const trained = await trainClassifier({
    tape,
    features,
    split: { train, validation: test, test },
    settings,
    exchange: decision.exchange,
    seed: variant.seed,
    ...(signal === undefined ? {} : { signal }),
  });
  const { instruments, timeframe, barMs } = tape;
  const own = { instruments: instruments.map((instrument) => ({ ...instrument })), timeframe, barMs };
  const play = async (costs: number) => {
    const { exchange } = decision;
    return backtest({
      tape,
      policy: new ClassifierPolicy(
        variant.kind,
        own,
        "ablation",
        new Classifier(trained.data),
        trained.rule,
        rowsOfValues(features),
      ),
      config: { ...decision, exchange: { ...exchange, costMultiplier: exchange.costMultiplier * costs } },
      from: test.from,
      to: test.to,
      balance: market.balance,
      // Draws of harsh mode are the same for every variant.
      seed: 1,
      ...(signal === undefined ? {} : { signal }),
    });
  };
  return variantRecord(variant, play, trained.validation);
}

/**
 * What a variant did on the test, at the configured costs and, unless it is a placebo, at others.
 * @param scores of its probabilities; null where it has none
 */
export async function variantRecord(
  variant: AblationVariant,
  play: (costs: number) => Promise<BacktestResult>,
  scores: { readonly auc: number; readonly baseLogLoss: number; readonly logLoss: number } | null,
): Promise<VariantRecord> {
  const result = await play(1);
  const { returns } = dailyReturns(result.curve);
  const ladder: { costs: number; totalReturn: number }[] = [];
  for (const costs of variant.kind === "placebo" ? [] : ABLATION_COSTS) {
    const { finalEquity, initialBalance } = await play(costs);
    ladder.push({ costs, totalReturn: finalEquity / initialBalance - 1 });
  }
  return {
    ...variant,
    daily: [...returns],
    totalReturn: result.finalEquity / result.initialBalance - 1,
    sharpe: sharpePerPeriod(returns),
    trades: result.trades.length,
    auc: scores?.auc ?? null,
    skill: scores === null ? null : scores.baseLogLoss - scores.logLoss,
    ladder,
  };
}

/**
 * The tape with its alternative series moved to later by so many bars, in a circle of the bars in which features are final:
 * for learners that compute their features themselves.
 */
export function movedSeries(tape: MarketTape, warmup: number, shift: number): MarketTape {
  const { alternative, bars, symbols } = tape;
  const span = bars - warmup;
  invariant(alternative !== undefined && shift > 0 && shift < span, "series are moved within the bars");
  const moved = mapColumns(alternative, (column) => {
    const out = column.slice();
    for (let t = warmup; t < bars; t++) {
      const from = (warmup + ((t - warmup - shift + span) % span)) * symbols;
      out.set(column.subarray(from, from + symbols), t * symbols);
    }
    return out;
  });
  return sliceTape({ ...tape, alternative: moved }, 0, bars);
}

/** The variant's columns: without the group's, or with them as they are or moved. */
export function featuresOf({ features, common }: AblationMarket, { kind, shift }: AblationVariant): FeatureTape {
  invariant(common < features.features, "the group has features");
  if (kind === "with") return features;
  const { symbols, bars, values, warmup } = features;
  const width = kind === "without" ? common : features.features;
  const moved = new Float32Array(bars * symbols * width);
  const span = bars - warmup;
  invariant(kind === "without" || (shift > 0 && shift < span), "a placebo is moved within the bars");
  for (let t = 0; t < bars; t++) {
    const other = t < warmup ? t : warmup + ((t - warmup - shift + span) % span);
    for (let s = 0; s < symbols; s++) {
      const to = (t * symbols + s) * width;
      const from = (t * symbols + s) * features.features;
      moved.set(values.subarray(from, from + common), to);
      if (kind === "without") continue;
      const taken = (other * symbols + s) * features.features;
      moved.set(values.subarray(taken + common, taken + features.features), to + common);
    }
  }
  return {
    ...features,
    values: moved,
    features: width,
    names: features.names.slice(0, width),
    fingerprint: `${features.fingerprint} ${kind} ${shift}`,
  };
}
