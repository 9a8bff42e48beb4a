/**
 * @file Faults of the local venue: rules that meet requests, connections and pushes by chance from one seed, so that a run
 * with faults repeats. The kinds are those of a real venue and of the network before it.
 */
import { Random } from "../../../core/index.ts";

/** Each kind with what its `value` means. */
export const FAULT_KINDS = {
  "drop-request": "the connection breaks, the request is not processed",
  "drop-reply": "the request is processed, then the connection breaks",
  "mute-request": "the request is neither processed nor answered",
  "mute-reply": "the request is processed and never answered",
  "delay-request": "the request is processed `value` ms late",
  "delay-reply": "the request is processed at once and answered `value` ms late",
  status: "HTTP status `value`, not processed",
  "status-after": "processed, then HTTP status `value`",
  "ret-code": "return code `value`, not processed",
  "ret-code-after": "processed, then return code `value`",
  garbage: "processed, and the reply can't be read",
  "refuse-connection": "the upgrade to a WebSocket meets HTTP status `value`",
  "mute-auth": "an authentication is never answered",
  "refuse-auth": "an authentication fails",
  "mute-subscribe": "a subscription is never answered and never served",
  "lose-subscription": "a subscription is confirmed and never served",
  "drop-push": "a message is never sent",
  "duplicate-push": "a message is sent twice",
  "delay-push": "a message is sent `value` ms late",
  "reorder-push": "a message is sent after the next one",
  "close-stream": "the connection closes with code `value` in the place of a message",
  "silence-stream": "no further message on the connection, which goes on answering pings",
  "deafen-stream": "nothing further on the connection, pings unanswered",
} as const;
export type FaultKind = keyof typeof FAULT_KINDS;

export type FaultRule = {
  readonly kind: FaultKind;
  /** Beginning of the path, or a part of the topic or stream, that it meets. Default: all. */
  readonly on?: string;
  /** Of meeting what it could meet. Default: 1. */
  readonly probability?: number;
  /** How often it acts at most. Default: without end. */
  readonly times?: number;
  readonly value?: number;
  /** Market time in which it acts. */
  readonly fromMs?: number;
  readonly untilMs?: number;
};

/** A rule that acts now, of one of the kinds that were asked for. */
export type MetFault<Kind extends FaultKind> = FaultRule & { readonly kind: Kind };

type Standing = FaultRule & { left: number };

export class FaultPlan {
  #rules: Standing[] = [];
  readonly #random: Random;
  readonly #counts = new Map<FaultKind, number>();

  constructor(seed: number, rules: readonly FaultRule[] = []) {
    this.#random = new Random(seed).fork("faults");
    for (const rule of rules) this.add(rule);
  }

  add(rule: FaultRule): void {
    this.#rules.push({ ...rule, left: rule.times ?? Number.POSITIVE_INFINITY });
  }

  /** Takes back every rule, or those of one kind. */
  clear(kind?: FaultKind): void {
    this.#rules = kind === undefined ? [] : this.#rules.filter((rule) => rule.kind !== kind);
  }

  /** The first rule of one of the kinds that meets `target` now, or undefined. Each call draws chance anew. */
  meet<Kind extends FaultKind>(kinds: readonly Kind[], target: string, nowMs: number): MetFault<Kind> | undefined {
    for (const rule of this.#rules) {
      if (rule.left <= 0 || !isOneOf(rule, kinds) || !target.includes(rule.on ?? "")) continue;
      if (nowMs < (rule.fromMs ?? 0) || nowMs >= (rule.untilMs ?? Number.POSITIVE_INFINITY)) continue;
      const probability = rule.probability ?? 1;
      if (probability < 1 && this.#random.uniform() >= probability) continue;
      rule.left--;
      this.#counts.set(rule.kind, (this.#counts.get(rule.kind) ?? 0) + 1);
      return rule;
    }
    return undefined;
  }

  rules(): readonly FaultRule[] {
    return this.#rules.filter(({ left }) => left > 0).map(({ left: _left, ...rule }) => rule);
  }

  /** How often each kind has acted. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

function isOneOf<Kind extends FaultKind>(rule: Standing, kinds: readonly Kind[]): rule is Standing & { kind: Kind } {
  return (kinds as readonly FaultKind[]).includes(rule.kind);
}
