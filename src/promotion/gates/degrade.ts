/**
 * @file Down is automatic, up is earned. A first month's breach finds a good strategy as often as a bad one, so that the
 * answer is the mildest that the evidence supports: half the size at first, paper when it happens again or when a
 * detector has found the fall; a drawdown beyond its limit is answered at once.
 */
import { cusumDown, eDetectorDown } from "../evidence/sequences.ts";
import { Outcome } from "./condition.ts";
import type { GateLook } from "./judge.ts";

export const Answer = {
  none: "none",
  /** Close all positions and trade on paper. */
  flatten: "flatten",
  paper: "paper",
  halve: "halve",
  pauseAsset: "pause-asset",
  raise: "raise",
} as const;
export type Answer = (typeof Answer)[keyof typeof Answer];

export type MonthInput = {
  readonly look: GateLook;
  /** Of the months before, the newest last. */
  readonly before: readonly Outcome[];
  /** A detector of slow harm has gone off. */
  readonly alarmed: boolean;
  /** Without this asset class the month would have passed; undefined where none stands out. */
  readonly culprit?: string;
  readonly multiplier: number;
};

export function answerToMonth({ look, before, alarmed, culprit, multiplier }: MonthInput): Answer {
  if (look.conditions.some(({ final, outcome }) => final === true && outcome === Outcome.fail)) return Answer.flatten;
  if (look.outcome === Outcome.fail) {
    if (alarmed || before.at(-1) === Outcome.fail) return Answer.paper;
    return culprit === undefined ? Answer.halve : Answer.pauseAsset;
  }
  if (alarmed) return Answer.halve;
  const clean = look.outcome === Outcome.pass && before.at(-1) === Outcome.pass;
  return clean && multiplier < 1 ? Answer.raise : Answer.none;
}

const STEPS = [0, 0.25, 0.5, 1];

/** One step up or down among 1, 1/2, 1/4 and 0. */
export function stepped(multiplier: number, up: boolean): number {
  const at = STEPS.indexOf(multiplier);
  return STEPS[Math.max(0, Math.min(STEPS.length - 1, at + (up ? 1 : -1)))];
}

/** Detectors of slow harm, fed day by day and trade by trade. */
export class HarmDetectors {
  readonly #allowance: number;
  readonly #limit: number;
  readonly #alpha: number;
  #cusum = 0;
  #detector = 0;
  #alarmed = false;

  /**
   * @param claimedSharpe annual, of the test out of sample: half of its daily value is the CUSUM's allowance
   * @param limit of the CUSUM: 13.05 alarms once a year by mistake for a claimed Sharpe ratio of 2, 19.7 once in three years
   * @param alpha of the e-detector: one false alarm in 1 / alpha trades
   */
  constructor(claimedSharpe: number, limit = 19.7, alpha = 1 / 2000) {
    this.#allowance = claimedSharpe / Math.sqrt(365) / 2;
    this.#limit = limit;
    this.#alpha = alpha;
  }

  /** @param z a day's return over the deviation that the test out of sample had */
  day(z: number): void {
    this.#cusum = cusumDown(this.#cusum, z, this.#allowance);
    if (this.#cusum > this.#limit) this.#alarmed = true;
  }

  trade(r: number): void {
    this.#detector = eDetectorDown(this.#detector, r, 0, 0.05);
    if (this.#detector >= 1 / this.#alpha) this.#alarmed = true;
  }

  get alarmed(): boolean {
    return this.#alarmed;
  }
}
