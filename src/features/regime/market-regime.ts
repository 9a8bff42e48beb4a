/** @file Market regimes by rules with hysteresis: trend up, trend down, range, high volatility. */
import type { Bar } from "../bar.ts";
import { Atr } from "../indicators/atr.ts";
import { Bollinger } from "../indicators/bollinger.ts";
import { DirectionalMovement } from "../indicators/directional-movement.ts";
import { Ema } from "../indicators/moving-average.ts";
import { RealizedVolatility } from "../indicators/realized-volatility.ts";
import { WindowRank } from "../window/rank.ts";
import { WindowSum } from "../window/sum.ts";
import { Latch } from "./latch.ts";

const ADX_PERIOD = 14;
const EMA_PERIOD = 20;
const BAND_PERIOD = 20;
const VOLATILITY_PERIOD = 24;
/** Bars of the usual true range that volatility is held against, and of every percentile rank. */
const LONG_WINDOW = 192;
/** Longest time a regime is kept by hysteresis alone. */
const HOLD_BARS = 48;
const TREND_ADX = 20;
const RANGE_ADX = 18;
/** EMA slope, in ATR a bar, that makes a trend, and below which it is over. */
const TREND_SLOPE = 0.05;
const TREND_SLOPE_LEAVE = 0.01;

/**
 * Trend: ADX from 20 on (kept down to 18) and the 20-bar EMA rising or falling by at least 0.05 ATR a bar (kept down to
 * 0.01). Range: ADX below 18 (kept up to 20) while the Bollinger bands are narrower than in half of the last 192 bars
 * (kept up to 60 %). High volatility: the deviation of the last 24 returns over the usual true range of the last 192 bars
 * is in its top fifth of those bars (kept down to the top 30 %). Trend and range exclude each other; high volatility may
 * join either.
 */
export class MarketRegime {
  readonly #movement = new DirectionalMovement(ADX_PERIOD);
  readonly #ema = new Ema(EMA_PERIOD);
  readonly #atr = new Atr(ADX_PERIOD);
  readonly #bands = new Bollinger(BAND_PERIOD);
  readonly #volatility = new RealizedVolatility(VOLATILITY_PERIOD);
  readonly #usualRange = new WindowSum(LONG_WINDOW);
  readonly #widthRank = new WindowRank(LONG_WINDOW);
  readonly #volatilityRank = new WindowRank(LONG_WINDOW);
  readonly #trending = new Latch(TREND_ADX, RANGE_ADX, HOLD_BARS);
  readonly #rising = new Latch(TREND_SLOPE, TREND_SLOPE_LEAVE, HOLD_BARS);
  readonly #falling = new Latch(TREND_SLOPE, TREND_SLOPE_LEAVE, HOLD_BARS);
  readonly #quiet = new Latch(-RANGE_ADX, -TREND_ADX, HOLD_BARS);
  readonly #narrow = new Latch(-0.5, -0.6, HOLD_BARS);
  readonly #volatile = new Latch(0.8, 0.7, HOLD_BARS);
  readonly warmup = this.#movement.warmup + 2 * LONG_WINDOW + VOLATILITY_PERIOD + HOLD_BARS;
  up = 0;
  down = 0;
  range = 0;
  volatile = 0;
  /** Percentile rank of the volatility over the usual true range, [0, 1]. */
  volatilityRank = 0.5;
  /** Percentile rank of the Bollinger band width, [0, 1]. */
  widthRank = 0.5;

  update(bar: Bar): void {
    this.#movement.update(bar);
    this.#ema.update(bar);
    this.#atr.update(bar);
    this.#bands.update(bar);
    this.#volatility.update(bar);
    this.#usualRange.push(bar.close > 0 ? bar.trueRange() / bar.close : 0);
    const slope = this.#ema.slope / this.#atr.unit;
    this.#trending.push(this.#movement.adx);
    this.#quiet.push(-this.#movement.adx);
    this.#rising.push(slope);
    this.#falling.push(-slope);
    this.#widthRank.push(this.#bands.middle > 0 ? this.#bands.deviation / this.#bands.middle : 0);
    this.#volatilityRank.push(this.#usualRange.mean > 0 ? this.#volatility.value / this.#usualRange.mean : 0);
    this.widthRank = this.#widthRank.value;
    this.volatilityRank = this.#volatilityRank.value;
    this.#narrow.push(-this.widthRank);
    this.#volatile.push(this.volatilityRank);
    this.up = this.#trending.on && this.#rising.on ? 1 : 0;
    this.down = this.#trending.on && this.#falling.on && !this.#rising.on ? 1 : 0;
    this.range = this.#quiet.on && this.#narrow.on && this.up === 0 && this.down === 0 ? 1 : 0;
    this.volatile = this.#volatile.on ? 1 : 0;
  }
}
