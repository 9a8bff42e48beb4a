/** @file What the synthetic market's symbols are like: price, volatility, weight of the common factor, steps, turnover. */
import { defaultInstrument, type Instrument, plainSymbol, Random, sha256Hex } from "../../core/index.ts";

export const SYNTHETIC_VENUE = "synthetic";
export const SYNTHETIC_SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"] as const;

export type SymbolProfile = {
  readonly instrument: Instrument;
  readonly startPrice: number;
  /** Standard deviation of a year's log return in the ordinary regime. */
  readonly annualVolatility: number;
  /** Correlation of the symbol's ordinary returns with the common factor, in (0, 1). */
  readonly factorWeight: number;
  /** Base units traded on an ordinary day. */
  readonly dailyVolume: number;
  /** Decimal places of price and quantity: steps are powers of ten. */
  readonly priceDecimals: number;
  readonly lotDecimals: number;
};

type Numbers = Omit<SymbolProfile, "instrument">;

const KNOWN: Readonly<Record<string, Numbers>> = {
  BTCUSDT: numbers(60_000, 0.5, 0.88, 120_000, 1, 3),
  ETHUSDT: numbers(3_000, 0.65, 0.86, 1_800_000, 2, 2),
  SOLUSDT: numbers(150, 0.85, 0.78, 15_000_000, 2, 1),
  BNBUSDT: numbers(550, 0.55, 0.75, 1_200_000, 1, 2),
  XRPUSDT: numbers(0.6, 0.8, 0.68, 900_000_000, 4, 0),
};

function numbers(
  startPrice: number,
  annualVolatility: number,
  factorWeight: number,
  dailyVolume: number,
  priceDecimals: number,
  lotDecimals: number,
): Numbers {
  return { startPrice, annualVolatility, factorWeight, dailyVolume, priceDecimals, lotDecimals };
}

/** The profile of a symbol; one that is not among the five gets a character of its own from its name. */
export function symbolProfile(text: string): SymbolProfile {
  const symbol = plainSymbol(text);
  const known = KNOWN[symbol] ?? inventedNumbers(symbol);
  const instrument = defaultInstrument(symbol, {
    venue: SYNTHETIC_VENUE,
    tickSize: powerOfTen(known.priceDecimals),
    lotStep: powerOfTen(known.lotDecimals),
    synthetic: true,
  });
  return { ...known, instrument };
}

function inventedNumbers(symbol: string): Numbers {
  const random = new Random(Number.parseInt(sha256Hex(symbol).slice(0, 8), 16));
  const magnitude = Math.floor(random.uniform() * 5) - 1;
  const startPrice = Number((10 ** magnitude * (1 + 8 * random.uniform())).toPrecision(2));
  return numbers(
    startPrice,
    0.5 + 0.5 * random.uniform(),
    0.6 + 0.25 * random.uniform(),
    Math.round(2e9 / startPrice),
    Math.max(0, 4 - magnitude),
    Math.max(0, magnitude),
  );
}

function powerOfTen(decimals: number): string {
  return (10 ** -decimals).toFixed(decimals);
}
