/**
 * @file Funding of the synthetic perpetuals. The premium of the contract over its index reverts to zero and leans towards
 * the recent trend; the rate is the venue's rule on its average: `F = P + clamp(0.01 % - P, -0.05 %, 0.05 %)`, held
 * within 0.75 % (Bybit, "Introduction to Funding Rate").
 */
import { HOUR_MS, type Random } from "../../core/index.ts";

const INTERVAL_MS = 8 * HOUR_MS;
const INTEREST = 0.0001;
const BAND = 0.0005;
const CAP = 0.0075;
/** Time constants of the premium and of the trend that pulls it. */
const PREMIUM_MS = 6 * HOUR_MS;
const TREND_MS = 24 * HOUR_MS;
/** Long-run standard deviation of the premium's own noise, and its pull per unit of trend. */
const NOISE = 0.0003;
const PULL = 0.0004;

export class PremiumProcess {
  readonly timesMs: number[] = [];
  readonly rates: number[] = [];
  #premium = 0;
  #trend = 0;
  #sum = 0;
  #count = 0;
  readonly #random: Random;
  readonly #barMs: number;
  readonly #keepPremium: number;
  readonly #keepTrend: number;

  constructor(random: Random, barMs: number) {
    this.#random = random;
    this.#barMs = barMs;
    this.#keepPremium = Math.exp(-barMs / PREMIUM_MS);
    this.#keepTrend = Math.exp(-barMs / TREND_MS);
  }

  /** Takes the standardized return of the bar that opened at `openMs` and stamps the rates due by its close. */
  advance(openMs: number, shock: number): void {
    const keepTrend = this.#keepTrend;
    this.#trend = keepTrend * this.#trend + Math.sqrt(1 - keepTrend * keepTrend) * Math.max(-8, Math.min(8, shock));
    const keep = this.#keepPremium;
    const noise = NOISE * Math.sqrt(1 - keep * keep) * this.#random.normal();
    this.#premium = keep * this.#premium + (1 - keep) * PULL * this.#trend + noise;
    this.#sum += this.#premium;
    this.#count++;
    const closeMs = openMs + this.#barMs;
    for (
      let stampMs = (Math.floor(openMs / INTERVAL_MS) + 1) * INTERVAL_MS;
      stampMs <= closeMs;
      stampMs += INTERVAL_MS
    ) {
      const premium = this.#count > 0 ? this.#sum / this.#count : this.#premium;
      const rate = premium + Math.max(-BAND, Math.min(BAND, INTEREST - premium));
      this.timesMs.push(stampMs);
      this.rates.push(Math.round(Math.max(-CAP, Math.min(CAP, rate)) * 1e8) / 1e8);
      this.#sum = 0;
      this.#count = 0;
    }
  }
}
