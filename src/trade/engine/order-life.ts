/**
 * @file Orders in doubt. An order whose fate is not known stays in flight until the venue, asked by client id, has told it.
 * That it does not know the id proves nothing at first: the request may still be on its way. Only after a time in which
 * the venue would have refused it as too old is it proven absent.
 */
import { decimal } from "../../core/index.ts";
import type { BrokerOrder, SubmitOutcome } from "../broker.ts";
import { onGuardRefused } from "./guards.ts";
import { reconcile } from "./reconciler.ts";
import type { Step } from "./step.ts";

/** Causes that a venue's refusal of the session itself leaves behind. */
const FATAL: ReadonlySet<string> = new Set(["credentials", "permission", "banned"]);

export function onSubmitted(step: Step, id: string, outcome: SubmitOutcome): void {
  const { state, emit } = step;
  const order = state.orders[id];
  if (order === undefined || outcome.outcome !== "rejected") return;
  emit({
    kind: "alarm",
    code: `rejected.${outcome.code}`,
    text: `${order.request.symbol} ${id}: ${outcome.message}`,
  });
  if (FATAL.has(outcome.code)) emit({ kind: "state", to: "halted", cause: outcome.code, text: outcome.message });
  if (outcome.code === "maintenance")
    emit({ kind: "state", to: "reducing", cause: "maintenance", text: outcome.message });
  if (order.request.purpose === "protection") onGuardRefused(step, order, outcome);
  // The contract is not what it was.
  if (outcome.code === "symbol-paused" || outcome.code === "symbol-unknown") step.effects.push({ do: "rules" });
  // The venue sees another position than we do: what it sees counts.
  if (outcome.code === "reduce-only" || outcome.code === "position-mode") reconcile(step, outcome.code);
}

/** Asks the venue what became of an order, and arms the next time. */
export function askAgain(step: Step, id: string): void {
  const { state, emit, effects } = step;
  const order = state.orders[id];
  const config = state.config;
  if (order === undefined || config === undefined || order.life !== "unknown") return;
  const attempt = order.asked + 1;
  const wait = Math.min(config.queryRetryMs * 2 ** Math.min(order.asked, 5), 30_000);
  emit({ kind: "asking", clientOrderId: id, symbol: order.request.symbol, attempt });
  emit({ kind: "later", timer: `find:${id}`, dueMs: state.nowMs + wait });
  effects.push({ do: "find", symbol: order.request.symbol, clientOrderId: id });
}

export function onFound(step: Step, id: string, found: BrokerOrder | null, failed: string | undefined): void {
  const { state, emit } = step;
  const order = state.orders[id];
  if (order === undefined || failed !== undefined) return;
  if (found !== null) {
    // What it filled is told by executions; those that were missed are fetched.
    if (decimal(found.filled).gt(order.filled)) reconcile(step, "fills are missing");
    return;
  }
  const config = state.config;
  if (order.life !== "unknown" || config === undefined) return;
  if (state.nowMs - order.doubtMs < config.absentAfterMs || order.asked < 2) return;
  if (decimal(order.filled).gt(0)) {
    // It has executions, so it was: a venue that forgets final orders has forgotten this one.
    emit({ kind: "settled", clientOrderId: id, status: "cancelled", why: "the venue does not remember it" });
  } else {
    emit({ kind: "settled", clientOrderId: id, status: "absent", why: "the venue does not know it" });
    reconcile(step, "absent order");
  }
}
