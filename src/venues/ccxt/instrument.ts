/** @file ccxt's markets as instruments. */
import {
  decimal,
  decimalText,
  defaultInstrument,
  type Instrument,
  InstrumentKind,
  plainSymbol,
  usualMaintenance,
} from "../../core/index.ts";
import type { CcxtMarket } from "./reply.ts";

/** How a venue's ccxt class writes precision: as a step, or as a number of decimal places. */
export type PrecisionMode = "step" | "decimals";

export function ccxtInstrument(
  market: CcxtMarket,
  kind: "spot" | "perpetual",
  venue: string,
  mode: PrecisionMode,
): Instrument {
  const defaults = defaultInstrument(market.symbol, { kind, venue });
  const maxLeverage = kind === InstrumentKind.spot ? 1 : (market.limits.leverage?.max ?? defaults.maxLeverage);
  return {
    ...defaults,
    symbol: plainSymbol(market.symbol),
    base: market.base,
    quote: market.quote,
    tickSize: stepText(market.precision.price, mode) ?? defaults.tickSize,
    lotStep: stepText(market.precision.amount, mode) ?? defaults.lotStep,
    minNotional: market.limits.cost?.min ?? defaults.minNotional,
    multiplier: kind === InstrumentKind.perpetual ? (market.contractSize ?? 1) : 1,
    takerFeeBps: bps(market.taker) ?? defaults.takerFeeBps,
    makerFeeBps: bps(market.maker) ?? defaults.makerFeeBps,
    maxLeverage,
    maintenanceMarginRate: usualMaintenance(kind, maxLeverage),
    ...(kind === InstrumentKind.spot
      ? {}
      : { guessed: { maintenanceMarginRate: "half of the opening margin at the greatest leverage" } }),
  };
}

function stepText(precision: number | null | undefined, mode: PrecisionMode): string | undefined {
  if (precision === null || precision === undefined) return undefined;
  if (mode === "decimals") return decimalText(decimal(`1e${-precision}`));
  return precision > 0 ? decimalText(decimal(String(precision))) : undefined;
}

/** Rounded to a hundredth, because 0.00055 times 10,000 is not quite 5.5 in binary. */
function bps(share: number | null | undefined): number | undefined {
  return share === null || share === undefined ? undefined : Math.round(share * 1e6) / 100;
}
