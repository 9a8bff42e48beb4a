/** @file The verdict in plain words. */
import { formatDay, formatMinute } from "../core/index.ts";
import { unavailable } from "./availability.ts";
import { CONTRACT_HOLDING } from "./baselines.ts";
import { trialsText } from "./conditions.ts";
import type { BaselineEvaluation, Comparison, Evaluation, RangeCut } from "./evaluation.ts";
import { formatFigure, NOT_AVAILABLE } from "./format.ts";
import { ENOUGH_FUNDING } from "./funding-coverage.ts";
import { haltSentences } from "./halt-text.ts";
import { CONFIDENCE, FEWEST_DAYS, FEWEST_TRADES, type InSample, type Judgement, type TwinRank } from "./judgement.ts";
import type { BacktestResult } from "./record.ts";
import { idleText } from "./refusal-text.ts";

const ASKED = formatFigure(CONFIDENCE, "share").replace(".0", "");

export function verdictSentences(judgement: Judgement, comparison: Comparison): string[] {
  const { inSample, twins } = judgement;
  const { policy, baselines, cut } = comparison;
  const { result } = policy;
  const idle = result.fills.length === 0;
  return [
    ...(inSample === null ? [] : [`IN-SAMPLE: ${inSampleText(inSample)}`]),
    outcomeSentence(policy),
    ...(cut === undefined ? [] : [cutSentence(policy, cut)]),
    ...(idle ? [idleText(result)] : []),
    ...(baselines.length === 0 ? [] : [baselineSentence(policy, baselines)]),
    ...holdingSentences(baselines),
    ...(twins === null ? [] : [twinSentence(twins)]),
    ...(result.liquidated ? ["The account was liquidated: the run ends there, and so would a real one."] : []),
    ...haltSentences(result),
    ...(result.closedWithoutBar === 0 ? [] : [carriedSentence(result.closedWithoutBar)]),
    ...(idle ? [] : [costSentence(policy), ...fundingSentences(result)]),
    ...(idle ? [] : sampleSentences(judgement, comparison)),
    ...(result.synthetic
      ? ["These are synthetic data: they show that the machinery works, and nothing about real markets."]
      : []),
  ];
}

function dayOr(ms: number | null, open: string): string {
  return ms === null ? open : formatDay(ms);
}

/** Asked for and tested, where that is not the same. */
function cutSentence({ statistics }: Evaluation, { askedFromMs, askedToMs, reasons }: RangeCut): string {
  return (
    `Asked for was ${dayOr(askedFromMs, "the beginning")} to ${dayOr(askedToMs, "the end")}, tested was ` +
    `${formatDay(statistics.fromMs)} to ${formatDay(statistics.toMs)}: ${reasons.join("; ")}.`
  );
}

/** What was held by the two kinds of holding. */
function holdingSentences(baselines: readonly BaselineEvaluation[]): string[] {
  const contracts = baselines.find(({ result }) => result.name === CONTRACT_HOLDING);
  if (contracts === undefined) return [];
  const made = formatFigure(contracts.statistics.totalReturn, "change");
  const end = contracts.result.liquidated ? ", and was liquidated" : "";
  return [
    `Buy-and-hold is the coins themselves, without funding or liquidation; the contracts held in their place made ${made}${end}.`,
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
  const quote = result.currency;
  return (
    `${formatFigure(s.initialBalance, "money")} ${quote} became ${formatFigure(s.finalEquity, "money")} ${quote} ` +
    `in ${formatFigure(s.days, "days").replace(" d", " days")} with ${formatFigure(s.trades, "count")} ${s.trades === 1 ? "trade" : "trades"}, a Sharpe ratio of ` +
    `${unavailable(s, "sample") === null ? formatFigure(s.sharpe, "ratio") : NOT_AVAILABLE} and a worst drawdown of ${formatFigure(s.maxDrawdown, "change")}.`
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
    `Of ${count} random twins, which play its own positions at other times, ${belowInReturn} made less and ${belowInSharpe} ` +
    `have a lower Sharpe ratio (percentile ${percentile(belowInReturn, count)} and ${percentile(belowInSharpe, count)}). ${meaning}`
  );
}

function percentile(below: number, count: number): string {
  return formatFigure(Math.round((100 * below) / count), "count");
}

/** Symbols of which funding is missing, wholly or in part. */
function fundingSentences({ fundingCoverage }: BacktestResult): string[] {
  const none = fundingCoverage.filter(({ expected, found }) => expected > 0 && found === 0);
  const part = fundingCoverage.filter(({ expected, found }) => found > 0 && found < ENOUGH_FUNDING * expected);
  return [
    ...(none.length === 0
      ? []
      : [
          `No funding rates are known for ${listed(none.map(({ symbol }) => symbol))} in this range: funding is not in these figures.`,
        ]),
    ...(part.length === 0
      ? []
      : [
          `Funding is known in part only: ${listed(
            part.map(({ symbol, found, expected }) => `${formatFigure(found / expected, "share")} of ${symbol}`),
          )}; the rest of the time these positions paid and received nothing.`,
        ]),
  ];
}

function carriedSentence(count: number): string {
  const positions = count === 1 ? "One position was" : `${formatFigure(count, "count")} positions were`;
  return `${positions} closed at a price carried over from an earlier bar, because the symbol had none: a real account could not have traded then.`;
}

/** "12.30 USDT of funding received". */
function fundingText(funding: number, quote: string): string {
  return `${formatFigure(Math.abs(funding), "money")} ${quote} of funding ${funding < 0 ? "paid" : "received"}`;
}

function costSentence({ statistics: s, result }: Evaluation): string {
  const quote = result.currency;
  if (s.fees === 0 && s.slippage === 0) {
    const funding = s.funding === 0 ? "" : ` Inside these figures: ${fundingText(s.funding, quote)}.`;
    return `Fees and slippage were zero in this run: no real account trades like that.${funding}`;
  }
  const costs = s.fees + s.slippage - s.funding;
  const text =
    `Inside these figures: fees of ${formatFigure(s.fees, "money")} ${quote}, spread and slippage of ` +
    `${formatFigure(s.slippage, "money")} ${quote}${s.funding === 0 ? "" : `, ${fundingText(s.funding, quote)}`}`;
  if (s.costShare === null) return `${text}.`;
  if (s.costShare > 1) return `${text}: costs took the whole profit before costs, and more.`;
  if (s.costShare > 0.5) {
    return `${text}: ${formatFigure(costs, "money")} ${quote}, or ${formatFigure(s.costShare, "share")} of the profit before costs. Slightly dearer trading ends it.`;
  }
  return `${text}.`;
}

function sampleSentences({ deflatedSharpe, trials, looks }: Judgement, comparison: Comparison): string[] {
  const { baselines, search } = comparison;
  const { statistics: s } = comparison.policy;
  const sentences: string[] = [];
  const unit = s.basis === "daily" ? "daily returns" : "returns";
  if (s.count < FEWEST_DAYS || s.trades < FEWEST_TRADES) {
    sentences.push(
      `The sample is short: ${formatFigure(s.count, "count")} ${unit} and ${formatFigure(s.trades, "count")} ${s.trades === 1 ? "trade" : "trades"}, where at least ` +
        `${FEWEST_DAYS} and ${FEWEST_TRADES} are needed to conclude anything. Annualized figures are extrapolations.`,
    );
  }
  if (search !== undefined) {
    const worth = search.effectiveTrials;
    sentences.push(
      `Its settings are the best of ${trialsText(search.trials)} of the search ${search.study}` +
        `${worth === undefined ? "" : `, worth ${formatFigure(worth, "ratio")} independent ones`}.`,
    );
  }
  if (s.probabilisticSharpe !== null) {
    const chance = `The chance that its true Sharpe ratio is above 0 is ${formatFigure(s.probabilisticSharpe, "share")}`;
    const needed = s.minimumTrackRecord === null ? null : Math.max(FEWEST_DAYS, Math.ceil(s.minimumTrackRecord));
    if (s.probabilisticSharpe >= CONFIDENCE || needed === null || needed <= s.count) sentences.push(`${chance}.`);
    else {
      sentences.push(`${chance}; it would take ${formatFigure(needed, "count")} ${unit} like these to reach ${ASKED}.`);
    }
  }
  if (comparison.trials === undefined && search === undefined) {
    if ((s.probabilisticSharpe ?? 0) >= CONFIDENCE) {
      sentences.push("That holds if this was the only thing tried; every other attempt lowers it.");
    }
  } else if (deflatedSharpe !== null && trials > 1) {
    const seen =
      looks === 1 ? "" : ` These bars have been looked at with ${formatFigure(looks, "count")} different results.`;
    sentences.push(
      `Counting ${trials === 2 ? "both trials" : `all ${trialsText(trials)}`} on this market, the chance that it is more than the luck of the best is ${formatFigure(deflatedSharpe, "share")}.${seen}`,
    );
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
