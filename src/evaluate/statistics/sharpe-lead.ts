/**
 * @file Whether one Sharpe ratio is above another by more than luck, from returns of the same periods.
 *
 * The estimate of a Sharpe ratio S from returns with standard scores z has the influence function
 * `z - S / 2 * (z^2 - 1)`: each period's part in its error. The parts of two records over the same periods are subtracted
 * period by period, so that what the two share (a market that both were in) cancels. Their mean square over `n - 1` is
 * the variance of the difference, whatever skew and kurtosis are; periods count as independent. Sources: Jobson and
 * Korkie (1981); Mertens, "Variance of the IID estimator in Lo (2002)" (2002); Opdyke, "Comparing Sharpe ratios: so where
 * are the p-values?" (2007). Against a record without variance (Sharpe ratio 0) it is the probabilistic Sharpe ratio.
 */
import { invariant, normalCdf } from "../../core/index.ts";
import { deviation, mean, type Sample } from "./moments.ts";
import { sharpePerPeriod } from "./ratios.ts";

/**
 * Probability that the true Sharpe ratio of `own` is above that of `other`, both over `riskFree` a period. Null where
 * `own` has no variance or the two differ by nothing but scale.
 */
export function sharpeLead(own: Sample, other: Sample, riskFree = 0): number | null {
  invariant(own.length === other.length, `both records have equally many returns, was ${own.length}, ${other.length}`);
  const ratio = sharpePerPeriod(own, riskFree);
  if (ratio === null) return null;
  const rival = sharpePerPeriod(other, riskFree) ?? 0;
  const mine = influences(own, ratio);
  const theirs = influences(other, rival);
  let square = 0;
  for (let i = 0; i < own.length; i++) square += (mine[i] - theirs[i]) ** 2;
  const variance = square / own.length / (own.length - 1);
  return variance <= 1e-20 ? null : normalCdf((ratio - rival) / Math.sqrt(variance));
}

/** Each period's part in the error of the ratio; all 0 for a record without variance. */
function influences(returns: Sample, ratio: number): Float64Array {
  const parts = new Float64Array(returns.length);
  const average = mean(returns);
  const spread = deviation(returns);
  if (average === null || spread === null || spread === 0) return parts;
  const unit = spread * Math.sqrt((returns.length - 1) / returns.length);
  for (let i = 0; i < returns.length; i++) {
    const z = (returns[i] - average) / unit;
    parts[i] = z - (ratio / 2) * (z * z - 1);
  }
  return parts;
}
