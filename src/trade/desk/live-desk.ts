/**
 * @file The desk of a session: what policies and the decision step see of an account whose fills come from a broker. Its
 * columns are a fold over the journal, in the arithmetic of the simulated exchange; its `order` only collects targets.
 */
import { type Decimal, decimal, decimalOfNumber, exactText, stepsText } from "../../core/index.ts";
import {
  AccountLedger,
  type ExchangeConfig,
  ORDER_OUTCOMES,
  OrderOutcome,
  type TradeDesk,
} from "../../exchange/index.ts";
import type { BrokerExecution, BrokerOrder, TargetOrder } from "../broker.ts";
import type { Entry, Target } from "../engine/entries.ts";
import type { LiveTape } from "./live-tape.ts";

export class LiveDesk implements TradeDesk {
  readonly tape: TradeDesk["tape"];
  readonly book: TradeDesk["book"];
  readonly terms: TradeDesk["terms"];
  readonly liquidity: TradeDesk["liquidity"];
  readonly live: LiveTape;
  readonly #ledger: AccountLedger;
  readonly config: ExchangeConfig;
  readonly #rows: string;
  readonly #symbolIndex: ReadonlyMap<string, number>;
  readonly #seen = new Set<string>();
  /** Symbols of which the account holds what is not the session's. */
  readonly #foreign = new Set<number>();
  /** What is held, exactly, of symbols whose fees are kept in the coin. */
  readonly #coins = new Map<number, Decimal>();
  #targets: Target[] = [];
  #liquidated = false;

  /** @param rows name of the rows that its tape is made of */
  constructor(rows: string, live: LiveTape, config: ExchangeConfig) {
    this.live = live;
    this.config = config;
    this.#rows = rows;
    this.#ledger = new AccountLedger(live.tape, config);
    this.tape = live.tape;
    this.book = this.#ledger.book;
    this.terms = this.#ledger.terms;
    this.liquidity = this.#ledger.liquidity;
    this.#symbolIndex = new Map(live.tape.instruments.map(({ symbol }, index) => [symbol, index]));
  }

  /** The account as new, at the newest bar that is complete. */
  reset(balance: number): void {
    this.#ledger.reset(this.live.lastBar, balance);
  }

  /** The tape's rows have moved down by `rows`. */
  moved(rows: number): void {
    this.#ledger.moved(rows);
  }

  order(
    account: number,
    symbol: number,
    targetLots: number,
    stopDistance: number,
    targetDistance: number,
    trailDistance: number,
    maxBars: number,
    urgency: number,
  ): void {
    const { instruments } = this.tape;
    this.#ledger.order(account, symbol, targetLots, stopDistance, targetDistance, trailDistance, maxBars, urgency);
    const lots = this.book.pendingLots[symbol];
    this.#targets.push({
      symbol: instruments[symbol].symbol,
      lots,
      quantity: exactText(stepsText(lots, instruments[symbol].lotStep)),
      stopDistance,
      targetDistance,
      trailDistance,
      maxBars,
      urgency,
    });
  }

  /** What was ordered since the last call, in its order. */
  takeTargets(): Target[] {
    const targets = this.#targets;
    this.#targets = [];
    return targets;
  }

  /** The bar that ran is over and everything that happened in it was told: the account moves to its close. */
  closeBar(): void {
    while (this.book.bar[0] < this.live.lastBar) {
      if (this.book.opened[0] === 0) this.#ledger.open();
      this.#ledger.close(this.#liquidated);
      this.#liquidated = false;
    }
  }

  /** Everything was closed at the close where the account stands. */
  closedOut(): void {
    this.#ledger.closedOut();
  }

  /** One entry of the journal. The orders of a decision were placed when it was made, or are placed when it is read. */
  apply(entry: Entry, replaying: boolean): void {
    const { kind } = entry;
    if (kind === "row") {
      if (entry.strategy === this.#rows && !entry.late) this.live.complete(entry.openMs, entry.rows);
    } else if (kind === "open") {
      if (entry.strategy === this.#rows) this.#open(entry);
    } else if (kind === "decision") {
      if (!replaying) return;
      this.closeBar();
      for (const target of entry.targets) this.#place(target);
    } else if (kind === "intent") {
      // What a person set stands in the place of what was decided.
      const { symbol, target } = entry.request;
      if (entry.manual === true && target !== undefined) this.#place({ ...target, symbol });
    } else if (kind === "missed" || kind === "closed") {
      if (entry.strategy === this.#rows) this.closeBar();
    } else if (kind === "broker") {
      if (entry.event.kind === "execution") this.#execute(entry.event.execution);
      if (entry.event.kind === "order") this.#settle(entry.event.order);
    } else if (kind === "snapshot") {
      for (const execution of entry.snapshot?.executions ?? []) this.#execute(execution);
    } else if (kind === "refused") {
      const symbol = this.#symbolIndex.get(entry.symbol);
      if (symbol !== undefined && entry.quantity === "0") this.#foreign.delete(symbol);
      else if (symbol !== undefined) this.#foreign.add(symbol);
    } else if (kind === "denied") {
      const symbol = this.#symbolIndex.get(entry.symbol);
      if (symbol !== undefined) this.#ledger.settle(symbol, OrderOutcome.none);
    }
  }

  #open({ openMs, prices, funding, due, marks }: Extract<Entry, { kind: "open" }>): void {
    this.closeBar();
    this.live.begin(openMs, prices, funding, due, marks);
    this.#ledger.open();
  }

  #place(target: TargetOrder & { readonly symbol: string }): void {
    const symbol = this.#symbolIndex.get(target.symbol);
    if (symbol === undefined) return;
    const { lots, stopDistance, targetDistance, trailDistance, maxBars, urgency } = target;
    this.#ledger.order(0, symbol, lots, stopDistance, targetDistance, trailDistance, maxBars, urgency);
  }

  #execute(execution: BrokerExecution): void {
    const symbol = this.#symbolIndex.get(execution.symbol);
    if (symbol === undefined || this.#seen.has(execution.executionId)) return;
    this.#seen.add(execution.executionId);
    if (execution.kind === "unknown" || this.#foreign.has(symbol)) return;
    if (execution.kind === "funding") {
      const within = execution.timeMs > this.tape.timeMs[Math.min(this.tape.bars - 1, this.book.bar[0] + 1)];
      // Adding 0 turns a negative zero into zero.
      this.#ledger.fund(symbol, -Number(execution.fee) + 0, within);
      return;
    }
    const price = Number(execution.price);
    const fee = Number(execution.fee);
    const { base, quote } = this.tape.instruments[symbol];
    const isInCoin = execution.feeCurrency === base && base !== quote;
    const lots =
      isInCoin || this.#coins.has(symbol) ? this.#coinLots(symbol, execution, isInCoin) : this.#lots(symbol, execution);
    if (lots === 0) return;
    this.#ledger.fill(symbol, lots, price, isInCoin ? fee * price : fee);
    if (execution.kind === "liquidation") this.#liquidated = true;
  }

  #lots(symbol: number, { quantity, side }: BrokerExecution): number {
    return Math.round(Number(quantity) / this.terms.lotStep[symbol]) * (side === "buy" ? 1 : -1);
  }

  /** Lots of which a venue that keeps its fee in the coin has left a part: what is less than one can't be sold, and is none. */
  #coinLots(symbol: number, { quantity, side, fee }: BrokerExecution, isInCoin: boolean): number {
    const step = decimalOfNumber(this.terms.lotStep[symbol]);
    const before = this.#coins.get(symbol) ?? step.mul(this.book.lots[symbol]);
    const after = before.plus(side === "buy" ? quantity : decimal(quantity).neg()).minus(isInCoin ? fee : "0");
    this.#coins.set(symbol, after);
    const lots = after.abs().lt(step) ? 0 : after.div(step).round().toNumber();
    return lots - this.book.lots[symbol];
  }

  #settle(order: BrokerOrder): void {
    const symbol = this.#symbolIndex.get(order.symbol);
    if (symbol === undefined || order.role !== "ours") return;
    if (order.status !== "filled" && order.status !== "cancelled" && order.status !== "rejected") return;
    const named = ORDER_OUTCOMES.indexOf(order.reason as (typeof ORDER_OUTCOMES)[number]);
    const filled = order.filled !== "0";
    const outcome =
      named >= 0 ? named : order.status === "filled" ? OrderOutcome.filled : filled ? OrderOutcome.partial : 0;
    this.#ledger.settle(symbol, outcome as OrderOutcome);
  }
}
