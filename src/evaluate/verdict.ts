/**
 * @file The verdict in plain words: does the policy beat doing nothing and simple rules after costs, and is the sample
 * long enough to believe it? It never flatters: a good figure from a short run is called what it is.
 */

import type { Comparison, Evaluation } from "./evaluation.ts";
import { formatFigure } from "./format.ts";

/** Fewer daily returns or trades than these can't carry a conclusion. */
const FEWEST_DAYS = 90;
const FEWEST_TRADES = 30;
/** Confidence asked of the probabilistic Sharpe ratio. */
const CONFIDENCE = 0.95;

export const Standing = {
  /** Beats every baseline, and the sample is long enough to say so. */
  better: "better",
  /** Beats every baseline so far; luck can't be ruled out. */
  promising: "promising",
  /** Made money, but a baseline made more. */
  beaten: "beaten",
  /** Made nothing or lost money after costs. */
  losing: "losing",
  /** Made money, but nothing was run beside it. */
  alone: "alone",
  /** Did not trade. */
  idle: "idle",
} as const;
export type Standing = (typeof Standing)[keyof typeof Standing];

export type Beats = {
  /** Higher total return after costs. */
  readonly totalReturn: boolean;
  /** Higher Sharpe ratio; null where one of the two is undefined. */
  readonly sharpe: boolean | null;
};

export type Verdict = {
  readonly standing: Standing;
  readonly headline: string;
  readonly sentences: readonly string[];
  /** By the baseline's name. */
  readonly beats: Readonly<Record<string, Beats>>;
  /** Higher total return than every baseline, of which there is at least one. */
  readonly beatsAll: boolean;
  /** True where days and trades are enough to conclude anything. */
  readonly enoughData: boolean;
  /** Probability that the true Sharpe ratio is above 0, one trial counted. */
  readonly probabilisticSharpe: number | null;
};

export function verdict(comparison: Pick<Comparison, "policy" | "baselines">): Verdict {
  const { policy, baselines } = comparison;
  const { statistics, result } = policy;
  const beats: Record<string, Beats> = {};
  for (const baseline of baselines) beats[baseline.result.name] = beatsBaseline(policy, baseline);
  const beatsAll = baselines.length > 0 && Object.values(beats).every((beat) => beat.totalReturn);
  const enoughData = statistics.count >= FEWEST_DAYS && statistics.trades >= FEWEST_TRADES;
  const certain = (statistics.probabilisticSharpe ?? 0) >= CONFIDENCE;
  const standing = standingOf(policy, baselines, beatsAll, enoughData && certain);
  return {
    standing,
    headline: headlineOf(standing, policy, baselines),
    sentences: [
      outcomeSentence(policy),
      ...(baselines.length === 0 ? [] : [baselineSentence(policy, baselines)]),
      ...(result.liquidated ? ["The account was liquidated: the run ends there, and so would a real one."] : []),
      ...(result.fills.length === 0 ? [] : [costSentence(policy)]),
      ...sampleSentences(policy),
      ...(result.synthetic
        ? ["These are synthetic data: they show that the machinery works, and nothing about real markets."]
        : []),
    ],
    beats,
    beatsAll,
    enoughData,
    probabilisticSharpe: statistics.probabilisticSharpe,
  };
}

function beatsBaseline(policy: Evaluation, baseline: Evaluation): Beats {
  const own = policy.statistics;
  const other = baseline.statistics;
  return {
    totalReturn: own.totalReturn > other.totalReturn,
    sharpe: own.sharpe === null || other.sharpe === null ? null : own.sharpe > other.sharpe,
  };
}

function standingOf(
  { result, statistics }: Evaluation,
  baselines: readonly Evaluation[],
  beatsAll: boolean,
  certain: boolean,
): Standing {
  if (result.fills.length === 0) return Standing.idle;
  if (result.liquidated || statistics.totalReturn <= 0) return Standing.losing;
  if (baselines.length === 0) return Standing.alone;
  if (!beatsAll) return Standing.beaten;
  return certain ? Standing.better : Standing.promising;
}

function headlineOf(standing: Standing, policy: Evaluation, baselines: readonly Evaluation[]): string {
  const made = formatFigure(policy.statistics.totalReturn, "change");
  switch (standing) {
    case "idle":
      return "It did not trade.";
    case "losing":
      return policy.result.liquidated
        ? `It lost the account: ${made} after costs.`
        : `It does not make money after costs: ${made}.`;
    case "beaten":
      return `It made ${made} after costs, but ${strongest(baselines).result.name} made more.`;
    case "promising":
      return `It made ${made} after costs and beats every baseline, but this sample can't rule out luck.`;
    case "better":
      return `It made ${made} after costs and beats every baseline.`;
    case "alone":
      return `It made ${made} after costs; nothing was run beside it.`;
    default:
      return standing satisfies never;
  }
}

function strongest(baselines: readonly Evaluation[]): Evaluation {
  return baselines.reduce((best, next) => (next.statistics.totalReturn > best.statistics.totalReturn ? next : best));
}

function outcomeSentence({ statistics: s, result }: Evaluation): string {
  const quote = result.instruments[0].quote;
  return (
    `${formatFigure(s.initialBalance, "money")} ${quote} became ${formatFigure(s.finalEquity, "money")} ${quote} ` +
    `in ${formatFigure(s.days, "days").replace(" d", " days")} with ${formatFigure(s.trades, "count")} trades, a Sharpe ratio of ` +
    `${formatFigure(s.sharpe, "ratio")} and a worst drawdown of ${formatFigure(s.maxDrawdown, "change")}.`
  );
}

function baselineSentence(policy: Evaluation, baselines: readonly Evaluation[]): string {
  const ahead = baselines.filter(({ statistics }) => policy.statistics.totalReturn > statistics.totalReturn);
  const behind = baselines.filter((baseline) => !ahead.includes(baseline));
  if (behind.length === 0) return `After costs it ends ahead of ${named(ahead)}.`;
  if (ahead.length === 0) return `After costs it ends ahead of none of its baselines: ${named(behind)}.`;
  return `After costs it ends ahead of ${named(ahead)}, but not of ${named(behind)}.`;
}

/** "flat (0.00 %) and random (-1.20 %)". */
function named(evaluations: readonly Evaluation[]): string {
  return listed(
    evaluations.map(({ result, statistics }) => `${result.name} (${formatFigure(statistics.totalReturn, "change")})`),
  );
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

function costSentence({ statistics: s, result }: Evaluation): string {
  const quote = result.instruments[0].quote;
  if (s.fees === 0 && s.slippage === 0) return "Trading cost nothing in this run: no real account trades like that.";
  const costs = s.fees + s.slippage - s.funding;
  const text =
    `Fees of ${formatFigure(s.fees, "money")}, spread and slippage of ${formatFigure(s.slippage, "money")} and funding of ` +
    `${formatFigure(s.funding, "money")} ${quote} are inside these figures`;
  if (s.costShare === null) return `${text}.`;
  if (s.costShare > 1) return `${text}: costs took the whole profit before costs, and more.`;
  if (s.costShare > 0.5) {
    return `${text}: ${formatFigure(costs, "money")}, or ${formatFigure(s.costShare, "share")} of the profit before costs. Slightly dearer trading ends it.`;
  }
  return `${text}.`;
}

function sampleSentences({ statistics: s }: Evaluation): string[] {
  const sentences: string[] = [];
  const unit = s.basis === "daily" ? "daily returns" : "returns";
  if (s.count < FEWEST_DAYS || s.trades < FEWEST_TRADES) {
    sentences.push(
      `The sample is short: ${formatFigure(s.count, "count")} ${unit} and ${formatFigure(s.trades, "count")} trades, where at least ` +
        `${FEWEST_DAYS} and ${FEWEST_TRADES} are needed to conclude anything. Annualised figures are extrapolations.`,
    );
  }
  if (s.probabilisticSharpe !== null) {
    const chance = `The chance that its true Sharpe ratio is above 0 is ${formatFigure(s.probabilisticSharpe, "share")}`;
    const needed = s.minimumTrackRecord;
    const asked = formatFigure(CONFIDENCE, "share").replace(".0", "");
    if (s.probabilisticSharpe >= CONFIDENCE) {
      sentences.push(`${chance}, if this was the only thing tried; every other attempt lowers it.`);
    } else if (needed === null) sentences.push(`${chance}.`);
    else {
      sentences.push(
        `${chance}; it would take ${formatFigure(Math.ceil(needed), "count")} ${unit} like these to reach ${asked}.`,
      );
    }
  }
  return sentences;
}
