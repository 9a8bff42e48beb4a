/**
 * @file The verdict: does the policy beat doing nothing, simple rules and its own random twins after costs, for the money
 * and for the risk, and is the sample long enough to believe it? It never flatters: it claims what a statistic says and no
 * more, counts everything that was tried, and bars that training has seen prove nothing.
 */
import { conditionsOf, deflatedSharpeOf } from "./conditions.ts";
import type { BaselineEvaluation, Comparison, Evaluation, TwinField } from "./evaluation.ts";
import {
  type Beats,
  CONFIDENCE,
  FEWEST_DAYS,
  FEWEST_TRADES,
  type InSample,
  type Judgement,
  Standing,
  type TwinRank,
  type Verdict,
} from "./judgement.ts";
import { verdictHeadline } from "./verdict-headline.ts";
import { verdictSentences } from "./verdict-text.ts";

export function verdict(comparison: Comparison): Verdict {
  const { policy, baselines, twins, seenUntilMs, trials } = comparison;
  const { statistics } = policy;
  const beats = Object.fromEntries(
    baselines.map((baseline) => [baseline.result.name, beatsBaseline(policy, baseline)] as const),
  );
  const beatsAll =
    baselines.length > 0 && Object.values(beats).every((beat) => beat.totalReturn && beat.sharpe !== false);
  const inSample = seenUntilMs === undefined ? null : inSampleOf(policy, seenUntilMs);
  const counted = trialsOf(comparison);
  const deflatedSharpe = deflatedSharpeOf(policy, counted, deviationOf(comparison));
  const conditions = conditionsOf({ ...comparison, beats, beatsAll, inSample, deflatedSharpe, counted });
  const judgement = {
    beats,
    beatsAll,
    enoughData: statistics.count >= FEWEST_DAYS && statistics.trades >= FEWEST_TRADES,
    probabilisticSharpe: statistics.probabilisticSharpe,
    deflatedSharpe,
    trials: counted,
    looks: trials?.looks ?? 1,
    conditions,
    promotable: conditions.every(({ met }) => met === true),
    twins: twins === undefined ? null : rankAmong(twins, policy),
    inSample,
  };
  const judged: Judgement = { ...judgement, standing: standingOf(policy, baselines, judgement) };
  return {
    ...judged,
    headline: verdictHeadline(judged, policy, baselines),
    sentences: verdictSentences(judged, comparison),
  };
}

/**
 * Independent trials that count: every look at these bars, every look inside the searches of this market, and, where the
 * model's own search is not in the ledger, what the model says of it.
 */
function trialsOf({ trials, search }: Comparison): number {
  const counted = trials?.total ?? 1;
  if (search === undefined) return counted;
  const own = Math.max(search.effectiveTrials ?? search.trials, search.looks ?? 0);
  return Math.max(counted, (trials?.looks ?? 1) + own);
}

/** Of the trials' Sharpe ratios a period, the greatest that is known. */
function deviationOf({ trials, search, policy }: Comparison): number | null {
  const ofSearch = search?.sharpeDeviation;
  const known = [
    trials?.deviation ?? null,
    ofSearch === undefined ? null : ofSearch / Math.sqrt(policy.statistics.periodsPerYear),
  ].filter((value): value is number => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function beatsBaseline(policy: Evaluation, baseline: BaselineEvaluation): Beats {
  const own = policy.statistics;
  const other = baseline.statistics;
  return {
    totalReturn: own.totalReturn > other.totalReturn,
    sharpe: own.sharpe === null || other.sharpe === null ? null : own.sharpe > other.sharpe,
    matchedReturn: baseline.matchedReturn === null ? null : own.totalReturn > baseline.matchedReturn,
    sharpeLead: baseline.sharpeLead,
  };
}

function rankAmong({ totalReturns, sharpes }: TwinField, { statistics }: Evaluation): TwinRank {
  // A twin without variance earned nothing for no risk.
  const own = statistics.sharpe ?? 0;
  return {
    count: totalReturns.length,
    belowInReturn: totalReturns.filter((value) => value < statistics.totalReturn).length,
    belowInSharpe: sharpes.filter((value) => (value ?? 0) < own).length,
  };
}

function inSampleOf({ result: { curve, barMs } }: Evaluation, seenUntilMs: number): InSample | null {
  const closes = curve.timeMs.subarray(1, curve.length);
  const seen = closes.filter((closeMs) => closeMs - barMs <= seenUntilMs).length;
  return seen === 0 ? null : { seenUntilMs, share: seen / closes.length };
}

function standingOf(
  { result, statistics }: Evaluation,
  baselines: readonly Evaluation[],
  judgement: Omit<Judgement, "standing">,
): Standing {
  if (result.fills.length === 0) return Standing.idle;
  if (result.liquidated || statistics.totalReturn <= 0) return Standing.losing;
  if (baselines.length > 0 && !judgement.beatsAll) return Standing.beaten;
  if (judgement.inSample !== null) return Standing.inSample;
  if (baselines.length === 0) return Standing.alone;
  if (!isCertain(judgement)) return Standing.promising;
  return judgement.promotable ? Standing.promotable : Standing.better;
}

function isLikely(probability: number | null): boolean {
  return probability !== null && probability >= CONFIDENCE;
}

/** Whether luck is unlikely as the reason for the policy's Sharpe ratio, its lead over every baseline, and its timing. */
function isCertain({
  enoughData,
  probabilisticSharpe,
  deflatedSharpe,
  beats,
  twins,
}: Omit<Judgement, "standing">): boolean {
  return (
    enoughData &&
    isLikely(probabilisticSharpe) &&
    isLikely(deflatedSharpe) &&
    Object.values(beats).every(({ sharpeLead }) => isLikely(sharpeLead)) &&
    (twins === null || isLikely(rankConfidence(twins)))
  );
}

/** 1 less the chance that a policy without skill would stand among its twins as high as this one or higher. */
function rankConfidence({ count, belowInReturn, belowInSharpe }: TwinRank): number {
  return Math.min(belowInReturn, belowInSharpe) / (count + 1);
}
