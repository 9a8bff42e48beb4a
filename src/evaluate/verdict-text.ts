/** @file The verdict in plain words. */
import { formatMinute } from "../core/index.ts";
import type { BaselineEvaluation, Evaluation } from "./evaluation.ts";
import { formatFigure } from "./format.ts";
import { CONFIDENCE, FEWEST_DAYS, FEWEST_TRADES, type InSample, type Judgement, type TwinRank } from "./judgement.ts";

const ASKED = formatFigure(CONFIDENCE, "share").replace(".0", "");

export function verdictHeadline(
  { standing }: Judgement,
  policy: Evaluation,
  baselines: readonly BaselineEvaluation[],
): string {
  const made = formatFigure(policy.statistics.totalReturn, "change");
  switch (standing) {
    case "idle":
      return "It did not trade.";
    case "losing":
      return policy.result.liquidated
        ? `It lost the account: ${made} after costs.`
        : `It does not make money after costs: ${made}.`;
    case "beaten":
      return beatenHeadline(made, policy, baselines);
    case "in-sample":
      return `It made ${made} after costs on bars that its training has seen: that proves nothing.`;
    case "promising":
      return `It made ${made} after costs and is ahead of every baseline, but this sample can't rule out luck.`;
    case "better":
      return `It made ${made} after costs, and its lead over every baseline is unlikely to be luck.`;
    case "alone":
      return `It made ${made} after costs; nothing was run beside it.`;
    default:
      return standing satisfies never;
  }
}

function beatenHeadline(made: string, { statistics }: Evaluation, baselines: readonly Evaluation[]): string {
  const richest = greatest(baselines, (baseline) => baseline.statistics.totalReturn);
  if (richest.statistics.totalReturn > statistics.totalReturn) {
    return `It made ${made} after costs, but ${richest.result.name} made more.`;
  }
  if (richest.statistics.totalReturn === statistics.totalReturn) {
    return `It made ${made} after costs, and ${richest.result.name} made the same.`;
  }
  const steadiest = greatest(baselines, (baseline) => baseline.statistics.sharpe ?? Number.NEGATIVE_INFINITY);
  return (
    `It made ${made} after costs, more than its baselines, but not for the risk it took: ${steadiest.result.name} has a ` +
    `Sharpe ratio of ${formatFigure(steadiest.statistics.sharpe, "ratio")}, it has ${formatFigure(statistics.sharpe, "ratio")}.`
  );
}

function greatest(baselines: readonly Evaluation[], of: (baseline: Evaluation) => number): Evaluation {
  return baselines.reduce((best, next) => (of(next) > of(best) ? next : best));
}

export function verdictSentences(
  { inSample, twins }: Judgement,
  policy: Evaluation,
  baselines: readonly BaselineEvaluation[],
): string[] {
  const { result } = policy;
  return [
    ...(inSample === null ? [] : [`IN-SAMPLE: ${inSampleText(inSample)}`]),
    outcomeSentence(policy),
    ...(baselines.length === 0 ? [] : [baselineSentence(policy, baselines)]),
    ...(twins === null ? [] : [twinSentence(twins)]),
    ...(result.liquidated ? ["The account was liquidated: the run ends there, and so would a real one."] : []),
    ...(result.closedWithoutBar === 0 ? [] : [carriedSentence(result.closedWithoutBar)]),
    ...(result.fills.length === 0 ? [] : [costSentence(policy)]),
    ...(result.fills.length === 0 || result.fundingMissing.length === 0
      ? []
      : [fundingSentence(result.fundingMissing)]),
    ...sampleSentences(policy, baselines),
    ...(result.synthetic
      ? ["These are synthetic data: they show that the machinery works, and nothing about real markets."]
      : []),
  ];
}

/** Said first and in the report's banner: whatever follows is worth nothing beside it. */
export function inSampleText({ seenUntilMs, share }: InSample): string {
  const bars = share === 1 ? "All bars of this test" : `${formatFigure(share, "share")} of the bars of this test`;
  return (
    `${bars} were seen by training, which reached up to ${formatMinute(seenUntilMs)} UTC. What it earns there it ` +
    "may have learned by heart: nothing here says how it trades bars that it has not seen."
  );
}

function outcomeSentence({ statistics: s, result }: Evaluation): string {
  const quote = result.instruments[0].quote;
  return (
    `${formatFigure(s.initialBalance, "money")} ${quote} became ${formatFigure(s.finalEquity, "money")} ${quote} ` +
    `in ${formatFigure(s.days, "days").replace(" d", " days")} with ${formatFigure(s.trades, "count")} ${s.trades === 1 ? "trade" : "trades"}, a Sharpe ratio of ` +
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

/** "flat (0.00 %) and sma-cross 10/30 (-1.20 %)". */
function named(evaluations: readonly Evaluation[]): string {
  return listed(
    evaluations.map(({ result, statistics }) => `${result.name} (${formatFigure(statistics.totalReturn, "change")})`),
  );
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

function twinSentence({ count, belowInReturn, belowInSharpe }: TwinRank): string {
  const below = Math.min(belowInReturn, belowInSharpe);
  const meaning =
    below === count
      ? `Chance alone puts one in ${count + 1} there.`
      : `Its timing is not shown to be more than chance: that takes a place above all ${count}.`;
  return (
    `Of ${count} random twins, as exposed and as active at random times, ${belowInReturn} made less and ${belowInSharpe} ` +
    `have a lower Sharpe ratio (percentile ${percentile(belowInReturn, count)} and ${percentile(belowInSharpe, count)}). ${meaning}`
  );
}

function percentile(below: number, count: number): string {
  return formatFigure(Math.round((100 * below) / count), "count");
}

function fundingSentence(symbols: readonly string[]): string {
  return `No funding rates are known for ${listed(symbols)} in this range: funding is not in these figures.`;
}

function carriedSentence(count: number): string {
  const positions = count === 1 ? "One position was" : `${formatFigure(count, "count")} positions were`;
  return `${positions} closed at a price carried over from an earlier bar, because the symbol had none: a real account could not have traded then.`;
}

function costSentence({ statistics: s, result }: Evaluation): string {
  const quote = result.instruments[0].quote;
  if (s.fees === 0 && s.slippage === 0) {
    const funding =
      s.funding === 0 ? "" : ` Funding of ${formatFigure(s.funding, "money")} ${quote} is inside these figures.`;
    return `Fees and slippage were zero in this run: no real account trades like that.${funding}`;
  }
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

function sampleSentences({ statistics: s }: Evaluation, baselines: readonly BaselineEvaluation[]): string[] {
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
    if (s.probabilisticSharpe >= CONFIDENCE) {
      sentences.push(`${chance}, if this was the only thing tried; every other attempt lowers it.`);
    } else if (needed === null) sentences.push(`${chance}.`);
    else {
      sentences.push(
        `${chance}; it would take ${formatFigure(Math.ceil(needed), "count")} ${unit} like these to reach ${ASKED}.`,
      );
    }
  }
  const hardest = hardestBaseline(baselines);
  if (hardest !== undefined) {
    sentences.push(
      `The chance that it is above that of ${hardest.result.name}, its hardest baseline, is ${formatFigure(hardest.sharpeLead, "share")}.`,
    );
  }
  return sentences;
}

/** The baseline whose Sharpe ratio the policy's is least likely to exceed, among those that took a risk at all. */
function hardestBaseline(baselines: readonly BaselineEvaluation[]): BaselineEvaluation | undefined {
  return baselines
    .filter(({ sharpeLead, statistics }) => sharpeLead !== null && statistics.sharpe !== null)
    .reduce<BaselineEvaluation | undefined>(
      (least, next) => (least === undefined || (next.sharpeLead ?? 1) < (least.sharpeLead ?? 1) ? next : least),
      undefined,
    );
}
