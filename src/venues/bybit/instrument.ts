/** @file Bybit's contracts as instruments. Fees are those of the ordinary tier; the public API doesn't tell them. */
import { defaultInstrument, HOUR_MS, type Instrument, InstrumentKind, MINUTE_MS } from "../../core/index.ts";
import type { LinearContract, SpotContract } from "./reply.ts";

export function linearInstrument(contract: LinearContract, venue: string): Instrument {
  const perpetual = contract.contractType === "LinearPerpetual";
  const expiryMs = contract.deliveryTime;
  const kind = perpetual ? InstrumentKind.perpetual : InstrumentKind.future;
  return defaultInstrument(contract.symbol, {
    venue,
    kind,
    base: contract.baseCoin,
    quote: contract.quoteCoin,
    tickSize: plainStep(contract.priceFilter.tickSize),
    lotStep: plainStep(contract.lotSizeFilter.qtyStep),
    minNotional: contract.lotSizeFilter.minNotionalValue ?? 5,
    maxLeverage: contract.leverageFilter.maxLeverage,
    ...(perpetual ? { fundingIntervalHours: ((contract.fundingInterval ?? 480) * MINUTE_MS) / HOUR_MS } : {}),
    ...(expiryMs === undefined || expiryMs === 0 ? {} : { expiryMs }),
  });
}

export function spotInstrument(contract: SpotContract, venue: string): Instrument {
  return defaultInstrument(contract.symbol, {
    venue,
    kind: InstrumentKind.spot,
    base: contract.baseCoin,
    quote: contract.quoteCoin,
    tickSize: plainStep(contract.priceFilter.tickSize),
    lotStep: plainStep(contract.lotSizeFilter.basePrecision),
    minNotional: contract.lotSizeFilter.minOrderAmt ?? 5,
  });
}

/** "0.010" and "0.01" are one step. */
function plainStep(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
