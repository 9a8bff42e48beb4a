/**
 * @file Return and risk-adjusted ratios of a series of simple returns. `periodsPerYear` annualizes (365 for daily
 * returns of a market that never closes, 252 for an exchange's trading days). Null means undefined: too few values, no
 * variance, or no losses where a ratio divides by them; other libraries answer infinity or NaN there.
 */
import { deviation, mean, quantileOfSorted, quotient, type Sample, sorted } from "./moments.ts";

/** The product of `1 + r`, minus 1. A return of -1 or less loses everything: -1. */
export function totalReturn(returns: Sample): number | null {
  if (returns.length === 0) return null;
  let growth = 1;
  for (let i = 0; i < returns.length; i++) {
    growth *= 1 + returns[i];
    if (growth <= 0) return -1;
  }
  return growth - 1;
}

/** Compound growth a year: `(1 + total)^(periodsPerYear / n) - 1`, n being the number of returns. */
export function annualReturn(returns: Sample, periodsPerYear: number): number | null {
  const total = totalReturn(returns);
  return total === null ? null : compounded(total, periodsPerYear / returns.length);
}

/** Total return over `years` as compound growth a year (CAGR). -1 where everything was lost. */
export function compounded(total: number, perYear: number): number | null {
  if (total <= -1) return -1;
  const growth = (1 + total) ** perYear - 1;
  return Number.isFinite(growth) ? growth : null;
}

/** Standard deviation (n - 1) times the root of the periods in a year. */
export function annualVolatility(returns: Sample, periodsPerYear: number): number | null {
  const spread = deviation(returns);
  return spread === null ? null : spread * Math.sqrt(periodsPerYear);
}

/** Mean over standard deviation (n - 1) of returns above `riskFree` (a period), not annualized. */
export function sharpePerPeriod(returns: Sample, riskFree = 0): number | null {
  const average = mean(returns);
  const spread = deviation(returns);
  return average === null || spread === null || spread === 0 ? null : (average - riskFree) / spread;
}

/** Sharpe ratio a year. Null without variance (Sharpe, "The Sharpe ratio", 1994). */
export function sharpe(returns: Sample, periodsPerYear: number, riskFree = 0): number | null {
  const ratio = sharpePerPeriod(returns, riskFree);
  return ratio === null ? null : ratio * Math.sqrt(periodsPerYear);
}

/** Root mean square of what falls short of `target`, over all n returns, not only the losing ones. */
function downsidePerPeriod(returns: Sample, target = 0): number | null {
  if (returns.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < returns.length; i++) sum += Math.min(returns[i] - target, 0) ** 2;
  return Math.sqrt(sum / returns.length);
}

/** Downside deviation a year. */
export function downsideDeviation(returns: Sample, periodsPerYear: number, target = 0): number | null {
  const downside = downsidePerPeriod(returns, target);
  return downside === null ? null : downside * Math.sqrt(periodsPerYear);
}

/** Mean above `target` over downside deviation (all n in its denominator). Null where nothing fell short. */
export function sortino(returns: Sample, periodsPerYear: number, target = 0): number | null {
  const average = mean(returns);
  const downside = downsidePerPeriod(returns, target);
  if (average === null || downside === null) return null;
  return quotient((average - target) * Math.sqrt(periodsPerYear), downside);
}

/** Return a year over the depth of the worst drawdown (`maxDrawdown` at or below 0). Null without a drawdown. */
export function calmar(returnPerYear: number | null, maxDrawdown: number | null): number | null {
  return returnPerYear === null || maxDrawdown === null ? null : quotient(returnPerYear, Math.abs(maxDrawdown));
}

/** Sum of gains above `threshold` (a period) over the sum of shortfalls. Null where nothing fell short. */
export function omega(returns: Sample, threshold = 0): number | null {
  let gains = 0;
  let shortfalls = 0;
  for (let i = 0; i < returns.length; i++) {
    const excess = returns[i] - threshold;
    if (excess > 0) gains += excess;
    else shortfalls -= excess;
  }
  return quotient(gains, shortfalls);
}

/** A yearly rate as the rate a period, to be used as a threshold. */
export function perPeriodRate(yearly: number, periodsPerYear: number): number {
  return (1 + yearly) ** (1 / periodsPerYear) - 1;
}

/** Magnitude of the 95th percentile over that of the 5th: above 1, the good tail is the longer one. */
export function tailRatio(returns: Sample): number | null {
  const rising = sorted(returns);
  const high = quantileOfSorted(rising, 0.95);
  const low = quantileOfSorted(rising, 0.05);
  return high === null || low === null ? null : quotient(Math.abs(high), Math.abs(low));
}

/** R squared of a straight line through the cumulative log returns: 1 is a perfectly steady climb or fall. */
export function stability(returns: Sample): number | null {
  const n = returns.length;
  if (n < 2) return null;
  let level = 0;
  let sumXY = 0;
  let sumY = 0;
  let sumYY = 0;
  for (let i = 0; i < n; i++) {
    if (returns[i] <= -1) return null;
    level += Math.log1p(returns[i]);
    sumXY += i * level;
    sumY += level;
    sumYY += level * level;
  }
  const meanX = (n - 1) / 2;
  const varianceX = (n * n - 1) / 12;
  const covariance = sumXY / n - (meanX * sumY) / n;
  const varianceY = sumYY / n - (sumY / n) ** 2;
  return varianceY <= 1e-24 ? null : (covariance * covariance) / (varianceX * varianceY);
}
