/** @file The fold: what one entry of the journal does to the state. Nothing else changes it, and nothing here decides. */
import { decimal, exactText, isMargined, ZERO_TEXT } from "../../core/index.ts";
import { assetClass } from "../../portfolio/index.ts";
import type { BrokerEvent, BrokerOrder, BrokerPosition, SubmitOutcome } from "../broker.ts";
import { applyCommand, applyCommandEnd, noteDenied, noteUncancelled } from "./command-fold.ts";
import { rowsNamed, strategyNamed } from "./config.ts";
import { type Entry, type Fact, type Input, isInput, type Target } from "./entries.ts";
import { followGuards } from "./guard-fold.ts";
import { bookExecution, closePosition, finishOrder, newPosition, observeEquity, prune, sweep } from "./ledger.ts";
import { sameAgain } from "./manual-brackets.ts";
import { type ActiveTarget, type EngineState, guardsByOrders, isFlattening, isLive, type OrderLife } from "./state.ts";

const FOREVER = Number.MAX_SAFE_INTEGER;
/** From a cancel's acknowledgement to the order's end, at the most. */
const CANCEL_TAKES_MS = 2_000;

/** Entries after which an order may have begun, ended, or come back. */
const MOVES_ORDERS: ReadonlySet<Entry["kind"]> = new Set([
  "started",
  "broker",
  "submitted",
  "cancelled",
  "found",
  "snapshot",
  "intent",
  "settled",
  "healed",
]);

export function applyEntry(state: EngineState, entry: Entry, atMs: number): void {
  state.seq++;
  state.nowMs = atMs;
  if (isInput(entry)) applyInput(state, entry, atMs);
  else applyFact(state, entry, atMs);
  if (!MOVES_ORDERS.has(entry.kind)) return;
  state.live = Object.keys(state.orders).filter((id) => isLive(state.orders[id]));
  if (guardsByOrders(state)) followGuards(state);
}

function applyInput(state: EngineState, entry: Input, atMs: number): void {
  switch (entry.kind) {
    case "session":
      state.config = entry.config;
      state.session = entry.id;
      state.beganMs = atMs;
      state.accountId = entry.accountId;
      state.capabilities = entry.capabilities;
      for (const instrument of entry.instruments) {
        state.classes[instrument.symbol] = assetClass(instrument);
        if (!isMargined(instrument.kind)) continue;
        state.maintenance[instrument.symbol] = instrument.maintenanceMarginRate + instrument.takerFeeBps * 1e-4;
      }
      if (state.cursor === "") state.cursor = `time:${atMs}`;
      observeEquity(state);
      return;
    case "started":
      if (entry.capabilities !== undefined) state.capabilities = entry.capabilities;
      return start(state);
    case "stopped":
      state.running = false;
      return;
    case "rules":
      for (const rules of entry.rules) state.rules[rules.symbol] = rules;
      if (entry.failed === undefined) state.rulesMs = atMs;
      return;
    case "quote":
      state.quotes[entry.quote.symbol] = { ...entry.quote, id: `q${state.seq}` };
      return;
    case "row":
      return applyRow(state, entry);
    case "decision":
      if (entry.why?.wallet !== undefined) state.wallet = entry.why.wallet;
      for (const target of entry.targets) want(state, target, entry.strategy, entry.closeMs);
      return;
    case "scale":
      state.scales[entry.strategy] = entry.factor;
      return;
    case "broker":
      return applyBrokerEvent(state, entry.event);
    case "submitted":
      return applySubmitted(state, entry.clientOrderId, entry.outcome);
    case "cancelled": {
      const order = state.orders[entry.request.clientOrderId ?? ""];
      if (order === undefined) return;
      const sure = entry.outcome.outcome === "acknowledged";
      if (sure) order.updatedMs = atMs;
      else order.cancelling = false;
      if (entry.outcome.outcome === "rejected")
        noteUncancelled(state, entry.request.clientOrderId ?? "", entry.outcome.message);
      // A cancel that met nothing says only that the order is not working: what became of it has to be asked.
      if (!sure && entry.outcome.outcome !== "rejected" && order.life === "working") doubt(state, order);
      return;
    }
    case "protected": {
      const position = state.positions[entry.request.symbol];
      if (position === undefined) return;
      position.protecting = false;
      if (entry.outcome.outcome === "acknowledged" || entry.outcome.outcome === "unchanged") {
        position.venue = { ...position.requested };
        position.protectAttempts = Math.min(1, position.protectAttempts);
      }
      return;
    }
    case "found":
      if (entry.order !== null) applyOrder(state, entry.order);
      return;
    case "snapshot":
      state.reconcile.pending = false;
      state.reconcile.lastMs = atMs;
      if (entry.snapshot !== null) {
        for (const execution of entry.snapshot.executions) bookExecution(state, execution);
        state.cursor = entry.snapshot.cursor;
        for (const order of entry.snapshot.orders) {
          forgetCancel(state, order, entry.snapshot.askedMs);
          applyOrder(state, order);
        }
        for (const position of entry.snapshot.positions) applyProtection(state, position);
        const balance = entry.snapshot.balances.find(({ currency }) => currency === state.config?.currency);
        if (balance !== undefined) state.venueCash = balance.total;
        prune(state);
      }
      return;
    case "timer":
      delete state.timers[entry.id];
      if (entry.id === "mark") observeEquity(state);
      return;
    case "command":
      return applyCommand(state, entry, atMs);
    case "archived":
    case "history":
    case "feed":
    case "closed":
    case "compacted":
    case "missed":
    case "replayed":
      return;
    case "open":
      state.opens[entry.strategy] = entry.openMs;
      return;
  }
}

function start(state: EngineState): void {
  state.running = true;
  state.timers = {};
  state.link = { state: "down", sinceMs: state.nowMs, generation: 0 };
  state.reconcile = { ...state.reconcile, passed: false, pending: false, attempts: 0, differences: {} };
  for (const order of Object.values(state.orders)) {
    order.cancelling = false;
    if (order.life === "intended") doubt(state, order);
    order.asked = 0;
  }
  for (const position of Object.values(state.positions)) position.protecting = false;
}

function doubt(state: EngineState, order: { life: OrderLife; doubtMs: number; asked: number }): void {
  order.life = "unknown";
  order.doubtMs = state.nowMs;
  order.asked = 0;
}

function want(state: EngineState, target: Target, strategy: string, closeMs: number): void {
  const { config } = state;
  const barMs = (config === undefined ? undefined : strategyNamed(config, strategy)?.barMs) ?? 0;
  const attempts = { e: 0, x: 0, f: 0, p: 0 };
  const wanted: ActiveTarget = {
    ...target,
    strategy,
    decision: state.seq,
    closeMs,
    untilMs: closeMs + barMs * (config?.validityShare ?? 0),
    attempts,
    flatten: false,
  };
  // Being flat by order of the engine or of a person outlives any decision.
  if (!isFlattening(state, target.symbol)) state.wanted[target.symbol] = wanted;
}

function applyRow(state: EngineState, entry: Extract<Entry, { kind: "row" }>): void {
  const strategy = state.config === undefined ? undefined : rowsNamed(state.config, entry.strategy);
  if (strategy === undefined || entry.late) return;
  state.lastRowMs = Math.max(state.lastRowMs, entry.openMs + strategy.barMs);
  for (const [index, symbol] of strategy.symbols.entries()) {
    const position = state.positions[symbol];
    const row = entry.rows[index];
    if (position === undefined || row === null || row === undefined) continue;
    position.barsHeld++;
    const isLong = decimal(position.quantity).gt(0);
    const best = isLong ? row[1] : row[2];
    const known = Number(position.extreme);
    if (isLong ? best > known : best < known) position.extreme = exactText(String(best));
  }
  observeEquity(state);
}

function applyBrokerEvent(state: EngineState, event: BrokerEvent): void {
  switch (event.kind) {
    case "order":
      return applyOrder(state, event.order);
    case "execution":
      bookExecution(state, event.execution);
      return;
    case "position":
      return applyProtection(state, event.position);
    case "wallet":
      if (event.balance.currency === state.config?.currency) state.venueCash = event.balance.total;
      return;
    case "connection":
      state.link = {
        state: event.state === "up" ? "up" : "down",
        sinceMs: event.state === "up" || state.link.state === "up" ? state.nowMs : state.link.sinceMs,
        generation: event.generation,
      };
      return;
    case "gap":
    case "clock":
    case "trouble":
      return;
  }
}

const LIFE: Partial<Record<BrokerOrder["status"], OrderLife>> = {
  filled: "filled",
  cancelled: "cancelled",
  rejected: "rejected",
};

/** A cancel that was taken long ago, of an order that stands all the same, has to be sent again. */
function forgetCancel(state: EngineState, shown: BrokerOrder, askedMs: number): void {
  const order = state.orders[shown.clientOrderId] as EngineState["orders"][string] | undefined;
  if (order !== undefined && order.updatedMs < askedMs - CANCEL_TAKES_MS) order.cancelling = false;
}

/** A final order stays final: a late "new" must not wake it, except where we believed that it never was. */
function applyOrder(state: EngineState, update: BrokerOrder): void {
  const order = state.orders[update.clientOrderId];
  if (order === undefined) return;
  order.orderId = update.orderId;
  const life = LIFE[update.status] ?? "working";
  // That it stands as it stood is no news: a stop that waits for weeks keeps nothing from being quiet.
  const isNews = order.life !== life || decimal(update.filled).gt(order.reported);
  if (isNews) order.updatedMs = state.nowMs;
  if (isLive(order) || order.life === "absent" || (order.life === "rejected" && life !== "rejected")) {
    order.life = "working";
    order.asked = 0;
    if (decimal(update.filled).gt(order.reported)) order.reported = update.filled;
    if (life !== "working") order.ended = life;
    finishOrder(order);
  }
}

function applyProtection(state: EngineState, update: BrokerPosition): void {
  const position = state.positions[update.symbol];
  if (position === undefined || update.quantity === ZERO_TEXT) return;
  if (decimal(update.quantity).mul(position.quantity).lt(0)) return;
  if (!guardsByOrders(state)) position.venue = { stopPrice: update.stopPrice, targetPrice: update.targetPrice };
  if (update.liquidationPrice !== undefined) position.liquidationPrice = update.liquidationPrice;
}

function applySubmitted(state: EngineState, id: string, outcome: SubmitOutcome): void {
  const order = state.orders[id];
  if (order === undefined) return;
  order.updatedMs = state.nowMs;
  if (outcome.outcome === "acknowledged") {
    order.orderId ||= outcome.orderId;
    if (order.life === "intended" || order.life === "unknown") {
      if (outcome.duplicate) doubt(state, order);
      else order.life = "working";
    }
  } else if (order.life === "intended") {
    if (outcome.outcome === "unknown") doubt(state, order);
    else order.life = "rejected";
  }
  if (outcome.outcome === "rejected" && state.config !== undefined && order.request.purpose !== "protection") {
    const from = state.nowMs - state.config.limits.rejectWindowMs;
    state.risk.rejects = [...state.risk.rejects.filter((timeMs) => timeMs >= from), state.nowMs];
  }
}

function applyFact(state: EngineState, fact: Fact, atMs: number): void {
  switch (fact.kind) {
    case "intent": {
      const { request, brackets, strategy, decision, leg, attempt, quote } = fact;
      state.orders[request.clientOrderId] = {
        request,
        brackets,
        strategy,
        decision,
        leg,
        attempt,
        quote,
        intendedMs: atMs,
        life: "intended",
        orderId: "",
        filled: ZERO_TEXT,
        value: ZERO_TEXT,
        fee: ZERO_TEXT,
        reported: ZERO_TEXT,
        ended: undefined,
        cancelling: false,
        doubtMs: 0,
        asked: 0,
        updatedMs: atMs,
      };
      const wanted = state.wanted[request.symbol];
      if (wanted !== undefined) wanted.attempts[leg] = attempt + 1;
      return;
    }
    case "denied":
      noteDenied(state, fact.symbol, fact.code, fact.detail);
      delete state.wanted[fact.symbol];
      return;
    case "dropped":
      delete state.wanted[fact.symbol];
      return;
    case "cancelling": {
      const order = state.orders[fact.request.clientOrderId ?? ""];
      if (order === undefined) return;
      order.cancelling = true;
      order.updatedMs = atMs;
      if (order.request.purpose === "protection") order.cancels = (order.cancels ?? 0) + 1;
      return;
    }
    case "protecting": {
      const position = state.positions[fact.request.symbol];
      if (position === undefined) return;
      position.protecting = true;
      position.protectAttempts = fact.attempt;
      position.requested = {
        stopPrice: fact.request.stopPrice ?? undefined,
        targetPrice: fact.request.targetPrice ?? undefined,
      };
      return;
    }
    case "asking": {
      const order = state.orders[fact.clientOrderId];
      if (order !== undefined) order.asked = fact.attempt;
      return;
    }
    case "reconciling":
      state.reconcile.pending = true;
      state.reconcile.attempts = fact.attempt;
      return;
    case "reconciled":
      state.reconcile = { ...state.reconcile, passed: true, attempts: 0, differences: {} };
      return;
    case "differs":
      state.reconcile.differences = fact.differences;
      return;
    case "settled": {
      const order = state.orders[fact.clientOrderId];
      if (order === undefined) return;
      order.life = fact.status;
      order.ended = undefined;
      order.cancelling = false;
      order.updatedMs = atMs;
      return;
    }
    case "healed":
      return heal(state, fact);
    case "refused":
      if (fact.quantity === ZERO_TEXT) delete state.foreign[fact.symbol];
      else state.foreign[fact.symbol] = fact.quantity;
      return;
    case "flatten": {
      const held = state.positions[fact.symbol];
      state.wanted[fact.symbol] = {
        symbol: fact.symbol,
        lots: 0,
        quantity: ZERO_TEXT,
        stopDistance: 0,
        targetDistance: 0,
        trailDistance: 0,
        maxBars: 0,
        urgency: 1,
        strategy: held?.strategy ?? "",
        decision: state.seq,
        closeMs: atMs,
        untilMs: FOREVER,
        attempts: { e: 0, x: 0, f: 0, p: 0 },
        flatten: true,
      };
      return;
    }
    case "rebracket": {
      const position = state.positions[fact.symbol];
      if (position === undefined) return;
      position.manualBefore = position.manual;
      position.manual = fact.manual ?? undefined;
      const mayPlan = state.capabilities?.targets === true && !isFlattening(state, fact.symbol);
      if (mayPlan) state.wanted[fact.symbol] = sameAgain(state, fact.symbol, atMs);
      return;
    }
    case "classSwitch":
      state.switches[fact.assetClass] = fact.open;
      return;
    case "commandEnd":
      return applyCommandEnd(state, fact, atMs);
    case "later":
      state.timers[fact.timer] = fact.dueMs;
      return;
    case "naked": {
      const position = state.positions[fact.symbol];
      if (position !== undefined) position.nakedMs = atMs;
      return;
    }
    case "covered": {
      const position = state.positions[fact.symbol];
      if (position !== undefined) {
        position.nakedMs = 0;
        position.protectAttempts = 0;
      }
      return;
    }
    case "state":
      if (fact.to === "active") delete state.causes[fact.cause];
      else state.causes[fact.cause] = fact.to;
      return;
    case "clamped":
    case "cashDiffers":
    case "alarm":
      return;
  }
}

/** The venue is right about what is held: the difference is booked without a profit, at the venue's entry price. */
function heal(state: EngineState, fact: Extract<Fact, { kind: "healed" }>): void {
  delete state.dust[fact.symbol];
  if (fact.to === ZERO_TEXT) return closePosition(state, fact.symbol);
  const known = state.positions[fact.symbol];
  const position =
    known ?? newPosition(state.nowMs, "", { stopDistance: 0, targetDistance: 0, trailDistance: 0, maxBars: 0 });
  position.quantity = fact.to;
  position.cost = exactText(decimal(fact.to).mul(fact.entryPrice));
  if (known === undefined) position.extreme = fact.entryPrice;
  state.positions[fact.symbol] = position;
  sweep(state, fact.symbol);
}
