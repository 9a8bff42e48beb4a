/** @file What can be traded, and the venue's rules for it. */

export const InstrumentKind = {
  spot: "spot",
  perpetual: "perpetual",
  future: "future",
  option: "option",
  forex: "forex",
} as const;
export type InstrumentKind = (typeof InstrumentKind)[keyof typeof InstrumentKind];

/**
 * One tradable contract. Steps are kept as the venue's own decimal text (the exact truth at the edge) and as numbers
 * (for the simulator). Fees are taker fees in basis points of notional.
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
  /** Share of notional below which equity means liquidation; 0 for spot. */
  readonly maintenanceMarginRate: number;
  /** Hours between funding stamps; undefined where there is no funding. */
  readonly fundingIntervalHours?: number;
  /** Expiry in UTC milliseconds; undefined where there is none. */
  readonly expiryMs?: number;
  /** "24/7", or a named session calendar. */
  readonly calendar: string;
  /** True for instruments of the synthetic market; shown wherever its data appear. */
  readonly synthetic: boolean;
};

/** "BTC/USDT:USDT", "btc-usdt", "BTC_USDT" and "BTCUSDT" are one symbol: "BTCUSDT". */
export function plainSymbol(text: string): string {
  return text
    .trim()
    .replace(/:.*$/, "")
    .replace(/[^0-9A-Za-z.]/g, "")
    .toUpperCase();
}

export type InstrumentOverrides = Partial<Omit<Instrument, "symbol">>;

const QUOTES = ["USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USD", "EUR", "GBP", "JPY", "BTC", "ETH"];

/** Splits "BTCUSDT" into base and quote by the longest known quote; a symbol without one is quoted in USD. */
export function splitSymbol(symbol: string): { base: string; quote: string } {
  const quote = QUOTES.find((q) => symbol.length > q.length && symbol.endsWith(q));
  return quote === undefined ? { base: symbol, quote: "USD" } : { base: symbol.slice(0, -quote.length), quote };
}

/**
 * An instrument with the rules of a linear USDT perpetual on Bybit where a source gives none: taker fee 5.5 bps,
 * leverage up to 10, 0.5 % maintenance margin, funding every 8 hours. A spot instrument has no leverage and no funding.
 */
export function defaultInstrument(symbolText: string, overrides: InstrumentOverrides = {}): Instrument {
  const symbol = plainSymbol(symbolText);
  const kind = overrides.kind ?? InstrumentKind.perpetual;
  const margined = kind === InstrumentKind.perpetual || kind === InstrumentKind.future;
  return {
    symbol,
    venue: "csv",
    kind,
    ...splitSymbol(symbol),
    tickSize: "0.00000001",
    lotStep: "0.00000001",
    minNotional: 5,
    multiplier: 1,
    takerFeeBps: kind === InstrumentKind.spot ? 10 : 5.5,
    makerFeeBps: kind === InstrumentKind.spot ? 10 : 2,
    maxLeverage: margined ? 10 : 1,
    maintenanceMarginRate: margined ? 0.005 : 0,
    ...(kind === InstrumentKind.perpetual ? { fundingIntervalHours: 8 } : {}),
    calendar: "24/7",
    synthetic: false,
    ...overrides,
  };
}
