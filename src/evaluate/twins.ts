/**
 * @file The judged policy's random twins: its own book of positions at other times. One twin says little, since luck spreads
 * them widely; where the policy stands among many says what its timing is worth. Whole books are shifted, because twins
 * that draw each symbol alone are less risky than a policy that is long or short everything together.
 */
import { FillReason, Random } from "../core/index.ts";
import { instrumentTerms } from "../exchange/index.ts";
import { ShiftedTwin } from "../policy/index.ts";
import { type BacktestOptions, backtest } from "./backtest.ts";
import { twinConfig } from "./baselines.ts";
import { type Evaluation, evaluate, type TwinField } from "./evaluation.ts";
import type { BacktestResult } from "./record.ts";

/** A policy without skill is ahead of all 19 in one case of 20: the fewest that can carry a confidence of 95 %. */
export const TWINS = 19;

/** What stands for the twins in tables and charts. */
export const MEDIAN_TWIN = "random (median)";

export type Twins = { readonly field: TwinField; readonly median: Evaluation };

/**
 * `[(rows - 1)*S]` the exposure of each symbol that was traded into, held until it trades again: drift of prices is no
 * trade. The close-out at the end belongs to the run and not to the policy.
 */
export function bookOf({ curve, fills, instruments, from }: BacktestResult): Float64Array {
  const S = instruments.length;
  const rows = curve.length - 1;
  const book = new Float64Array(rows * S);
  const traded = new Uint8Array(rows * S);
  for (const { bar, symbol, reason } of fills) {
    if (reason !== FillReason.final) traded[(bar - from - 1) * S + symbol] = 1;
  }
  for (let row = 0; row < rows; row++) {
    for (let s = 0; s < S; s++) {
      const cell = row * S + s;
      book[cell] = traded[cell] === 1 ? curve.positions[cell + S] : row === 0 ? 0 : book[cell - S];
    }
  }
  return book;
}

/** Different shifts of a run of `rows` bars, drawn from the seed; none where it is too short for any. */
export function twinShifts(rows: number, seed: number): number[] {
  const random = new Random(seed).fork("random twins");
  const shifts = new Set<number>();
  for (let tries = 0; shifts.size < Math.min(TWINS, rows - 1) && tries < 100 * TWINS; tries++) {
    shifts.add(1 + random.below(rows - 1));
  }
  return [...shifts];
}

/** Runs the twins of `result`, which `options` made but for its policy. Undefined where it never traded. */
export async function runTwins(
  options: BacktestOptions,
  result: BacktestResult,
  riskFreeRate = 0,
): Promise<Twins | undefined> {
  const { onProgress, policy: _judged, ...shared } = options;
  const config = twinConfig(options.config);
  const book = bookOf(result);
  const shifts = twinShifts(result.curve.length - 1, options.seed);
  if (result.fills.length === 0 || shifts.length === 0) return undefined;
  const unit = instrumentTerms(result.instruments, options.config.exchange).leverage;
  const twins: { shift: number; totalReturn: number; sharpe: number | null }[] = [];
  // Whole records of them all would take too much memory: the median is run once more.
  const play = async (shift: number): Promise<Evaluation> => {
    const policy = new ShiftedTwin({ book, shift, unit });
    return evaluate(await backtest({ ...shared, config, policy }), riskFreeRate);
  };
  for (const [i, shift] of shifts.entries()) {
    const { totalReturn, sharpe } = (await play(shift)).statistics;
    twins.push({ shift, totalReturn, sharpe });
    onProgress?.({ label: "random twins", done: i + 1, total: shifts.length, unit: "runs" });
  }
  twins.sort((a, b) => a.totalReturn - b.totalReturn);
  const median = await play(twins[Math.floor((twins.length - 1) / 2)].shift);
  return {
    field: { totalReturns: twins.map((twin) => twin.totalReturn), sharpes: twins.map((twin) => twin.sharpe) },
    median: { ...median, result: { ...median.result, name: MEDIAN_TWIN } },
  };
}
