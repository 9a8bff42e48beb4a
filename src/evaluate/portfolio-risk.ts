/**
 * @file What a run's positions put at risk: value at risk of a day with each position's part in it, time and cost of closing,
 * what stands at each venue, and what a move of all prices would cost. By the estimates that the limits of `[risk]` act on,
 * each known at the close that it is of.
 */
import { instrumentTerms, Liquidity } from "../exchange/index.ts";
import { type MarketTape, rateAt } from "../market/index.ts";
import { CorrelationTable } from "../portfolio/index.ts";
import { barsToClose, costToClose, type DecisionConfig, PortfolioRisk } from "../risk/index.ts";
import type { BacktestResult } from "./record.ts";

/** A position at the riskiest close, and on average over all closes at which anything was held. Shares of equity. */
export type RiskPart = {
  readonly symbol: string;
  /** Signed notional over equity. */
  readonly weight: number;
  /** Standard deviation of a day. */
  readonly volatility: number;
  /** What one more equity's worth of it would add to the value at risk. */
  readonly marginal: number;
  /** Its part of the value at risk: the parts sum to the whole, a hedge's is below zero. */
  readonly component: number;
  readonly meanComponent: number;
};

/** The position of a symbol that was hardest to close. */
export type ExitPart = {
  readonly symbol: string;
  readonly atMs: number;
  /** Account currency. */
  readonly notional: number;
  /** Of an average day's volume, of the last day; null where no volume is known. */
  readonly shareOfDay: number | null;
  /** Bars that closing takes at `risk.exit_participation` of an average bar's volume; null where no volume is known. */
  readonly bars: number | null;
  /** Cost of closing at once: share of the position, and of equity. */
  readonly cost: number;
  readonly costOfEquity: number;
};

export type VenuePart = {
  readonly venue: string;
  readonly symbols: readonly string[];
  /** Notional at the venue over equity: greatest, when, and mean over the closes at which anything was held. */
  readonly greatest: number;
  readonly atMs: number;
  readonly mean: number;
};

/** Loss in a move of all prices, in the worse direction, as a share of equity. */
export type MovePart = {
  readonly move: number;
  readonly greatest: number;
  readonly atMs: number;
  readonly mean: number;
  /** Where every position is moved against at once: the greatest. */
  readonly allAgainst: number;
};

export type PortfolioRiskReport = {
  /** Closes at which anything was held; every one of them counts. */
  readonly closes: number;
  readonly atMs: number;
  /** Of a day at 99 %, shares of equity: at the riskiest close, and on average. */
  readonly valueAtRisk: number;
  readonly shortfall: number;
  readonly meanValueAtRisk: number;
  readonly parts: readonly RiskPart[];
  readonly exits: readonly ExitPart[];
  /** Everything at once, at the close where that is hardest: the slowest position's bars, and all costs over equity. */
  readonly exit: { readonly bars: number | null; readonly costOfEquity: number };
  readonly exitParticipation: number;
  readonly exitImpact: number;
  readonly venues: readonly VenuePart[];
  readonly moves: readonly MovePart[];
};

/** Moves that are always told, beside the configured one. */
const MOVES: readonly number[] = [0.05, 0.1, 0.2, 0.5];

/** Greatest value so far, and the row of the curve where it was. */
type Peak = { value: number; row: number };
const noPeak = (): Peak => ({ value: Number.NEGATIVE_INFINITY, row: -1 });

function raise(peak: Peak, value: number, row: number): boolean {
  if (value <= peak.value) return false;
  peak.value = value;
  peak.row = row;
  return true;
}

/** Null where nothing was held at any close. @param tape the one that the run was made on, whole */
export function portfolioRisk(
  result: BacktestResult,
  tape: MarketTape,
  { exchange, risk }: DecisionConfig,
): PortfolioRiskReport | null {
  const S = tape.symbols;
  const { curve, from } = result;
  const { positions, equity, timeMs } = curve;
  const { exitParticipation, exitImpact } = risk;
  const liquidity = new Liquidity(tape);
  const terms = instrumentTerms(tape.instruments, exchange);
  const measure = new PortfolioRisk(tape, liquidity, new CorrelationTable(tape));
  const venues = [...new Set(tape.instruments.map(({ venue }) => venue))];
  const venueOf = tape.instruments.map(({ venue }) => venues.indexOf(venue));

  const worst = noPeak();
  const components = new Float64Array(S);
  const marginals = new Float64Array(S);
  const componentSums = new Float64Array(S);
  const hardest = Array.from({ length: S }, noPeak);
  const atVenue = new Float64Array(venues.length);
  const venuePeaks = venues.map(noPeak);
  const venueSums = new Float64Array(venues.length);
  const net = noPeak();
  const gross = noPeak();
  let closes = 0;
  let riskSum = 0;
  let shortfall = 0;
  let netSum = 0;
  let exitBars = 0;
  let exitCost = 0;

  const marketOf = (bar: number, s: number) => {
    const cell = bar * S + s;
    const barVolume = liquidity.barVolume[cell] * tape.close[cell] * rateAt(tape, bar, s);
    const dailyVolatility = liquidity.dailyVolatility[cell];
    return { barVolume, dayVolume: barVolume * liquidity.barsPerDay, dailyVolatility, feeRate: terms.feeRate[s] };
  };
  for (let row = 0; row < curve.length; row++) {
    const first = row * S;
    if (!(equity[row] > 0) || !isHeld(positions, first, S)) continue;
    const bar = from + row;
    closes++;
    measure.measure(bar, positions, first);
    riskSum += measure.valueAtRisk;
    if (raise(worst, measure.valueAtRisk, row)) {
      shortfall = measure.shortfall;
      components.set(measure.component);
      marginals.set(measure.marginal);
    }
    atVenue.fill(0);
    let signed = 0;
    let absolute = 0;
    let slowest = 0;
    let costs = 0;
    for (let s = 0; s < S; s++) {
      const weight = positions[first + s];
      componentSums[s] += measure.component[s];
      if (weight === 0) continue;
      signed += weight;
      absolute += Math.abs(weight);
      atVenue[venueOf[s]] += Math.abs(weight);
      const notional = Math.abs(weight) * equity[row];
      const market = marketOf(bar, s);
      const bars = barsToClose(notional, market.barVolume, exitParticipation);
      // Where no volume is known, size alone says which position is the hardest.
      raise(hardest[s], Number.isFinite(bars) ? bars : notional, row);
      slowest = Math.max(slowest, bars);
      costs += Math.abs(weight) * costToClose(notional, market, exitImpact);
    }
    exitBars = Math.max(exitBars, slowest);
    exitCost = Math.max(exitCost, costs);
    netSum += Math.abs(signed);
    raise(net, Math.abs(signed), row);
    raise(gross, absolute, row);
    for (let v = 0; v < venues.length; v++) {
      venueSums[v] += atVenue[v];
      raise(venuePeaks[v], atVenue[v], row);
    }
  }
  if (closes === 0) return null;

  const worstCell = (from + worst.row) * S;
  const nameOf = (s: number): string => tape.instruments[s].symbol;
  const moves = [...new Set([...MOVES, risk.stressMove])].sort((a, b) => a - b);
  return {
    closes,
    atMs: timeMs[worst.row],
    valueAtRisk: worst.value,
    shortfall,
    meanValueAtRisk: riskSum / closes,
    parts: Array.from({ length: S }, (_, s) => ({
      symbol: nameOf(s),
      weight: positions[worst.row * S + s],
      volatility: liquidity.dailyVolatility[worstCell + s],
      marginal: marginals[s],
      component: components[s],
      meanComponent: componentSums[s] / closes,
    })),
    exits: hardest.flatMap(({ row }, s) => (row < 0 ? [] : [exitPart(row, s)])),
    exit: { bars: Number.isFinite(exitBars) ? exitBars : null, costOfEquity: exitCost },
    exitParticipation,
    exitImpact,
    venues: venues.map((venue, v) => ({
      venue,
      symbols: tape.instruments.filter((instrument) => instrument.venue === venue).map(({ symbol }) => symbol),
      greatest: venuePeaks[v].value,
      atMs: timeMs[venuePeaks[v].row],
      mean: venueSums[v] / closes,
    })),
    moves: moves.map((move) => ({
      move,
      greatest: net.value * move,
      atMs: timeMs[net.row],
      mean: (netSum / closes) * move,
      allAgainst: gross.value * move,
    })),
  };

  function exitPart(row: number, s: number): ExitPart {
    const notional = Math.abs(positions[row * S + s]) * equity[row];
    const market = marketOf(from + row, s);
    const bars = barsToClose(notional, market.barVolume, exitParticipation);
    const cost = costToClose(notional, market, exitImpact);
    return {
      symbol: nameOf(s),
      atMs: timeMs[row],
      notional,
      shareOfDay: market.dayVolume > 0 ? notional / market.dayVolume : null,
      bars: Number.isFinite(bars) ? bars : null,
      cost,
      costOfEquity: (cost * notional) / equity[row],
    };
  }
}

function isHeld(positions: Float64Array, first: number, count: number): boolean {
  for (let s = 0; s < count; s++) if (positions[first + s] !== 0) return true;
  return false;
}
