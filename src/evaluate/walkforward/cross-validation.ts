/**
 * @file Cross-validation of a choice: candidates are chosen on the training parts of purged splits and judged on the tested
 * parts, which lie anywhere in time. With one tested group it is purged k-fold, with more it is combinatorial (CPCV), and
 * the tested parts make whole histories out of sample (Lopez de Prado, "Advances in financial machine learning", 2018,
 * chapters 7 and 12).
 *
 * Probability of overfitting: the share of splits in which the chosen candidate is, on the tested part, no better than
 * the median of all (Bailey et al., "The probability of backtest overfitting", 2017, on these splits in place of halves).
 */
import { TidemarkError } from "../../core/index.ts";
import type { Sample } from "../statistics/moments.ts";
import { sharpePerPeriod, totalReturn } from "../statistics/ratios.ts";
import { purgedSplits, type Range, splitPaths } from "./windows.ts";

export type Candidate = {
  readonly name: string;
  /** `[T]` returns of the same periods for every candidate. */
  readonly returns: ArrayLike<number>;
};

export type CrossValidationOptions = {
  readonly candidates: readonly Candidate[];
  readonly groups: number;
  /** Groups that are tested in each split; 1 for k-fold. */
  readonly tested: number;
  /** Periods that a decision's outcome reaches ahead, and that nothing trains on after a tested part. */
  readonly labelPeriods: number;
  readonly embargoPeriods: number;
  readonly periodsPerYear: number;
};

export type ValidatedSplit = {
  readonly tested: readonly number[];
  /** Periods that chose, after purging. */
  readonly trained: number;
  /** Index of the candidate that was best there. */
  readonly chosen: number;
  /** Sharpe ratios in a year of the chosen one; null without variance. */
  readonly trainSharpe: number | null;
  readonly testSharpe: number | null;
  /** Its relative rank among all on the tested part, in (0, 1). */
  readonly rank: number;
};

export type ValidatedPath = {
  readonly sharpe: number | null;
  readonly totalReturn: number;
  /** `[T]` growth since the start, what was chosen for each group played there. */
  readonly equity: Float64Array;
};

export type CrossValidation = {
  readonly splits: readonly ValidatedSplit[];
  readonly paths: readonly ValidatedPath[];
  readonly overfitting: number;
};

/** Throws DATA_TOO_SHORT where there are too few periods, and USAGE_ARGUMENT for groups or candidates that make no sense. */
export function crossValidate(options: CrossValidationOptions): CrossValidation {
  const { candidates, groups, tested, labelPeriods, embargoPeriods, periodsPerYear } = options;
  const periods = candidates[0]?.returns.length ?? 0;
  requireSense(candidates.length, groups, tested);
  if (periods < 10 * groups) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `${periods} daily returns are too few for ${groups} groups`,
      fix: "Ask for fewer groups, or get more history.",
    });
  }
  const purge = { labelBars: labelPeriods, embargoBars: embargoPeriods };
  const splits = purgedSplits({ from: 0, to: periods }, groups, tested, purge).map((fold) => ({
    tested: fold.tested,
    trials: candidates.map(({ returns }) => ({
      trained: pick(returns, fold.train),
      tested: fold.test.map((range) => pick(returns, [range])),
    })),
  }));
  return crossValidateTrials(splits, groups, periodsPerYear);
}

/** What one candidate did in one split, in the returns that headline figures are made of. */
export type SplitTrial = {
  /** On the bars that chose and, where it was trained, that it was trained on. */
  readonly trained: Sample;
  /** By tested group. */
  readonly tested: readonly Sample[];
};

/**
 * The same for candidates that are others in each split, such as trainings of one configuration on what a split leaves them.
 * @param splits of `purgedSplits`, each with a trial of every candidate; a group has as many returns in each of them
 * Throws USAGE_ARGUMENT for fewer than two candidates.
 */
export function crossValidateTrials(
  splits: ReadonlyArray<{ readonly tested: readonly number[]; readonly trials: readonly SplitTrial[] }>,
  groups: number,
  periodsPerYear: number,
): CrossValidation {
  requireSense(splits[0].trials.length, groups, splits[0].tested.length);
  const yearly = (sharpe: number | null): number | null =>
    sharpe === null ? null : sharpe * Math.sqrt(periodsPerYear);
  const validated = splits.map(({ tested, trials }): ValidatedSplit => {
    const trained = trials.map((trial) => sharpePerPeriod(trial.trained));
    const chosen = bestOf(trained);
    const outside = trials.map((trial) => sharpePerPeriod(joined(trial.tested)));
    return {
      tested,
      trained: trials[chosen].trained.length,
      chosen,
      trainSharpe: yearly(trained[chosen]),
      testSharpe: yearly(outside[chosen]),
      rank: rankOf(outside, chosen),
    };
  });
  const paths = splitPaths(splits, groups).map((path) => {
    const returns = joined(
      path.map((split, group) => {
        const { tested, trials } = splits[split];
        return trials[validated[split].chosen].tested[tested.indexOf(group)];
      }),
    );
    return {
      sharpe: yearly(sharpePerPeriod(returns)),
      totalReturn: totalReturn(returns) ?? 0,
      equity: growthOf(returns),
    };
  });
  const overfitting = validated.filter(({ rank }) => rank <= 0.5).length / validated.length;
  return { splits: validated, paths, overfitting };
}

function requireSense(candidates: number, groups: number, tested: number): void {
  if (groups >= 2 && tested >= 1 && tested < groups && candidates >= 2) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `${candidates} candidates in ${groups} groups with ${tested} tested can't be cross-validated`,
    fix: "Give two candidates or more, and fewer tested groups than groups.",
  });
}

function pick(returns: ArrayLike<number>, ranges: readonly Range[]): Float64Array {
  const out: number[] = [];
  for (const { from, to } of ranges) for (let t = from; t < to; t++) out.push(returns[t]);
  return Float64Array.from(out);
}

function joined(parts: readonly Sample[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

/** Without variance nothing is known of a candidate: any other is better. */
const worth = (sharpe: number | null): number => sharpe ?? 0;

function bestOf(sharpes: ReadonlyArray<number | null>): number {
  return sharpes.reduce<number>((best, own, i) => (worth(own) > worth(sharpes[best]) ? i : best), 0);
}

/** `rank / (N + 1)` with the mean rank among equals. */
function rankOf(sharpes: ReadonlyArray<number | null>, chosen: number): number {
  const own = worth(sharpes[chosen]);
  const below = sharpes.filter((other) => worth(other) < own).length;
  const equal = sharpes.filter((other) => worth(other) === own).length;
  return (below + (equal + 1) / 2) / (sharpes.length + 1);
}

function growthOf(returns: Float64Array): Float64Array {
  let level = 1;
  return returns.map((value) => {
    level *= Math.max(0, 1 + value);
    return level;
  });
}
