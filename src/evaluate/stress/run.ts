/**
 * @file The stress test: a policy through every scenario at every severity, through combinations of them, through the
 * crises of its own data, and through the same result drawn in other ways.
 */
import { type ProgressListener, Random } from "../../core/index.ts";
import { type MarketTape, withBasis } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { backtest } from "../backtest.ts";
import { type Evaluation, evaluate } from "../evaluation.ts";
import type { BacktestResult } from "../record.ts";
import { type Crisis, findCrises } from "./crises.ts";
import { bootstrappedReturns, type MonteCarlo, shuffledTrades } from "./monte-carlo.ts";
import { SCENARIOS, type Scenario, type ScenarioPlace, scenarioOf, type World } from "./scenarios.ts";
import { copyTape } from "./tape.ts";

export type StressOptions = {
  readonly tape: MarketTape;
  readonly decision: DecisionConfig;
  /** The policy on a tape, with its features made of that tape. */
  readonly policyOn: (tape: MarketTape) => Promise<Policy> | Policy;
  readonly from: number;
  readonly to: number;
  readonly balance: number;
  readonly seed: number;
  /** Default: all. */
  readonly scenarios?: readonly string[];
  /** In place of each scenario's own. */
  readonly severities?: readonly number[];
  /** Scenarios that strike together, each at its middle severity. */
  readonly combinations?: ReadonlyArray<readonly string[]>;
  readonly findCrises?: boolean;
  /** Runs of each kind of Monte Carlo; 0 for none. Default: 1,000. */
  readonly monteCarlo?: number;
  /** Runs on candles with noise; each is a whole backtest. Default: 20. */
  readonly perturbed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
};

export type StressRow = {
  readonly scenario: string;
  readonly severity: number;
  readonly unit: string;
  /** Open time of the bar in which it begins, UTC milliseconds. */
  readonly atMs: number;
  /** The account was not liquidated. */
  readonly survived: boolean;
  readonly totalReturn: number;
  /** Lowest equity over the initial balance. */
  readonly worstEquity: number;
  readonly maxDrawdown: number;
  /** Days from the deepest point back to the old peak; null where it was not reached again. */
  readonly recoveryDays: number | null;
  /** Fees, spread and slippage, quote currency. */
  readonly execution: number;
  /** Orders that were refused or cut. */
  readonly refused: number;
  readonly trades: number;
};

export type CrisisRow = Crisis & {
  /** The policy's return over the crisis, and its deepest fall in it. */
  readonly policyMove: number;
  readonly policyWorst: number;
};

export type PerturbedRuns = {
  readonly runs: number;
  /** Standard deviation of the noise in a bar, as a share of its range. */
  readonly noise: number;
  readonly finalReturns: readonly number[];
  readonly maxDrawdowns: readonly number[];
  /** Share of the runs that ended liquidated or below half of the balance. */
  readonly ruin: number;
};

export type StressResult = {
  readonly base: Evaluation;
  readonly baseRow: StressRow;
  readonly rows: readonly StressRow[];
  readonly crises: readonly CrisisRow[];
  readonly monteCarlo: readonly MonteCarlo[];
  readonly perturbed: PerturbedRuns | null;
  /** Backtests that were run. */
  readonly backtests: number;
};

const NOISE = 0.1;

export async function runStress(options: StressOptions): Promise<StressResult> {
  const { tape, decision, seed, signal, onProgress } = options;
  let done = 0;
  const chosen = (options.scenarios ?? SCENARIOS.map(({ name }) => name)).map(scenarioOf);
  const combinations = (options.combinations ?? []).map((names) => names.map(scenarioOf));
  const severities = (scenario: Scenario): readonly number[] => options.severities ?? scenario.severities;
  const perturbedRuns = options.perturbed ?? 20;
  const total =
    1 + chosen.reduce((sum, scenario) => sum + severities(scenario).length, 0) + combinations.length + perturbedRuns;
  const play = async (world: World, label: string): Promise<Evaluation> => {
    signal?.throwIfAborted();
    onProgress?.({ label, done, total, unit: "runs" });
    done++;
    const { from, to, balance } = options;
    const policy = await options.policyOn(world.tape);
    const run = { tape: world.tape, policy, config: world.decision, from, to, balance, seed };
    return evaluate(await backtest(signal === undefined ? run : { ...run, signal }));
  };
  const base = await play({ tape, decision }, "as it is");
  const place = placeOf(base.result, options);
  const rows: StressRow[] = [];
  for (const scenario of chosen) {
    for (const severity of severities(scenario)) {
      const world = scenario.apply({ tape, decision }, severity, place);
      rows.push(rowOf(scenario.name, severity, scenario.unit, tape, place, await play(world, scenario.name)));
    }
  }
  for (const parts of combinations) {
    let world: World = { tape, decision };
    for (const part of parts) world = part.apply(world, middle(part.severities), place);
    const name = parts.map((part) => part.name).join(" + ");
    rows.push(rowOf(name, 1, "together", tape, place, await play(world, name)));
  }
  const drawn = { runs: options.monteCarlo ?? 1_000, seed };
  const monteCarlo =
    drawn.runs === 0
      ? []
      : [shuffledTrades(base.result, drawn), bootstrappedReturns(base.result, drawn)].filter(
          (found) => found !== undefined,
        );
  const perturbed = perturbedRuns === 0 ? null : await perturb(options, perturbedRuns, play);
  onProgress?.({ label: "done", done: total, total, unit: "runs" });
  return {
    base,
    baseRow: rowOf("as it is", 0, "", tape, place, base),
    rows,
    crises: options.findCrises === true ? crisisRows(tape, base.result) : [],
    monteCarlo,
    perturbed,
    backtests: done,
  };
}

function middle(severities: readonly number[]): number {
  return severities[Math.floor(severities.length / 2)];
}

/** Where the policy has most at stake, not so late that nothing could follow. */
function placeOf(result: BacktestResult, { from, to, seed }: StressOptions): ScenarioPlace {
  const { curve, instruments } = result;
  const S = instruments.length;
  const latest = Math.max(1, Math.floor((curve.length - 1) * 0.75));
  let row = Math.max(1, Math.floor(curve.length / 4));
  for (let k = 1; k < latest; k++) if (curve.exposure[k] > curve.exposure[row]) row = k;
  let lean = 0;
  for (let k = 0; k < curve.length * S; k++) lean += curve.positions[k];
  let symbol = 0;
  for (let s = 1; s < S; s++) {
    if (Math.abs(curve.positions[row * S + s]) > Math.abs(curve.positions[row * S + symbol])) symbol = s;
  }
  // The positions of a row were held at its close: what strikes in the next bar finds them.
  return { at: Math.min(to - 2, from + row + 1), to, lean: lean / Math.max(1, curve.length), symbol, seed };
}

function rowOf(
  scenario: string,
  severity: number,
  unit: string,
  tape: MarketTape,
  place: ScenarioPlace,
  { result, statistics: s }: Evaluation,
): StressRow {
  const equity = result.curve.equity.subarray(0, result.curve.length);
  const lowest = equity.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  return {
    scenario,
    severity,
    unit,
    atMs: tape.timeMs[place.at],
    survived: !result.liquidated,
    totalReturn: s.totalReturn,
    worstEquity: lowest / result.initialBalance,
    maxDrawdown: s.maxDrawdown,
    recoveryDays: s.maxDrawdownRecoveryDays,
    execution: s.fees + s.slippage,
    refused: Object.values(result.refusals).reduce((sum, count) => sum + count, 0),
    trades: s.trades,
  };
}

function crisisRows(tape: MarketTape, { curve, from, to }: BacktestResult): CrisisRow[] {
  return findCrises(tape, from, to).map((crisis) => {
    const first = Math.max(0, crisis.from - from - 1);
    const last = Math.max(first, Math.min(curve.length - 1, crisis.to - from));
    const start = curve.equity[first];
    let worst = 0;
    for (let row = first; row <= last; row++) worst = Math.min(worst, curve.equity[row] / start - 1);
    return { ...crisis, policyMove: curve.equity[last] / start - 1, policyWorst: worst };
  });
}

/** The same candles with noise in every price: a policy that lives by one candle's last digit dies here. */
async function perturb(
  options: StressOptions,
  runs: number,
  play: (world: World, label: string) => Promise<Evaluation>,
): Promise<PerturbedRuns> {
  const { tape, decision, seed } = options;
  const finalReturns: number[] = [];
  const maxDrawdowns: number[] = [];
  let ruined = 0;
  for (let run = 0; run < runs; run++) {
    const noisy = perturbedTape(tape, NOISE, seed + run);
    const { result, statistics } = await play({ tape: noisy, decision }, "candles with noise");
    finalReturns.push(statistics.totalReturn);
    maxDrawdowns.push(statistics.maxDrawdown);
    if (result.liquidated || statistics.finalEquity < 0.5 * statistics.initialBalance) ruined++;
  }
  return {
    runs,
    noise: NOISE,
    finalReturns: finalReturns.sort((a, b) => a - b),
    maxDrawdowns: maxDrawdowns.sort((a, b) => a - b),
    ruin: ruined / runs,
  };
}

/** Every price moved by a share of its bar's range, drawn anew; ranges stay whole. */
export function perturbedTape(tape: MarketTape, noise: number, seed: number): MarketTape {
  const random = new Random(seed).fork("candles with noise");
  const noisy = copyTape(tape, `noise ${seed}`);
  for (let cell = 0; cell < tape.bars * tape.symbols; cell++) {
    if (tape.present[cell] === 0) continue;
    const range = tape.high[cell] - tape.low[cell];
    const move = (price: number): number => Math.max(price * 0.5, price + noise * range * random.normal());
    const open = move(tape.open[cell]);
    const close = move(tape.close[cell]);
    noisy.open[cell] = open;
    noisy.close[cell] = close;
    noisy.high[cell] = Math.max(open, close, move(tape.high[cell]));
    noisy.low[cell] = Math.min(open, close, move(tape.low[cell]));
  }
  // A symbol without a bar carries the close that it now had before.
  for (let t = 1; t < tape.bars; t++) {
    for (let s = 0; s < tape.symbols; s++) {
      const cell = t * tape.symbols + s;
      if (tape.present[cell] === 1) continue;
      const carried = noisy.close[cell - tape.symbols];
      for (const column of ["open", "high", "low", "close"] as const) noisy[column][cell] = carried;
    }
  }
  return withBasis(tape, noisy);
}
