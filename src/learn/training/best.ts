/**
 * @file Which parameters a training keeps: those that did best on the validation part, looked at from time to time. Without
 * a validation part the newest are kept.
 */
import type { Ppo } from "../ppo/index.ts";
import type { TrainOptions } from "./options.ts";
import { evaluateOnValidation, type Validation } from "./validation.ts";

export type BestState = {
  readonly score: number | null;
  /** Account-steps after which the kept parameters were reached. */
  readonly steps: number;
  /** Mean rewards of the updates since the last look. */
  readonly recent: readonly number[];
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

  /** Keeps the parameters as they are now where they are the best so far. */
  async look(ppo: Ppo): Promise<ScoredUpdate> {
    const recent = this.#recent;
    this.#recent = [];
    if (this.#validation === undefined) {
      this.#keep(ppo, null);
      return { score: recent.length === 0 ? undefined : mean(recent), gap: undefined };
    }
    const { initialBalance, onValidation } = this.#options;
    const look = await evaluateOnValidation(this.#validation, ppo.values, initialBalance);
    const { meanReward } = look;
    const kept = this.#score === null || meanReward > this.#score;
    if (kept) this.#keep(ppo, meanReward);
    await onValidation?.({ ...look, steps: ppo.steps, kept });
    return { score: meanReward, gap: gapOf(recent, meanReward) };
  }

  #keep(ppo: Ppo, score: number | null): void {
    this.#values = ppo.values.slice();
    this.#score = score;
    this.#steps = ppo.steps;
  }

  state(): BestState {
    return { score: this.#score, steps: this.#steps, recent: this.#recent };
  }

  restore(state: BestState, values: Float32Array): void {
    this.#values = values;
    this.#score = state.score;
    this.#steps = state.steps;
    this.#recent = [...state.recent];
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
