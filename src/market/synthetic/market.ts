/**
 * @file A seeded market that never existed: symbols that share a factor, volatility that clusters, regimes, jumps, busy
 * and quiet hours, funding, and on request an edge of known strength to be found. It says of itself that it is synthetic.
 *
 * A symbol's history depends on the seed and its own name only: naming more symbols or asking for more bars leaves the
 * bars that were there unchanged.
 */
import {
  barOpen,
  DAY_MS,
  HOUR_MS,
  invariant,
  Random,
  TidemarkError,
  type Timeframe,
  timeframeMs,
  YEAR_MS,
} from "../../core/index.ts";
import { type AlignOptions, tapeFromCandles } from "../align.ts";
import { createCandles, type FundingRates, type SymbolHistory } from "../candles.ts";
import type { MarketTape } from "../tape.ts";
import { type EdgeOption, EdgeSignal, parseEdge, type SyntheticEdge } from "./edge.ts";
import { PremiumProcess } from "./funding.ts";
import { activity, barDeviation, bridgeMaximum, Clustering, heavyShock, RegimeChain } from "./process.ts";
import { SYNTHETIC_SYMBOLS, type SymbolProfile, symbolProfile } from "./profile.ts";

export type SyntheticOptions = {
  readonly seed: number;
  /** Bars of every symbol. */
  readonly bars: number;
  readonly timeframe: Timeframe;
  /** Default: BTC, ETH, SOL, BNB and XRP against USDT. */
  readonly symbols?: readonly string[];
  /** Default: none, so that what is found is chance or the mild drift of the regimes. */
  readonly edge?: EdgeOption;
  /** Open time of the first bar. Default: 2024-01-01 UTC. */
  readonly startMs?: number;
};

const DEFAULT_START_MS = Date.UTC(2024, 0, 1);
/** Jumps a day, and their standard deviation in units of an ordinary hour's. */
const COMMON_JUMPS_PER_DAY = 0.15;
const OWN_JUMPS_PER_DAY = 0.1;
const JUMP_SIZE = 4;

/** Candles, funding and instruments of a synthetic market. */
export function syntheticMarket(options: SyntheticOptions): SymbolHistory[] {
  invariant(Number.isInteger(options.bars) && options.bars > 0, `${options.bars} is a whole number of bars above zero`);
  const barMs = timeframeMs(options.timeframe);
  const startMs = options.startMs ?? DEFAULT_START_MS;
  if (barOpen(startMs, barMs) !== startMs) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The synthetic market can't start at ${new Date(startMs).toISOString()}: no ${options.timeframe} bar opens there`,
      fix: "Choose a start on the timeframe's grid.",
    });
  }
  const factor = marketFactor(options.seed, options.bars, barMs, startMs);
  const edge = parseEdge(options.edge);
  return (options.symbols ?? SYNTHETIC_SYMBOLS).map((name) => {
    const profile = symbolProfile(name);
    const random = new Random(options.seed).fork(profile.instrument.symbol);
    return symbolHistory(profile, random, factor, edge);
  });
}

/** The same market aligned as a tape. */
export function syntheticTape(options: SyntheticOptions & { readonly align?: AlignOptions }): MarketTape {
  return tapeFromCandles(syntheticMarket(options), options.timeframe, options.align);
}

/** What every symbol shares, bar by bar. */
type Factor = {
  readonly barMs: number;
  readonly startMs: number;
  readonly bars: number;
  /** `[T]` standardized return of the factor times its conditional deviation. */
  readonly shock: Float64Array;
  /** `[T]` conditional variance. */
  readonly variance: Float64Array;
  /** `[T]` multiplier of every volatility: regime and time of day. */
  readonly level: Float64Array;
  /** `[T]` drift in units of one ordinary bar's deviation. */
  readonly drift: Float64Array;
  /** `[T]` jumps in units of one ordinary hour's deviation. */
  readonly jump: Float64Array;
};

function marketFactor(seed: number, bars: number, barMs: number, startMs: number): Factor {
  const root = new Random(seed);
  const random = root.fork("factor");
  const regimeRandom = root.fork("regime");
  const chain = new RegimeChain(barMs);
  const clustering = new Clustering();
  const factor: Factor = {
    barMs,
    startMs,
    bars,
    shock: new Float64Array(bars),
    variance: new Float64Array(bars),
    level: new Float64Array(bars),
    drift: new Float64Array(bars),
    jump: new Float64Array(bars),
  };
  const jumpChance = 1 - Math.exp((-COMMON_JUMPS_PER_DAY * barMs) / DAY_MS);
  for (let t = 0; t < bars; t++) {
    const shock = heavyShock(random);
    factor.variance[t] = clustering.variance;
    factor.shock[t] = shock * Math.sqrt(clustering.variance);
    factor.level[t] = chain.regime.volatility * Math.sqrt(activity(startMs + t * barMs, barMs));
    factor.drift[t] = chain.regime.sharpe * Math.sqrt(barMs / YEAR_MS);
    factor.jump[t] = jump(random, jumpChance);
    clustering.advance(shock);
    chain.advance(regimeRandom);
  }
  return factor;
}

/** Draws the same number of values whether or not there is a jump. */
function jump(random: Random, chance: number): number {
  const size = JUMP_SIZE * random.normal();
  return random.uniform() < chance ? size : 0;
}

function symbolHistory(profile: SymbolProfile, random: Random, factor: Factor, edge: SyntheticEdge): SymbolHistory {
  const { bars, barMs, startMs } = factor;
  const candles = createCandles(bars);
  const premium = new PremiumProcess(random.fork("premium"), barMs);
  const clustering = new Clustering();
  const own = Math.sqrt(1 - profile.factorWeight ** 2);
  const fresh = Math.sqrt(1 - edge.strength ** 2);
  const deviation = barDeviation(profile.annualVolatility, barMs);
  const hourDeviation = barDeviation(profile.annualVolatility, HOUR_MS);
  const jumpChance = 1 - Math.exp((-OWN_JUMPS_PER_DAY * barMs) / DAY_MS);
  const ticksPerUnit = 10 ** profile.priceDecimals;
  const lotsPerUnit = 10 ** profile.lotDecimals;
  let logPrice = Math.log(profile.startPrice);
  let closeTicks = Math.round(profile.startPrice * ticksPerUnit);
  let signal = 0;
  let latent = random.normal();
  for (let t = 0; t < bars; t++) {
    const ownShock = heavyShock(random);
    const variance = profile.factorWeight ** 2 * factor.variance[t] + own * own * clustering.variance;
    const scale = deviation * factor.level[t] * Math.sqrt(variance);
    const news = profile.factorWeight * factor.shock[t] + own * ownShock * Math.sqrt(clustering.variance);
    const shock = edge.strength * signal + (fresh * news) / Math.sqrt(variance);
    const jumps = hourDeviation * (profile.factorWeight * factor.jump[t] + jump(random, jumpChance));
    const change = scale * shock + deviation * factor.drift[t] + jumps;

    const openTicks = Math.max(1, closeTicks + openingStep(random));
    closeTicks = Math.max(1, Math.round(Math.exp(logPrice + change) * ticksPerUnit));
    const high = Math.exp(logPrice + bridgeMaximum(random, change, scale));
    const low = Math.exp(logPrice - bridgeMaximum(random, -change, scale));
    logPrice += change;

    latent = edge.persistence * latent + Math.sqrt(1 - edge.persistence ** 2) * random.normal();
    const busy = activity(startMs + t * barMs, barMs) * Math.exp(volumeExponent(edge, latent, shock, random));
    candles.timeMs[t] = startMs + t * barMs;
    candles.open[t] = openTicks / ticksPerUnit;
    candles.high[t] = Math.max(openTicks, closeTicks, Math.round(high * ticksPerUnit)) / ticksPerUnit;
    candles.low[t] = Math.max(1, Math.min(openTicks, closeTicks, Math.round(low * ticksPerUnit))) / ticksPerUnit;
    candles.close[t] = closeTicks / ticksPerUnit;
    candles.volume[t] =
      Math.max(1, Math.round(profile.dailyVolume * (barMs / DAY_MS) * busy * lotsPerUnit)) / lotsPerUnit;

    premium.advance(candles.timeMs[t], shock);
    clustering.advance(ownShock);
    signal = edge.signal === EdgeSignal.volume ? latent : shock;
  }
  return { instrument: profile.instrument, candles, funding: fundingColumns(premium) };
}

/** The first trade of a bar is mostly where the last one was, or one tick beside it. */
function openingStep(random: Random): number {
  const u = random.uniform();
  return u < 0.15 ? -1 : u < 0.3 ? 1 : 0;
}

/** Log of a bar's volume relative to its time of day. A volume edge needs a volume that shows it. */
function volumeExponent(edge: SyntheticEdge, latent: number, shock: number, random: Random): number {
  const noise = random.normal();
  if (edge.signal === EdgeSignal.volume) return 0.8 * latent - 0.32 + 0.1 * noise;
  return 0.35 * (Math.abs(shock) - 0.8) + 0.35 * noise - 0.06;
}

function fundingColumns(premium: PremiumProcess): FundingRates {
  return {
    length: premium.timesMs.length,
    timeMs: Float64Array.from(premium.timesMs),
    rate: Float64Array.from(premium.rates),
  };
}
