/**
 * @file The exchange once more, slow and plain: one account, objects, everything summed afresh from lists. It shares with
 * the kernel the types and the chance draws and nothing else, and must agree with it on every random session.
 */
import { DAY_MS, FillReason, type Instrument, uniformAt } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ExchangeConfig } from "../config.ts";

export type ReferenceFill = {
  bar: number;
  symbol: number;
  lots: number;
  price: number;
  fee: number;
  realised: number;
  reason: FillReason;
};

type Order = { target: number; stop: number; profit: number; trail: number; maxBars: number; urgency: number };

type Position = {
  lots: number;
  /** Signed sum of lots times price: what the position cost. */
  cost: number;
  entryBar: number;
  best: number;
  stop: number;
  profit: number;
  trail: number;
  maxBars: number;
};

type Exit = { readonly symbol: number; readonly price: number; readonly reason: FillReason };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export class ReferenceExchange {
  readonly fills: ReferenceFill[] = [];
  readonly fundingPayments: number[] = [];
  readonly positions = new Map<number, Position>();
  readonly orders = new Map<number, Order>();
  bar: number;
  liquidated = false;
  shortfall = 0;
  peak: number;
  readonly #tape: MarketTape;
  readonly #config: ExchangeConfig;
  readonly #seed: number;
  readonly #stream: number;
  readonly #initial: number;

  constructor(tape: MarketTape, config: ExchangeConfig, seed: number, stream: number, bar: number, balance: number) {
    this.#tape = tape;
    this.#config = config;
    this.#seed = seed;
    this.#stream = stream;
    this.#initial = balance;
    this.bar = bar;
    this.peak = balance;
  }

  get fees(): number {
    return sum(this.fills.map((fill) => fill.fee));
  }

  get realised(): number {
    return sum(this.fills.map((fill) => fill.realised));
  }

  get funding(): number {
    return sum(this.fundingPayments);
  }

  get balance(): number {
    return this.#initial + this.realised - this.fees + this.funding + this.shortfall;
  }

  equityAt(priceOf: (symbol: number) => number): number {
    return this.balance + sum([...this.positions].map(([s, p]) => (p.lots * priceOf(s) - p.cost) * this.#unit(s)));
  }

  get equity(): number {
    return this.equityAt((s) => this.#price("close", this.bar, s));
  }

  marginAt(priceOf: (symbol: number) => number): number {
    return sum([...this.positions].map(([s, p]) => this.#notional(s, p.lots, priceOf(s)) / this.#leverage(s)));
  }

  get margin(): number {
    return this.marginAt((s) => this.#price("close", this.bar, s));
  }

  order(symbol: number, order: Order): void {
    if (!this.liquidated) this.orders.set(symbol, { ...order, target: Math.trunc(order.target) });
  }

  advance(): void {
    this.bar++;
    if (this.liquidated) return;
    const symbols = Array.from({ length: this.#tape.symbols }, (_, s) => s);
    for (const s of symbols) this.#payFunding(s);
    for (const s of symbols) this.#timeStop(s);
    for (const s of symbols) if (this.orders.has(s) && !this.#present(s)) this.orders.delete(s);
    const closed = new Map<number, number>();
    for (const s of symbols) this.#reduce(s, closed);
    for (const s of symbols) this.#open(s, closed.get(s) ?? 0);
    this.orders.clear();
    const exits = symbols.flatMap((s) => this.#exits(s));
    for (const exit of exits.filter(({ symbol, price }) => price === this.#opening(symbol))) this.#exit(exit);
    this.#inside(exits.filter(({ symbol }) => this.positions.has(symbol)));
    this.#followTrails();
    this.peak = Math.max(this.peak, this.equity);
  }

  closeOut(): void {
    this.orders.clear();
    for (const [s, position] of [...this.positions].sort(([a], [b]) => a - b)) {
      const price = this.#price("close", this.bar, s);
      this.#trade(
        s,
        -position.lots,
        price,
        this.#share(s, this.bar, position.lots, price, FillReason.final),
        FillReason.final,
      );
    }
    this.#coverDebt();
    this.peak = Math.max(this.peak, this.equity);
  }

  #payFunding(s: number): void {
    const position = this.positions.get(s);
    const rate = this.#price("funding", this.bar, s) * this.#config.fundingMultiplier;
    if (position !== undefined && rate !== 0) {
      this.fundingPayments.push(-position.lots * this.#unit(s) * this.#price("open", this.bar, s) * rate);
    }
  }

  #timeStop(s: number): void {
    const position = this.positions.get(s);
    if (position === undefined || position.maxBars === 0 || !this.#present(s)) return;
    if (this.bar < position.entryBar + position.maxBars) return;
    const order = this.orders.get(s);
    const ordersExit = order !== undefined && Math.sign(order.target) !== Math.sign(position.lots);
    if (ordersExit) return;
    this.orders.delete(s);
    this.#market(s, -position.lots, this.#price("open", this.bar, s), FillReason.time);
  }

  #reduce(s: number, closed: Map<number, number>): void {
    const order = this.orders.get(s);
    const position = this.positions.get(s);
    if (order === undefined || position === undefined) return;
    if (order.target === position.lots) {
      this.#setBrackets(s, order);
      this.orders.delete(s);
      return;
    }
    const side = Math.sign(position.lots);
    const keeps = Math.sign(order.target) === side ? Math.abs(order.target) : 0;
    const wanted = Math.abs(position.lots) - keeps;
    if (wanted <= 0) return;
    const open = this.#price("open", this.bar, s);
    const allowed = Math.max(1, this.#volumeLimit(s, { ...order, urgency: 1 }));
    const lots = Math.max(1, this.#byChance(s, Math.min(wanted, allowed), FillReason.close));
    if (keeps > 0 && this.#notional(s, lots, open) < this.#instrument(s).minNotional) {
      this.orders.delete(s);
      return;
    }
    this.#market(s, -side * lots, open, FillReason.close);
    closed.set(s, lots);
    if (keeps > 0) this.#setBrackets(s, order);
    const wantsOther = order.target * side < 0 && lots === wanted;
    if (!wantsOther) this.orders.delete(s);
  }

  #open(s: number, alreadyTraded: number): void {
    const order = this.orders.get(s);
    if (order === undefined || order.target === 0) return;
    const side = Math.sign(order.target);
    const instrument = this.#instrument(s);
    if (side < 0 && instrument.kind === "spot") return;
    const open = this.#price("open", this.bar, s);
    const wanted = Math.abs(order.target) - Math.abs(this.positions.get(s)?.lots ?? 0);
    const byVolume = Math.min(wanted, this.#volumeLimit(s, order) - alreadyTraded);
    if (byVolume <= 0) return;
    const opens = (symbol: number): number => this.#price("open", this.bar, symbol);
    const room = this.equityAt(opens) - this.marginAt(opens);
    const fits = (share: number): number => {
      const filled = this.#onGrid(s, open * (1 + side * share), side > 0);
      const perLot = this.#unit(s) * (open / this.#leverage(s) + Math.abs(filled - open) + filled * this.#feeRate(s));
      return Math.floor(room / perLot + 1e-9);
    };
    const rough = Math.min(byVolume, fits(this.#share(s, this.bar - 1, 0, open, FillReason.open)));
    if (rough <= 0) return;
    const byMargin = Math.min(rough, fits(this.#share(s, this.bar - 1, rough, open, FillReason.open)));
    if (byMargin <= 0) return;
    const lots = this.#byChance(s, byMargin, FillReason.open);
    if (lots <= 0 || this.#notional(s, lots, open) < instrument.minNotional) return;
    this.#market(s, side * lots, open, FillReason.open);
    this.#setBrackets(s, order);
  }

  #setBrackets(s: number, order: Order): void {
    const position = this.positions.get(s);
    if (position === undefined) return;
    const side = Math.sign(position.lots);
    const entry = position.cost / position.lots;
    position.stop = order.stop > 0 ? entry - side * entry * order.stop : 0;
    position.profit = order.profit > 0 ? entry + side * entry * order.profit : 0;
    position.trail = order.trail;
    position.maxBars = order.maxBars;
  }

  /** From the open to the worst prices, event by event: the nearest of all stops and the liquidation, then the targets. */
  #inside(exits: readonly Exit[]): void {
    const wayOf = ({ symbol, price }: Exit): number => {
      const open = this.#opening(symbol);
      return (open - price) / (open - this.#worst(symbol));
    };
    const stops = exits.filter(({ reason }) => reason !== FillReason.target).sort((a, b) => wayOf(a) - wayOf(b));
    let walked = 0;
    for (const stop of stops) {
      const end = this.#wayToLiquidation();
      if (end !== undefined && wayOf(stop) >= Math.max(walked, end)) break;
      walked = wayOf(stop);
      this.#exit(stop);
    }
    this.#liquidateFrom(walked);
    for (const exit of exits) if (exit.reason === FillReason.target && !this.liquidated) this.#exit(exit);
    this.#liquidateFrom(walked);
  }

  #exit({ symbol, price, reason }: Exit): void {
    this.#market(symbol, -(this.positions.get(symbol)?.lots ?? 0), price, reason);
  }

  /** Where the bar meets the position's brackets first, if anywhere. */
  #exits(s: number): Exit[] {
    const position = this.positions.get(s);
    if (position === undefined || !this.#present(s)) return [];
    const long = position.lots > 0;
    const [open, high, low] = [
      this.#price("open", this.bar, s),
      this.#price("high", this.bar, s),
      this.#price("low", this.bar, s),
    ];
    const levels: Array<readonly [level: number, reason: FillReason]> = [];
    if (position.stop > 0) levels.push([position.stop, FillReason.stop]);
    if (position.trail > 0)
      levels.push([position.best * (long ? 1 - position.trail : 1 + position.trail), FillReason.trail]);
    // The tighter one first: for a long the higher, for a short the lower. Equal levels keep their order.
    levels.sort(([a], [b]) => (long ? b - a : a - b));
    const adverse = (level: number, price: number): boolean => level > 0 && (long ? price <= level : price >= level);
    const good = (level: number, price: number): boolean => level > 0 && (long ? price >= level : price <= level);
    const exits: Array<readonly [hit: boolean, price: number, reason: FillReason]> = [
      ...levels.map(([level, reason]) => [adverse(level, open), open, reason] as const),
      [good(position.profit, open), open, FillReason.target],
      ...levels.map(([level, reason]) => [adverse(level, long ? low : high), level, reason] as const),
      [good(position.profit, long ? high : low), position.profit, FillReason.target],
    ];
    const exit = exits.find(([hit]) => hit);
    return exit === undefined ? [] : [{ symbol: s, price: exit[1], reason: exit[2] }];
  }

  #followTrails(): void {
    for (const [s, position] of this.positions) {
      if (!this.#present(s)) continue;
      position.best =
        position.lots > 0
          ? Math.max(position.best, this.#price("high", this.bar, s))
          : Math.min(position.best, this.#price("low", this.bar, s));
    }
  }

  /** The share of the way from the open to the worst prices after which the venue closes everything, if it does. */
  #wayToLiquidation(): number | undefined {
    const worst = (s: number): number => this.#worst(s);
    const equity = this.equityAt(worst);
    if (equity >= this.#maintenanceAt(worst) && equity > 0) return undefined;
    const excess = (way: number): number => {
      const at = (s: number): number => {
        const open = this.#price("open", this.bar, s);
        return open + way * (worst(s) - open);
      };
      return this.equityAt(at) - this.#maintenanceAt(at);
    };
    // Bisection: equity less maintenance falls along the way.
    let low = 0;
    let high = 1;
    for (let i = 0; i < 200; i++) {
      const middle = (low + high) / 2;
      if (excess(middle) > 0) low = middle;
      else high = middle;
    }
    return excess(0) <= 0 ? 0 : low;
  }

  /** Liquidates, where it must, not before `walked` of the way. */
  #liquidateFrom(walked: number): void {
    const end = this.liquidated ? undefined : this.#wayToLiquidation();
    if (end === undefined) return;
    const way = Math.max(walked, end);
    for (const [s, position] of [...this.positions].sort(([a], [b]) => a - b)) {
      const open = this.#price("open", this.bar, s);
      this.#market(s, -position.lots, open + way * (this.#worst(s) - open), FillReason.liquidation);
    }
    this.orders.clear();
    this.liquidated = true;
    this.#coverDebt();
  }

  #coverDebt(): void {
    if (this.balance < 0) this.shortfall -= this.balance;
  }

  #market(s: number, lots: number, price: number, reason: FillReason): void {
    this.#trade(s, lots, price, this.#share(s, this.bar - 1, lots, price, reason), reason);
  }

  #trade(s: number, lots: number, price: number, share: number, reason: FillReason): void {
    const buying = lots > 0;
    const filled = this.#onGrid(s, buying ? price + price * share : price - price * share, buying);
    const extra =
      reason === FillReason.liquidation ? (this.#config.liquidationFeeBps / 10_000) * this.#config.costMultiplier : 0;
    const fee = this.#notional(s, lots, filled) * (this.#feeRate(s) + extra);
    const position = this.positions.get(s);
    let realised = 0;
    if (position === undefined) {
      const none = { stop: 0, profit: 0, trail: 0, maxBars: 0 };
      this.positions.set(s, { lots, cost: lots * filled, entryBar: this.bar, best: filled, ...none });
    } else if (Math.sign(position.lots) === Math.sign(lots)) {
      position.lots += lots;
      position.cost += lots * filled;
    } else {
      const closedCost = (position.cost * -lots) / position.lots;
      realised = (-lots * filled - closedCost) * this.#unit(s);
      position.lots += lots;
      position.cost -= closedCost;
      if (position.lots === 0) this.positions.delete(s);
    }
    this.fills.push({ bar: this.bar, symbol: s, lots, price: filled, fee, realised, reason });
  }

  #share(s: number, knownBar: number, lots: number, price: number, reason: FillReason): number {
    const config = this.#config;
    let share = (config.halfSpreadBps + config.baseSlippageBps) / 10_000;
    if (config.slippageModel === "linear") {
      share += ((config.sizeImpactBpsPer1000 / 10_000) * this.#notional(s, lots, price)) / 1_000;
    }
    if (config.slippageModel === "square-root") {
      const { volatility, volume } = this.#lastDay(s, knownBar);
      const base = Math.abs(lots) * this.#unit(s);
      share +=
        volume > 0
          ? config.impactCoefficient * volatility * Math.sqrt(base / (volume * this.#barsPerDay))
          : config.slippageCapBps / 10_000;
    }
    if (config.harsh) {
      const close = this.#price("close", knownBar, s);
      const range = close > 0 ? (this.#price("high", knownBar, s) - this.#price("low", knownBar, s)) / close : 0;
      const draw = uniformAt(this.#seed, this.#stream, knownBar, s * 32 + reason);
      share += config.harshExtraSlippageBps / 10_000 + config.harshLatencyShare * draw * range;
    }
    return Math.min(share * config.costMultiplier, config.slippageCapBps / 10_000);
  }

  #volumeLimit(s: number, order: Order): number {
    const { participationCap, slippageModel } = this.#config;
    if (participationCap === 0 || slippageModel === "fixed") return Number.POSITIVE_INFINITY;
    const { volume } = this.#lastDay(s, this.bar - 1);
    if (volume === 0) return slippageModel === "linear" ? Number.POSITIVE_INFINITY : 0;
    return Math.floor((participationCap * order.urgency * volume) / this.#unit(s));
  }

  #byChance(s: number, lots: number, reason: FillReason): number {
    const { harsh, harshPartialProbability: probability } = this.#config;
    if (!harsh || probability === 0) return lots;
    const draw = uniformAt(this.#seed, this.#stream, this.bar - 1, s * 32 + 16 + reason);
    return draw < probability ? Math.floor((lots * draw) / probability) : lots;
  }

  /** Daily volatility and mean volume of a bar over the last day, two passes over a list. */
  #lastDay(s: number, bar: number): { volatility: number; volume: number } {
    const volumes: number[] = [];
    const returns: number[] = [];
    for (let t = Math.max(0, bar - this.#barsPerDay + 1); t <= bar; t++) {
      if (this.#price("present", t, s) === 0) continue;
      volumes.push(this.#price("volume", t, s));
      const before = t === 0 ? 0 : this.#price("close", t - 1, s);
      if (before > 0) returns.push(Math.log(this.#price("close", t, s) / before));
    }
    const mean = returns.length > 0 ? sum(returns) / returns.length : 0;
    const variance = returns.length > 1 ? sum(returns.map((r) => (r - mean) ** 2)) / (returns.length - 1) : 0;
    return {
      volatility: Math.sqrt(this.#barsPerDay * variance),
      volume: volumes.length > 0 ? sum(volumes) / volumes.length : 0,
    };
  }

  #onGrid(s: number, price: number, up: boolean): number {
    const tick = Number(this.#instrument(s).tickSize);
    const ticks = price / tick;
    if (Math.abs(ticks - Math.round(ticks)) < 1e-6) return Math.round(ticks) * tick;
    return (up ? Math.ceil(ticks) : Math.max(1, Math.floor(ticks))) * tick;
  }

  #maintenanceAt(priceOf: (symbol: number) => number): number {
    return sum(
      [...this.positions].map(([s, p]) => {
        const { kind, maintenanceMarginRate } = this.#instrument(s);
        const rate = this.#config.maintenanceMarginRate ?? maintenanceMarginRate;
        return kind === "spot" ? 0 : this.#notional(s, p.lots, priceOf(s)) * rate;
      }),
    );
  }

  get #barsPerDay(): number {
    return DAY_MS / this.#tape.barMs;
  }

  #instrument(s: number): Instrument {
    return this.#tape.instruments[s];
  }

  #unit(s: number): number {
    return Number(this.#instrument(s).lotStep) * this.#instrument(s).multiplier;
  }

  #notional(s: number, lots: number, price: number): number {
    return Math.abs(lots) * this.#unit(s) * price;
  }

  #leverage(s: number): number {
    const { kind, maxLeverage } = this.#instrument(s);
    return kind === "spot" ? 1 : Math.min(this.#config.leverage, maxLeverage);
  }

  #feeRate(s: number): number {
    return ((this.#config.takerFeeBps ?? this.#instrument(s).takerFeeBps) / 10_000) * this.#config.costMultiplier;
  }

  #opening(s: number): number {
    return this.#price("open", this.bar, s);
  }

  #worst(s: number): number {
    return this.#price((this.positions.get(s)?.lots ?? 0) > 0 ? "low" : "high", this.bar, s);
  }

  #present(s: number): boolean {
    return this.#price("present", this.bar, s) === 1;
  }

  #price(column: "open" | "high" | "low" | "close" | "volume" | "funding" | "present", bar: number, s: number): number {
    return this.#tape[column][bar * this.#tape.symbols + s];
  }
}
