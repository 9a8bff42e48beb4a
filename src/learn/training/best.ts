/**
 * @file Which parameters a training keeps: those that did best on the validation part, looked at from time to time. Without
 * a validation part the newest are kept.
 */
import type { Ppo } from "../ppo/index.ts";
import type { TrainOptions } from "./options.ts";
import { type Candidate, daysOf, figuresOf, isBetter, type TrainingOutcome } from "./outcome.ts";
import { evaluateConstant, evaluateOnValidation, type Validation, type ValidationResult } from "./validation.ts";

export type BestState = {
  readonly score: number | null;
  /** Account-steps after which the kept parameters were reached. */
  readonly steps: number;
  /** Mean rewards of the updates since the last look. */
  readonly recent: readonly number[];
  readonly looks: number;
  /** Account-steps at the last look. */
  readonly lookedAt: number;
  /** The parameters that the run began with, those that are kept, and the best that traded. */
  readonly candidates: {
    readonly start?: Candidate | undefined;
    readonly kept?: Candidate | undefined;
    readonly trading?: Candidate | undefined;
  };
};

export type ScoredUpdate = {
  /** Of the validation part, or of the training since the last look where there is none; undefined where neither is known. */
  readonly score: number | undefined;
  /** Training score minus validation score in deviations of the former; undefined where too little is known. */
  readonly gap: number | undefined;
};

export class BestParameters {
  readonly #validation: Validation | undefined;
  readonly #options: TrainOptions;
  #values: Float32Array = new Float32Array(0);
  #score: number | null = null;
  #steps = 0;
  #recent: number[] = [];
  #looks = 0;
  #lookedAt = -1;
  #days = 0;
  #candidates: BestState["candidates"] = {};

  constructor(validation: Validation | undefined, options: TrainOptions) {
    this.#validation = validation;
    this.#options = options;
  }

  /** Empty before the first look. */
  get values(): Float32Array {
    return this.#values;
  }

  get score(): number | null {
    return this.#score;
  }

  get steps(): number {
    return this.#steps;
  }

  get hasValidation(): boolean {
    return this.#validation !== undefined;
  }

  /** Takes note of how an update did in training. */
  trained(meanReward: number): void {
    this.#recent.push(meanReward);
  }

  /** Keeps the parameters as they are now where they are the best so far. Those of the last look are not looked at again. */
  async look(ppo: Ppo): Promise<ScoredUpdate> {
    if (ppo.steps === this.#lookedAt) return { score: undefined, gap: undefined };
    this.#lookedAt = ppo.steps;
    const recent = this.#recent;
    this.#recent = [];
    if (this.#validation === undefined) {
      this.#keep(ppo, null);
      return { score: recent.length === 0 ? undefined : mean(recent), gap: undefined };
    }
    const { initialBalance, onValidation } = this.#options;
    const look = await evaluateOnValidation(this.#validation, ppo.values, initialBalance);
    const { meanReward } = look;
    const candidate = this.#candidate(ppo, look);
    this.#looks++;
    const correcting = this.#options.start?.correcting === true;
    const kept = correcting || isBetter(candidate, this.#candidates.kept);
    if (kept) {
      this.#keep(ppo, meanReward);
      this.#candidates = { ...this.#candidates, kept: candidate };
    }
    const { trading } = this.#candidates;
    if (candidate.changes > 0 && (trading === undefined || candidate.meanReward > trading.meanReward)) {
      this.#candidates = { ...this.#candidates, trading: candidate };
    }
    await onValidation?.({ ...look, steps: ppo.steps, kept });
    return { score: meanReward, gap: gapOf(recent, meanReward) };
  }

  /** How the parameters do that the run begins with. They are compared with, and not kept for that. */
  async begin(ppo: Ppo): Promise<void> {
    if (this.#validation === undefined) return;
    const look = await evaluateOnValidation(this.#validation, ppo.values, this.#options.initialBalance);
    this.#candidates = { ...this.#candidates, start: this.#candidate(ppo, look) };
  }

  #candidate(ppo: Ppo, look: ValidationResult): Candidate {
    const { barMs } = this.#options.tape;
    this.#days = daysOf(look, barMs);
    return { ...figuresOf(look, barMs), steps: ppo.steps };
  }

  /** Undefined without a validation part. */
  outcome(): TrainingOutcome["validation"] {
    const { start, kept, trading } = this.#candidates;
    if (this.#validation === undefined || start === undefined || kept === undefined) return undefined;
    const { tape, initialBalance } = this.#options;
    const long = this.#validation.env.actionSpace.categories.findLastIndex((name) => name.startsWith("long"));
    const holding =
      long < 0 ? undefined : figuresOf(evaluateConstant(this.#validation, long, initialBalance), tape.barMs);
    const bestTrading = kept.changes === 0 ? trading : undefined;
    return { days: this.#days, looks: this.#looks, start, kept, bestTrading, holding };
  }

  #keep(ppo: Ppo, score: number | null): void {
    this.#values = ppo.values.slice();
    this.#score = score;
    this.#steps = ppo.steps;
  }

  state(): BestState {
    return {
      score: this.#score,
      steps: this.#steps,
      recent: this.#recent,
      looks: this.#looks,
      lookedAt: this.#lookedAt,
      candidates: this.#candidates,
    };
  }

  restore(state: BestState, values: Float32Array): void {
    this.#values = values;
    this.#score = state.score;
    this.#steps = state.steps;
    this.#recent = [...state.recent];
    this.#looks = state.looks;
    this.#lookedAt = state.lookedAt;
    this.#candidates = state.candidates;
  }

  async release(): Promise<void> {
    await this.#validation?.evaluator.release();
  }
}

function gapOf(recent: readonly number[], validation: number): number | undefined {
  if (recent.length < 2) return undefined;
  const average = mean(recent);
  const variance = recent.reduce((sum, score) => sum + (score - average) ** 2, 0) / (recent.length - 1);
  return variance > 0 ? (average - validation) / Math.sqrt(variance) : undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
