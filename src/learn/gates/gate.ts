/** @file What a gate is: a task with a known best result, what a learner got of it, and how much it must get. */
import type { ProgressListener } from "../../core/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { EncoderName, NetworkLearner } from "../../policy/index.ts";

/** The short form is for the test suite: smaller budgets, the same code and thresholds. */
export type GateForm = "short" | "full";

export const GateBound = { atLeast: "at least", atMost: "at most" } as const;
export type GateBound = (typeof GateBound)[keyof typeof GateBound];

/** What was found, in the task's own unit. */
export type Measurement = {
  /** Which of the task's figures, where it has more than one. */
  readonly figure: string;
  readonly result: number;
  /** What the best policy got in the same evaluation. */
  readonly optimum: number;
  /** Result as a share of the optimum, or of what the task names as its unit. */
  readonly share: number;
  /** Standard error of the share; 0 where it was counted, not estimated. */
  readonly shareError: number;
  readonly bound: GateBound;
  /** The share that the bound is about. */
  readonly gate: number;
  /** Where the market came from, for tasks that have one. */
  readonly data?: string;
};

export type GateRow = Measurement & {
  readonly task: string;
  readonly learner: NetworkLearner;
  readonly encoder: EncoderName;
  readonly seed: number;
  readonly passed: boolean;
  /** Account-steps that were learned from. */
  readonly steps: number;
  /** Of learning and judging. */
  readonly seconds: number;
};

export type GateContext = {
  readonly form: GateForm;
  readonly seed: number;
  /** Share of every budget of steps that is spent, at least one update. */
  readonly effort: number;
  /** Candles for the tasks on a market, read once; a synthetic market where none were given. */
  readonly market: () => Promise<GateMarket>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ProgressListener | undefined;
};

export type GateMarket = { readonly tape: MarketTape; readonly data: string };

export type GateOutcome = { readonly measurements: readonly Measurement[]; readonly steps: number };

export type Gate = {
  readonly task: string;
  readonly learner: NetworkLearner;
  readonly encoder: EncoderName;
  run(context: GateContext): Promise<GateOutcome>;
};

export function isPassed(measurement: Measurement): boolean {
  const { bound, share, gate } = measurement;
  return bound === GateBound.atLeast ? share >= gate : share <= gate;
}
