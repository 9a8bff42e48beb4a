/** @file The verdict in one sentence. */
import type { BaselineEvaluation, Evaluation } from "./evaluation.ts";
import { formatFigure } from "./format.ts";
import type { Judgement } from "./judgement.ts";

/** Below this share of a baseline's mean exposure, the two stand on different ground. */
const SAME_GROUND = 0.5;

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
    case "promotable":
      return `It made ${made} after costs and meets every condition of a promotion: luck is an unlikely reason.`;
    case "alone":
      return `It made ${made} after costs; nothing was run beside it.`;
    default:
      return standing satisfies never;
  }
}

function beatenHeadline(made: string, { statistics }: Evaluation, baselines: readonly BaselineEvaluation[]): string {
  const richest = greatest(baselines, (baseline) => baseline.statistics.totalReturn);
  if (richest.statistics.totalReturn > statistics.totalReturn) {
    return richerHeadline(made, statistics, richest);
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

/** A policy that risks a fiftieth is not simply poorer: what it was exposed to is said with what it made. */
function richerHeadline(made: string, own: Evaluation["statistics"], richest: BaselineEvaluation): string {
  const { name } = richest.result;
  const exposure = own.averageExposure ?? 0;
  const theirs = richest.statistics.averageExposure ?? 0;
  const matched = richest.matchedReturn;
  if (matched === null || exposure >= SAME_GROUND * theirs)
    return `It made ${made} after costs, but ${name} made more.`;
  const at = `${made} after costs at an exposure of ${formatFigure(exposure, "times")}`;
  const rival = `${name} made ${formatFigure(richest.statistics.totalReturn, "change")} at ${formatFigure(theirs, "times")}`;
  return matched < own.totalReturn
    ? `It made ${at}, but ${rival}; held as little as this it would have made ${formatFigure(matched, "change")}.`
    : `It made ${at}, but ${rival}, and held as little as this still ${formatFigure(matched, "change")}.`;
}

function greatest(
  baselines: readonly BaselineEvaluation[],
  of: (baseline: BaselineEvaluation) => number,
): BaselineEvaluation {
  return baselines.reduce((best, next) => (of(next) > of(best) ? next : best));
}
