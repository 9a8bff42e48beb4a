/** @file What a training session remembers between steps: parameters, Adam's moments, and how many steps were taken. */
import { TidemarkError } from "../../core/index.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Optimizer } from "./options.ts";
import type { TrainState } from "./types.ts";

/** Parameters and moments; steps read one of these and write the other. */
type Vectors = { readonly parameters: Float32Array; readonly m: Float32Array; readonly v: Float32Array };

function emptyVectors(size: number): Vectors {
  return { parameters: new Float32Array(size), m: new Float32Array(size), v: new Float32Array(size) };
}

export class AdamState {
  readonly #size: number;
  #current: Vectors;
  #next: Vectors;
  #steps = 0;

  /** @param initial starting parameters; zeros where absent */
  constructor(size: number, initial?: Float32Array) {
    this.#size = size;
    this.#current = emptyVectors(size);
    this.#next = emptyVectors(size);
    if (initial !== undefined) this.set({ ...emptyVectors(size), parameters: initial, step: 0 });
  }

  /** Read by the step that comes. */
  get current(): Vectors {
    return this.#current;
  }

  /** Written by it. */
  get next(): Vectors {
    return this.#next;
  }

  get steps(): number {
    return this.#steps;
  }

  /** What was written is current from now on. */
  advance(steps: number): void {
    [this.#current, this.#next] = [this.#next, this.#current];
    this.#steps += steps;
  }

  /**
   * Rate and epsilon of the `ahead`-th step from here, corrected for the bias of the moments:
   * `-lr * sqrt(1 - beta2^t) / (1 - beta1^t)` and `epsilon * sqrt(1 - beta2^t)`.
   */
  corrected({ beta1, beta2, epsilon }: Optimizer, learningRate: number, ahead = 1): { rate: number; epsilon: number } {
    const t = this.#steps + ahead;
    const correction = Math.sqrt(1 - beta2 ** t);
    return { rate: (-learningRate * correction) / (1 - beta1 ** t), epsilon: epsilon * correction };
  }

  get(): TrainState {
    const { parameters, m, v } = this.#current;
    return { parameters: parameters.slice(), m: m.slice(), v: v.slice(), step: this.#steps };
  }

  /** Throws CHECKPOINT_MISMATCH for vectors of another length. */
  set(state: TrainState): void {
    for (const part of ["parameters", "m", "v"] as const) {
      if (!sameShape([state[part].length], [this.#size])) {
        throw new TidemarkError("CHECKPOINT_MISMATCH", {
          what: `The state's ${part} has ${state[part].length} numbers`,
          fix: `This model has ${this.#size}: load the checkpoint into the model it was made with.`,
        });
      }
      this.#current[part].set(state[part]);
    }
    this.#steps = state.step;
  }
}

/** The error of a step whose gradient is not finite; it was not taken. */
export function divergence(norm: number, loss: number, step: number): TidemarkError {
  return new TidemarkError("TRAINING_DIVERGED", {
    what: `The gradient's norm is ${norm} and the loss ${loss}; the step was not applied`,
    where: `step ${step}`,
    fix: "Lower the learning rate, or check the inputs for values that aren't finite.",
  });
}
