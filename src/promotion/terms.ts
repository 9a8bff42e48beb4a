/** @file What a stage lets a model do with money: nothing, a tenth under its own caps, or all that its multiplier says. */
import type { Standing } from "./registry/state.ts";
import type { Stage } from "./stages.ts";

/** A canary's size, as a share of what the model asks for, and what one position may lose at its stop, as a share of equity. */
const CANARY_SIZE = 0.1;
const CANARY_ORDER_LOSS = 0.01;

export type TradingTerms = {
  readonly stage: Stage;
  /** What every size is multiplied by, in [0, 1]; 0 opens nothing. */
  readonly factor: number;
  /** Greatest loss at the stop, as a share of equity; 0 where the stage adds none. */
  readonly maxOrderLoss: number;
  /** Why, for the journal. */
  readonly reason: string;
};

/**
 * @param digest of the model's files as they are now
 * @returns terms under which it may trade money, or undefined where it may not: not promoted that far, or not the files that were
 */
export function tradingTerms(standing: Standing | undefined, digest: string): TradingTerms | undefined {
  if (standing === undefined || digest === "" || standing.modelHash !== digest) return undefined;
  const { stage, multiplier } = standing;
  if (stage === "live") return { stage, factor: multiplier, maxOrderLoss: 0, reason: `live, times ${multiplier}` };
  if (stage !== "canary") return undefined;
  const factor = CANARY_SIZE * multiplier;
  return { stage, factor, maxOrderLoss: CANARY_ORDER_LOSS, reason: `canary, times ${factor}` };
}
