/** @file Bybit's contracts as instruments. Fees are those of the ordinary tier; the public API doesn't tell them. */
import {
  defaultInstrument,
  HOUR_MS,
  type Instrument,
  InstrumentKind,
  type MaintenanceTier,
  MINUTE_MS,
  usualMaintenance,
} from "../../core/index.ts";
import type { LinearContract, RiskLimit, SpotContract } from "./reply.ts";

/** @param limits the ladder of the contract's risk limits; empty where Bybit tells none */
export function linearInstrument(contract: LinearContract, venue: string, limits: readonly RiskLimit[]): Instrument {
  const tiers = maintenanceTiers(limits);
  const { maxLeverage } = contract.leverageFilter;
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
    maxLeverage,
    maintenanceMarginRate: tiers[0]?.rate ?? usualMaintenance(kind, maxLeverage),
    ...(tiers.length === 0
      ? { guessed: { maintenanceMarginRate: "half of the opening margin at the greatest leverage" } }
      : { maintenanceTiers: tiers }),
    ...(perpetual ? { fundingIntervalHours: ((contract.fundingInterval ?? 480) * MINUTE_MS) / HOUR_MS } : {}),
    ...(expiryMs === undefined || expiryMs === 0 ? {} : { expiryMs }),
  });
}

/** Bybit has written margins as shares and as per cents: the margin that opens a position is 1 by the leverage either way. */
function maintenanceTiers(limits: readonly RiskLimit[]): MaintenanceTier[] {
  return limits
    .filter((limit) => limit.riskLimitValue > 0 && limit.maintenanceMargin > 0 && limit.initialMargin > 0)
    .toSorted((a, b) => a.riskLimitValue - b.riskLimitValue)
    .map((limit) => {
      const isPercent = limit.initialMargin * limit.maxLeverage > 10;
      return {
        upToNotional: limit.riskLimitValue,
        rate: isPercent ? limit.maintenanceMargin / 100 : limit.maintenanceMargin,
        deduction: limit.mmDeduction ?? 0,
        maxLeverage: limit.maxLeverage,
      };
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
