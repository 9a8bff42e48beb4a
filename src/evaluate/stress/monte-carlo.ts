/**
 * @file The same result as it could have come: trades in another order, returns in other blocks. Bands around the equity
 * curve, the drawdowns that go with them, and how often an account is ruined on the way.
 */
import { Random } from "../../core/index.ts";
import type { BacktestResult } from "../record.ts";
import { headlineReturns } from "../returns.ts";
import { defaultBlock, stationaryRows } from "../statistics/bootstrap.ts";
import { quantileOfSorted } from "../statistics/moments.ts";

/** Quantiles of the band, lowest first. */
export const BAND_LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

export type MonteCarlo = {
  readonly name: "trade order" | "block bootstrap";
  readonly runs: number;
  /** Steps at which the band is known: shares of the run, in [0, 1]. */
  readonly at: readonly number[];
  /** By level: equity over the initial balance. */
  readonly band: ReadonlyArray<readonly number[]>;
  readonly finalReturn: readonly number[];
  readonly maxDrawdown: readonly number[];
  /** Share of the runs in which equity fell below the level of ruin. */
  readonly ruin: number;
};

const POINTS = 60;

export type MonteCarloOptions = {
  readonly runs: number;
  readonly seed: number;
  /** Share of the initial balance below which an account is ruined. Default: half. */
  readonly ruin?: number;
};

/** Bands of a series of growth factors that is drawn anew in each run. */
function simulate(
  name: MonteCarlo["name"],
  steps: number,
  { runs, seed, ruin = 0.5 }: MonteCarloOptions,
  draw: (random: Random, growth: Float64Array) => void,
): MonteCarlo {
  const random = new Random(seed).fork(name);
  const points = Math.min(POINTS, steps);
  const at = Array.from({ length: points + 1 }, (_, i) => Math.round((i * steps) / points));
  const values = at.map(() => new Float64Array(runs));
  const finals = new Float64Array(runs);
  const depths = new Float64Array(runs);
  const growth = new Float64Array(steps);
  let ruined = 0;
  for (let run = 0; run < runs; run++) {
    draw(random, growth);
    let equity = 1;
    let peak = 1;
    let depth = 0;
    let lowest = 1;
    let point = 0;
    for (let i = 0; i <= steps; i++) {
      if (at[point] === i) values[point++][run] = equity;
      if (i === steps) break;
      equity = Math.max(0, equity * growth[i]);
      peak = Math.max(peak, equity);
      depth = Math.min(depth, equity / peak - 1);
      lowest = Math.min(lowest, equity);
    }
    finals[run] = equity - 1;
    depths[run] = depth;
    if (lowest < ruin) ruined++;
  }
  for (const column of values) column.sort();
  finals.sort();
  depths.sort();
  const levels = (rising: Float64Array): number[] => BAND_LEVELS.map((level) => quantileOfSorted(rising, level) ?? 0);
  return {
    name,
    runs,
    at: at.map((step) => (steps === 0 ? 0 : step / steps)),
    band: BAND_LEVELS.map((level) => values.map((column) => quantileOfSorted(column, level) ?? 0)),
    finalReturn: levels(finals),
    maxDrawdown: levels(depths),
    ruin: ruined / runs,
  };
}

/** The trades in every other order: the end is nearly the same, the way there is not. Undefined without trades. */
export function shuffledTrades(
  { trades, curve, from, initialBalance }: BacktestResult,
  options: MonteCarloOptions,
): MonteCarlo | undefined {
  if (trades.length < 2) return undefined;
  // What a trade made of the equity that was there when it began: at the close before the bar of its first fill.
  const shares = trades.map(({ entryBar, netProfit }) => {
    const equity = curve.equity[Math.max(0, Math.min(curve.length - 1, entryBar - from - 1))];
    return 1 + netProfit / (equity > 0 ? equity : initialBalance);
  });
  const order = Int32Array.from(shares.keys());
  return simulate("trade order", shares.length, options, (random, growth) => {
    random.shuffle(order);
    for (let i = 0; i < order.length; i++) growth[i] = shares[order[i]];
  });
}

/** The headline returns in blocks from anywhere. Undefined under two returns. */
export function bootstrappedReturns(result: BacktestResult, options: MonteCarloOptions): MonteCarlo | undefined {
  const returns = headlineReturns(result);
  if (returns.length < 2) return undefined;
  const rows = new Int32Array(returns.length);
  const block = defaultBlock(returns.length);
  return simulate("block bootstrap", returns.length, options, (random, growth) => {
    stationaryRows(rows, block, random);
    for (let i = 0; i < rows.length; i++) growth[i] = 1 + returns[rows[i]];
  });
}
