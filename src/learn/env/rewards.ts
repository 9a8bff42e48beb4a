/**
 * @file Reward terms: each a pure function of what one bar did to one account, and a weighted sum of them. Costs are
 * already inside equity; the terms beside the log return say what else matters.
 */
import { TidemarkError } from "../../core/index.ts";

/** What one bar did to one account. Money is in quote currency. */
export type BarOutcome = {
  equityBefore: number;
  equityAfter: number;
  /** Shares of the peak, in [0, 1]. */
  drawdownBefore: number;
  drawdownAfter: number;
  /** Fees paid in the bar. */
  fees: number;
  /** Orders that the gate refused because a budget was used up. */
  budgetViolations: number;
  /** Positions whose side was reversed. */
  flips: number;
};

/** Exponential averages of the differential Sharpe ratio; one pair for every account. */
export type SharpeMemory = { mean: number; square: number };

export type RewardWeights = {
  readonly logReturn: number;
  readonly drawdown: number;
  readonly fees: number;
  readonly budgetViolation: number;
  readonly flip: number;
  readonly differentialSharpe: number;
};

/** The log return of equity alone: the default. */
export const REWARD_DEFAULTS: RewardWeights = {
  logReturn: 1,
  drawdown: 0,
  fees: 0,
  budgetViolation: 0,
  flip: 0,
  differentialSharpe: 0,
};

/** The weights that the design names for a shaped reward: alpha 2.0, beta 1.0, gamma 5.0, delta 0.2. */
export const SHAPED_REWARD: RewardWeights = {
  logReturn: 1,
  drawdown: 2,
  fees: 1,
  budgetViolation: 5,
  flip: 0.2,
  differentialSharpe: 0,
};

/** A loss of everything is a log return of about -7, not of minus infinity. */
const LEAST_EQUITY_RATIO = 1e-3;

/** Log return of equity. 1,000 to 1,010 is 0.00995. */
export function logReturn(o: BarOutcome): number {
  return Math.log(Math.max(o.equityAfter / o.equityBefore, LEAST_EQUITY_RATIO));
}

/** By how much the drawdown grew; a shrinking one earns nothing. From 2 % to 5 % is 0.03. */
export function drawdownIncrease(o: BarOutcome): number {
  return Math.max(0, o.drawdownAfter - o.drawdownBefore);
}

/** Fees as a share of equity. 2 of 1,000 is 0.002. */
export function feeShare(o: BarOutcome): number {
  return o.fees / o.equityBefore;
}

/** One thousandth for each refused order, so that a weight of 5 costs half a percent of equity. */
export function budgetViolation(o: BarOutcome): number {
  return o.budgetViolations * 1e-3;
}

/** One thousandth for each reversed position. */
export function flipCost(o: BarOutcome): number {
  return o.flips * 1e-3;
}

/**
 * The differential Sharpe ratio (Moody and Saffell, "Learning to trade via direct reinforcement", 2001, equation 8):
 * how much this return moves the exponentially weighted Sharpe ratio. Updates the memory.
 * @param rate weight of the newest return
 */
export function differentialSharpe(memory: SharpeMemory, value: number, rate = 0.01): number {
  const deltaMean = value - memory.mean;
  const deltaSquare = value * value - memory.square;
  const variance = memory.square - memory.mean * memory.mean;
  const out =
    variance > 1e-12
      ? (memory.square * deltaMean - 0.5 * memory.mean * deltaSquare) / (variance * Math.sqrt(variance))
      : 0;
  memory.mean += rate * deltaMean;
  memory.square += rate * deltaSquare;
  return Math.max(-10, Math.min(10, out)) * rate;
}

/** The weighted sum. Penalties are subtracted, so their weights are above zero. */
export function rewardOf(weights: RewardWeights, outcome: BarOutcome, memory: SharpeMemory): number {
  const gain = logReturn(outcome);
  let reward = weights.logReturn * gain;
  if (weights.drawdown !== 0) reward -= weights.drawdown * drawdownIncrease(outcome);
  if (weights.fees !== 0) reward -= weights.fees * feeShare(outcome);
  if (weights.budgetViolation !== 0) reward -= weights.budgetViolation * budgetViolation(outcome);
  if (weights.flip !== 0) reward -= weights.flip * flipCost(outcome);
  if (weights.differentialSharpe !== 0) reward += weights.differentialSharpe * differentialSharpe(memory, gain);
  return reward;
}

/** The weights with defaults. Throws CONFIG_VALUE for a weight that is not a finite number. */
export function rewardWeights(changes: Partial<RewardWeights> = {}): RewardWeights {
  for (const [key, value] of Object.entries(changes)) {
    if (!Object.hasOwn(REWARD_DEFAULTS, key) || !Number.isFinite(value)) {
      throw new TidemarkError("CONFIG_VALUE", {
        what: `"${key}" = ${String(value)} is not a reward term with a finite weight`,
        where: "training.reward",
        fix: `Use ${Object.keys(REWARD_DEFAULTS).join(", ")}.`,
      });
    }
  }
  return { ...REWARD_DEFAULTS, ...changes };
}
