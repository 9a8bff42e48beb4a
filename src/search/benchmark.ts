/**
 * @file Does TPE beat random search? Known test functions, many seeds, the median of the best value found. The samplers
 * are asked directly, without a journal, so that the whole comparison takes seconds.
 * Functions: Branin (Dixon and Szego 1978; minimum 0.397887), Rosenbrock (1960; minimum 0 at (1, 1)), and a mixed space
 * with a choice, a logarithmic range and integers, its minimum 0 by construction.
 */
import type { ProgressListener } from "../core/index.ts";
import { createSampler, type SamplerSpec } from "./samplers/create.ts";
import { checkSpace, type Params, type SearchSpace } from "./space.ts";
import { type Trial, TrialState } from "./trial.ts";

export type TestFunction = {
  readonly name: string;
  readonly space: SearchSpace;
  /** The least value. */
  readonly optimum: number;
  readonly evaluate: (params: Params) => number;
};

const branin: TestFunction = {
  name: "Branin",
  space: { x: { kind: "float", low: -5, high: 10 }, y: { kind: "float", low: 0, high: 15 } },
  optimum: 0.397887,
  evaluate(params) {
    const x = Number(params.x);
    const bend = Number(params.y) - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
    return bend * bend + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

const rosenbrock: TestFunction = {
  name: "Rosenbrock",
  space: { x: { kind: "float", low: -2, high: 2 }, y: { kind: "float", low: -1, high: 3 } },
  optimum: 0,
  evaluate(params) {
    const [x, y] = [Number(params.x), Number(params.y)];
    return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
  },
};

/** Like a learning problem: one encoder suits best, the learning rate matters by its magnitude, the size a little. */
const mixed: TestFunction = {
  name: "mixed",
  space: {
    encoder: { kind: "categorical", choices: ["mlp", "gru", "lstm", "transformer"] },
    learningRate: { kind: "float", low: 1e-6, high: 1, log: true },
    dropout: { kind: "float", low: 0, high: 0.9, step: 0.1 },
    layers: { kind: "int", low: 1, high: 12 },
    hidden: { kind: "int", low: 8, high: 1024, log: true },
  },
  optimum: 0,
  evaluate({ encoder, learningRate, dropout, layers, hidden }) {
    const penalty: Readonly<Record<string, number>> = { gru: 0, lstm: 0.5, transformer: 1, mlp: 2 };
    return (
      penalty[String(encoder)] +
      (Math.log10(Number(learningRate)) + 3.5) ** 2 +
      4 * (Number(dropout) - 0.2) ** 2 +
      0.05 * (Number(layers) - 4) ** 2 +
      0.3 * (Math.log2(Number(hidden)) - 7) ** 2
    );
  },
};

export const TEST_FUNCTIONS: readonly TestFunction[] = [branin, rosenbrock, mixed];

/** The best value after each of `trials` trials of one search. */
export function searchOnce(
  testFunction: TestFunction,
  spec: SamplerSpec,
  seed: number,
  trialCount: number,
): Float64Array {
  const sampler = createSampler(spec);
  const space = checkSpace(testFunction.space);
  const trials: Trial[] = [];
  const best = new Float64Array(trialCount);
  for (let number = 0; number < trialCount; number++) {
    const params = sampler.suggest({ seed, number, direction: "minimize", space, trials, peers: trials });
    if (params === undefined) return best.slice(0, number);
    const value = testFunction.evaluate(params);
    best[number] = number === 0 ? value : Math.min(best[number - 1], value);
    trials.push({
      id: number,
      number,
      state: TrialState.complete,
      params,
      dimensions: {},
      value,
      intermediate: new Map(),
      userAttributes: {},
      systemAttributes: {},
      startedMs: undefined,
      finishedMs: undefined,
    });
  }
  return best;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export type SearchBenchmarkRow = {
  readonly name: string;
  readonly seeds: number;
  readonly trials: number;
  /** Medians over the seeds of the best value's distance from the optimum. */
  readonly tpe: number;
  readonly random: number;
  /** `tpe / random`: below 1 where TPE is better. */
  readonly ratio: number;
  /** Share of seeds where TPE found the better value. */
  readonly wins: number;
};

/** Compares TPE with random search; 20 seeds of 60 trials where nothing else is said. */
export function searchBenchmark(
  options: { readonly seeds?: number; readonly trials?: number; readonly onProgress?: ProgressListener } = {},
): readonly SearchBenchmarkRow[] {
  const { seeds = 20, trials = 60, onProgress } = options;
  return TEST_FUNCTIONS.map((testFunction) => {
    const gaps = (kind: "tpe" | "random", seed: number): number =>
      searchOnce(testFunction, { kind }, seed, trials)[trials - 1] - testFunction.optimum;
    const pairs = Array.from({ length: seeds }, (_, seed) => {
      onProgress?.({ label: testFunction.name, done: seed, total: seeds, unit: "seeds" });
      return { tpe: gaps("tpe", seed), random: gaps("random", seed) };
    });
    const tpe = median(pairs.map((pair) => pair.tpe));
    const random = median(pairs.map((pair) => pair.random));
    const wins = pairs.filter((pair) => pair.tpe < pair.random).length / seeds;
    return { name: testFunction.name, seeds, trials, tpe, random, ratio: tpe / random, wins };
  });
}
