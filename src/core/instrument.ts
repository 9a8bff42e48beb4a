/** @file What can be traded, and the venue's rules for it. */
import { plainSymbol, splitSymbol } from "./symbol.ts";

export const InstrumentKind = {
  spot: "spot",
  perpetual: "perpetual",
  future: "future",
  option: "option",
  forex: "forex",
  /** A share of a company or a fund: whole days of closure, no funding. */
  stock: "stock",
  /** A stock index, traded as a contract on its level. */
  index: "index",
} as const;
export type InstrumentKind = (typeof InstrumentKind)[keyof typeof InstrumentKind];

/**
 * A step of a venue's ladder of maintenance margin: a position worth up to `upToNotional` (quote currency) needs
 * `notional * rate - deduction`. The deduction makes the ladder continuous.
 */
export type MaintenanceTier = {
  readonly upToNotional: number;
  /** Share of notional. */
  readonly rate: number;
  /** In quote currency. */
  readonly deduction: number;
  readonly maxLeverage: number;
};

/** Terms of a contract that a source may not tell, so that they are guessed. */
export type GuessableTerm =
  | "kind"
  | "quote"
  | "tickSize"
  | "lotStep"
  | "minNotional"
  | "takerFeeBps"
  | "makerFeeBps"
  | "maxLeverage"
  | "maintenanceMarginRate"
  | "fundingIntervalHours"
  | "calendar";

/**
 * One tradable contract. Steps are kept as the venue's own decimal text (the exact truth at the edge) and as numbers
 * (for the simulator). Fees are taker fees in basis points of notional. Venue, symbol and kind name it.
 */
export type Instrument = {
  /** The venue's symbol in one plain form, such as "BTCUSDT". */
  readonly symbol: string;
  /** "bybit", "binance", "csv", "synthetic", ... */
  readonly venue: string;
  readonly kind: InstrumentKind;
  readonly base: string;
  readonly quote: string;
  /** Price grid, in quote currency. */
  readonly tickSize: string;
  /** Quantity grid, in base units or contracts. */
  readonly lotStep: string;
  /** Orders below this notional (quote currency) are refused. */
  readonly minNotional: number;
  /** Base units a contract stands for; 1 for spot and linear perpetuals. */
  readonly multiplier: number;
  readonly takerFeeBps: number;
  readonly makerFeeBps: number;
  /** 1 for spot. */
  readonly maxLeverage: number;
  /** Share of notional below which equity means liquidation; 0 for spot. The first tier's where there are tiers. */
  readonly maintenanceMarginRate: number;
  /** Rising by `upToNotional`; beyond the last one its rate goes on. Absent where the venue tells none. */
  readonly maintenanceTiers?: readonly MaintenanceTier[];
  /** Hours between funding stamps; undefined where there is no funding. */
  readonly fundingIntervalHours?: number;
  /** Hours after 00:00 UTC at which the grid of funding stamps begins. Default: 0. */
  readonly fundingOffsetHours?: number;
  /** Expiry in UTC milliseconds; undefined where there is none. */
  readonly expiryMs?: number;
  /** "24/7", or a named session calendar. */
  readonly calendar: string;
  /** True for instruments of the synthetic market; shown wherever its data appear. */
  readonly synthetic: boolean;
  /** What no source and no user has told, and what it was guessed from. Absent where everything was told. */
  readonly guessed?: Readonly<Partial<Record<GuessableTerm, string>>>;
};

export type InstrumentOverrides = Partial<Omit<Instrument, "symbol">>;

/** Whether positions of that kind are held on margin: they can be short, levered and liquidated. */
export function isMargined(kind: InstrumentKind): boolean {
  return kind !== InstrumentKind.spot && kind !== InstrumentKind.stock && kind !== InstrumentKind.option;
}

/** Fees and leverage that are usual for a kind, where a venue tells none. */
const USUAL: Readonly<
  Record<InstrumentKind, { readonly takerFeeBps: number; readonly makerFeeBps: number; readonly maxLeverage: number }>
> = {
  spot: { takerFeeBps: 10, makerFeeBps: 10, maxLeverage: 1 },
  perpetual: { takerFeeBps: 5.5, makerFeeBps: 2, maxLeverage: 10 },
  future: { takerFeeBps: 5.5, makerFeeBps: 2, maxLeverage: 10 },
  option: { takerFeeBps: 3, makerFeeBps: 2, maxLeverage: 1 },
  forex: { takerFeeBps: 0.5, makerFeeBps: 0.5, maxLeverage: 30 },
  stock: { takerFeeBps: 1, makerFeeBps: 1, maxLeverage: 1 },
  index: { takerFeeBps: 1, makerFeeBps: 1, maxLeverage: 20 },
};

/** Share of notional that has to stay where a venue publishes no ladder: half of the margin that opens a position. */
export function usualMaintenance(kind: InstrumentKind, maxLeverage: number): number {
  return isMargined(kind) && maxLeverage > 1 ? 0.5 / maxLeverage : 0;
}

/**
 * An instrument with the rules of a linear USDT perpetual on Bybit where nothing else is given: taker fee 5.5 bps,
 * leverage up to 10, 0.5 % maintenance margin (the first tier of large coins), funding every 8 hours. A spot instrument
 * has no leverage and no funding. Contracts of files and venues are born in `market/`, which says what it guesses.
 */
export function defaultInstrument(symbolText: string, overrides: InstrumentOverrides = {}): Instrument {
  const symbol = plainSymbol(symbolText);
  const kind = overrides.kind ?? InstrumentKind.perpetual;
  const usual = USUAL[kind];
  const isCoinContract = kind === InstrumentKind.perpetual || kind === InstrumentKind.future;
  return {
    symbol,
    venue: "csv",
    kind,
    ...splitSymbol(symbol),
    tickSize: "0.00000001",
    lotStep: "0.00000001",
    minNotional: 5,
    multiplier: 1,
    ...usual,
    maintenanceMarginRate: isCoinContract ? 0.005 : usualMaintenance(kind, overrides.maxLeverage ?? usual.maxLeverage),
    ...(kind === InstrumentKind.perpetual ? { fundingIntervalHours: 8 } : {}),
    calendar: "24/7",
    synthetic: false,
    ...overrides,
  };
}
