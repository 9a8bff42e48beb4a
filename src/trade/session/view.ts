/** @file What a session shows of itself, from its state alone: the same while it runs and from its journal. */
import { type DecimalText, decimal } from "../../core/index.ts";
import type { RequestLimit } from "../../venues/index.ts";
import type { CommandRecord } from "../engine/command.ts";
import type { BudgetView } from "../engine/decision-why.ts";
import { mayOpenClass } from "../engine/gate.ts";
import { averagePrice, cash, unrealised } from "../engine/ledger.ts";
import { type EngineState, isLive, type OrderState, statusOf } from "../engine/state.ts";
import { orderVersion } from "../engine/version.ts";
import { type PositionView, positionViews, rounded } from "./position-view.ts";

export type OrderView = {
  readonly clientOrderId: string;
  readonly orderId: string;
  readonly symbol: string;
  /** Whose order it is; empty for one that nobody decided. */
  readonly strategy: string;
  readonly side: string;
  readonly quantity: DecimalText;
  readonly filled: DecimalText;
  readonly averagePrice: string;
  readonly life: string;
  readonly sentMs: number;
  /** What a command names, so that it is refused where the order has changed since. */
  readonly version: string;
};

export type StrategyView = {
  readonly name: string;
  /** What decides: a model's id, a rule, a foreign policy. */
  readonly model: string;
  readonly symbols: readonly string[];
  readonly barMs: number;
  /** What its sizes are multiplied by. */
  readonly scale: number;
};

export type SessionView = {
  readonly session: string;
  readonly account: string;
  readonly mode: string;
  readonly status: string;
  /** Why it is not active, by cause. */
  readonly causes: Readonly<Record<string, string>>;
  /** The command by which a person holds it, with the reason that was given; absent where nobody does. */
  readonly held?: Pick<CommandRecord, "by" | "reason" | "atMs"> & { readonly command: string };
  readonly running: boolean;
  readonly reconciled: boolean;
  readonly connected: boolean;
  readonly equity: DecimalText;
  readonly cash: DecimalText;
  readonly fees: DecimalText;
  readonly funding: DecimalText;
  readonly dayEquity: DecimalText;
  readonly peakEquity: DecimalText;
  readonly lastRowMs: number;
  readonly records: number;
  readonly positions: readonly PositionView[];
  readonly working: readonly OrderView[];
  readonly strategies: readonly StrategyView[];
  /** Budgets as the last decision found them; empty under a sizing scheme without budgets. */
  readonly wallet: readonly BudgetView[];
  /** How many requests its venue takes now; absent of one that does not run, and where nobody counts them. */
  readonly requests?: readonly RequestLimit[];
  /** Asset classes that the session trades, and whether they may open. */
  readonly classes: ReadonlyArray<{ readonly assetClass: string; readonly open: boolean }>;
};

export function sessionView(state: EngineState): SessionView {
  return {
    session: state.session,
    account: state.accountId,
    mode: state.config?.mode ?? "",
    status: statusOf(state),
    causes: state.causes,
    ...heldBy(state),
    running: state.running,
    reconciled: state.reconcile.passed,
    connected: state.link.state === "up",
    equity: sessionEquity(state),
    cash: rounded(cash(state)),
    fees: rounded(decimal(state.fees)),
    funding: rounded(decimal(state.funding)),
    dayEquity: rounded(decimal(state.risk.dayEquity)),
    peakEquity: rounded(decimal(state.risk.peakEquity)),
    lastRowMs: state.lastRowMs,
    records: state.seq,
    positions: positionViews(state),
    strategies: (state.config?.strategies ?? []).map(({ name, model = name, symbols, barMs }) => ({
      name,
      model,
      symbols,
      barMs,
      scale: state.scales[name] ?? 1,
    })),
    wallet: state.wallet,
    classes: classViews(state),
    working: viewsOf(Object.values(state.orders).filter(isLive)),
  };
}

const HOLDS: ReadonlySet<string> = new Set(["halt", "flatten", "close-only"]);

function heldBy(state: EngineState): Pick<SessionView, "held"> {
  if (state.causes["operator"] === undefined) return {};
  const last = commandsView(state).find(({ order }) => HOLDS.has(order.command));
  if (last === undefined) return {};
  const { by, reason, atMs, order } = last;
  return { held: { command: order.command, by, reason, atMs } };
}

/** Cash and what the positions have won or lost at the last prices. */
export function sessionEquity(state: EngineState): DecimalText {
  return rounded(cash(state).plus(unrealised(state)));
}

function classViews(state: EngineState): Array<{ assetClass: string; open: boolean }> {
  const symbols = Object.keys(state.classes);
  return [...new Set(Object.values(state.classes))].sort().map((assetClass) => ({
    assetClass,
    open: symbols.some((symbol) => state.classes[symbol] === assetClass && mayOpenClass(state, symbol)),
  }));
}

/** Commands of the last days, newest first. */
export function commandsView(state: EngineState): CommandRecord[] {
  return Object.values(state.commands).sort((a, b) => b.seq - a.seq);
}

/** Orders of the last days, newest first. */
export function ordersView(state: EngineState): OrderView[] {
  return viewsOf(Object.values(state.orders));
}

/** What was made of an order, and what of it may change: while that stands, so does what was made. */
const made = new WeakMap<OrderState, { readonly seen: Changing; readonly view: OrderView }>();
type Changing = Pick<OrderState, "orderId" | "filled" | "value" | "life" | "cancelling">;

function viewsOf(orders: readonly OrderState[]): OrderView[] {
  return orders.map(orderView).sort((a, b) => b.sentMs - a.sentMs);
}

function orderView(order: OrderState): OrderView {
  const { orderId, filled, value, life, cancelling } = order;
  const known = made.get(order);
  if (
    known !== undefined &&
    known.seen.life === life &&
    known.seen.filled === filled &&
    known.seen.value === value &&
    known.seen.orderId === orderId &&
    known.seen.cancelling === cancelling
  )
    return known.view;
  const { clientOrderId, symbol, side, quantity } = order.request;
  const view = {
    clientOrderId,
    orderId,
    symbol,
    strategy: order.strategy,
    side,
    quantity,
    filled,
    averagePrice: averagePrice(order),
    life,
    sentMs: order.intendedMs,
    version: orderVersion(order),
  };
  made.set(order, { seen: { orderId, filled, value, life, cancelling }, view });
  return view;
}
