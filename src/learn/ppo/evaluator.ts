/** @file How good a policy is in an env when it always takes its likeliest choice. */
import type { Random } from "../../core/index.ts";
import { likeliestActions, type NetworkSpec, sampleActions } from "../../policy/index.ts";
import type { EpisodeRecord, VectorEnv } from "../env/index.ts";
import { Actor } from "./actor.ts";
import type { Ppo } from "./ppo.ts";

export type EvaluationResult = {
  /** Mean raw reward of an account-step. */
  readonly meanReward: number;
  readonly steps: number;
  readonly episodes: readonly EpisodeRecord[];
};

export type EvaluationOptions = {
  /** Bars for every account, or until `episodes` have ended. */
  readonly bars: number;
  readonly episodes?: number;
  /** Draws choices by their probabilities, as in training; the likeliest are taken where absent. */
  readonly sample?: Random;
  /** Called after every bar, to read what the env tells beside rewards. */
  readonly onBar?: () => void;
};

/** An env and the acting graph in it, compiled once and run with whatever parameters are asked about. */
export class PolicyEvaluator {
  readonly #actor: Actor;

  private constructor(actor: Actor) {
    this.#actor = actor;
  }

  /** The env must be of the kind that the network was built for. */
  static async create(ppo: Ppo, spec: NetworkSpec, env: VectorEnv): Promise<PolicyEvaluator> {
    return new PolicyEvaluator(await Actor.create(env, ppo.parameters, ppo.network, spec, ppo.shape, 1));
  }

  async run(values: Float32Array, options: EvaluationOptions): Promise<EvaluationResult> {
    const actor = this.#actor;
    const { env } = actor;
    const accounts = env.stretches * env.accountsPerStretch;
    const rows = accounts * env.shape.symbols;
    const choice = new Uint8Array(rows);
    const betaSamples = new Float32Array(rows * env.actionSpace.betaHeads.length);
    const { symbols } = env.shape;
    // Asked for by the draw, read by nobody.
    const logProb = new Float32Array(accounts);
    const done = new Uint8Array(accounts);
    const episodes: EpisodeRecord[] = [];
    const wanted = options.episodes ?? Number.POSITIVE_INFINITY;
    env.reset();
    await actor.warmUp(values, new Uint8Array(env.stretches).fill(1));
    let total = 0;
    let steps = 0;
    for (let bar = 0; bar < options.bars && episodes.length < wanted; bar++) {
      const heads = await actor.decide(values);
      actor.memory.set(heads.state);
      if (options.sample === undefined) likeliestActions(env.actionSpace, heads, rows, choice, betaSamples);
      else sampleActions(env.actionSpace, heads, rows, symbols, options.sample, choice, betaSamples, logProb, logProb);
      env.step(choice, betaSamples);
      options.onBar?.();
      for (let n = 0; n < accounts; n++) total += env.rewards[n];
      steps += accounts;
      if (env.terminated.includes(1) || env.truncated.includes(1)) {
        for (let n = 0; n < accounts; n++) done[n] = env.terminated[n] | env.truncated[n];
        await actor.restart(values, done);
        episodes.push(...env.takeEpisodes());
      }
    }
    return { meanReward: total / steps, steps, episodes };
  }

  async release(): Promise<void> {
    await this.#actor.release();
  }
}
