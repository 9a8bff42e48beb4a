/**
 * @file A betting e-process against "the mean R of a trade, given the past, is not above zero" (Waudby-Smith and Ramdas,
 * "Estimating means of bounded random variables by betting", JRSS-B 2024): capital that starts at 1 and bets a share of
 * itself on every trade. By Ville's inequality it ever reaches 1 / alpha with probability alpha at most where there is no
 * edge, however often it is looked at. It multiplies over the stages of one recipe.
 */

/** Plain JSON; goes into the registry, so that evidence is carried from stage to stage. */
export type BettingState = {
  readonly logCapital: number;
  readonly sum: number;
  readonly squares: number;
  readonly count: number;
};

/** A win counts for no more than this many R. */
const WIN_CAP = 3;
/** The largest bet: safe for losses of up to 12 R. */
const MAX_BET = 1 / 12;
/** What is believed before the first trade: so many trades with mean 0 and deviation 1. */
const PRIOR_TRADES = 50;

export const FRESH_BETTING: BettingState = { logCapital: 0, sum: 0, squares: PRIOR_TRADES, count: PRIOR_TRADES };

/** @param r the trade's net result in units of what it risked */
export function bet(state: BettingState, r: number): BettingState {
  return betAll(state, [r], (value) => value);
}

/** One bet after the other. */
export function betAll<T>(state: BettingState, trades: readonly T[], rOf: (trade: T) => number): BettingState {
  let { logCapital, sum, squares, count } = state;
  for (const trade of trades) {
    const x = Math.min(rOf(trade), WIN_CAP);
    const mean = sum / count;
    // Kelly's share for this mean and variance, known before the trade.
    const share = Math.max(0, Math.min(MAX_BET, mean / (squares / count + mean * mean)));
    // A loss beyond 12 R takes all there is, which no later win gives back.
    logCapital = share * x <= -1 ? Number.NEGATIVE_INFINITY : logCapital + Math.log1p(share * x);
    sum += x;
    squares += x * x;
    count += 1;
  }
  return { logCapital, sum, squares, count };
}

/**
 * The capital that paper trading starts with after an out-of-sample test reached `capital` as the best of `trials`: what
 * is left after paying for the choice, half of it kept back so that it never starts below a half.
 */
export function openingCapital(capital: number, trials: number): number {
  return (1 + capital / trials) / 2;
}
