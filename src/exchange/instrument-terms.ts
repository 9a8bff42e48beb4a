/** @file What the kernel needs of each instrument, as columns by symbol, with the configuration already applied. */
import { type Instrument, InstrumentKind, invariant } from "../core/index.ts";
import type { ExchangeConfig } from "./config.ts";

export type InstrumentTerms = {
  /** `[S]` units of quantity in a lot. */
  readonly lotStep: Float64Array;
  /** `[S]` base units in a lot: lot step times multiplier. */
  readonly unit: Float64Array;
  /** `[S]` price grid. */
  readonly tick: Float64Array;
  /** `[S]` ticks in a whole unit of price where that is a whole number, otherwise 0. */
  readonly ticksPerUnit: Float64Array;
  /** `[S]` share of notional. */
  readonly feeRate: Float64Array;
  readonly minNotional: Float64Array;
  readonly leverage: Float64Array;
  /** `[S]` share of notional. */
  readonly maintenanceRate: Float64Array;
  /** `[S]` 1 where there is no shorting. */
  readonly longOnly: Uint8Array;
};

/** A step such as "0.001" as a number, and how many of it make 1 where that is whole, otherwise 0. */
function gridOf(text: string, where: string): readonly [step: number, stepsPerUnit: number] {
  const step = Number(text);
  invariant(step > 0 && Number.isFinite(step), `a step is above zero, was "${text}"`, where);
  const inverse = Math.round(1 / step);
  return [step, inverse >= 1 && Math.abs(inverse * step - 1) < 1e-12 ? inverse : 0];
}

function margined(instrument: Instrument): boolean {
  return instrument.kind !== InstrumentKind.spot && instrument.kind !== InstrumentKind.option;
}

export function instrumentTerms(instruments: readonly Instrument[], config: ExchangeConfig): InstrumentTerms {
  const column = (of: (instrument: Instrument) => number): Float64Array => Float64Array.from(instruments, of);
  return {
    lotStep: column((i) => gridOf(i.lotStep, i.symbol)[0]),
    unit: column((i) => gridOf(i.lotStep, i.symbol)[0] * i.multiplier),
    tick: column((i) => gridOf(i.tickSize, i.symbol)[0]),
    ticksPerUnit: column((i) => gridOf(i.tickSize, i.symbol)[1]),
    feeRate: column((i) => (config.takerFeeBps ?? i.takerFeeBps) * 1e-4 * config.costMultiplier),
    minNotional: column((i) => i.minNotional),
    leverage: column((i) => (margined(i) ? Math.max(1, Math.min(config.leverage, i.maxLeverage)) : 1)),
    maintenanceRate: column((i) => (margined(i) ? (config.maintenanceMarginRate ?? i.maintenanceMarginRate) : 0)),
    longOnly: Uint8Array.from(instruments, (i) => (i.kind === InstrumentKind.spot ? 1 : 0)),
  };
}

/**
 * The price moved to the tick grid against the one who trades: up for a buyer, down for a seller, at least one tick.
 * A price that lies on the grid but for rounding stays where it is, so that without costs a fill is at the very open.
 */
export function adversePrice(terms: InstrumentTerms, symbol: number, price: number, buying: boolean): number {
  const perUnit = terms.ticksPerUnit[symbol];
  const tick = terms.tick[symbol];
  const ticks = perUnit > 0 ? price * perUnit : price / tick;
  const nearest = Math.round(ticks);
  // Beyond 2^52 ticks a float has no finer grid of its own.
  if (nearest > 4.5e15) return price;
  const whole =
    Math.abs(ticks - nearest) <= 1e-6 + ticks * 1e-14
      ? nearest
      : buying
        ? Math.ceil(ticks)
        : Math.max(1, Math.floor(ticks));
  return perUnit > 0 ? whole / perUnit : whole * tick;
}
