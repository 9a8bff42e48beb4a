/**
 * @file How much of a Sharpe ratio is luck. Sharpe ratios here are per period, never annualized; kurtosis is raw (3 for
 * a normal), which is what the formulas want: the excess form in its place overstates the confidence.
 * Sources: Bailey and Lopez de Prado, "The Sharpe ratio efficient frontier" (2012) and "The deflated Sharpe ratio"
 * (2014); Bailey, Borwein, Lopez de Prado and Zhu, "Pseudo-mathematics and financial charlatanism" (2014) and "The
 * probability of backtest overfitting" (2017).
 */
import { invariant, normalCdf, normalDensity, normalQuantile } from "../../core/index.ts";
import { mean, type Sample } from "./moments.ts";

const EULER_GAMMA = 0.5772156649015329;

/** What is known of a track record: its Sharpe ratio a period and the shape of its returns. */
export type TrackRecord = { readonly sharpe: number; readonly skew: number; readonly kurtosis: number };

/** `1 - skew * S + (kurtosis - 1) / 4 * S^2`: the variance of an estimated Sharpe ratio, times `n - 1`. */
function estimatorVariance({ sharpe, skew, kurtosis }: TrackRecord): number {
  return 1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
}

/** Standard error of a Sharpe ratio estimated from `periods` returns. Null where the formula breaks down. */
export function sharpeStandardError(record: TrackRecord, periods: number): number | null {
  const variance = estimatorVariance(record);
  return periods < 2 || variance <= 0 ? null : Math.sqrt(variance / (periods - 1));
}

/** Probability that the true Sharpe ratio is above `benchmark` (PSR), given `periods` returns. */
export function probabilisticSharpe(record: TrackRecord, periods: number, benchmark = 0): number | null {
  const error = sharpeStandardError(record, periods);
  return error === null ? null : normalCdf((record.sharpe - benchmark) / error);
}

/** Below so many trials the closed form of the expected maximum is off by up to its whole size; the integral is exact. */
const FEW_TRIALS = 5;
/** The integrand decays like a normal density: the trapezoidal rule with this step is exact to double precision. */
const INTEGRAL_STEP = 1 / 32;
const INTEGRAL_END = 10;

/**
 * Expected maximum of `trials` independent standard normals; a fraction counts trials that are partly alike. Below five
 * trials the integral of `x * N * density(x) * cdf(x)^(N - 1)`, from five on the closed form of Bailey and Lopez de Prado
 * (2.5 % above the integral at five, 0.9 % at a hundred).
 */
export function expectedMaximum(trials: number): number {
  invariant(trials >= 1, `the expected maximum is of at least one trial, was ${trials}`);
  if (trials === 1) return 0;
  if (trials < FEW_TRIALS) return integratedMaximum(trials);
  return (1 - EULER_GAMMA) * normalQuantile(1 - 1 / trials) + EULER_GAMMA * normalQuantile(1 - 1 / (trials * Math.E));
}

function integratedMaximum(trials: number): number {
  let sum = 0;
  for (let x = -INTEGRAL_END; x <= INTEGRAL_END; x += INTEGRAL_STEP) {
    sum += x * normalDensity(x) * normalCdf(x) ** (trials - 1);
  }
  return trials * sum * INTEGRAL_STEP;
}

/**
 * PSR against the best Sharpe ratio that `trials` skill-less trials would have shown (DSR). `trialVariance` is the
 * variance of the trials' Sharpe ratios a period.
 */
export function deflatedSharpe(
  record: TrackRecord,
  periods: number,
  trials: number,
  trialVariance: number,
): number | null {
  return probabilisticSharpe(record, periods, deflatedBenchmark(trials, trialVariance));
}

/** The Sharpe ratio a period that luck alone would reach over so many trials. */
export function deflatedBenchmark(trials: number, trialVariance: number): number {
  return Math.sqrt(trialVariance) * expectedMaximum(trials);
}

/** Independent trials that `trials` trials of average correlation `correlation` are worth. */
export function effectiveTrials(trials: number, correlation: number): number {
  return correlation + (1 - correlation) * trials;
}

/** Returns needed until PSR against `benchmark` reaches `confidence`. Null where the record isn't above the benchmark. */
export function minimumTrackRecord(record: TrackRecord, benchmark = 0, confidence = 0.95): number | null {
  const lead = record.sharpe - benchmark;
  const variance = estimatorVariance(record);
  return lead <= 0 || variance <= 0 ? null : 1 + variance * (normalQuantile(confidence) / lead) ** 2;
}

/** Years of backtest below which the best of `trials` skill-less trials is expected to show this yearly Sharpe ratio. */
export function minimumBacktestYears(trials: number, yearlySharpe: number): number {
  return (expectedMaximum(trials) / yearlySharpe) ** 2;
}

/** The simple upper bound of `minimumBacktestYears`: `2 ln N / S^2`. */
export function minimumBacktestBound(trials: number, yearlySharpe: number): number {
  return (2 * Math.log(trials)) / yearlySharpe ** 2;
}

export type OverfittingProbability = {
  /** Share of splits in which the best trial in sample lies in the lower half out of sample. */
  readonly probability: number;
  /** `ln(w / (1 - w))` of each split, `w` being the winner's relative rank out of sample. */
  readonly logits: readonly number[];
};

/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation. `returns[n]` are the returns of
 * trial `n`, all of one length; the periods are cut into `blocks` (even) stretches, a remainder is dropped from the end.
 * A trial without variance in a half scores 0 there. Ties share their rank.
 */
export function backtestOverfitting(returns: readonly Sample[], blocks = 16): OverfittingProbability {
  const trials = returns.length;
  invariant(trials >= 2, `overfitting is measured over at least two trials, was ${trials}`);
  invariant(blocks >= 2 && blocks % 2 === 0, `the number of blocks is even, was ${blocks}`);
  const length = Math.floor(returns[0].length / blocks);
  invariant(length >= 1, `${returns[0].length} returns can't be cut into ${blocks} blocks`);
  invariant(
    returns.every((trial) => trial.length === returns[0].length),
    "all trials have equally many returns",
  );
  const sums = returns.map((trial) => blockSums(trial, blocks, length));
  const points = (length * blocks) / 2;
  const score = (trial: number, chosen: readonly boolean[], wanted: boolean): number => {
    let sum = 0;
    let squares = 0;
    for (let block = 0; block < blocks; block++) {
      if (chosen[block] !== wanted) continue;
      sum += sums[trial].sum[block];
      squares += sums[trial].squares[block];
    }
    const variance = (squares - (sum * sum) / points) / (points - 1);
    return variance <= 1e-24 ? 0 : (sums[trial].center + sum / points) / Math.sqrt(variance);
  };
  const logits: number[] = [];
  for (const chosen of halves(blocks)) {
    let winner = 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let trial = 0; trial < trials; trial++) {
      const inSample = score(trial, chosen, true);
      if (inSample > best) {
        best = inSample;
        winner = trial;
      }
    }
    const outOfSample = returns.map((_, trial) => score(trial, chosen, false));
    const below = outOfSample.filter((value) => value < outOfSample[winner]).length;
    const equal = outOfSample.filter((value) => value === outOfSample[winner]).length;
    const share = (below + (equal + 1) / 2) / (trials + 1);
    logits.push(Math.log(share / (1 - share)));
  }
  return { probability: logits.filter((logit) => logit <= 0).length / logits.length, logits };
}

/** Sums and sums of squares of each block about the mean of the whole, so that any half's Sharpe ratio is a few additions. */
function blockSums(
  trial: Sample,
  blocks: number,
  length: number,
): { center: number; sum: Float64Array; squares: Float64Array } {
  const center = mean(trial) ?? 0;
  const sum = new Float64Array(blocks);
  const squares = new Float64Array(blocks);
  for (let i = 0; i < blocks * length; i++) {
    const distance = trial[i] - center;
    sum[Math.floor(i / length)] += distance;
    squares[Math.floor(i / length)] += distance * distance;
  }
  return { center, sum, squares };
}

/** Every way to choose half of `blocks` blocks, in lexicographic order. */
function* halves(blocks: number): Generator<boolean[]> {
  const chosen = Array.from({ length: blocks / 2 }, (_, i) => i);
  for (;;) {
    const mask = Array.from({ length: blocks }, () => false);
    for (const block of chosen) mask[block] = true;
    yield mask;
    let last = chosen.length - 1;
    while (last >= 0 && chosen[last] === blocks - chosen.length + last) last--;
    if (last < 0) return;
    chosen[last]++;
    for (let i = last + 1; i < chosen.length; i++) chosen[i] = chosen[i - 1] + 1;
  }
}
