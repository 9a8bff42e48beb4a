/** @file The single runs of a stress test: each a backtest in a world of its own that needs no other, so that they can be spread. */
import type { MarketTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { backtest } from "../backtest.ts";
import { type Evaluation, evaluate } from "../evaluation.ts";
import type { RefusalCounts } from "../record.ts";
import { perturbedTape } from "./noise.ts";
import { type ScenarioPlace, scenarioOf, type World } from "./scenarios.ts";

/** Standard deviation of the noise in a bar, as a share of its range. */
export const NOISE = 0.1;
/** Share of the initial balance below which an account counts as ruined. */
const RUIN = 0.5;

/** Plain JSON. */
export type StressJob =
  | { readonly kind: "scenario"; readonly name: string; readonly severity: number }
  /** Several at once, each at its middle severity. */
  | { readonly kind: "together"; readonly names: readonly string[] }
  /** Noise in every price, drawn by the number. */
  | { readonly kind: "noise"; readonly number: number };

/** What a run comes to, plain JSON. */
export type StressOutcome = {
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
  /** Liquidated, or ended below half of the balance. */
  readonly ruined: boolean;
};

/** What all runs have in common. */
export type StressSubject = {
  readonly tape: MarketTape;
  readonly decision: DecisionConfig;
  /** The policy on a tape, with its features made of that tape. */
  readonly policyOn: (tape: MarketTape) => Promise<Policy> | Policy;
  readonly from: number;
  readonly to: number;
  readonly balance: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
};

export function labelOf(job: StressJob): string {
  if (job.kind === "scenario") return job.name;
  return job.kind === "together" ? job.names.join(" + ") : "candles with noise";
}

function middle(severities: readonly number[]): number {
  return severities[Math.floor(severities.length / 2)];
}

function worldOf({ tape, decision, seed }: StressSubject, job: StressJob, place: ScenarioPlace): World {
  if (job.kind === "noise") return { tape: perturbedTape(tape, NOISE, seed + job.number), decision };
  if (job.kind === "scenario") return scenarioOf(job.name).apply({ tape, decision }, job.severity, place);
  return job.names
    .map(scenarioOf)
    .reduce<World>((world, part) => part.apply(world, middle(part.severities), place), { tape, decision });
}

/** The subject in a world, from its first bar to its last. */
export async function playWorld(subject: StressSubject, world: World): Promise<Evaluation> {
  const { from, to, balance, seed, signal } = subject;
  signal?.throwIfAborted();
  const policy = await subject.policyOn(world.tape);
  const run = { tape: world.tape, policy, config: world.decision, from, to, balance, seed };
  return evaluate(await backtest(signal === undefined ? run : { ...run, signal }));
}

export async function playJob(subject: StressSubject, job: StressJob, place: ScenarioPlace): Promise<StressOutcome> {
  return outcomeOf(await playWorld(subject, worldOf(subject, job, place)));
}

/** What was withheld was no order. */
function refusedOrders(refusals: RefusalCounts): number {
  return Object.entries(refusals).reduce((sum, [code, n]) => (code.startsWith("withheld.") ? sum : sum + n), 0);
}

export function outcomeOf({ result, statistics: s }: Evaluation): StressOutcome {
  const equity = result.curve.equity.subarray(0, result.curve.length);
  const lowest = equity.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  return {
    survived: !result.liquidated,
    totalReturn: s.totalReturn,
    worstEquity: lowest / result.initialBalance,
    maxDrawdown: s.maxDrawdown,
    recoveryDays: s.maxDrawdownRecoveryDays,
    execution: s.fees + s.slippage,
    refused: refusedOrders(result.refusals),
    trades: s.trades,
    ruined: result.liquidated || s.finalEquity < RUIN * s.initialBalance,
  };
}
