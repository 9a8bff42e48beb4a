/**
 * @file The exchange once more, slow and plain: one account, objects, everything summed afresh from lists. It shares with
 * the kernel the types and the chance draws and nothing else, and must agree with it on every random session.
 */
import { DAY_MS, FillReason } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ExchangeConfig } from "../config.ts";
import { ReferenceMarket } from "./reference-market.ts";

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
  /** Signed sum of lots times price, in the quote and, as it was paid, in the account's currency. */
  cost: number;
  paid: number;
  entryBar: number;
  /** Bars in a row without a bar of the symbol. */
  absent: number;
  best: number;
  stop: number;
  profit: number;
  trail: number;
  maxBars: number;
};

type Exit = { readonly symbol: number; readonly price: number; readonly reason: FillReason };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export class ReferenceExchange extends ReferenceMarket {
  readonly fills: ReferenceFill[] = [];
  readonly fundingPayments: number[] = [];
  readonly positions = new Map<number, Position>();
  readonly orders = new Map<number, Order>();
  liquidated = false;
  shortfall = 0;
  peak: number;
  readonly #initial: number;

  constructor(tape: MarketTape, config: ExchangeConfig, seed: number, stream: number, bar: number, balance: number) {
    super(tape, config, seed, stream);
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
    return this.balance + sum([...this.positions].map(([s, p]) => this.#profit(s, p, priceOf(s))));
  }

  /** Of a holding the whole value is converted, of a contract on margin its profit. */
  #profit(s: number, p: Position, price: number): number {
    const rate = this.rate(s);
    const cost = this.isHolding(s) ? p.paid : p.cost * rate;
    return (p.lots * price * rate - cost) * this.unit(s);
  }

  get equity(): number {
    return this.#atClose(() => this.equityAt((s) => this.markPrice("close", this.bar, s)));
  }

  marginAt(priceOf: (symbol: number) => number): number {
    return sum(
      [...this.positions].map(([s, p]) => this.notional(s, p.lots, priceOf(s) * this.rate(s)) / this.leverage(s)),
    );
  }

  get margin(): number {
    return this.#atClose(() => this.marginAt((s) => this.markPrice("close", this.bar, s)));
  }

  /** Within a bar the rates of the close before are known, at its close its own. */
  #atClose<T>(look: () => T): T {
    this.rateBar = this.bar;
    const seen = look();
    this.rateBar = this.bar - 1;
    return seen;
  }

  order(symbol: number, order: Order): void {
    if (!this.liquidated) this.orders.set(symbol, { ...order, target: Math.trunc(order.target) });
  }

  advance(): void {
    this.bar++;
    if (this.liquidated) return;
    this.rateBar = this.bar - 1;
    const symbols = Array.from({ length: this.tape.symbols }, (_, s) => s);
    for (const s of symbols) this.#payFunding(s, this.tape.fundingAtOpen ?? this.tape.funding);
    if ([...this.positions.keys()].some((s) => !this.isHolding(s))) {
      const marks = (s: number): number => this.markPrice("open", this.bar, s);
      if (this.equityAt(marks) - this.#maintenanceAt(marks) <= 0) {
        this.#closeAll((s) => this.#opening(s));
        return;
      }
    }
    for (const s of symbols) if (!this.#settle(s)) this.#timeStop(s);
    for (const s of symbols) if (!this.#present(s) || this.#isOver(s)) this.orders.delete(s);
    const closed = new Map<number, number>();
    for (const s of symbols) this.#reduce(s, closed);
    this.#openAll(closed);
    this.orders.clear();
    if (this.tape.fundingWithin !== undefined) for (const s of symbols) this.#payFunding(s, this.tape.fundingWithin);
    const exits = symbols.flatMap((s) => this.#exits(s));
    for (const exit of exits.filter(({ symbol, price }) => price === this.#opening(symbol))) this.#exit(exit);
    this.#inside(exits.filter(({ symbol }) => this.positions.has(symbol)));
    this.#followTrails();
    this.peak = Math.max(this.peak, this.equity);
  }

  closeOut(): void {
    this.orders.clear();
    this.rateBar = this.bar;
    for (const [s, position] of [...this.positions].sort(([a], [b]) => a - b)) {
      const price = this.price("close", this.bar, s);
      this.#trade(
        s,
        -position.lots,
        price,
        this.share(s, this.bar, position.lots, price, FillReason.final),
        FillReason.final,
      );
    }
    this.#coverDebt();
    this.peak = Math.max(this.peak, this.equity);
  }

  #payFunding(s: number, column: Float64Array): void {
    const position = this.positions.get(s);
    const rate = column[this.bar * this.tape.symbols + s] * this.config.fundingMultiplier;
    const pays = this.instrument(s).fundingIntervalHours !== undefined;
    if (position !== undefined && rate !== 0 && pays) {
      this.fundingPayments.push(
        -position.lots * this.unit(s) * this.markPrice("open", this.bar, s) * this.rate(s) * rate,
      );
    }
  }

  #isOver(s: number): boolean {
    return this.tape.timeMs[this.bar] >= (this.instrument(s).expiryMs ?? Number.POSITIVE_INFINITY);
  }

  /** Settles what has expired, and what has had no bar for too long. */
  #settle(s: number): boolean {
    const position = this.positions.get(s);
    if (position === undefined) return false;
    position.absent = this.#present(s) ? 0 : position.absent + 1;
    const wait = this.config.settleAfterBars ?? Math.max(2, Math.ceil((7 * DAY_MS) / this.tape.barMs));
    if (!this.#isOver(s) && (wait === 0 || position.absent < wait)) return false;
    this.orders.delete(s);
    this.#trade(s, -position.lots, this.#opening(s), 0, FillReason.settled);
    return true;
  }

  #timeStop(s: number): void {
    const position = this.positions.get(s);
    if (position === undefined || position.maxBars === 0 || !this.#present(s)) return;
    if (this.bar < position.entryBar + position.maxBars) return;
    const order = this.orders.get(s);
    const ordersExit = order !== undefined && Math.sign(order.target) !== Math.sign(position.lots);
    if (ordersExit) return;
    this.orders.delete(s);
    this.#market(s, -position.lots, this.price("open", this.bar, s), FillReason.time);
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
    const open = this.price("open", this.bar, s);
    const allowed = Math.max(1, this.volumeLimit(s, { ...order, urgency: 1 }));
    const lots = Math.max(1, this.byChance(s, Math.min(wanted, allowed), FillReason.close));
    if (keeps > 0 && this.notional(s, lots, open) < this.instrument(s).minNotional) {
      this.orders.delete(s);
      return;
    }
    if (
      side > 0 &&
      this.onGrid(s, open * (1 - this.share(s, this.bar - 1, lots, open, FillReason.close)), false) <= 0
    ) {
      this.orders.delete(s);
      return;
    }
    this.#market(s, -side * lots, open, FillReason.close);
    closed.set(s, lots);
    if (keeps > 0) this.#setBrackets(s, order);
    const wantsOther = order.target * side < 0 && lots === wanted;
    if (!wantsOther) this.orders.delete(s);
  }

  /** Everything that opens shares the room: all of it where there is enough for all, else in proportion to what it needs. */
  #openAll(closed: ReadonlyMap<number, number>): void {
    const asked = [...this.orders]
      .filter(([, order]) => order.target !== 0)
      .sort(([a], [b]) => a - b)
      .flatMap(([s, order]) => {
        const wanted = Math.abs(order.target) - Math.abs(this.positions.get(s)?.lots ?? 0);
        const byVolume = Math.min(wanted, this.volumeLimit(s, order) - (closed.get(s) ?? 0));
        const side = Math.sign(order.target);
        const mayNot = side < 0 && ["spot", "stock"].includes(this.instrument(s).kind);
        if (byVolume <= 0 || mayNot) return [];
        const share = this.share(s, this.bar - 1, byVolume, this.#opening(s), FillReason.open);
        if (side < 0 && this.onGrid(s, this.#opening(s) * (1 - share), false) <= 0) return [];
        return [{ s, order, byVolume, need: byVolume * this.#perLot(s, side, share) }];
      });
    const opens = (symbol: number): number => this.#opening(symbol);
    // What is held before anything opens counts at the mark, what opens at the price that it opens at.
    const marks = (symbol: number): number => this.markPrice("open", this.bar, symbol);
    const free = (priceOf: (symbol: number) => number): number => this.equityAt(priceOf) - this.marginAt(priceOf);
    const offMark = free(marks) - free(opens);
    const room = free(opens) + offMark;
    const demand = sum(asked.map(({ need }) => need));
    for (const { s, order, byVolume, need } of asked) {
      const left = free(opens) + offMark;
      this.#open(s, order, byVolume, demand <= room ? left : asked.length === 1 ? room : (room * need) / demand);
    }
  }

  /** Margin and costs of one lot at a cost share. */
  #perLot(s: number, side: number, share: number): number {
    const open = this.#opening(s);
    const filled = this.onGrid(s, open * (1 + side * share), side > 0);
    const perUnit = open / this.leverage(s) + Math.abs(filled - open) + filled * this.feeRate(s);
    return this.unit(s) * perUnit * this.rate(s);
  }

  #open(s: number, order: Order, byVolume: number, room: number): void {
    const side = Math.sign(order.target);
    const open = this.#opening(s);
    const fits = (share: number): number => Math.floor(room / this.#perLot(s, side, share) + 1e-9);
    const rough = Math.min(byVolume, fits(this.share(s, this.bar - 1, 0, open, FillReason.open)));
    if (rough <= 0) return;
    const byMargin = Math.min(rough, fits(this.share(s, this.bar - 1, rough, open, FillReason.open)));
    if (byMargin <= 0) return;
    const lots = this.byChance(s, byMargin, FillReason.open);
    if (lots <= 0 || this.notional(s, lots, open) < this.instrument(s).minNotional) return;
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
      this.price("open", this.bar, s),
      this.price("high", this.bar, s),
      this.price("low", this.bar, s),
    ];
    const levels: Array<readonly [level: number, reason: FillReason]> = [];
    if (position.stop > 0) levels.push([position.stop, FillReason.stop]);
    if (position.trail > 0)
      levels.push([position.best * (long ? 1 - position.trail : 1 + position.trail), FillReason.trail]);
    const { breakEvenDistance, profitLockShare } = this.config;
    const entry = position.cost / position.lots;
    const gain = long ? position.best - entry : entry - position.best;
    if (breakEvenDistance > 0 && gain >= breakEvenDistance * entry)
      levels.push([entry + profitLockShare * (position.best - entry), FillReason.trail]);
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
          ? Math.max(position.best, this.price("high", this.bar, s))
          : Math.min(position.best, this.price("low", this.bar, s));
    }
  }

  /** The share of the way from the open to the worst prices after which the venue closes everything, if it does. */
  #wayToLiquidation(): number | undefined {
    const worst = (s: number): number => this.markPrice(this.#worstSide(s), this.bar, s);
    const equity = this.equityAt(worst);
    if (equity >= this.#maintenanceAt(worst) && equity > 0) return undefined;
    const excess = (way: number): number => {
      const at = (s: number): number => {
        const open = this.markPrice("open", this.bar, s);
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
    this.#closeAll((s) => this.#opening(s) + way * (this.#worst(s) - this.#opening(s)));
  }

  #closeAll(priceOf: (symbol: number) => number): void {
    const held = [...this.positions].sort(([a], [b]) => a - b).map(([s, { lots }]) => [s, lots, priceOf(s)] as const);
    for (const [s, lots, price] of held) this.#market(s, -lots, price, FillReason.liquidation);
    this.orders.clear();
    this.liquidated = true;
    this.#coverDebt();
  }

  #coverDebt(): void {
    if (this.balance < 0) this.shortfall -= this.balance;
  }

  #market(s: number, lots: number, price: number, reason: FillReason): void {
    this.#trade(s, lots, price, this.share(s, this.bar - 1, lots, price, reason), reason);
  }

  #trade(s: number, lots: number, price: number, share: number, reason: FillReason): void {
    const buying = lots > 0;
    const asked = buying ? price + price * share : price - price * share;
    // What has to be closed is sold at the price itself where that is below one tick, or for nothing.
    const filled = this.onGrid(s, asked, buying) || (asked > 0 ? asked : price);
    const extra =
      reason === FillReason.liquidation ? (this.config.liquidationFeeBps / 10_000) * this.config.costMultiplier : 0;
    const rate = this.rate(s);
    const fee = this.notional(s, lots, filled) * rate * (this.feeRate(s) + extra);
    const position = this.positions.get(s);
    let realised = 0;
    if (position === undefined) {
      const none = { stop: 0, profit: 0, trail: 0, maxBars: 0 };
      const cost = lots * filled;
      this.positions.set(s, { lots, cost, paid: cost * rate, entryBar: this.bar, absent: 0, best: filled, ...none });
    } else if (Math.sign(position.lots) === Math.sign(lots)) {
      position.lots += lots;
      position.cost += lots * filled;
      position.paid += lots * filled * rate;
    } else {
      const part = -lots / position.lots;
      const cost = this.isHolding(s) ? position.paid * part : position.cost * part * rate;
      realised = (-lots * filled * rate - cost) * this.unit(s);
      position.lots += lots;
      position.cost -= position.cost * part;
      position.paid -= position.paid * part;
      if (position.lots === 0) this.positions.delete(s);
    }
    this.fills.push({ bar: this.bar, symbol: s, lots, price: filled, fee, realised, reason });
  }

  /** What has to stay of every position on margin, with the fee to close it. */
  #maintenanceAt(priceOf: (symbol: number) => number): number {
    return sum(
      [...this.positions].map(([s, p]) => {
        if (this.isHolding(s)) return 0;
        const { maintenanceMarginRate, maintenanceTiers = [] } = this.instrument(s);
        const notional = this.notional(s, p.lots, priceOf(s));
        const tier = maintenanceTiers.find(({ upToNotional }) => notional <= upToNotional) ?? maintenanceTiers.at(-1);
        const fee = Math.max(0, this.feeRate(s));
        const own =
          tier === undefined || this.config.maintenanceMarginRate !== null
            ? notional * (this.config.maintenanceMarginRate ?? maintenanceMarginRate)
            : notional * tier.rate - tier.deduction;
        return Math.max(0, own + notional * fee) * this.rate(s);
      }),
    );
  }

  #opening(s: number): number {
    return this.price("open", this.bar, s);
  }

  #worst(s: number): number {
    return this.price(this.#worstSide(s), this.bar, s);
  }

  #worstSide(s: number): "low" | "high" {
    return (this.positions.get(s)?.lots ?? 0) > 0 ? "low" : "high";
  }

  #present(s: number): boolean {
    return this.price("present", this.bar, s) === 1;
  }
}
