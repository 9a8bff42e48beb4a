/**
 * @file Strategies of a known worth: independent trades in R, with the mean that gives a stated annual Sharpe ratio of daily
 * returns (365 days), and payoffs of three shapes.
 */
import type { Random } from "../../core/index.ts";

export const PAYOFFS = ["even", "t4", "revert", "trend"] as const;
export type Payoff = (typeof PAYOFFS)[number];

const DAYS_A_YEAR = 365;

type Shape = { readonly draw: (random: Random, mean: number) => number; readonly deviation: number };

/** A win or a loss of fixed sizes, with the chance of a win that gives the mean. */
function twoSided(win: number, loss: number): Shape {
  const span = win + loss;
  return {
    draw: (random, mean) => (random.uniform() < (mean + loss) / span ? win : -loss),
    // Of the game without an edge; a small one hardly changes it.
    deviation: Math.sqrt(win * loss),
  };
}

/** Student's t with four degrees of freedom, scaled to deviation 1. */
function fatTailed(random: Random, mean: number): number {
  const squares = random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2;
  return mean + random.normal() / Math.sqrt(squares / 4) / Math.SQRT2;
}

const SHAPES: Readonly<Record<Payoff, Shape>> = {
  even: twoSided(1, 1),
  revert: twoSided(2 / 3, 1),
  trend: twoSided(2, 1),
  t4: { draw: fatTailed, deviation: 1 },
};

export type Strategy = {
  readonly payoff: Payoff;
  readonly sharpe: number;
  readonly tradesPerDay: number;
  /** Share of equity that a trade risks. */
  readonly risk: number;
};

/** Net R of one trade. */
export function drawTrade({ payoff, sharpe, tradesPerDay }: Strategy, random: Random): number {
  const { draw, deviation } = SHAPES[payoff];
  // The day's mean over its deviation is sharpe / sqrt(365); n trades have sqrt(n) times a trade's.
  return draw(random, (sharpe * deviation) / Math.sqrt(DAYS_A_YEAR * tradesPerDay));
}
