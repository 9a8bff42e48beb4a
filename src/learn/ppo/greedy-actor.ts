/**
 * @file The training actor with the parameters of a model, in an env of one account, always taking the likeliest choice.
 * Proofs hold it against the policy file that a backtest runs.
 */
import { Parameters } from "../../compute/index.ts";
import {
  likeliestActions,
  type ModelManifest,
  Network,
  type NetworkShape,
  networkSpec,
  probabilities,
} from "../../policy/index.ts";
import type { VectorEnv } from "../env/index.ts";
import { Actor } from "./actor.ts";

/** Lives until the next decision. */
export type GreedyDecision = {
  /** `[S]`. */
  readonly choice: Uint8Array;
  /** `[S*B]` modes of the Beta heads; 0.5 where the category uses none. */
  readonly betaSamples: Float32Array;
  /** `[S*C]` of the choices, masks counted. */
  readonly probabilities: readonly number[];
  readonly value: number;
};

export class GreedyActor {
  readonly #actor: Actor;
  readonly #values: Float32Array;
  readonly #choice: Uint8Array;
  readonly #betaSamples: Float32Array;

  private constructor(actor: Actor, values: Float32Array) {
    const { env } = actor;
    this.#actor = actor;
    this.#values = values;
    this.#choice = new Uint8Array(env.shape.symbols);
    this.#betaSamples = new Float32Array(env.shape.symbols * env.actionSpace.betaHeads.length);
  }

  /** @param values the model's parameters, in the layout of its network */
  static async create(env: VectorEnv, network: ModelManifest["network"], values: Float32Array): Promise<GreedyActor> {
    const spec = networkSpec(network.encoder, network);
    const shape: NetworkShape = {
      ...env.shape,
      categories: env.actionSpace.categories.length,
      betaHeads: env.actionSpace.betaHeads.length,
    };
    const parameters = new Parameters();
    const built = new Network(parameters, spec, shape);
    return new GreedyActor(await Actor.create(env, parameters, built, spec, shape, 1), values);
  }

  get env(): VectorEnv {
    return this.#actor.env;
  }

  /** What the last decision saw of the account: `[S*K]`, and the masks `[S*C]`. */
  get account(): Float32Array {
    return this.#actor.account;
  }

  get mask(): Float32Array {
    return this.#actor.mask;
  }

  /** `[S*stateSize]` memory after the last decision; empty for a network without. */
  get memory(): Float32Array {
    return this.#actor.memory;
  }

  /** Fills the memory from the bars before the one that is decided next. */
  async start(): Promise<void> {
    this.#actor.memory.fill(0);
    await this.#actor.warmUp(this.#values, new Uint8Array(1).fill(1));
  }

  async decide(): Promise<GreedyDecision> {
    const { env } = this.#actor;
    const heads = await this.#actor.decide(this.#values);
    this.#actor.memory.set(heads.state);
    likeliestActions(env.actionSpace, heads, this.#choice.length, this.#choice, this.#betaSamples);
    const C = env.actionSpace.categories.length;
    return {
      choice: this.#choice,
      betaSamples: this.#betaSamples,
      probabilities: Array.from(this.#choice).flatMap((_, s) => probabilities(heads.logits, s * C, C)),
      value: heads.value[0],
    };
  }

  async release(): Promise<void> {
    await this.#actor.release();
  }
}
