/**
 * @file Commands at work: what each calls for when it is given, and how its end is seen. A command that can't be carried out
 * is refused with a code of the catalog; one that is under way is looked at after every input until it is over.
 */
import { type Decimal, type DecimalText, decimal, type ErrorCode, exactText } from "../../core/index.ts";
import type { AmendOutcome } from "../broker.ts";
import type { CommandOrder, CommandRecord } from "./command.ts";
import { commandId, openCommands } from "./command-fold.ts";
import type { Entry } from "./entries.ts";
import { isClassAllowed, type Refusal } from "./gate.ts";
import { cash, entryPrice, multiplierOf, unrealised } from "./ledger.ts";
import { distanceOf } from "./manual-brackets.ts";
import { reconcile } from "./reconciler.ts";
import { type EngineState, isFlattening, isLive, type PositionState, statusOf } from "./state.ts";
import { flattenAll, type Step } from "./step.ts";
import { orderVersion, positionVersion } from "./version.ts";

type Of<C extends CommandOrder["command"]> = Extract<CommandOrder, { command: C }>;

export function onCommand(step: Step, entry: Extract<Entry, { kind: "command" }>, seq: number): void {
  const { state, emit } = step;
  const id = commandId(entry.id, seq);
  emit({ kind: "alarm", code: `command.${entry.command}`, text: `${entry.by}: ${entry.reason}` });
  const order = state.commands[id].order;
  const refusal = changedSince(state, order) ?? begin(step, order, entry.reason);
  if (refusal !== undefined) refuse(step, id, refusal.code, refusal.detail);
  else if (isInstant(order)) emit({ kind: "commandEnd", id, status: "done", detail: "" });
}

function refuse(step: Step, id: string, code: ErrorCode, detail: string): void {
  step.emit({ kind: "commandEnd", id, status: "refused", code, detail });
}

/** Commands that are over once they are in the journal. */
function isInstant({ command }: CommandOrder): boolean {
  return ["halt", "resume", "close-only", "switch-class", "reload"].includes(command);
}

type CommandRefusal = { readonly code: ErrorCode; readonly detail: string } | undefined;

/** A page may show what is gone: a command that names what it saw does nothing to anything else. */
function changedSince(state: EngineState, order: CommandOrder): CommandRefusal {
  if (!("ifVersion" in order) || order.ifVersion === undefined) return undefined;
  const now = order.command === "cancel-order" ? orderNow(state, order.clientOrderId) : heldNow(state, order.symbol);
  if (now === undefined || now.version === order.ifVersion) return undefined;
  return {
    code: "COMMAND_STALE",
    detail: `version ${order.ifVersion} was seen and ${now.version} stands: ${now.text}`,
  };
}

type Now = { readonly version: string; readonly text: string } | undefined;

function heldNow(state: EngineState, symbol: string): Now {
  const position = state.positions[symbol] as PositionState | undefined;
  if (position === undefined) return undefined;
  const { stopPrice = "none", targetPrice = "none" } = position.venue;
  const text = `${position.quantity} ${symbol}, stop ${stopPrice}, target ${targetPrice}`;
  return { version: positionVersion(symbol, position), text };
}

function orderNow(state: EngineState, id: string): Now {
  const order = state.orders[id] as EngineState["orders"][string] | undefined;
  if (order === undefined) return undefined;
  return { version: orderVersion(order), text: `${order.life}, ${order.filled} of ${order.request.quantity} filled` };
}

function begin(step: Step, order: CommandOrder, reason: string): CommandRefusal {
  const { state, emit } = step;
  switch (order.command) {
    case "flatten":
      flattenAll(step, reason);
      return undefined;
    case "halt":
      if (state.config?.haltFlattens === true) flattenAll(step, reason);
      return undefined;
    case "resume":
      reconcile(step, "resume");
      return undefined;
    case "close-position":
      if (state.positions[order.symbol] === undefined) return nothingHeld(order.symbol);
      if (!isFlattening(state, order.symbol)) emit({ kind: "flatten", symbol: order.symbol, why: reason });
      return undefined;
    case "cancel-order":
      return cancel(step, order);
    case "change-protection":
      return changeProtection(step, order);
    case "switch-class": {
      if (order.open && !isClassAllowed(state, order.assetClass)) {
        return { code: "LIVE_REFUSED", detail: `trade.live_classes does not name ${order.assetClass}` };
      }
      emit({ kind: "classSwitch", assetClass: order.assetClass, open: order.open });
      return undefined;
    }
    case "close-only":
    case "reload":
  }
  return undefined;
}

function nothingHeld(symbol: string): CommandRefusal {
  return { code: "COMMAND_REFUSED", detail: `there is no position in ${symbol}` };
}

function cancel(step: Step, { clientOrderId }: Of<"cancel-order">): CommandRefusal {
  const order = step.state.orders[clientOrderId];
  if (order === undefined) return { code: "COMMAND_REFUSED", detail: `there is no order ${clientOrderId}` };
  if (!isLive(order)) return { code: "COMMAND_REFUSED", detail: `the order is ${order.life} already` };
  const { purpose, symbol } = order.request;
  if (purpose === "protection" && step.state.positions[symbol] !== undefined) {
    return { code: "COMMAND_REFUSED", detail: `it protects ${symbol}: change its stop or target, or close it` };
  }
  sendCancel(step, clientOrderId);
  return undefined;
}

function sendCancel({ state, emit, effects }: Step, clientOrderId: string): void {
  const order = state.orders[clientOrderId];
  if (order.life !== "working" || order.cancelling) return;
  const request = { symbol: order.request.symbol, clientOrderId };
  emit({ kind: "cancelling", request, reason: "ordered" });
  effects.push({ do: "cancel", request });
}

function changeProtection(step: Step, order: Of<"change-protection">): CommandRefusal {
  const { state, emit } = step;
  const { symbol } = order;
  const position = state.positions[symbol] as PositionState | undefined;
  if (position === undefined) return nothingHeld(symbol);
  const checked = checkProtection(state, symbol, position, order);
  if ("code" in checked) return checked;
  emit({ kind: "rebracket", symbol, manual: { ...position.manual, ...checked } });
  return undefined;
}

/** The gate for a stop or target that a person sets: on the grid, on its side of the price, within the greatest loss. */
function checkProtection(
  state: EngineState,
  symbol: string,
  position: PositionState,
  order: Of<"change-protection">,
): Refusal | { stopPrice?: DecimalText; targetPrice?: DecimalText | null } {
  const rules = state.rules[symbol];
  const quote = state.quotes[symbol];
  if (rules === undefined || state.config === undefined)
    return { code: "GATE_SYMBOL", detail: "its rules are not known" };
  if (quote === undefined || state.nowMs - quote.timeMs > state.config.quoteMaxAgeMs) {
    return { code: "GATE_QUOTE_AGE", detail: "no quote is young enough to set it by" };
  }
  const isLong = decimal(position.quantity).gt(0);
  const price = decimal(quote.mark ?? quote.last);
  const onGrid = (text: DecimalText): Decimal => decimal(text).div(rules.tick).toDecimalPlaces(0).mul(rules.tick);
  const result: { stopPrice?: DecimalText; targetPrice?: DecimalText | null } = {};
  if (order.stopPrice !== undefined) {
    const stop = onGrid(order.stopPrice);
    if (stop.lte(0) || (isLong ? stop.gte(price) : stop.lte(price))) {
      return { code: "GATE_STOP", detail: `a stop at ${exactText(stop)} is beyond the price of ${exactText(price)}` };
    }
    const refusal = onLosingSide(state, position, stop) ?? checkLoss(state, symbol, position, stop);
    if (refusal !== undefined) return refusal;
    result.stopPrice = exactText(stop);
  }
  if (order.targetPrice !== undefined && order.targetPrice !== null) {
    const target = onGrid(order.targetPrice);
    if (target.lte(0) || (isLong ? target.lte(price) : target.gte(price))) {
      return {
        code: "GATE_STOP",
        detail: `a target at ${exactText(target)} is beyond the price of ${exactText(price)}`,
      };
    }
    result.targetPrice = exactText(target);
  } else if (order.targetPrice === null) {
    result.targetPrice = null;
  }
  return result;
}

/** A paper account keeps its stop as a distance below the entry of a long position, above that of a short one. */
function onLosingSide(state: EngineState, position: PositionState, stop: Decimal): Refusal | undefined {
  if (state.capabilities?.targets !== true || distanceOf(position, exactText(stop), -1) > 0) return undefined;
  return { code: "GATE_STOP", detail: "on paper a stop lies on the losing side of the entry" };
}

/** A wider stop is more risk: not while trading is taken back, and never beyond the greatest loss of an order. */
function checkLoss(state: EngineState, symbol: string, position: PositionState, stop: Decimal): Refusal | undefined {
  const side = decimal(position.quantity).gt(0) ? 1 : -1;
  const known = position.venue.stopPrice;
  const isWider = known === undefined || decimal(known).minus(stop).mul(side).gt(0);
  if (isWider && known !== undefined && statusOf(state) !== "active") {
    return { code: "GATE_STATE", detail: `${statusOf(state)}: a stop may only come nearer` };
  }
  const most = state.config?.caps.maxOrderLoss ?? 0;
  if (!isWider || most === 0) return undefined;
  const loss = entryPrice(position).minus(stop).mul(position.quantity).mul(multiplierOf(state, symbol));
  const allowed = cash(state).plus(unrealised(state)).mul(most);
  if (loss.lte(allowed)) return undefined;
  return { code: "GATE_ORDER_LOSS", detail: `${loss.toFixed(2)} would be lost at the stop, ${allowed.toFixed(2)} may` };
}

/** The venue did not take what a person set: what stood before stands again. True where that was it. */
export function takeBackProtection(step: Step, symbol: string, outcome: AmendOutcome): boolean {
  if (outcome.outcome !== "rejected") return false;
  const command = openCommands(step.state).find(
    ({ order }) => order.command === "change-protection" && order.symbol === symbol,
  );
  const position = step.state.positions[symbol] as PositionState | undefined;
  if (command === undefined || position === undefined) return false;
  step.emit({ kind: "rebracket", symbol, manual: position.manualBefore ?? null });
  refuse(step, command.id, "VENUE_REJECTED", `${outcome.code}: ${outcome.message}`);
  return true;
}

/** After every input: which of the commands under way are over. */
export function followCommands(step: Step): void {
  for (const command of openCommands(step.state)) {
    const over = endOf(step, command);
    if (over === undefined) continue;
    if (over === "done") step.emit({ kind: "commandEnd", id: command.id, status: "done", detail: "" });
    else refuse(step, command.id, over.code, over.detail);
  }
}

function endOf(step: Step, command: CommandRecord): "done" | CommandRefusal {
  const { state } = step;
  const { order, code, detail } = command;
  switch (order.command) {
    case "flatten":
      return flattened(state, Object.keys(state.positions), command);
    case "close-position":
      return flattened(state, order.symbol in state.positions ? [order.symbol] : [], command);
    case "cancel-order": {
      const sent = state.orders[order.clientOrderId] as EngineState["orders"][string] | undefined;
      if (sent === undefined || sent.life === "cancelled" || sent.life === "absent") return "done";
      if (!isLive(sent)) return { code: "COMMAND_REFUSED", detail: `the order was ${sent.life} first` };
      if (code !== undefined) return { code, detail };
      sendCancel(step, order.clientOrderId);
      return undefined;
    }
    case "change-protection": {
      const position = state.positions[order.symbol] as PositionState | undefined;
      if (position === undefined) return { code: "COMMAND_REFUSED", detail: "the position was closed first" };
      if (code !== undefined) return { code, detail };
      return isProtectedAsSet(state, order.symbol, position) ? "done" : undefined;
    }
    case "halt":
    case "resume":
    case "close-only":
    case "switch-class":
    case "reload":
  }
  return "done";
}

/** Positions that were to be closed, and are not to be any more, were given up: too small for any order. */
function flattened(
  state: EngineState,
  symbols: readonly string[],
  { code, detail }: CommandRecord,
): "done" | CommandRefusal {
  if (symbols.length === 0) return "done";
  if (symbols.some((symbol) => isFlattening(state, symbol))) return undefined;
  return { code: code ?? "COMMAND_REFUSED", detail: detail || "it was given up" };
}

/** Within half a tick: a paper account keeps distances, not prices. */
function isProtectedAsSet(state: EngineState, symbol: string, { manual, venue, quantity }: PositionState): boolean {
  const half = decimal(state.rules[symbol]?.tick ?? "0").div(2);
  const same = (set: DecimalText | null | undefined, stands: DecimalText | undefined): boolean => {
    if (set === undefined) return true;
    if (set === null || stands === undefined) return set === null && stands === undefined;
    return decimal(set).minus(stands).abs().lte(half);
  };
  // A profit that is locked in may lie nearer than the stop that a person set.
  const isNearer = (set: DecimalText | undefined, stands: DecimalText | undefined): boolean =>
    set !== undefined && stands !== undefined && decimal(stands).minus(set).mul(quantity).gt(0);
  const isStopped = same(manual?.stopPrice, venue.stopPrice) || isNearer(manual?.stopPrice, venue.stopPrice);
  return isStopped && same(manual?.targetPrice, venue.targetPrice);
}
