/**
 * @file The portfolio's own risk, as limits on a new position. Every limit clamps the notional of one symbol, given what is
 * held or decided already of the others, and says so by a verdict. Nothing is allocated in a step, and a limit that is off
 * costs nothing.
 *
 * Risk of a day: with weights `w` (signed notional over equity), the volatility of each symbol over the last day and their
 * correlations over the last week, the portfolio's deviation is `sqrt(w' C w)`. Value at risk is `z` deviations, expected
 * shortfall `density(z) / tail` of them, both for normal returns at a tail of 1 % (the usual parametric estimate; the
 * report tests it against what happened).
 */
import type { TradeDesk } from "../exchange/index.ts";
import { rateAt } from "../market/index.ts";
import { CorrelationTable } from "../portfolio/index.ts";
import type { RiskConfig } from "./config.ts";
import { SHORTFALL_DEVIATIONS, VAR_DEVIATIONS } from "./portfolio-risk.ts";
import { Verdict } from "./verdict.ts";
import { VolatilityRegime } from "./volatility-regime.ts";

/** Halvings of a range: to a millionth of a millionth of what was wanted. */
const HALVINGS = 40;

/** Whether any limit of the portfolio is on. */
export function usesPortfolioLimits(config: RiskConfig): boolean {
  const { drawdownFrom, maxValueAtRisk, maxShortfall, maxPositionShare, maxVenueShare } = config;
  const { maxCorrelated, maxStressLoss, maxExitBars, turbulentScale } = config;
  const { maxComponentRisk, maxMarginalRisk, maxExitCost } = config;
  const limits = [drawdownFrom, maxValueAtRisk, maxShortfall, maxPositionShare, maxVenueShare];
  limits.push(maxComponentRisk, maxMarginalRisk, maxExitCost);
  return turbulentScale < 1 || [...limits, maxCorrelated, maxStressLoss, maxExitBars].some((limit) => limit > 0);
}

export class PortfolioLimits {
  /** Verdict bits of the last clamp. */
  verdicts = 0;
  readonly #desk: TradeDesk;
  readonly #config: RiskConfig;
  readonly #correlation: CorrelationTable | undefined;
  readonly #regime: VolatilityRegime | undefined;
  /** `[S]` signed notional over equity of the others. */
  readonly #weights: Float64Array;
  /** `[S]` number of each symbol's venue. */
  readonly #venue: Uint8Array;
  readonly #deviation: number;

  constructor(desk: TradeDesk, config: RiskConfig) {
    this.#desk = desk;
    this.#config = config;
    const { maxValueAtRisk, maxShortfall } = config;
    this.#deviation = Math.min(
      maxValueAtRisk > 0 ? maxValueAtRisk / VAR_DEVIATIONS : Number.POSITIVE_INFINITY,
      maxShortfall > 0 ? maxShortfall / SHORTFALL_DEVIATIONS : Number.POSITIVE_INFINITY,
    );
    const parts = config.maxComponentRisk > 0 || config.maxMarginalRisk > 0;
    const correlates = this.#deviation < Number.POSITIVE_INFINITY || config.maxCorrelated > 0 || parts;
    this.#correlation = correlates ? new CorrelationTable(desk.tape) : undefined;
    this.#regime = config.turbulentScale < 1 ? new VolatilityRegime(desk.tape, desk.liquidity) : undefined;
    this.#weights = new Float64Array(desk.tape.symbols);
    const venues = [...new Set(desk.tape.instruments.map(({ venue }) => venue))];
    this.#venue = Uint8Array.from(desk.tape.instruments, ({ venue }) => venues.indexOf(venue));
  }

  /** Before the desk's rows move down by `bars`. */
  move(bars: number): void {
    this.#regime?.move(bars);
    this.#correlation?.moved(bars);
  }

  /**
   * The part of `notional` (account currency) that the limits leave of a position of `symbol` on `side`; what bound is left
   * in `verdicts`.
   * @param planned `[S]` signed lots that the account will have of every symbol by what was decided so far
   */
  clamp(account: number, symbol: number, side: number, notional: number, planned: Float64Array): number {
    const config = this.#config;
    const equity = this.#desk.book.equity[account];
    this.verdicts = 0;
    let left = notional;
    if (config.drawdownFrom > 0) left *= this.#bound(Verdict.drawdownScaled, this.#drawdownScale(account));
    if (equity <= 0) return 0;
    this.#weigh(account, symbol, equity, planned);
    if (this.#regime?.isTurbulent(this.#desk.book.bar[account], symbol) === true) {
      left *= this.#bound(Verdict.turbulent, config.turbulentScale);
    }
    let share = left / equity;
    if (config.maxPositionShare > 0) share = this.#least(share, config.maxPositionShare, Verdict.positionShare);
    if (config.maxVenueShare > 0) share = this.#least(share, this.#venueRoom(symbol), Verdict.venueShare);
    if (config.maxStressLoss > 0) share = this.#least(share, this.#stressRoom(symbol, side), Verdict.stressLoss);
    if (config.maxCorrelated > 0)
      share = this.#least(share, this.#correlatedRoom(account, symbol, side), Verdict.correlated);
    if (this.#deviation < Number.POSITIVE_INFINITY)
      share = this.#least(share, this.#riskRoom(account, symbol, side), Verdict.valueAtRisk);
    if (config.maxComponentRisk > 0)
      share = this.#least(share, this.#componentRoom(account, symbol, side, share), Verdict.componentRisk);
    if (config.maxMarginalRisk > 0)
      share = this.#least(share, this.#marginalRoom(account, symbol, side, share), Verdict.marginalRisk);
    if (config.maxExitBars > 0) share = this.#least(share, this.#exitRoom(account, symbol, equity), Verdict.exitTime);
    if (config.maxExitCost > 0)
      share = this.#least(share, this.#costRoom(account, symbol, equity, share), Verdict.exitCost);
    return share * equity;
  }

  #bound(verdict: Verdict, scale: number): number {
    if (scale < 1) this.verdicts |= verdict;
    return scale;
  }

  #least(share: number, room: number, verdict: Verdict): number {
    if (share <= room) return share;
    this.verdicts |= verdict;
    return Math.max(0, room);
  }

  /** 1 up to the first level, falling in a line to 0 at the second. */
  #drawdownScale(account: number): number {
    const { drawdownFrom, drawdownTo } = this.#config;
    const drawdown = this.#desk.book.drawdown[account];
    return Math.min(1, Math.max(0, (drawdownTo - drawdown) / (drawdownTo - drawdownFrom)));
  }

  #weigh(account: number, symbol: number, equity: number, planned: Float64Array): void {
    const { book, tape, terms } = this.#desk;
    const bar = book.bar[account];
    const firstCell = bar * tape.symbols;
    for (let s = 0; s < tape.symbols; s++) {
      const lots = s === symbol ? 0 : planned[s];
      this.#weights[s] =
        lots === 0 ? 0 : (lots * terms.unit[s] * tape.close[firstCell + s] * rateAt(tape, bar, s)) / equity;
    }
  }

  /** What the venue still may hold of equity: if it fails, that is at stake. */
  #venueRoom(symbol: number): number {
    let held = 0;
    for (let s = 0; s < this.#weights.length; s++) {
      if (this.#venue[s] === this.#venue[symbol]) held += Math.abs(this.#weights[s]);
    }
    return this.#config.maxVenueShare - held;
  }

  /** Room until a move of all prices by `stressMove`, up or down, costs more than the limit. */
  #stressRoom(symbol: number, side: number): number {
    const { maxStressLoss, stressMove } = this.#config;
    let net = 0;
    for (let s = 0; s < this.#weights.length; s++) if (s !== symbol) net += this.#weights[s];
    return maxStressLoss / stressMove - side * net;
  }

  /** Room among the positions that win and lose together with this one. */
  #correlatedRoom(account: number, symbol: number, side: number): number {
    const bar = this.#desk.book.bar[account];
    let held = 0;
    for (let s = 0; s < this.#weights.length; s++) {
      const weight = this.#weights[s];
      if (weight === 0 || this.#correlation === undefined) continue;
      const shared = this.#correlation.at(bar, symbol, s) * side * Math.sign(weight);
      if (shared >= this.#config.correlatedFrom) held += Math.abs(weight);
    }
    return this.#config.maxCorrelated - held;
  }

  /**
   * Room until the portfolio's deviation meets its limit: `A + 2 B x + C x^2 = L^2` for a weight `x` on `side`, with the
   * others' variance `A`, their covariance with the symbol `B` and its own variance `C`. Where the others alone are beyond
   * the limit, a hedge may go as far as it makes the portfolio safer.
   */
  #riskRoom(account: number, symbol: number, side: number): number {
    this.#measure(account, symbol);
    const own = this.#own;
    const others = this.#others;
    const shared = this.#shared;
    const limit = this.#deviation * this.#deviation;
    // What has no known volatility can't be said to be safe.
    if (own <= 0) return 0;
    const slope = side * shared * own;
    const square = own * own;
    const inside = slope * slope - square * (others - limit);
    const root = inside >= 0 ? (Math.sqrt(inside) - slope) / square : Number.NEGATIVE_INFINITY;
    return Math.max(0, root, others > limit ? -slope / square : 0);
  }

  /** Deviation of a day of the symbol, variance of the others, and their covariance with it over its deviation. */
  #own = 0;
  #others = 0;
  #shared = 0;

  #measure(account: number, symbol: number): void {
    const { book, liquidity, tape } = this.#desk;
    const correlation = this.#correlation;
    this.#own = 0;
    this.#others = 0;
    this.#shared = 0;
    if (correlation === undefined) return;
    const bar = book.bar[account];
    liquidity.extendTo(bar);
    const firstCell = bar * tape.symbols;
    const volatility = liquidity.dailyVolatility;
    this.#own = volatility[firstCell + symbol];
    let others = 0;
    let shared = 0;
    for (let a = 0; a < tape.symbols; a++) {
      const risk = this.#weights[a] * volatility[firstCell + a];
      if (risk === 0) continue;
      shared += risk * correlation.at(bar, symbol, a);
      others += risk * risk;
      for (let b = 0; b < a; b++) {
        others += 2 * risk * this.#weights[b] * volatility[firstCell + b] * correlation.at(bar, a, b);
      }
    }
    this.#others = others;
    this.#shared = shared;
  }

  /**
   * The greatest weight up to `wanted` whose component value at risk `z x (B + C x) / sqrt(A + 2 B x + C x^2)` is within its
   * limit (Euler's allocation; the components sum to the portfolio's). It is below zero for a hedge and rises behind that,
   * so that halving finds the weight.
   */
  #componentRoom(account: number, symbol: number, side: number, wanted: number): number {
    this.#measure(account, symbol);
    if (this.#own <= 0) return 0;
    let low = 0;
    let high = wanted;
    if (this.#marginal(side, high) * high <= this.#config.maxComponentRisk) return high;
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      if (this.#marginal(side, middle) * middle <= this.#config.maxComponentRisk) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The same for the marginal value at risk `z (B + C x) / sqrt(A + 2 B x + C x^2)`, which rises with the weight. */
  #marginalRoom(account: number, symbol: number, side: number, wanted: number): number {
    this.#measure(account, symbol);
    if (this.#own <= 0) return 0;
    const limit = this.#config.maxMarginalRisk;
    if (this.#marginal(side, wanted) <= limit) return wanted;
    let low = 0;
    let high = wanted;
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      if (this.#marginal(side, middle) <= limit) low = middle;
      else high = middle;
    }
    return this.#marginal(side, low) <= limit ? low : 0;
  }

  /** Growth of the value at risk of a day with the weight of the symbol measured last, at weight `x` on `side`. */
  #marginal(side: number, x: number): number {
    const own = this.#own;
    const slope = side * this.#shared * own;
    const variance = this.#others + 2 * slope * x + own * own * x * x;
    return variance <= 0 ? 0 : (VAR_DEVIATIONS * (slope + own * own * x)) / Math.sqrt(variance);
  }

  /**
   * The weight whose closing at once costs the limit: `x (fee + Y sigma sqrt(Q / V))`, the square-root law for the quantity
   * `Q` against an average day's volume `V`.
   */
  #costRoom(account: number, symbol: number, equity: number, wanted: number): number {
    const { book, liquidity, tape, terms } = this.#desk;
    const bar = book.bar[account];
    liquidity.extendTo(bar);
    const cell = bar * tape.symbols + symbol;
    const { maxExitCost, exitImpact } = this.#config;
    const day = liquidity.barVolume[cell] * liquidity.barsPerDay * tape.close[cell] * rateAt(tape, bar, symbol);
    const impact = day > 0 ? exitImpact * liquidity.dailyVolatility[cell] * Math.sqrt(equity / day) : 0;
    const fee = terms.feeRate[symbol];
    if (wanted * (fee + impact * Math.sqrt(wanted)) <= maxExitCost) return wanted;
    let low = 0;
    let high = wanted;
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      if (middle * (fee + impact * Math.sqrt(middle)) <= maxExitCost) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The position that `maxExitBars` bars can close, each giving the allowed share of an average bar's volume. */
  #exitRoom(account: number, symbol: number, equity: number): number {
    const { book, liquidity, tape } = this.#desk;
    const bar = book.bar[account];
    liquidity.extendTo(bar);
    const cell = bar * tape.symbols + symbol;
    const { maxExitBars, exitParticipation } = this.#config;
    const volume = liquidity.barVolume[cell];
    // Where no volume is known, nothing can be said.
    if (volume <= 0) return Number.POSITIVE_INFINITY;
    return (maxExitBars * exitParticipation * volume * tape.close[cell] * rateAt(tape, bar, symbol)) / equity;
  }
}
