/** @file What the pre-trade gate may say of an intent. A verdict is a bit, so that one number holds all of them; only append. */

export const Verdict = {
  /** Spot can't be sold short. */
  spotShort: 1 << 0,
  /** Shorting is switched off. */
  shortDisabled: 1 << 1,
  /** The symbol has no bar now. */
  symbolAbsent: 1 << 2,
  liquidated: 1 << 3,
  /** Close-only was ordered. */
  closeOnly: 1 << 4,
  /** Close-only because of the greatest drawdown. */
  maxDrawdown: 1 << 5,
  /** Close-only until the end of the UTC day because of its loss. */
  dailyLoss: 1 << 6,
  cooldown: 1 << 7,
  maxConcurrent: 1 << 8,
  /** Clamped: total notional over equity. */
  totalLeverage: 1 << 9,
  /** Clamped: notional of one position. */
  positionNotional: 1 << 10,
  /** Clamped: loss at the stop. */
  orderLoss: 1 << 11,
  /** The position would be below the venue's minimum. */
  minNotional: 1 << 12,
  /** The sizing scheme leaves nothing for the symbol. */
  noBudget: 1 << 13,
  /** Not sent: too small a change to be worth its costs. */
  withinBand: 1 << 14,
  /** What was wanted, or left of it, buys less than one lot. */
  belowOneLot: 1 << 15,
  /** Clamped: a drawdown between the two levels. */
  drawdownScaled: 1 << 16,
  /** Clamped: the symbol is wilder than usual. */
  turbulent: 1 << 17,
  /** Clamped: notional of one position over equity. */
  positionShare: 1 << 18,
  /** Clamped: notional at one venue over equity. */
  venueShare: 1 << 19,
  /** Clamped: loss in a move of all prices. */
  stressLoss: 1 << 20,
  /** Clamped: notional of what wins and loses together, over equity. */
  correlated: 1 << 21,
  /** Clamped: value at risk or expected shortfall of a day. */
  valueAtRisk: 1 << 22,
  /** Clamped: bars that it takes to close the position. */
  exitTime: 1 << 23,
  /** Clamped: the position's own part of the portfolio's value at risk. */
  componentRisk: 1 << 24,
  /** Clamped: what one more unit of the position would add to the portfolio's value at risk. */
  marginalRisk: 1 << 25,
  /** Clamped: what closing the position at once would cost. */
  exitCost: 1 << 26,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export const VERDICT_NAMES = Object.keys(Verdict) as ReadonlyArray<keyof typeof Verdict>;

/** The names of the verdicts in a bit set, in the order of the catalog. */
export function verdictNames(bits: number): Array<keyof typeof Verdict> {
  return VERDICT_NAMES.filter((name) => (bits & Verdict[name]) !== 0);
}
