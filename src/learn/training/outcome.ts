/** @file What a training came to: how its policy does in validation beside doing nothing and holding everything, and why. */
import type { ValidationResult } from "./validation.ts";

/** One policy in the validation part. */
export type ValidationFigures = {
  /** Growth of equity in a year, as a share: 0.03 is 3 % a year. */
  readonly growth: number;
  /** Mean raw reward of a bar: what parameters are chosen by. */
  readonly meanReward: number;
  /** Mean of the notional held over equity, both sides counted. */
  readonly exposure: number;
  /** Bars in which any position changed. */
  readonly changes: number;
};

/** A policy at some moment of the training. */
export type Candidate = ValidationFigures & {
  /** Account-steps trained until then. */
  readonly steps: number;
};

export const TrainingEnd = {
  steps: "steps",
  time: "time",
  episodes: "episodes",
  phases: "phases",
} as const;
export type TrainingEnd = (typeof TrainingEnd)[keyof typeof TrainingEnd];

export type TrainingOutcome = {
  /** What the run ended by. */
  readonly endedBy: TrainingEnd;
  /** Account-steps trained and planned. */
  readonly steps: number;
  readonly planned: number;
  /** Undefined where there is no validation part: the newest parameters are kept. */
  readonly validation:
    | {
        /** Days of the validation part. */
        readonly days: number;
        /** Looks at it. */
        readonly looks: number;
        /** The parameters that the run began with: untrained, or those that it went on from. */
        readonly start: Candidate;
        readonly kept: Candidate;
        /** The best that traded, where what is kept did not. */
        readonly bestTrading: Candidate | undefined;
        /** Everything held long at full size; undefined where the action space has no such choice. */
        readonly holding: ValidationFigures | undefined;
      }
    | undefined;
};

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

export function figuresOf(result: ValidationResult, barMs: number): ValidationFigures {
  const { returns, meanReward, exposure, changes } = result;
  let growth = 0;
  for (const value of returns) growth += Math.log1p(Math.max(value, -0.999));
  const years = (returns.length * barMs) / YEAR_MS;
  return { growth: Math.expm1(growth / years), meanReward, exposure, changes };
}

export function daysOf(result: ValidationResult, barMs: number): number {
  return (result.returns.length * barMs) / DAY_MS;
}

/** A few roundings of float32. */
const SAME_SCORE = 1e-7;

/**
 * Whether parameters are to be kept in place of others. A greater score is better. Where two score the same, as far as
 * float32 rewards can tell, the policy that trades is better than one that never does: what the latter has learned can't be
 * told from having learned nothing.
 */
export function isBetter(candidate: ValidationFigures, kept: ValidationFigures | undefined): boolean {
  if (kept === undefined) return true;
  const [a, b] = [candidate.meanReward, kept.meanReward];
  if (Math.abs(a - b) > SAME_SCORE * Math.max(Math.abs(a), Math.abs(b))) return a > b;
  return kept.changes === 0 && candidate.changes > 0;
}

/** Below this a year's growth makes large figures of small ones: what the part itself brought is told. */
const LEAST_DAYS = 90;

/** 0.034 of 100 days as "+3.4 % a year"; of 14 days as "+0.13 % in 14 days". */
export function growthText(growth: number, days: number): string {
  const share = days < LEAST_DAYS ? (1 + growth) ** (days / 365) - 1 : growth;
  const digits = days < LEAST_DAYS ? 2 : 1;
  const span = days < LEAST_DAYS ? `in ${days.toFixed(0)} days` : "a year";
  return `${share >= 0 ? "+" : ""}${(share * 100).toFixed(digits)} % ${span}`;
}

function traded(candidate: ValidationFigures): string {
  return candidate.changes === 0 ? "no trades" : `${candidate.exposure.toFixed(2)}x of equity held`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** The outcome in sentences, a line each, for people. */
export function describeOutcome(outcome: TrainingOutcome): string[] {
  const lines = endOf(outcome);
  const { validation } = outcome;
  if (validation === undefined) {
    return [...lines, "No validation part: the newest parameters are kept, however they do."];
  }
  const { start, kept, holding, days } = validation;
  lines.push(`Validation (${days.toFixed(0)} days): ${growthText(kept.growth, days)}, ${traded(kept)};`);
  const rivals = [`before training ${growthText(start.growth, days)}`, "doing nothing 0 %"];
  if (holding !== undefined) rivals.push(`holding everything ${growthText(holding.growth, days)}`);
  lines.push(`  ${rivals.join(", ")}.`);
  if (kept.changes > 0 && kept.growth < 0) lines.push("It lost: doing nothing would have been better.");
  return [...lines, ...whyKept(outcome, validation), ...whatToTry(validation)];
}

function endOf({ endedBy, steps, planned }: TrainingOutcome): string[] {
  if (endedBy !== TrainingEnd.time && endedBy !== TrainingEnd.episodes) return [];
  const limit = endedBy === TrainingEnd.time ? "the time limit" : "the number of episodes";
  // Phases end with whole rollouts, which may be longer than what was planned for them.
  if (steps >= planned) return [`Stopped by ${limit} after ${count(steps)} steps.`];
  const share = Math.round((steps / planned) * 100);
  return [`Stopped by ${limit} after ${share} % of the steps (${count(steps)} of ${count(planned)}).`];
}

type Validated = NonNullable<TrainingOutcome["validation"]>;

function whyKept({ steps }: TrainingOutcome, { start, kept, looks }: Validated): string[] {
  const at = `Kept are the parameters after ${count(kept.steps)} of ${count(steps)} steps`;
  if (kept.steps === start.steps) return [`${at}: no later ones did better in validation.`];
  const gain = kept.meanReward > start.meanReward ? "" : " Training brought no improvement.";
  return [`${at}, ${looks === 1 ? "the only look" : `the best of ${count(looks)} looks`}.${gain}`];
}

function whatToTry({ kept, bestTrading, holding, days }: Validated): string[] {
  if (kept.changes > 0) return [];
  if (bestTrading === undefined && holding?.changes === 0) {
    return [
      "It could not trade: even everything held long opened no position.",
      "Either positions would be smaller than the smallest order",
      "(backtest.initial_balance, sizing, fewer symbols), or a limit of [risk] refuses",
      "them all.",
    ];
  }
  const why =
    bestTrading === undefined
      ? "It did not trade: at none of the looks did its likeliest choice open a position."
      : `It did not trade: all that did lost. The best of them, after ${count(bestTrading.steps)} steps: ${growthText(bestTrading.growth, days)}, ${traded(bestTrading)}.`;
  return [why, "Try a longer timeframe (costs weigh less), more steps, another seed, or other features."];
}
