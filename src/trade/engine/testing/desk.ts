/** @file An engine with one symbol at 100, started and reconciled, on a clock that a test moves. */
import { decimal, exactText, type Instrument, MINUTE_MS } from "../../../core/index.ts";
import type { BrokerCapabilities, BrokerEvent, BrokerExecution, BrokerOrder, SubmitOutcome } from "../../broker.ts";
import { ENGINE_DEFAULTS, type EngineConfig } from "../config.ts";
import type { Effect, Entry, Input, Target, VenueSnapshot } from "../entries.ts";
import { Engine } from "../machine.ts";
import { statusOf } from "../state.ts";

const START = Date.UTC(2025, 0, 6, 10);
export const BAR = 5 * MINUTE_MS;

export class Desk {
  readonly engine = new Engine();
  readonly entries: Entry[] = [];
  nowMs = START;
  effects: readonly Effect[] = [];

  /** @param can what its broker can, where that is not the usual */
  constructor(
    over: Partial<EngineConfig> = {},
    can: Partial<BrokerCapabilities> = {},
    instruments: readonly Instrument[] = [],
  ) {
    this.give({
      kind: "session",
      id: "test",
      config: {
        ...ENGINE_DEFAULTS,
        mode: "live",
        strategies: [{ name: "s", symbols: ["BTCUSDT"], barMs: BAR }],
        initialBalance: exactText("10000"),
        currency: "USDT",
        ...over,
      },
      capabilities: {
        name: "test",
        live: false,
        attachedBrackets: true,
        protection: "position",
        amend: true,
        postOnly: true,
        shortSelling: true,
        targets: false,
        finalOrdersMs: 86_400_000,
        ...can,
      },
      accountId: "1",
      instruments,
      strategySpec: {},
      version: "1",
      seed: 1,
    });
    const text = exactText;
    this.give({
      kind: "rules",
      rules: [
        {
          symbol: "BTCUSDT",
          status: "trading",
          tick: text("0.1"),
          lotStep: text("0.001"),
          multiplier: text("1"),
          minQuantity: text("0.001"),
          maxLimitQuantity: text("0"),
          maxMarketQuantity: text("0"),
          minNotional: text("5"),
          minPrice: text("0.1"),
          maxPrice: text("0"),
          leverageStep: text("0.01"),
          maxLeverage: text("10"),
        },
      ],
    });
    this.give({ kind: "started", process: "1" });
    this.event({ kind: "connection", state: "up", generation: 1, reason: "" });
    this.snapshot();
  }

  give(input: Input): readonly Effect[] {
    const { entries, effects } = this.engine.handle(input, this.nowMs);
    this.entries.push(...entries);
    this.effects = effects;
    return effects;
  }

  event(event: BrokerEvent): readonly Effect[] {
    return this.give({ kind: "broker", event });
  }

  snapshot(over: Partial<VenueSnapshot> = {}): readonly Effect[] {
    const empty = { orders: [], positions: [], balances: [], executions: [], cursor: "c", askedMs: this.nowMs };
    return this.give({ kind: "snapshot", snapshot: { ...empty, ...over } });
  }

  want(quantity: string, over: Partial<Target> = {}): readonly Effect[] {
    this.quote();
    const target: Target = {
      symbol: "BTCUSDT",
      lots: decimal(quantity).mul(1_000).toNumber(),
      quantity: exactText(quantity),
      stopDistance: 0.05,
      targetDistance: 0,
      trailDistance: 0,
      maxBars: 0,
      urgency: 1,
      ...over,
    };
    return this.give({ kind: "decision", strategy: "s", closeMs: this.nowMs, targets: [target] });
  }

  quote(price = "100"): void {
    const text = exactText(price);
    this.give({ kind: "quote", quote: { symbol: "BTCUSDT", bid: text, ask: text, last: text, timeMs: this.nowMs } });
  }

  sent(effects = this.effects) {
    return effects.flatMap((effect) => (effect.do === "submit" ? [effect.request] : []));
  }

  answer(outcome: SubmitOutcome): readonly Effect[] {
    const id = Object.keys(this.engine.state.orders).at(-1) ?? "";
    return this.give({ kind: "submitted", clientOrderId: id, outcome });
  }

  fill(quantity: string, side: "buy" | "sell", over: Partial<BrokerExecution> = {}): readonly Effect[] {
    const id = Object.keys(this.engine.state.orders).at(-1) ?? "";
    const execution: BrokerExecution = {
      executionId: `x${this.entries.length}`,
      kind: "trade",
      orderId: "1",
      clientOrderId: id,
      role: "ours",
      symbol: "BTCUSDT",
      side,
      quantity: exactText(quantity),
      price: exactText("100"),
      fee: exactText("0.01"),
      feeCurrency: "USDT",
      maker: false,
      timeMs: this.nowMs,
      ...over,
    };
    return this.event({ kind: "execution", execution });
  }

  order(over: Partial<BrokerOrder> = {}): BrokerOrder {
    const [id, known] = Object.entries(this.engine.state.orders).at(-1) ?? ["", undefined];
    return {
      orderId: "1",
      clientOrderId: id,
      role: "ours",
      symbol: "BTCUSDT",
      side: known?.request.side ?? "buy",
      type: "market",
      status: "new",
      quantity: known?.request.quantity ?? exactText("0"),
      filled: exactText("0"),
      averagePrice: exactText("0"),
      reduceOnly: false,
      createdMs: this.nowMs,
      updatedMs: this.nowMs,
      ...over,
    };
  }

  /** Lets time pass, with every timer that falls due. */
  pass(ms: number): Effect[] {
    const all: Effect[] = [];
    const until = this.nowMs + ms;
    for (
      let next = this.engine.nextTimer();
      next !== undefined && next.dueMs <= until;
      next = this.engine.nextTimer()
    ) {
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      all.push(...this.give({ kind: "timer", id: next.id }));
    }
    this.nowMs = until;
    return all;
  }

  get held(): string {
    return this.engine.state.positions["BTCUSDT"]?.quantity ?? "0";
  }

  get life(): string | undefined {
    return Object.values(this.engine.state.orders).at(-1)?.life;
  }

  get status(): string {
    return statusOf(this.engine.state);
  }
}

export const ACK: SubmitOutcome = { outcome: "acknowledged", orderId: "1", duplicate: false };
export const UNKNOWN: SubmitOutcome = { outcome: "unknown", reason: "timed out" };
export const codes = (desk: Desk): string[] => desk.entries.flatMap((e) => (e.kind === "denied" ? [e.code] : []));

/** Long 1 at 100 with its stop at 95. */
export function holding(over: Partial<EngineConfig> = {}): Desk {
  const desk = new Desk(over);
  desk.want("1");
  desk.answer(ACK);
  desk.fill("1", "buy");
  desk.event({
    kind: "position",
    position: {
      symbol: "BTCUSDT",
      leg: "both",
      quantity: exactText("1"),
      entryPrice: exactText("100"),
      stopPrice: exactText("95"),
      updatedMs: desk.nowMs,
    },
  });
  // The next decision is another one.
  desk.nowMs += 1_000;
  return desk;
}
