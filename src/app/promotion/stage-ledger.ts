/**
 * @file What a stage has seen, kept from the journal entry by entry: closed trades with their risk and their cost beside the
 * model's, the account day by day, errors and latencies. The same ledger reads a journal afterwards and follows a running
 * session.
 */
import { DAY_MS, type Instrument } from "../../core/index.ts";
import type { ExchangeConfig } from "../../exchange/index.ts";
import { Session, sessionOf } from "../../market/index.ts";
import type { ClosedTrade, StageRecord } from "../../promotion/index.ts";
import {
  type BrokerExecution,
  type EngineState,
  type Entry,
  type JournalTrade,
  journalTrades,
  rowsNamed,
} from "../../trade/index.ts";
import { measuredCostBps, modeledCostBps } from "./cost-model.ts";

type Sent = {
  readonly quote: { readonly bid: number; readonly ask: number } | undefined;
  readonly stop: number;
  readonly regime: string | undefined;
};
type Cost = { bps: number; notional: number };
type Market = { close: number; variance: number; range: number };

export type StageLedgerOptions = {
  /** When the stage began: what happened before is read for its prices alone. */
  readonly sinceMs: number;
  /** The settings that costs are held to. */
  readonly exchange: ExchangeConfig;
  readonly onTrade?: (trade: ClosedTrade) => void;
  /** An order of ours filled at so much above the model's cost. */
  readonly onCost?: (overModelBps: number) => void;
};

/** Latencies below this many have no 99th percentile. */
const LEAST_LATENCIES = 20;

export class StageLedger {
  readonly #options: StageLedgerOptions;
  readonly #instruments = new Map<string, Instrument>();
  #head: Entry[] = [];
  readonly #sent = new Map<string, Sent>();
  readonly #costs = new Map<string, Cost>();
  readonly #seen = new Set<string>();
  readonly #open = new Map<string, { entries: Entry[]; told: number }>();
  readonly #markets = new Map<string, Market>();
  readonly #regimes = new Map<string, string>();
  readonly #trades: ClosedTrade[] = [];
  readonly #days = new Map<number, number>();
  readonly #latencies: number[] = [];
  #bracket: { stop: number; target: number } | undefined;
  #rowMs: number | undefined;
  #errors = 0;
  #day = -1;
  #dayStart = 0;
  #equity = 0;
  #peak = 0;
  #drawdown = 0;
  #toMs: number;

  constructor(options: StageLedgerOptions) {
    this.#options = options;
    this.#toMs = options.sinceMs;
  }

  /** Fall from the stage's highest equity now, as a share. */
  get fall(): number {
    return this.#peak > 0 ? 1 - this.#equity / this.#peak : 0;
  }

  /** `[day since the epoch]` return of each day that has ended. */
  get days(): ReadonlyMap<number, number> {
    return this.#days;
  }

  /** @param state as the entry has left it */
  take(entry: Entry, atMs: number, state: EngineState): void {
    this.#toMs = Math.max(this.#toMs, atMs);
    if (entry.kind === "session") {
      for (const instrument of entry.instruments) this.#instruments.set(instrument.symbol, instrument);
      this.#head.push(entry);
    }
    if (entry.kind === "rules") this.#head = [...this.#head.filter(({ kind }) => kind === "session"), entry];
    if (entry.kind === "row" && !entry.late) this.#row(entry, atMs, state);
    if (entry.kind === "decision") this.#decision(entry, atMs);
    if (entry.kind === "intent") this.#intent(entry, state);
    if (entry.kind === "broker" && entry.event.kind === "execution") this.#execution(entry.event.execution, state);
    if (entry.kind === "snapshot") for (const one of entry.snapshot?.executions ?? []) this.#execution(one, state);
    if (atMs < this.#options.sinceMs) return;
    if (entry.kind === "row" || (entry.kind === "timer" && entry.id === "mark")) this.#mark(atMs, state);
    const halts = entry.kind === "state" && entry.to === "halted" && entry.cause !== "operator";
    if (halts || entry.kind === "missed") this.#errors++;
  }

  /** Without what only a replay of the decisions or the champion's journal can tell. */
  record(toMs = this.#toMs): Omit<StageRecord, "replayed" | "replayedEqual" | "overChampion"> {
    const latencies = [...this.#latencies].sort((a, b) => a - b);
    const p99 = latencies[Math.ceil(0.99 * latencies.length) - 1];
    return {
      fromMs: this.#options.sinceMs,
      toMs: Math.max(toMs, this.#options.sinceMs),
      trades: [...this.#trades],
      dailyReturns: [...this.#days.values()],
      drawdown: this.#drawdown,
      errors: this.#errors,
      ...(this.#bracket === undefined ? {} : { bracket: this.#bracket }),
      ...(latencies.length < LEAST_LATENCIES ? {} : { latencyP99Ms: p99 }),
    };
  }

  #row(entry: Extract<Entry, { kind: "row" }>, atMs: number, state: EngineState): void {
    this.#rowMs = atMs;
    const strategy = state.config === undefined ? undefined : rowsNamed(state.config, entry.strategy);
    for (const [i, symbol] of (strategy?.symbols ?? []).entries()) {
      const row = entry.rows[i];
      if (row === null || row === undefined) continue;
      const known = this.#markets.get(symbol);
      const share = Math.min(1, (strategy?.barMs ?? DAY_MS) / DAY_MS);
      const square = known === undefined ? 0 : Math.log(row[3] / known.close) ** 2 / share;
      const variance =
        known === undefined || known.variance === 0 ? square : known.variance + share * (square - known.variance);
      this.#markets.set(symbol, { close: row[3], variance, range: (row[1] - row[2]) / row[3] });
    }
  }

  #decision(entry: Extract<Entry, { kind: "decision" }>, atMs: number): void {
    for (const { symbol, regime } of entry.targets) if (regime !== undefined) this.#regimes.set(symbol, regime);
    if (this.#rowMs !== undefined && atMs >= this.#options.sinceMs) this.#latencies.push(atMs - this.#rowMs);
    this.#rowMs = undefined;
  }

  #intent({ request, brackets }: Extract<Entry, { kind: "intent" }>, state: EngineState): void {
    const quote = state.quotes[request.symbol];
    this.#sent.set(request.clientOrderId, {
      quote: quote === undefined ? undefined : { bid: Number(quote.bid), ask: Number(quote.ask) },
      stop: brackets.stopDistance,
      regime: this.#regimes.get(request.symbol),
    });
    if (brackets.stopDistance > 0 && brackets.targetDistance > 0) {
      this.#bracket = { stop: brackets.stopDistance, target: brackets.targetDistance };
    }
  }

  #execution(execution: BrokerExecution, state: EngineState): void {
    const { symbol, executionId, kind, timeMs } = execution;
    if (this.#seen.has(executionId)) return;
    this.#seen.add(executionId);
    if (kind !== "funding") this.#cost(execution);
    const open = this.#open.get(symbol) ?? { entries: [], told: 0 };
    this.#open.set(symbol, open);
    open.entries.push({ kind: "broker", event: { kind: "execution", execution } });
    const trades = journalTrades([...this.#head, ...open.entries]);
    for (const trade of trades.slice(open.told)) {
      // A trade that was opened in the stage before is that stage's.
      if (trade.entryMs >= this.#options.sinceMs && timeMs >= this.#options.sinceMs) this.#close(trade, state);
    }
    open.told = trades.length;
    if (state.positions[symbol] === undefined) this.#open.delete(symbol);
  }

  #cost({ clientOrderId, symbol, side, price, quantity, fee, role }: BrokerExecution): void {
    const sent = this.#sent.get(clientOrderId);
    const instrument = this.#instruments.get(symbol);
    if (sent?.quote === undefined || instrument === undefined || role !== "ours") return;
    const notional = Number(price) * Number(quantity) * instrument.multiplier;
    if (!(notional > 0)) return;
    const measured = measuredCostBps({ side, price: Number(price), fee: Number(fee), notional }, sent.quote);
    const range = this.#markets.get(symbol)?.range ?? 0;
    const over = measured - modeledCostBps(this.#options.exchange, instrument, notional, range);
    const known = this.#costs.get(clientOrderId) ?? { bps: 0, notional: 0 };
    known.bps = (known.bps * known.notional + over * notional) / (known.notional + notional);
    known.notional += notional;
    this.#costs.set(clientOrderId, known);
    this.#options.onCost?.(over);
  }

  #close(trade: JournalTrade, state: EngineState): void {
    const sent = trade.orders.map((id) => this.#sent.get(id)).find((one) => one !== undefined);
    const notional =
      Number(trade.entryPrice) * Number(trade.quantity) * (this.#instruments.get(trade.symbol)?.multiplier ?? 1);
    const volatility = Math.sqrt(this.#markets.get(trade.symbol)?.variance ?? 0);
    const stop = sent !== undefined && sent.stop > 0 ? sent.stop : volatility;
    const profit = Number(trade.netProfit);
    const costs = trade.orders.flatMap((id) => this.#costs.get(id) ?? []);
    const weight = costs.reduce((sum, cost) => sum + cost.notional, 0);
    const closed: ClosedTrade = {
      closedMs: trade.exitMs,
      // What has neither stop nor a market that moved risked all that it held.
      r: profit / (notional * (stop > 0 ? stop : 1)),
      profit,
      approved: isApproved(state, trade.entryMs, sent?.regime),
      ...(weight === 0
        ? {}
        : { costOverModelBps: costs.reduce((sum, cost) => sum + cost.bps * cost.notional, 0) / weight }),
    };
    this.#trades.push(closed);
    for (const id of trade.orders) {
      this.#sent.delete(id);
      this.#costs.delete(id);
    }
    this.#options.onTrade?.(closed);
  }

  #mark(atMs: number, state: EngineState): void {
    const equity = Number(state.risk.equity);
    if (!(equity > 0)) return;
    const day = Math.floor(atMs / DAY_MS);
    if (this.#day < 0) {
      this.#day = day;
      this.#dayStart = equity;
      this.#peak = equity;
    }
    if (day !== this.#day) {
      const last = this.#equity;
      this.#days.set(this.#day, last / this.#dayStart - 1);
      this.#day = day;
      this.#dayStart = last;
    }
    this.#equity = equity;
    this.#peak = Math.max(this.#peak, equity);
    this.#drawdown = Math.max(this.#drawdown, 1 - equity / this.#peak);
  }
}

/** Whether the session's settings let a position be opened at that time, in that regime. */
function isApproved(state: EngineState, entryMs: number, regime: string | undefined): boolean {
  const { sessions = [], regimes = [] } = state.config ?? {};
  const open = sessionOf(entryMs);
  const inSession = Object.entries(Session).some(([name, bit]) => (open & bit) !== 0 && sessions.includes(name));
  return (sessions.length === 0 || inSession) && (regimes.length === 0 || regimes.includes(regime ?? ""));
}

type Days = ReadonlyMap<number, number>;

/** Own return less the other's on the days that both have, but for the first: it began before they ran beside each other. */
export function returnsOver(own: Days, other: Days): number[] {
  return [...own].slice(1).flatMap(([day, gain]) => {
    const beside = other.get(day);
    return beside === undefined ? [] : [gain - beside];
  });
}
