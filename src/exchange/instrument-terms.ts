/** @file What the kernel needs of each instrument, as columns by symbol, with the configuration already applied. */
import { type Instrument, InstrumentKind, invariant, isMargined } from "../core/index.ts";
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
  /** `[S]` share of notional that has to stay, the fee to close included; of the first tier where there are tiers. */
  readonly maintenanceRate: Float64Array;
  /** `[S]` the venue's tiers, undefined where there are none. */
  readonly tiers: ReadonlyArray<MaintenanceLadder | undefined>;
  /** True where any symbol has tiers. */
  readonly tiered: boolean;
  /** `[S]` 1 where there is no shorting. */
  readonly longOnly: Uint8Array;
  /** `[S]` 1 where a position is held outright, and not on margin. */
  readonly holding: Uint8Array;
  /** `[S]` 1 where funding is paid. */
  readonly funded: Uint8Array;
  /** `[S]` UTC milliseconds from which on the contract is over; infinite for most. */
  readonly expiryMs: Float64Array;
};

/** Tiers by notional in the quote: `notional * rate - deduction`, with the fee to close inside the rates. */
export type MaintenanceLadder = {
  readonly upTo: Float64Array;
  readonly rate: Float64Array;
  readonly deduction: Float64Array;
};

/** A step such as "0.001" as a number, and how many of it make 1 where that is whole, otherwise 0. */
function gridOf(text: string, where: string): readonly [step: number, stepsPerUnit: number] {
  const step = Number(text);
  invariant(step > 0 && Number.isFinite(step), `a step is above zero, was "${text}"`, where);
  const inverse = Math.round(1 / step);
  return [step, inverse >= 1 && Math.abs(inverse * step - 1) < 1e-12 ? inverse : 0];
}

/** Maintenance margin of a position by its notional in the quote, in the quote. */
export function maintenanceMargin(terms: InstrumentTerms, symbol: number, notional: number): number {
  const ladder = terms.tiers[symbol];
  if (ladder === undefined) return notional * terms.maintenanceRate[symbol];
  const last = ladder.upTo.length - 1;
  let tier = 0;
  while (tier < last && notional > ladder.upTo[tier]) tier++;
  return Math.max(0, notional * ladder.rate[tier] - ladder.deduction[tier]);
}

export function instrumentTerms(instruments: readonly Instrument[], config: ExchangeConfig): InstrumentTerms {
  const column = (of: (instrument: Instrument) => number): Float64Array => Float64Array.from(instruments, of);
  const flag = (of: (instrument: Instrument) => boolean): Uint8Array =>
    Uint8Array.from(instruments, (instrument) => (of(instrument) ? 1 : 0));
  const closeFee = (i: Instrument): number =>
    Math.max(0, (config.takerFeeBps ?? i.takerFeeBps) * 1e-4 * config.costMultiplier);
  const tiers = instruments.map((i) => ladderOf(i, config, closeFee(i)));
  return {
    lotStep: column((i) => gridOf(i.lotStep, i.symbol)[0]),
    unit: column((i) => gridOf(i.lotStep, i.symbol)[0] * i.multiplier),
    tick: column((i) => gridOf(i.tickSize, i.symbol)[0]),
    ticksPerUnit: column((i) => gridOf(i.tickSize, i.symbol)[1]),
    feeRate: column((i) => (config.takerFeeBps ?? i.takerFeeBps) * 1e-4 * config.costMultiplier),
    minNotional: column((i) => i.minNotional),
    leverage: column((i) => (isMargined(i.kind) ? Math.max(1, Math.min(config.leverage, i.maxLeverage)) : 1)),
    maintenanceRate: column((i) =>
      isMargined(i.kind) ? (config.maintenanceMarginRate ?? i.maintenanceMarginRate) + closeFee(i) : 0,
    ),
    tiers,
    tiered: tiers.some((ladder) => ladder !== undefined),
    longOnly: flag(({ kind }) => kind === InstrumentKind.spot || kind === InstrumentKind.stock),
    holding: flag((i) => !isMargined(i.kind)),
    funded: flag((i) => i.fundingIntervalHours !== undefined),
    expiryMs: column((i) => i.expiryMs ?? Number.POSITIVE_INFINITY),
  };
}

function ladderOf(
  { kind, maintenanceTiers: tiers }: Instrument,
  { maintenanceMarginRate }: ExchangeConfig,
  closeFee: number,
): MaintenanceLadder | undefined {
  if (!isMargined(kind) || maintenanceMarginRate !== null || tiers === undefined || tiers.length === 0)
    return undefined;
  return {
    upTo: Float64Array.from(tiers, ({ upToNotional }) => upToNotional),
    rate: Float64Array.from(tiers, ({ rate }) => rate + closeFee),
    deduction: Float64Array.from(tiers, ({ deduction }) => deduction),
  };
}

/** Words for contracts that allow less leverage than was asked for. */
export function leverageCuts(instruments: readonly Instrument[], { leverage }: ExchangeConfig): string[] {
  return instruments.flatMap(({ symbol, kind, maxLeverage }) =>
    isMargined(kind) && leverage > maxLeverage
      ? [`${symbol} allows a leverage of ${Math.max(1, maxLeverage)}, not the ${leverage} asked for.`]
      : [],
  );
}

/**
 * The price moved to the tick grid against the one who trades: up for a buyer, down for a seller. A sale below one tick
 * has no price on the grid: 0, which orders are refused for and what must be closed ignores. A price that lies on the grid but for rounding stays where it is, so that without costs a fill is at the very open.
 */
export function adversePrice(terms: InstrumentTerms, symbol: number, price: number, buying: boolean): number {
  const perUnit = terms.ticksPerUnit[symbol];
  const tick = terms.tick[symbol];
  const ticks = perUnit > 0 ? price * perUnit : price / tick;
  const nearest = Math.round(ticks);
  // Beyond 2^52 ticks a float has no finer grid of its own.
  if (nearest > 4.5e15) return price;
  const whole =
    Math.abs(ticks - nearest) <= 1e-6 + ticks * 1e-14 ? nearest : buying ? Math.ceil(ticks) : Math.floor(ticks);
  return perUnit > 0 ? whole / perUnit : whole * tick;
}
