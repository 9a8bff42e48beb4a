/** @file The registry's events: append-only lines, each chained to the one before by its hash. */
import { fingerprint } from "../../core/index.ts";
import type { BettingState } from "../evidence/betting.ts";
import type { Condition, Outcome } from "../gates/condition.ts";
import type { RetrainingAnswer } from "../retraining/judge.ts";
import type { GateName, Stage } from "../stages.ts";

/** Of whom it is said: a version of the model and an asset class. */
export type Subject = { readonly version: string; readonly assetClass: string };

export type EventBody =
  /** A version appears, with what makes its recipe: features, labels, hyper-parameters, code. */
  | { readonly kind: "register"; readonly modelHash: string; readonly recipe: string }
  | {
      readonly kind: "look";
      readonly gate: GateName | "month";
      readonly outcome: Outcome;
      readonly conditions: readonly Condition[];
      readonly evidence: BettingState;
      readonly gates: string;
    }
  /** One stage up, on a look that passed. */
  | { readonly kind: "promote"; readonly from: Stage; readonly to: Stage; readonly look: number }
  /** Weights of a recipe that stands in a stage are replaced; the stage is kept. */
  | { readonly kind: "inherit"; readonly from: string; readonly conditions: readonly Condition[] }
  /** Weights of a recipe begin beside those before, because they act otherwise: in shadow, or on paper where those are there. */
  | { readonly kind: "challenge"; readonly from: string; readonly conditions: readonly Condition[] }
  /** A retraining of this version's recipe has ended: what was found, and the version that it has led to. */
  | {
      readonly kind: "retrain";
      readonly answer: RetrainingAnswer;
      readonly conditions: readonly Condition[];
      readonly candidate: string | null;
    }
  | {
      readonly kind: "demote";
      readonly from: Stage;
      readonly to: Stage;
      readonly reason: string;
      readonly incident?: string;
    }
  /** The version that was live before is live again, in place of another one or of nobody (a champion that fell). */
  | { readonly kind: "rollback"; readonly from: string | null; readonly reason: string }
  | { readonly kind: "multiplier"; readonly value: number; readonly reason: string }
  /** The stage begins anew: a threshold or the recipe has changed. */
  | { readonly kind: "restart"; readonly stage: Stage; readonly reason: string }
  | { readonly kind: "accept"; readonly stage: Stage; readonly multiplier: number; readonly signature: string };

export type RegistryEvent = Subject &
  EventBody & {
    readonly seq: number;
    readonly timeMs: number;
    /** Who did it: a person's name, or the part of the program. */
    readonly actor: string;
    readonly previous: string;
    readonly hash: string;
  };

/** Hash that the first event is chained to. */
export const GENESIS = "0".repeat(64);

/** The hash of an event without its own. */
export function hashOf(event: Omit<RegistryEvent, "hash">): string {
  return fingerprint(event);
}
