/**
 * @file A run through phases: which one it is in, the env and the settings of it, when it ends, and what it leaves for the
 * next. Its state is plain JSON beside one vector, and belongs into the checkpoint.
 */
import { Random, type TidemarkError } from "../../../core/index.ts";
import {
  costShareOf,
  metricsOfReport,
  type Phase,
  PhaseEnd,
  PhasePlan,
  type PhasePlanState,
  type PhaseVerdict,
  phaseConfig,
  writeRecommendation,
} from "../../curriculum/index.ts";
import type { PpoConfig, PpoReport, PpoStart, PpoState } from "../../ppo/index.ts";
import type { PhaseRecord, PhasesOptions } from "../options.ts";
import { type Prepared, requireEpisode } from "../prepare.ts";
import type { ProgressSpan } from "../report.ts";
import { PhaseEnv } from "./phase-env.ts";

export type CurriculumRunState = {
  readonly plan: PhasePlanState;
  /** Index of the run's first phase. */
  readonly first: number;
  readonly records: readonly PhaseRecord[];
  readonly bestScore: number | null;
};

export type EndedPhase = PhaseVerdict & { readonly ended: true };

/** What an update tells beside PPO's own report. */
export type UpdateContext = {
  readonly costs: ReturnType<PhaseEnv["takeCosts"]>;
  /** Training score minus validation score in deviations of the former, where it was just measured. */
  readonly validationGap: number | undefined;
};

/** Markets of a phase that changes them, however short: one alone would be mirrored, or not, for all of it. */
const LEAST_MARKETS = 4;

/** How many rollouts the spread of rewards is remembered for at most when gamma and market change. */
const REMEMBERED_ROLLOUTS = 1;

export class CurriculumRun {
  readonly #prepared: Prepared;
  readonly #options: PhasesOptions;
  readonly #plan: PhasePlan;
  readonly #first: number;
  readonly #records: PhaseRecord[];
  /** Best of the phase by score; empty before the first look at it. */
  #best: Float32Array;
  #bestScore: number | null;
  #env: PhaseEnv;
  #phase: Phase;

  /** Throws DATA_TOO_SHORT where no episode fits into the training range. */
  constructor(
    prepared: Prepared,
    options: PhasesOptions,
    restored?: { state: CurriculumRunState; best: Float32Array },
  ) {
    const begin = options.begin ?? { index: 0, overrides: {} };
    this.#prepared = prepared;
    this.#options = options;
    this.#plan = new PhasePlan(options.curriculum, restored?.state.plan ?? { ...begin, startStep: 0, history: [] });
    this.#first = restored?.state.first ?? begin.index;
    this.#records = [...(restored?.state.records ?? [])];
    this.#bestScore = restored?.state.bestScore ?? null;
    this.#best = restored?.best ?? new Float32Array(0);
    this.#phase = this.#fitted();
    this.#env = this.#openEnv();
  }

  get env(): PhaseEnv {
    return this.#env;
  }

  /** With what was recommended for it, and episodes that fit into the training range. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Counted from 1. */
  get number(): number {
    return this.#plan.index + 1;
  }

  /** As it is shown while it runs. */
  get span(): ProgressSpan {
    const label = `phase ${this.number}/${this.#options.curriculum.phases.length} ${this.#phase.name}`;
    return { label, from: this.#plan.startStep, steps: this.#phase.steps };
  }

  /** Budgets of all phases of the run. */
  get plannedSteps(): number {
    const { curriculum, count } = this.#options;
    return curriculum.phases.slice(this.#first, this.#first + count).reduce((sum, { steps }) => sum + steps, 0);
  }

  get best(): Float32Array {
    return this.#best;
  }

  /** Of this phase alone, so that no two phases draw the same numbers. */
  get seed(): number {
    return new Random(this.#prepared.options.seed).fork(`phase ${this.number}`).uint32();
  }

  config(base: PpoConfig): PpoConfig {
    return phaseConfig(base, this.#phase);
  }

  /** Keeps the parameters where they are the best of the phase. */
  offer(score: number, values: Float32Array): void {
    if (this.#bestScore !== null && !(score > this.#bestScore)) return;
    this.#bestScore = score;
    this.#best = values.slice();
  }

  /** Takes an update into account and says whether the phase has ended with it. */
  report(report: PpoReport, { costs, validationGap }: UpdateContext): PhaseVerdict {
    const { ppo, tape } = this.#prepared.options;
    const { categories } = this.#env.actionSpace;
    return this.#plan.report(
      metricsOfReport(
        report,
        { epochs: ppo.epochs, symbols: tape.symbols, categories },
        {
          directionBias: largestBias(report.symbolActionShares, categories),
          costShare: costShareOf(costs.feeShares, costs.gainShares),
          ...(validationGap === undefined ? {} : { validationGap }),
        },
      ),
    );
  }

  /** The phase ends because an update went out of hand; the rest of the run goes on from its best parameters. */
  collapse(steps: number, failure: TidemarkError): EndedPhase {
    const broken = Number.NaN;
    this.#plan.report({
      steps,
      score: broken,
      entropyShare: broken,
      approximateKl: broken,
      clipFraction: broken,
      epochShare: broken,
      explainedVariance: broken,
      directionBias: broken,
    });
    return { ended: true, endedBy: PhaseEnd.collapse, reason: failure.what };
  }

  /** Whether a phase of this run follows. */
  get goesOn(): boolean {
    return !this.#plan.isLast && this.#plan.index - this.#first + 1 < this.#options.count;
  }

  /** Writes down how the phase ended; with its recommendation for the next, as a file and as sentences. */
  end(verdict: EndedPhase, steps: number, nowMs: number): readonly string[] {
    this.#record(verdict.endedBy, verdict.reason, steps);
    const recommendation = this.#plan.recommend(verdict.endedBy);
    if (recommendation === undefined) return [];
    const { runFolder } = this.#prepared.options;
    writeRecommendation(runFolder, this.#plan.curriculum, this.#plan.index, verdict.endedBy, recommendation, nowMs);
    return recommendation.reasons;
  }

  /** What was trained of a phase that did not end. */
  stop(steps: number): void {
    if (steps > this.#plan.startStep) this.#record("stopped", "The run ended before the phase", steps);
  }

  #record(endedBy: PhaseRecord["endedBy"], reason: string, steps: number): void {
    this.#records.push({
      number: this.number,
      name: this.#phase.name,
      steps: steps - this.#plan.startStep,
      endedBy,
      reason,
      overrides: this.#plan.state().overrides,
      markets: this.#env.markets,
    });
  }

  /** Begins the next phase and says what it starts from. */
  advance(endedBy: PhaseEnd, state: PpoState): PpoStart {
    const overrides = this.#options.useRecommendations ? (this.#plan.recommend(endedBy)?.next ?? {}) : {};
    const collapsed = endedBy === PhaseEnd.collapse && this.#best.length > 0;
    const { scaler, steps, updates, optimizerSteps, firstMoment, secondMoment } = state;
    const start: PpoStart = {
      parameters: collapsed ? this.#best : state.parameters,
      ...(collapsed ? {} : { optimizer: { optimizerSteps, firstMoment, secondMoment } }),
      steps,
      updates,
      // The spread of the returns is about that of the phase before, and is soon measured anew.
      scaler: {
        ...scaler,
        count: Math.min(scaler.count, REMEMBERED_ROLLOUTS * this.#prepared.options.ppo.rollout),
        returns: scaler.returns.map(() => 0),
      },
    };
    this.#plan.advance(steps, overrides);
    this.#best = new Float32Array(0);
    this.#bestScore = null;
    this.#phase = this.#fitted();
    this.#env = this.#openEnv();
    return start;
  }

  get records(): readonly PhaseRecord[] {
    return this.#records;
  }

  state(): CurriculumRunState {
    return { plan: this.#plan.state(), first: this.#first, records: this.#records, bestScore: this.#bestScore };
  }

  #openEnv(): PhaseEnv {
    const { episodeBars } = this.#phase;
    requireEpisode(this.#prepared, episodeBars);
    const updates = this.#phase.steps / this.#prepared.options.ppo.rollout;
    const marketUpdates = Math.min(this.#options.marketUpdates, Math.max(1, Math.ceil(updates / LEAST_MARKETS)));
    return new PhaseEnv(this.#prepared, { settings: this.#phase, episodeBars, marketUpdates, seed: this.seed });
  }

  /** Whole segments, at most half of the training range, so that episodes start at different places. */
  #fitted(): Phase {
    const { phase } = this.#plan;
    const { options, split } = this.#prepared;
    const unit = options.network.encoder === "mlp" ? 1 : options.ppo.segment;
    const most = Math.max(1, Math.floor((split.train.to - split.train.from) / 2 / unit)) * unit;
    const wanted = Math.max(1, Math.round(phase.episodeBars / unit)) * unit;
    if (wanted > most) {
      options.warn?.(
        `phase ${this.number} asks for episodes of ${wanted} bars; the training part of ${split.train.to - split.train.from} bars allows ${most}.`,
      );
    }
    return { ...phase, episodeBars: Math.min(wanted, most) };
  }
}

/** Long minus short choices of the symbol that leans most. */
function largestBias(shares: PpoReport["symbolActionShares"], categories: readonly string[]): number {
  let largest = 0;
  for (const row of shares) {
    let bias = 0;
    for (const [c, share] of row.entries()) {
      if (categories[c].startsWith("long")) bias += share;
      if (categories[c].startsWith("short")) bias -= share;
    }
    if (Math.abs(bias) > Math.abs(largest)) largest = bias;
  }
  return largest;
}
