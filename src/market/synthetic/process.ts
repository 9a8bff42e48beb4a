/**
 * @file The random processes of the synthetic market, one small state machine each.
 * Volatility: GARCH(1,1) of unit mean variance (Bollerslev, 1986) driven by Student t innovations with 5 degrees of
 * freedom, scaled to unit variance. Regimes: a Markov chain in continuous time, sampled once a bar. Extremes inside a bar:
 * the maximum of a Brownian bridge, exact by the reflection principle.
 */
import { DAY_MS, HOUR_MS, type Random, YEAR_MS } from "../../core/index.ts";
import { Session, sessionOf } from "../session.ts";

const ALPHA = 0.06;
const BETA = 0.92;
const DEGREES = 5;

/** A heavy-tailed shock of unit variance. */
export function heavyShock(random: Random): number {
  const chiSquared = 2 * random.gamma(DEGREES / 2);
  return random.normal() * Math.sqrt((DEGREES - 2) / chiSquared);
}

/** Conditional variance that clusters; its long-run mean is 1. */
export class Clustering {
  variance = 1;

  /** Takes the shock (unit variance) of the bar just made. */
  advance(shock: number): void {
    const squared = Math.min(shock * shock, 60) * this.variance;
    this.variance = Math.min(40, 1 - ALPHA - BETA + ALPHA * squared + BETA * this.variance);
  }
}

export type Regime = {
  readonly name: string;
  /** Multiplier of every symbol's volatility. */
  readonly volatility: number;
  /** Drift as a yearly Sharpe ratio. */
  readonly sharpe: number;
  readonly meanStayMs: number;
  /** Chances of the regime that follows, in the order of REGIMES. */
  readonly next: readonly number[];
};

/** Up and down weigh the same, so that no direction is favored in the long run. */
const REGIMES: readonly Regime[] = [
  { name: "calm", volatility: 0.7, sharpe: 0, meanStayMs: 3 * DAY_MS, next: [0, 0.4, 0.4, 0.2] },
  { name: "up", volatility: 1, sharpe: 1.5, meanStayMs: 4 * DAY_MS, next: [0.6, 0, 0.2, 0.2] },
  { name: "down", volatility: 1.2, sharpe: -1.5, meanStayMs: 4 * DAY_MS, next: [0.6, 0.2, 0, 0.2] },
  { name: "turbulent", volatility: 2.2, sharpe: 0, meanStayMs: DAY_MS, next: [0.4, 0.3, 0.3, 0] },
];

export class RegimeChain {
  #state = 0;
  readonly #barMs: number;

  constructor(barMs: number) {
    this.#barMs = barMs;
  }

  get regime(): Regime {
    return REGIMES[this.#state];
  }

  /** Moves on by one bar. Draws twice whether or not the regime changes, so that streams stay in step. */
  advance(random: Random): void {
    const leaves = random.uniform() < 1 - Math.exp(-this.#barMs / this.regime.meanStayMs);
    let pick = random.uniform();
    if (!leaves) return;
    const chances = this.regime.next;
    for (let i = 0; i < chances.length; i++) {
      pick -= chances[i];
      if (pick < 0) {
        this.#state = i;
        return;
      }
    }
  }
}

/** The share of an ordinary hour's trading at this time of day and week; about 1 on average. Long bars have none. */
export function activity(tsMs: number, barMs: number): number {
  if (barMs > 4 * HOUR_MS) return 1;
  const sessions = sessionOf(tsMs + barMs / 2);
  const level =
    0.62 +
    ((sessions & Session.asia) === 0 ? 0 : 0.22) +
    ((sessions & Session.europe) === 0 ? 0 : 0.38) +
    ((sessions & Session.us) === 0 ? 0 : 0.62);
  const day = Math.floor(tsMs / DAY_MS) % 7;
  // 1970-01-01 was a Thursday: days 2 and 3 of the count are Saturday and Sunday.
  return day === 2 || day === 3 ? 0.7 * level : level;
}

/** Highest point of a Brownian bridge from 0 to `end` with the given standard deviation of its free end. */
export function bridgeMaximum(random: Random, end: number, deviation: number): number {
  const u = 1 - random.uniform();
  return 0.5 * (end + Math.sqrt(end * end - 2 * deviation * deviation * Math.log(u)));
}

/** Standard deviation of one bar's log return, from a year's. */
export function barDeviation(annualVolatility: number, barMs: number): number {
  return annualVolatility * Math.sqrt(barMs / YEAR_MS);
}
