/**
 * @file The engine as a deterministic machine: one input in, entries for the journal and effects for the shell out. No
 * promise, no clock, no socket, no chance: the same inputs give the same entries and effects, whenever and wherever.
 *
 * The shell writes the entries, and only when the disk has them does it carry out the effects. After a crash the journal's
 * entries are folded and the machine goes on; nothing is lost, since nothing happened that was not written.
 */
import { decimal } from "../../core/index.ts";
import { applyEntry } from "./apply.ts";
import { coverPositions, onProtected, onProtectTimer, watchNakedAgain } from "./coverage.ts";
import type { Effect, Entry, Input } from "./entries.ts";
import { guardPositions, onBeyondTimer, onUncancelled } from "./guards.ts";
import { followCommands, onCommand } from "./operator.ts";
import { askAgain, onFound, onSubmitted } from "./order-life.ts";
import { planSymbol } from "./planner.ts";
import { onSnapshot, reconcile } from "./reconciler.ts";
import { type ActiveTarget, type EngineState, emptyState, guardsByOrders, statusOf } from "./state.ts";
import type { Step } from "./step.ts";
import { checkLimits, onBrokerEvent, onFeed, onRules } from "./switches.ts";

export type Handled = { readonly entries: readonly Entry[]; readonly effects: readonly Effect[] };

/** Prices, and what is not about trading: what they make possible is looked at with the next input. */
const CALLS_FOR_NOTHING: ReadonlySet<Input["kind"]> = new Set(["quote", "closed", "compacted", "archived"]);

export class Engine {
  readonly state: EngineState;

  constructor(state: EngineState = emptyState()) {
    this.state = state;
  }

  handle(input: Input, atMs: number): Handled {
    const { state } = this;
    const entries: Entry[] = [];
    const effects: Effect[] = [];
    const step: Step = {
      state,
      effects,
      emit: (fact) => {
        applyEntry(state, fact, atMs);
        entries.push(fact);
      },
    };
    applyEntry(state, input, atMs);
    entries.push(input);
    react(step, input, state.seq);
    if (state.running && state.config !== undefined && !CALLS_FOR_NOTHING.has(input.kind)) settle(step, input);
    return { entries, effects };
  }

  /** The earliest timer, or undefined. */
  nextTimer(): { readonly id: string; readonly dueMs: number } | undefined {
    let first: { id: string; dueMs: number } | undefined;
    for (const id of Object.keys(this.state.timers)) {
      const dueMs = this.state.timers[id];
      if (first === undefined || dueMs < first.dueMs || (dueMs === first.dueMs && id < first.id)) first = { id, dueMs };
    }
    return first;
  }

  /** Symbols whose quote the shell should renew before the next input: they are held, wanted or worked. */
  symbolsInPlay(): string[] {
    const { state } = this;
    // What was found in the account and not in the journal is booked at its price, where the venue keeps none.
    const found = guardsByOrders(state) ? Object.keys(state.reconcile.differences) : [];
    return [...new Set([...Object.keys(state.positions), ...Object.keys(state.wanted), ...found])];
  }
}

/** What one kind of input calls for, besides what is done after each. */
function react(step: Step, input: Input, seq: number): void {
  const { state, emit } = step;
  switch (input.kind) {
    case "started":
      if (state.config === undefined) return;
      emit({ kind: "later", timer: "mark", dueMs: state.nowMs + (state.config?.markEveryMs ?? 0) });
      watchNakedAgain(step);
      reconcile(step, "start");
      return;
    case "submitted":
      return onSubmitted(step, input.clientOrderId, input.outcome);
    case "found":
      return onFound(step, input.clientOrderId, input.order, input.failed);
    case "snapshot":
      return onSnapshot(step, input.snapshot, input.failed);
    case "protected":
      return onProtected(step, input.request, input.outcome);
    case "rules":
      return onRules(step);
    case "broker":
      return onBrokerEvent(step, input.event);
    case "feed":
      return onFeed(step, input.state, input.reason);
    case "timer":
      return onTimer(step, input.id);
    case "command":
      return onCommand(step, input, seq);
    case "decision":
    case "open":
    case "missed":
      return closeTheOld(step, input.strategy);
    case "archived":
    case "row":
    case "closed":
    case "compacted":
    case "history":
    case "scale":
    case "replayed":
    case "session":
    case "stopped":
    case "quote":
      return;
    case "cancelled":
      return onUncancelled(step, input.request.clientOrderId ?? "", input.outcome);
  }
}

/**
 * Positions that have reached their greatest age, once their strategy has decided about them as they were, or can't. What was
 * decided in the meantime counts where it closes or turns the position. The simulated exchange closes its own.
 */
function closeTheOld({ state, emit }: Step, strategy: string): void {
  if (state.capabilities?.targets === true) return;
  for (const symbol of Object.keys(state.positions)) {
    const { brackets, barsHeld, strategy: owner } = state.positions[symbol];
    if (
      (owner !== strategy && strategy !== state.config?.rows) ||
      brackets.maxBars === 0 ||
      barsHeld < brackets.maxBars
    )
      continue;
    const wanted = state.wanted[symbol] as ActiveTarget | undefined;
    const ends = wanted !== undefined && decimal(wanted.quantity).mul(state.positions[symbol].quantity).lte(0);
    if (!ends) emit({ kind: "flatten", symbol, why: "its time is over" });
  }
}

function onTimer(step: Step, id: string): void {
  const { state, emit } = step;
  const [kind, ...rest] = id.split(":");
  const subject = rest.join(":");
  switch (kind) {
    case "reconcile":
      reconcile(step, "regular");
      return;
    case "mark":
      emit({ kind: "later", timer: "mark", dueMs: state.nowMs + (state.config?.markEveryMs ?? 0) });
      return;
    case "find":
      return askAgain(step, subject);
    case "protect":
    case "naked":
      return onProtectTimer(step, kind, subject);
    case "beyond":
      return onBeyondTimer(step, subject);
    default:
  }
}

/** After every input: limits first, since they decide what may still be done; then doubt, protection, plans. */
function settle(step: Step, input: Input): void {
  const { state } = step;
  checkLimits(step, input.kind === "row" || (input.kind === "timer" && input.id === "mark"));
  for (const id of state.live) askAgainWhenDue(step, id);
  // Of stops that are orders of their own, the life of every order is a part.
  if (guardsByOrders(state)) guardPositions(step);
  else if (!LEAVES_PROTECTION.has(input.kind)) coverPositions(step);
  for (const symbol of Object.keys(state.wanted)) planSymbol(step, symbol);
  cancelStrays(step);
  followCommands(step);
}

/** Inputs after which no position can be protected worse or better than before. */
const LEAVES_PROTECTION: ReadonlySet<Input["kind"]> = new Set(["submitted", "decision", "feed", "cancelled", "found"]);

/** An order in doubt always has a time at which it is asked for. */
function askAgainWhenDue(step: Step, id: string): void {
  const order = step.state.orders[id];
  if (order.life !== "unknown" || step.state.timers[`find:${id}`] !== undefined) return;
  askAgain(step, id);
}

/** What is halted has no entry at work, and no order works for a symbol that is not wanted any more. */
function cancelStrays(step: Step): void {
  const { state, effects, emit } = step;
  const status = statusOf(state);
  for (const id of state.live) {
    const order = state.orders[id];
    if (order.life !== "working" || order.cancelling || order.request.target !== undefined) continue;
    const wanted = state.wanted[order.request.symbol];
    const opens = !order.request.reduceOnly;
    const expired = wanted === undefined || wanted.untilMs < state.nowMs;
    const isResting = order.request.timeInForce === "gtc" || order.request.timeInForce === "post-only";
    const leaves = decimal(order.request.quantity).gt(order.filled);
    if (!leaves || !((status !== "active" && opens) || (expired && isResting))) continue;
    const request = { symbol: order.request.symbol, clientOrderId: id };
    emit({ kind: "cancelling", request, reason: expired ? "expired" : status });
    effects.push({ do: "cancel", request });
  }
}
