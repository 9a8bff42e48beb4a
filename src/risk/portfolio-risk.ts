/**
 * @file The risk of what a portfolio holds at a close, by the estimates that its limits act on: value at risk of a day with
 * the part of each position in it, and what closing a position takes.
 *
 * With weights `w` (signed notional over equity), the volatility `v` of a day and correlations `c`, the deviation is
 * `d = sqrt(sum w_a v_a c_ab w_b v_b)`. Value at risk is `z d`. The marginal value at risk of a position is its slope,
 * `m_a = z v_a (sum_b c_ab w_b v_b) / d`, the component is `w_a m_a`; components sum to the whole, which is homogeneous of
 * degree one in the weights (Euler; Garman 1996, "Improving on VaR", Risk 9).
 */
import { normalDensity, normalQuantile } from "../core/index.ts";
import type { Liquidity } from "../exchange/index.ts";
import type { MarketTape } from "../market/index.ts";
import type { CorrelationTable } from "../portfolio/index.ts";

/** Share of the days that lose more. */
const TAIL = 0.01;
/** Deviations of a day to its value at risk and its expected shortfall, for normal returns. */
export const VAR_DEVIATIONS = -normalQuantile(TAIL);
export const SHORTFALL_DEVIATIONS = normalDensity(normalQuantile(TAIL)) / TAIL;

type Volatilities = Pick<Liquidity, "dailyVolatility" | "extendTo">;
type Correlations = Pick<CorrelationTable, "at">;

export class PortfolioRisk {
  /** Of the last `measure`, as shares of equity: value at risk and expected shortfall of a day at 99 %. */
  valueAtRisk = 0;
  shortfall = 0;
  /** `[S]` of the last `measure`: slope for one more equity's worth, and the position's own part. */
  readonly marginal: Float64Array;
  readonly component: Float64Array;
  readonly #symbols: number;
  readonly #liquidity: Volatilities;
  readonly #correlation: Correlations;
  /** `[S]` weight times volatility. */
  readonly #risks: Float64Array;

  constructor({ symbols }: Pick<MarketTape, "symbols">, liquidity: Volatilities, correlation: Correlations) {
    this.#symbols = symbols;
    this.#liquidity = liquidity;
    this.#correlation = correlation;
    this.marginal = new Float64Array(symbols);
    this.component = new Float64Array(symbols);
    this.#risks = new Float64Array(symbols);
  }

  /** @param weights `[S]` signed notional over equity at the close of `bar`; the first of them stands at `at` */
  measure(bar: number, weights: Float64Array, at = 0): void {
    const symbols = this.#symbols;
    this.#liquidity.extendTo(bar);
    const volatility = this.#liquidity.dailyVolatility;
    const first = bar * symbols;
    const risks = this.#risks;
    for (let s = 0; s < symbols; s++) risks[s] = weights[at + s] * volatility[first + s];
    let variance = 0;
    for (let a = 0; a < symbols; a++) {
      let shared = 0;
      for (let b = 0; b < symbols; b++) {
        if (risks[b] !== 0) shared += risks[b] * this.#correlation.at(bar, a, b);
      }
      this.marginal[a] = volatility[first + a] * shared;
      variance += risks[a] * shared;
    }
    // Correlations are stored in single precision: what hedges itself wholly may come out a hair below zero.
    const deviation = Math.sqrt(Math.max(0, variance));
    this.valueAtRisk = VAR_DEVIATIONS * deviation;
    this.shortfall = SHORTFALL_DEVIATIONS * deviation;
    for (let s = 0; s < symbols; s++) {
      this.marginal[s] = deviation > 0 ? (VAR_DEVIATIONS * this.marginal[s]) / deviation : 0;
      this.component[s] = weights[at + s] * this.marginal[s];
    }
  }
}

/** Bars that closing takes at a share of an average bar's volume; all in the account's currency. Infinite without a volume. */
export function barsToClose(notional: number, barVolume: number, participation: number): number {
  if (notional === 0) return 0;
  return barVolume > 0 ? notional / (participation * barVolume) : Number.POSITIVE_INFINITY;
}

/**
 * Cost of closing at once as a share of the position: `fee + Y sigma sqrt(Q / V)`, the square-root law for a quantity against
 * a day's volume (both as notional), with `Y` daily deviations `sigma` for a whole day's volume. Without a known volume the
 * fee alone.
 */
export function costToClose(
  notional: number,
  market: { readonly feeRate: number; readonly dayVolume: number; readonly dailyVolatility: number },
  exitImpact: number,
): number {
  const { feeRate, dayVolume, dailyVolatility } = market;
  return feeRate + (dayVolume > 0 ? exitImpact * dailyVolatility * Math.sqrt(notional / dayVolume) : 0);
}
