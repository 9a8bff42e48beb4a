/** @file What the local venue lists: the rules of one contract, exact, and the tiers of its margin. */
import { defaultInstrument, HOUR_MS, type Instrument, InstrumentKind } from "../../../core/index.ts";
import { money } from "./money.ts";

export type LocalCategory = "linear" | "spot";
export type ListingStatus = "Trading" | "PreLaunch" | "Settling" | "Closed" | "Halted";

/** Positions up to `limit` in value need `initial` and `maintenance` shares of it, less the deduction. */
export type RiskTier = {
  readonly id: number;
  readonly limit: bigint;
  readonly maintenance: bigint;
  readonly initial: bigint;
  /** Hundredths of a time. */
  readonly maxLeverage: number;
};

export type Listing = {
  readonly symbol: string;
  readonly category: LocalCategory;
  readonly base: string;
  readonly quote: string;
  /** Grids as decimal text and as money of 1 unit. */
  readonly tickSize: string;
  readonly qtyStep: string;
  readonly tick: bigint;
  readonly step: bigint;
  /** Value of one lot at one tick. */
  readonly unit: bigint;
  readonly minTicks: number;
  readonly maxTicks: number;
  readonly minLots: number;
  readonly maxLots: number;
  readonly maxMarketLots: number;
  readonly minNotional: bigint;
  readonly takerRate: bigint;
  readonly makerRate: bigint;
  /** A limit price may lie that far from the mark, as a share. */
  readonly priceBand: bigint;
  /** Hundredths of a time: 1000 is tenfold. */
  readonly maxLeverage: number;
  readonly fundingIntervalMs: number | undefined;
  readonly maxFundingRate: string;
  readonly tiers: readonly RiskTier[];
  readonly launchMs: number;
  /** The venue changes these while it runs. */
  status: ListingStatus;
  deliveryMs: number;
};

/** What the instrument of the simulator doesn't say, in the venue's words. */
export type ListingExtras = {
  readonly minQty?: string;
  readonly maxQty?: string;
  readonly maxMarketQty?: string;
  readonly minPrice?: string;
  readonly maxPrice?: string;
  readonly launchMs?: number;
  /** Value of the first tier of margin. Default: 2,000,000. */
  readonly tierValue?: string;
};

const PRICE_BAND = money("0.05");
const TIERS = 8;

/** A contract that lists by the rules of an instrument: spot stays spot, everything else is a linear perpetual. */
export function listingOf(instrument: Instrument, extras: ListingExtras = {}): Listing {
  const spot = instrument.kind === InstrumentKind.spot;
  const tick = money(instrument.tickSize);
  const step = money(instrument.lotStep);
  const lots = (text: string): number => Number(money(text) / step);
  const maxLots = extras.maxQty === undefined ? 1_000_000_000 : lots(extras.maxQty);
  return {
    symbol: instrument.symbol,
    category: spot ? "spot" : "linear",
    base: instrument.base,
    quote: instrument.quote,
    tickSize: instrument.tickSize,
    qtyStep: instrument.lotStep,
    tick,
    step,
    unit: (tick * step) / 10n ** 18n,
    minTicks: extras.minPrice === undefined ? 1 : Number(money(extras.minPrice) / tick),
    maxTicks: extras.maxPrice === undefined ? 1_999_999_998 : Number(money(extras.maxPrice) / tick),
    minLots: extras.minQty === undefined ? 1 : lots(extras.minQty),
    maxLots,
    maxMarketLots: extras.maxMarketQty === undefined ? Math.floor(maxLots / 4) : lots(extras.maxMarketQty),
    minNotional: money(instrument.minNotional),
    takerRate: money((instrument.takerFeeBps / 1e4).toFixed(8)),
    makerRate: money((instrument.makerFeeBps / 1e4).toFixed(8)),
    priceBand: PRICE_BAND,
    maxLeverage: spot ? 100 : Math.round(instrument.maxLeverage * 100),
    fundingIntervalMs: spot ? undefined : (instrument.fundingIntervalHours ?? 8) * HOUR_MS,
    maxFundingRate: "0.00375",
    tiers: spot ? [] : riskTiers(instrument, extras.tierValue ?? "2000000"),
    launchMs: extras.launchMs ?? 0,
    status: "Trading",
    deliveryMs: 0,
  };
}

/**
 * Tiers in the manner of a perpetual's risk limits: each next tier is as wide as the first, its maintenance share grows by
 * that of the first, and its leverage falls.
 */
function riskTiers(instrument: Instrument, width: string): RiskTier[] {
  const rate = Math.max(instrument.maintenanceMarginRate, 1e-4);
  return Array.from({ length: TIERS }, (_, i) => {
    const maintenance = Math.min(0.5, rate * (i + 1));
    const leverage = Math.min(instrument.maxLeverage, 0.5 / maintenance);
    return {
      id: i + 1,
      limit: money(width) * BigInt(i + 1),
      maintenance: money(maintenance.toFixed(8)),
      initial: money((1 / leverage).toFixed(8)),
      maxLeverage: Math.max(100, Math.floor(leverage * 100)),
    };
  });
}

/** The tier that a position of that value lies in; the last where it is above all. */
export function tierOf(listing: Listing, value: bigint): RiskTier {
  return listing.tiers.find((tier) => value <= tier.limit) ?? listing.tiers[listing.tiers.length - 1];
}

/** A contract by name with usual rules, for tests and examples. */
export function plainListing(symbol: string, extras: ListingExtras & { readonly spot?: boolean } = {}): Listing {
  const kind = extras.spot === true ? InstrumentKind.spot : InstrumentKind.perpetual;
  return listingOf(
    defaultInstrument(symbol, { kind, tickSize: "0.1", lotStep: extras.spot === true ? "0.000001" : "0.001" }),
    extras,
  );
}
