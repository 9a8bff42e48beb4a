/** @file What a simulated day asks of a venue, whatever is traded there; and the grid that both kinds share. */
import { type Decimal, type DecimalText, decimal, exactText, InvariantError } from "../../core/index.ts";
import type {
  AmendOutcome,
  BrokerCapabilities,
  BrokerExecution,
  BrokerOrder,
  CancelOutcome,
  CancelRequest,
  OrderRequest,
  ProtectionRequest,
  SubmitOutcome,
} from "../broker.ts";
import type { VenueSnapshot } from "../engine/entries.ts";
import type { Quote } from "../feed.ts";
import type { OrderRules } from "../order-rules.ts";

export type VenueKnobs = {
  /** Probability that an attached bracket is not placed, or that a stop or target of its own is refused. */
  lostBracket: number;
  /** Probability that a market order fills only in part. */
  partialFill: number;
  /** Probability that an order is refused for lack of funds. */
  refusal: number;
};

export type SimPlace = {
  readonly capabilities: BrokerCapabilities;
  readonly rules: readonly OrderRules[];
  readonly orders: ReadonlyMap<string, BrokerOrder>;
  readonly executions: readonly BrokerExecution[];
  /** Since when what is held has had no stop, by symbol. */
  readonly nakedMs: ReadonlyMap<string, number>;
  /** Called when what was naked since then is protected or closed. */
  onCovered: (sinceMs: number) => void;
  readonly knobs: VenueKnobs;
  readonly cash: Decimal;
  readonly fees: Decimal;
  readonly funding: Decimal;
  /** All that was received less all that was paid for quantity. */
  readonly traded: Decimal;
  quote(symbol: string, nowMs: number): Quote;
  held(symbol: string): Decimal;
  /** Stops and targets that are orders of their own and wait for their price. */
  waiting(symbol: string): readonly BrokerOrder[];
  submit(request: OrderRequest, nowMs: number): SubmitOutcome;
  cancel(request: CancelRequest, nowMs: number): CancelOutcome;
  protect(request: ProtectionRequest, nowMs: number): AmendOutcome;
  snapshot(cursor: string, nowMs: number): VenueSnapshot;
  move(symbol: string, ticks: number, nowMs: number): void;
  fund(rate: string, nowMs: number): void;
};

const TICK = "0.1";
export const LOT_STEP = exactText("0.001");

export function simRules(symbol: string): OrderRules {
  return {
    symbol,
    status: "trading",
    tick: exactText(TICK),
    lotStep: LOT_STEP,
    multiplier: exactText("1"),
    minQuantity: LOT_STEP,
    maxLimitQuantity: exactText("1000"),
    maxMarketQuantity: exactText("500"),
    minNotional: exactText("5"),
    minPrice: exactText(TICK),
    maxPrice: exactText("1000000"),
    leverageStep: exactText("0.01"),
    maxLeverage: exactText("10"),
  };
}

const prices = new Map<number, DecimalText>();

export function price(ticks: number): DecimalText {
  let text = prices.get(ticks);
  if (text === undefined) {
    text = exactText(decimal(TICK).mul(ticks));
    prices.set(ticks, text);
  }
  return text;
}

export function floor(quantity: Decimal): Decimal {
  return quantity.mul(1_000).floor().div(1_000);
}

export function halves(quantity: Decimal): Decimal[] {
  const first = floor(quantity.div(2));
  return [first, quantity.minus(first)];
}

/** Names the violated promise; the day's seed repeats it. */
export function violated(what: string): never {
  throw new InvariantError(what);
}
