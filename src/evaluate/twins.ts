/**
 * @file The judged policy's random twins: many unskilled policies, each as exposed and as active as it, at random times.
 * One twin says little, since luck spreads them widely; where the policy stands among many says what its timing is worth.
 */
import { Random } from "../core/index.ts";
import { RandomTwin } from "../policy/index.ts";
import { type BacktestOptions, backtest } from "./backtest.ts";
import { randomTwinOf, twinConfig } from "./baselines.ts";
import { type Evaluation, evaluate, type TwinField } from "./evaluation.ts";
import type { BacktestResult } from "./record.ts";

/** A policy without skill is ahead of all 19 in one case of 20: the fewest that can carry a confidence of 95 %. */
export const TWINS = 19;

/** What stands for the twins in tables and charts. */
export const MEDIAN_TWIN = "random (median)";

export type Twins = { readonly field: TwinField; readonly median: Evaluation };

/** Runs the twins of `result`, which `options` made but for its policy. */
export async function runTwins(options: BacktestOptions, result: BacktestResult, riskFreeRate = 0): Promise<Twins> {
  const { onProgress, policy: _judged, ...shared } = options;
  const config = twinConfig(options.config);
  const random = new Random(options.seed).fork("random twins");
  const twins: { seed: number; totalReturn: number; sharpe: number | null }[] = [];
  // Whole records of them all would take too much memory: the median is run once more.
  const play = async (seed: number): Promise<Evaluation> => {
    const policy = new RandomTwin(randomTwinOf(result, seed, options.config.exchange));
    return evaluate(await backtest({ ...shared, config, policy }), riskFreeRate);
  };
  for (let i = 0; i < TWINS; i++) {
    const seed = random.uint32();
    const { totalReturn, sharpe } = (await play(seed)).statistics;
    twins.push({ seed, totalReturn, sharpe });
    onProgress?.({ label: "random twins", done: i + 1, total: TWINS, unit: "runs" });
  }
  twins.sort((a, b) => a.totalReturn - b.totalReturn);
  const median = await play(twins[(TWINS - 1) / 2].seed);
  return {
    field: { totalReturns: twins.map((twin) => twin.totalReturn), sharpes: twins.map((twin) => twin.sharpe) },
    median: { ...median, result: { ...median.result, name: MEDIAN_TWIN } },
  };
}
