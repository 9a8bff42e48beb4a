/**
 * @file A market in which there is nothing to learn: independent returns of constant deviation, the same at every hour,
 * whose expected price change is zero, so that no policy earns before costs.
 */
import { DAY_MS, defaultInstrument, MINUTE_MS, parseTimeframe, Random } from "../../../core/index.ts";
import { createCandles, type MarketTape, type SymbolHistory, tapeFromCandles } from "../../../market/index.ts";

export type NoiseOptions = {
  readonly bars: number;
  readonly symbols: number;
  /** Standard deviation of a bar's log return. */
  readonly deviation: number;
  readonly seed: number;
};

const TIMEFRAME = parseTimeframe("5m");
const BAR_MS = 5 * MINUTE_MS;
const START_MS = 19_723 * DAY_MS;
/** Steps inside a bar that its high and low are read from. */
const STEPS = 8;

export function noiseTape(options: NoiseOptions): MarketTape {
  const histories = Array.from({ length: options.symbols }, (_, s) => noiseHistory(options, s));
  return tapeFromCandles(histories, TIMEFRAME);
}

function noiseHistory({ bars, deviation, seed }: NoiseOptions, symbol: number): SymbolHistory {
  const name = `NOISE${symbol + 1}USDT`;
  const random = new Random(seed).fork(name);
  const candles = createCandles(bars);
  const step = deviation / Math.sqrt(STEPS);
  let log = Math.log(100);
  for (let t = 0; t < bars; t++) {
    candles.timeMs[t] = START_MS + t * BAR_MS;
    candles.open[t] = Math.exp(log);
    let low = log;
    let high = log;
    for (let i = 0; i < STEPS; i++) {
      // The drift that makes the expected price, not the expected logarithm, stay where it is.
      log += step * random.normal() - (step * step) / 2;
      low = Math.min(low, log);
      high = Math.max(high, log);
    }
    candles.high[t] = Math.exp(high);
    candles.low[t] = Math.exp(low);
    candles.close[t] = Math.exp(log);
    candles.volume[t] = 10_000 * Math.exp(0.5 * random.normal());
  }
  return { instrument: { ...defaultInstrument(name), venue: "noise", synthetic: true }, candles };
}
