/** @file What a policy must show before money follows it: each condition with what is asked and what was found. */
import type { BaselineEvaluation, Comparison, Evaluation } from "./evaluation.ts";
import { formatFigure } from "./format.ts";
import type { Beats, Condition, InSample } from "./judgement.ts";
import { deflatedBenchmark, probabilisticSharpe } from "./statistics/overfitting.ts";

export const PROMOTION = { deflatedSharpe: 0.95, overfitting: 0.2, costs: 2, trades: 100 } as const;

/**
 * Probability that the true Sharpe ratio is above what the best of all trials without skill would have shown. Without a
 * measured spread, or with a smaller one, trials spread as estimates of the same length do: `1 / (n - 1)`.
 */
export function deflatedSharpeOf(
  { statistics: s }: Evaluation,
  trials: number,
  deviation: number | null,
): number | null {
  if (s.sharpe === null || s.skew === null || s.kurtosis === null || s.count < 3) return null;
  const record = { sharpe: s.sharpe / Math.sqrt(s.periodsPerYear), skew: s.skew, kurtosis: s.kurtosis };
  const variance = Math.max((deviation ?? 0) ** 2, 1 / (s.count - 1));
  return probabilisticSharpe(record, s.count, trials <= 1 ? 0 : deflatedBenchmark(trials, variance));
}

type Given = Pick<Comparison, "policy" | "baselines" | "overfitting" | "ladder" | "leak"> & {
  readonly beats: Readonly<Record<string, Beats>>;
  readonly beatsAll: boolean;
  readonly inSample: InSample | null;
  readonly deflatedSharpe: number | null;
  /** Trials that were counted. */
  readonly counted: number;
};

export function conditionsOf(given: Given): Condition[] {
  const { policy, counted, overfitting, ladder, leak, deflatedSharpe, inSample } = given;
  const s = policy.statistics;
  const dearer = ladder?.find(({ costMultiplier }) => costMultiplier === PROMOTION.costs)?.evaluation;
  return [
    {
      name: "tested on bars that training has not seen",
      met: inSample === null,
      asked: "none seen",
      found: inSample === null ? "none seen" : `${formatFigure(inSample.share, "share")} of the bars were seen`,
    },
    {
      name: "beats every baseline after costs",
      met: given.baselines.length === 0 ? null : given.beatsAll,
      asked: "higher return, no lower Sharpe ratio",
      found: beatsText(policy, given.baselines, given.beats),
    },
    {
      name: "deflated Sharpe ratio",
      met: deflatedSharpe === null ? null : deflatedSharpe >= PROMOTION.deflatedSharpe,
      asked: `at least ${PROMOTION.deflatedSharpe}`,
      found: `${formatFigure(deflatedSharpe, "ratio")} with ${trialsText(counted)} counted`,
    },
    {
      name: "probability of backtest overfitting",
      met: overfitting === undefined ? true : overfitting === null ? null : overfitting <= PROMOTION.overfitting,
      asked: `at most ${PROMOTION.overfitting}`,
      found:
        overfitting === undefined
          ? "its settings were not chosen by a search"
          : overfitting === null
            ? "its search kept too few returns"
            : formatFigure(overfitting, "ratio"),
    },
    {
      name: `survives ${PROMOTION.costs} times the costs`,
      met: dearer === undefined ? null : !dearer.result.liquidated && dearer.statistics.totalReturn > 0,
      asked: "still a profit",
      found: dearer === undefined ? "not run" : formatFigure(dearer.statistics.totalReturn, "change"),
    },
    {
      name: "passes the leak check",
      met: leak === undefined ? null : leak.passed,
      asked: "nothing knows the future",
      found: leak === undefined ? "not run" : leak.passed ? "passed" : leak.faults.slice(0, 3).join("; "),
    },
    {
      name: "closed trades",
      met: s.trades >= PROMOTION.trades,
      asked: `at least ${PROMOTION.trades}`,
      found: formatFigure(s.trades, "count"),
    },
  ];
}

export function trialsText(count: number): string {
  return count === 1 ? "one trial" : `${formatFigure(count, "count")} trials`;
}

function beatsText(
  policy: Evaluation,
  baselines: readonly BaselineEvaluation[],
  beats: Readonly<Record<string, Beats>>,
): string {
  if (baselines.length === 0) return "nothing was run beside it";
  const own = formatFigure(policy.statistics.totalReturn, "change");
  const lost = baselines.find(({ result }) => {
    const beat = beats[result.name];
    return beat !== undefined && (!beat.totalReturn || beat.sharpe === false);
  });
  if (lost === undefined) return `${own}, ahead of all ${baselines.length}`;
  const { totalReturn, sharpe } = lost.statistics;
  return `${own} against ${formatFigure(totalReturn, "change")} of ${lost.result.name}${beats[lost.result.name].totalReturn ? `, Sharpe ratio ${formatFigure(policy.statistics.sharpe, "ratio")} against ${formatFigure(sharpe, "ratio")}` : ""}`;
}
