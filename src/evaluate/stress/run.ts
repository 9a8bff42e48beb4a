/**
 * @file The stress test: a policy through every scenario at every severity, through combinations of them, through the
 * crises of its own data, and through the same result drawn in other ways.
 */
import type { ProgressListener } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { Evaluation } from "../evaluation.ts";
import type { BacktestResult } from "../record.ts";
import { type Crisis, findCrises } from "./crises.ts";
import {
  labelOf,
  NOISE,
  outcomeOf,
  playJob,
  playWorld,
  type StressJob,
  type StressOutcome,
  type StressSubject,
} from "./jobs.ts";
import { bootstrappedReturns, type MonteCarlo, shuffledTrades } from "./monte-carlo.ts";
import { checkSeverity, SCENARIOS, type Scenario, type ScenarioPlace, scenarioOf } from "./scenarios.ts";

/**
 * Plays runs elsewhere, such as side by side in processes, and answers with their outcomes in the same order.
 * @param onDone told after each of them
 */
export type StressPlayer = (
  jobs: readonly StressJob[],
  place: ScenarioPlace,
  onDone: (job: StressJob) => void,
) => Promise<readonly StressOutcome[]>;

export type StressOptions = StressSubject & {
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
  /** Asked after the first run who plays so many others. Default, and where it answers nobody: here, one after the other. */
  readonly player?: (runs: number) => StressPlayer | undefined;
  readonly onProgress?: ProgressListener;
};

export type StressRow = {
  readonly scenario: string;
  readonly severity: number;
  readonly unit: string;
  /** Open time of the bar in which it begins, UTC milliseconds. */
  readonly atMs: number;
} & Omit<StressOutcome, "ruined">;

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

export async function runStress(options: StressOptions): Promise<StressResult> {
  const { tape, decision, seed, onProgress } = options;
  const chosen = (options.scenarios ?? SCENARIOS.map(({ name }) => name)).map(scenarioOf);
  const combinations = (options.combinations ?? []).map((names) => names.map(scenarioOf));
  const severities = (scenario: Scenario): readonly number[] => options.severities ?? scenario.severities;
  const plain = chosen.flatMap((scenario) => severities(scenario).map((severity) => ({ scenario, severity })));
  for (const { scenario, severity } of plain) checkSeverity(scenario, severity);
  const noise = Array.from({ length: options.perturbed ?? 20 }, (_, number) => ({ kind: "noise", number }) as const);
  const jobs: StressJob[] = [
    ...plain.map(({ scenario, severity }) => ({ kind: "scenario", name: scenario.name, severity }) as const),
    ...combinations.map((parts) => ({ kind: "together", names: parts.map(({ name }) => name) }) as const),
    ...noise,
  ];
  const total = 1 + jobs.length;
  let done = 0;
  const progress = (label: string): void => onProgress?.({ label, done, total, unit: "runs" });
  progress("as it is");
  const base = await playWorld(options, { tape, decision });
  const place = placeOf(base.result, options);
  const onDone = (job: StressJob): void => {
    done++;
    progress(labelOf(job));
  };
  done = 1;
  const play = options.player?.(jobs.length) ?? inTurn(options);
  const outcomes = await play(jobs, place, onDone);
  const row = (scenario: string, severity: number, unit: string, outcome: StressOutcome): StressRow => {
    const { ruined: _ruined, ...figures } = outcome;
    return { scenario, severity, unit, atMs: tape.timeMs[place.at], ...figures };
  };
  const rows = [
    ...plain.map(({ scenario, severity }, i) => row(scenario.name, severity, scenario.unit, outcomes[i])),
    ...combinations.map((_, i) => {
      const at = plain.length + i;
      return row(labelOf(jobs[at]), 1, "together", outcomes[at]);
    }),
  ];
  const drawn = { runs: options.monteCarlo ?? 1_000, seed };
  const monteCarlo =
    drawn.runs === 0
      ? []
      : [shuffledTrades(base.result, drawn), bootstrappedReturns(base.result, drawn)].filter(
          (found) => found !== undefined,
        );
  done = total;
  progress("done");
  return {
    base,
    baseRow: row("as it is", 0, "", outcomeOf(base)),
    rows,
    crises: options.findCrises === true ? crisisRows(tape, base.result) : [],
    monteCarlo,
    perturbed: noise.length === 0 ? null : perturbedRuns(outcomes.slice(-noise.length)),
    backtests: total,
  };
}

function inTurn(subject: StressSubject): StressPlayer {
  return async (jobs, place, onDone) => {
    const outcomes: StressOutcome[] = [];
    for (const job of jobs) {
      outcomes.push(await playJob(subject, job, place));
      onDone(job);
    }
    return outcomes;
  };
}

function rising(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** A policy that lives by one candle's last digit dies in candles with noise. */
function perturbedRuns(outcomes: readonly StressOutcome[]): PerturbedRuns {
  return {
    runs: outcomes.length,
    noise: NOISE,
    finalReturns: rising(outcomes.map(({ totalReturn }) => totalReturn)),
    maxDrawdowns: rising(outcomes.map(({ maxDrawdown }) => maxDrawdown)),
    ruin: outcomes.filter(({ ruined }) => ruined).length / outcomes.length,
  };
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
