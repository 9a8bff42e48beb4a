/** @file What the plain reference knows of market, costs and contracts: no account is in it. */
import { DAY_MS, type FillReason, type Instrument, uniformAt } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { ExchangeConfig } from "../config.ts";
import { drawKeys } from "../slippage.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export class ReferenceMarket {
  bar = 0;
  /** The bar whose rates of exchange are known. */
  rateBar = 0;
  readonly tape: MarketTape;
  readonly config: ExchangeConfig;
  readonly seed: number;
  readonly stream: number;
  readonly drawKeys: Int32Array;

  constructor(tape: MarketTape, config: ExchangeConfig, seed: number, stream: number) {
    this.tape = tape;
    this.config = config;
    this.seed = seed;
    this.stream = stream;
    this.drawKeys = drawKeys(tape.instruments.map(({ symbol }) => symbol));
  }

  share(s: number, knownBar: number, lots: number, price: number, reason: FillReason): number {
    const config = this.config;
    let share = (config.halfSpreadBps + config.baseSlippageBps) / 10_000;
    if (config.slippageModel === "linear") {
      share += ((config.sizeImpactBpsPer1000 / 10_000) * this.notional(s, lots, price) * this.rate(s)) / 1_000;
    }
    if (config.slippageModel === "square-root") {
      const { volatility, volume } = this.lastDay(s, knownBar);
      const base = Math.abs(lots) * this.unit(s);
      share +=
        volume > 0
          ? config.impactCoefficient * volatility * Math.sqrt(base / (volume * this.barsPerDay))
          : config.slippageCapBps / 10_000;
    }
    if (config.harsh) {
      const close = this.price("close", knownBar, s);
      const range = close > 0 ? (this.price("high", knownBar, s) - this.price("low", knownBar, s)) / close : 0;
      const draw = uniformAt(this.seed, this.stream, knownBar, this.drawKeys[s] + reason);
      share += config.harshExtraSlippageBps / 10_000 + config.harshLatencyShare * draw * range;
    }
    return Math.min(1, Math.min(share, config.slippageCapBps / 10_000) * config.costMultiplier);
  }

  volumeLimit(s: number, order: { readonly urgency: number }): number {
    const { participationCap, slippageModel } = this.config;
    if (participationCap === 0 || slippageModel === "fixed") return Number.POSITIVE_INFINITY;
    const { volume } = this.lastDay(s, this.bar - 1);
    if (volume === 0) return slippageModel === "linear" ? Number.POSITIVE_INFINITY : 0;
    return Math.floor((participationCap * order.urgency * volume) / this.unit(s));
  }

  byChance(s: number, lots: number, reason: FillReason): number {
    const { harsh, harshPartialProbability: probability } = this.config;
    if (!harsh || probability === 0) return lots;
    const draw = uniformAt(this.seed, this.stream, this.bar - 1, this.drawKeys[s] + 16 + reason);
    return draw < probability ? Math.floor((lots * draw) / probability) : lots;
  }

  /** Daily volatility and mean volume of a bar over the last day, two passes over a list. */
  lastDay(s: number, bar: number): { volatility: number; volume: number } {
    const volumes: number[] = [];
    const returns: number[] = [];
    for (let t = Math.max(0, bar - this.barsPerDay + 1); t <= bar; t++) {
      if (this.price("present", t, s) === 0) continue;
      volumes.push(this.price("volume", t, s));
      const before = t === 0 ? 0 : this.price("close", t - 1, s);
      if (before > 0) returns.push(Math.log(this.price("close", t, s) / before));
    }
    const mean = returns.length > 0 ? sum(returns) / returns.length : 0;
    const variance = returns.length > 1 ? sum(returns.map((r) => (r - mean) ** 2)) / (returns.length - 1) : 0;
    return {
      volatility: Math.sqrt(this.barsPerDay * variance),
      volume: volumes.length > 0 ? sum(volumes) / volumes.length : 0,
    };
  }

  onGrid(s: number, price: number, up: boolean): number {
    const tick = Number(this.instrument(s).tickSize);
    const ticks = price / tick;
    if (Math.abs(ticks - Math.round(ticks)) < 1e-6) return Math.round(ticks) * tick;
    return (up ? Math.ceil(ticks) : Math.floor(ticks)) * tick;
  }

  instrument(s: number): Instrument {
    return this.tape.instruments[s];
  }

  unit(s: number): number {
    return Number(this.instrument(s).lotStep) * this.instrument(s).multiplier;
  }

  notional(s: number, lots: number, price: number): number {
    return Math.abs(lots) * this.unit(s) * price;
  }

  leverage(s: number): number {
    return this.isHolding(s) ? 1 : Math.max(1, Math.min(this.config.leverage, this.instrument(s).maxLeverage));
  }

  feeRate(s: number): number {
    return ((this.config.takerFeeBps ?? this.instrument(s).takerFeeBps) / 10_000) * this.config.costMultiplier;
  }

  price(column: "open" | "high" | "low" | "close" | "volume" | "funding" | "present", bar: number, s: number): number {
    return this.tape[column][bar * this.tape.symbols + s];
  }

  /** What positions on margin are valued by, the bar's own price where no mark is known. */
  markPrice(column: "open" | "high" | "low" | "close", bar: number, s: number): number {
    const { markOpen, markHigh, markLow, markClose } = this.tape;
    const marks = { open: markOpen, high: markHigh, low: markLow, close: markClose };
    return marks[column]?.[bar * this.tape.symbols + s] ?? this.price(column, bar, s);
  }

  rate(s: number): number {
    return this.tape.rate?.[this.rateBar * this.tape.symbols + s] ?? 1;
  }

  isHolding(s: number): boolean {
    return ["spot", "stock", "option"].includes(this.instrument(s).kind);
  }

  get barsPerDay(): number {
    return DAY_MS / this.tape.barMs;
  }
}
