/** @file Client order ids: a pure function of the intent, so that a restart regenerates the very same one. */
import { sha256Hex } from "../../core/index.ts";
import type { ProtectionLeg } from "../broker.ts";
import type { Leg } from "./entries.ts";

export type OrderIdentity = {
  readonly mode: "paper" | "live";
  readonly strategy: string;
  readonly symbol: string;
  /** The close of the decision, or the time of the command or event behind the order. */
  readonly timeMs: number;
  readonly leg: Leg;
  /** 0 for the first; the next only after the last is proven absent or final. */
  readonly attempt: number;
};

const TAG_LENGTH = 12;

/**
 * Such as "l7c1f0a9b2d3-mihk2a9c-e0": mode, who and what (48 bits), milliseconds in base 36, leg and attempt. At most 36
 * of `[a-z0-9-]`.
 */
export function clientOrderId({ mode, strategy, symbol, timeMs, leg, attempt }: OrderIdentity): string {
  const tag = sha256Hex(`${strategy}\n${symbol}`).slice(0, TAG_LENGTH);
  return `${mode[0]}${tag}-${timeMs.toString(36)}-${leg}${attempt.toString(36)}`;
}

/** Ends of the ids of stops and targets that are orders of their own: a venue's list of orders tells what each is for. */
export const GUARD_ENDS: Readonly<Record<ProtectionLeg, string>> = { stop: "_s", target: "_t" };

const GUARD = /^[lp][0-9a-f]{12}-[0-9a-z]+-p[0-9a-z]+_[st]$/;

/** Whether the id is one that an engine gives to a stop or a target of its own. */
export function isGuardId(id: string): boolean {
  return GUARD.test(id);
}
