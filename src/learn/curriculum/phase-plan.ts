/** @file Where a training stands in its curriculum. Its whole state is plain JSON and belongs into the checkpoint. */
import { invariant } from "../../core/index.ts";
import { constant, type PpoConfig } from "../ppo/index.ts";
import type { PhaseMetrics } from "./phase-metrics.ts";
import type { Phase } from "./phases.ts";
import { applyOverrides, type PhaseOverrides, type Recommendation, recommend } from "./recommend.ts";
import type { Curriculum } from "./resolve.ts";
import { judgePhase, type PhaseEnd, type PhaseVerdict } from "./transition.ts";

export type PhasePlanState = {
  /** Counted from 0. */
  readonly index: number;
  /** Account-steps of the run when the phase began. */
  readonly startStep: number;
  readonly overrides: PhaseOverrides;
  readonly history: readonly PhaseMetrics[];
};

const START: PhasePlanState = { index: 0, startStep: 0, overrides: {}, history: [] };

/** Which phase a step belongs to when every phase uses its whole budget; the last one for steps beyond. */
export function phaseAt(phases: readonly Phase[], step: number): { index: number; startStep: number; endStep: number } {
  let startStep = 0;
  for (let index = 0; ; index++) {
    const endStep = startStep + phases[index].steps;
    if (step < endStep || index === phases.length - 1) return { index, startStep, endStep };
    startStep = endStep;
  }
}

/** The settings of PPO for a phase. They are constant within it; schedules are for runs without phases. */
export function phaseConfig(base: PpoConfig, phase: Phase): PpoConfig {
  return {
    ...base,
    learningRate: constant(phase.learningRate),
    clip: constant(phase.clip),
    entropy: constant(phase.entropy),
    betaEntropy: constant(phase.betaEntropy),
    targetKl: phase.targetKl,
    valueCoefficient: phase.valueCoefficient,
    gamma: phase.gamma,
  };
}

export class PhasePlan {
  readonly curriculum: Curriculum;
  #index: number;
  #startStep: number;
  #overrides: PhaseOverrides;
  #history: PhaseMetrics[];

  /** A new training, or one that goes on from a checkpoint. */
  constructor(curriculum: Curriculum, state: PhasePlanState = START) {
    invariant(state.index >= 0 && state.index < curriculum.phases.length, `phase ${state.index + 1} exists`);
    this.curriculum = curriculum;
    this.#index = state.index;
    this.#startStep = state.startStep;
    this.#overrides = state.overrides;
    this.#history = [...state.history];
  }

  /** Counted from 0. */
  get index(): number {
    return this.#index;
  }

  /** With what was recommended for it. */
  get phase(): Phase {
    return applyOverrides(this.curriculum.phases[this.#index], this.#overrides);
  }

  get startStep(): number {
    return this.#startStep;
  }

  /** Account-steps of the run when the budget of the phase is used. */
  get endStep(): number {
    return this.#startStep + this.curriculum.phases[this.#index].steps;
  }

  get isLast(): boolean {
    return this.#index === this.curriculum.phases.length - 1;
  }

  /** Takes the figures of one update and says whether the phase has ended with it. */
  report(metrics: PhaseMetrics): PhaseVerdict {
    this.#history.push(metrics);
    const { steps } = this.curriculum.phases[this.#index];
    return judgePhase(steps, metrics.steps - this.#startStep, this.#history, this.curriculum.transitions);
  }

  /** What the phase, having ended, recommends for the next; undefined after the last. */
  recommend(endedBy: PhaseEnd): Recommendation | undefined {
    if (this.isLast || this.#history.length === 0) return undefined;
    const planned = this.curriculum.phases[this.#index];
    const next = this.curriculum.phases[this.#index + 1];
    return recommend({ planned, ran: this.phase, next, history: this.#history, endedBy });
  }

  /** Begins the next phase at `step`. */
  advance(step: number, overrides: PhaseOverrides = {}): void {
    invariant(!this.isLast, "a phase follows", this.phase.name);
    this.#index++;
    this.#startStep = step;
    this.#overrides = overrides;
    this.#history = [];
  }

  state(): PhasePlanState {
    return {
      index: this.#index,
      startStep: this.#startStep,
      overrides: this.#overrides,
      history: [...this.#history],
    };
  }
}
