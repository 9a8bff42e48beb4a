/** @file Deterministic candles for tests: a walk with clustered volatility, gaps between bars, sessions and bursts of volume. */
import { defaultInstrument, Random, type Timeframe } from "../../core/index.ts";
import { createTape, type MarketTape } from "../../market/index.ts";

export type Candles = {
  readonly tsMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
};

/** Monday 2024-01-01 00:00 UTC. */
const START_MS = 1_704_067_200_000;
const BAR_MS = 300_000;

function cents(value: number): number {
  return Math.max(0.01, Math.round(value * 100) / 100);
}

/** Candles of a seeded walk. Prices are rounded to cents so that equal prices happen, as in a real market. */
export function walkCandles(seed: number, bars: number, barMs = BAR_MS): Candles {
  const random = new Random(seed);
  const columns = () => new Float64Array(bars);
  const candles = {
    tsMs: columns(),
    open: columns(),
    high: columns(),
    low: columns(),
    close: columns(),
    volume: columns(),
  };
  let price = 100;
  let volatility = 0.004;
  for (let i = 0; i < bars; i++) {
    volatility = Math.max(0.001, Math.min(0.03, volatility * Math.exp(0.1 * random.normal())));
    const trend = 0.0005 * Math.sin(i / 60);
    const gap = random.below(5) === 0 ? volatility * random.normal() : 0;
    const open = cents(price * Math.exp(gap));
    const close = cents(open * Math.exp(trend + volatility * random.normal()));
    const high = cents(Math.max(open, close) * (1 + 0.6 * volatility * Math.abs(random.normal())));
    const low = cents(Math.min(open, close) * (1 - 0.6 * volatility * Math.abs(random.normal())));
    candles.tsMs[i] = START_MS + i * barMs;
    candles.open[i] = open;
    candles.high[i] = Math.max(high, open, close);
    candles.low[i] = Math.min(low, open, close);
    candles.close[i] = close;
    candles.volume[i] = Math.round(1000 * Math.exp(0.8 * random.normal()) * (1 + 50 * volatility));
    price = 60 + (close - 60) * 0.999 + 0.04;
  }
  return candles;
}

export type TapeOptions = {
  readonly seed?: number;
  readonly symbols?: number;
  readonly bars?: number;
  readonly timeframe?: string;
  readonly barMs?: number;
  /** Share of bars that are missing. */
  readonly missing?: number;
};

/** A tape of seeded walks with a common part, funding every eight hours and, if wanted, missing bars. */
export function walkTape(options: TapeOptions = {}): MarketTape {
  const { seed = 1, symbols = 3, bars = 1_000, timeframe = "5m", barMs = BAR_MS, missing = 0 } = options;
  const instruments = Array.from({ length: symbols }, (_, s) => defaultInstrument(`TEST${s}USDT`));
  const tape = createTape(instruments, timeframe as Timeframe, bars);
  const random = new Random(seed + 1_000_003);
  const common = walkCandles(seed, bars, barMs);
  for (let s = 0; s < symbols; s++) {
    const own = walkCandles(seed + 17 * (s + 1), bars, barMs);
    let last = 0;
    for (let t = 0; t < bars; t++) {
      const row = t * symbols + s;
      const scale = common.close[t] / 100;
      tape.timeMs[t] = common.tsMs[t];
      const isMissing = missing > 0 && random.uniform() < missing;
      tape.present[row] = isMissing ? 0 : 1;
      tape.open[row] = isMissing ? last : own.open[t] * scale;
      tape.high[row] = isMissing ? last : own.high[t] * scale;
      tape.low[row] = isMissing ? last : own.low[t] * scale;
      tape.close[row] = isMissing ? last : own.close[t] * scale;
      tape.volume[row] = isMissing ? 0 : own.volume[t];
      tape.funding[row] = tape.timeMs[t] % 28_800_000 === 0 ? 0.0001 * random.normal() : 0;
      last = tape.close[row];
    }
  }
  tape.bars = bars;
  return tape;
}
