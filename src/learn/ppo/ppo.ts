/**
 * @file Proximal policy optimization (Schulman et al., 2017), top to bottom: collect T bars with the current policy,
 * estimate advantages, improve the clipped surrogate for some epochs of shuffled minibatches, report. The details follow
 * "The 37 implementation details of proximal policy optimization" (Huang et al., 2022) but for these: a step that a time
 * limit cut is completed by the value of where it stopped; the value is clipped as in Stable-Baselines3 (the clipped error
 * alone, not the greater of two), and not at all by default; memory is refreshed between epochs.
 */
import type { Parameters, StepScalars } from "../../compute/index.ts";
import { InvariantError, invariant, TidemarkError } from "../../core/index.ts";
import { type Network, type NetworkShape, type NetworkSpec, sampleActions, writeIndex } from "../../policy/index.ts";
import type { VectorEnv } from "../env/index.ts";
import { buildPpo, type PpoParts } from "./build.ts";
import type { PpoConfig } from "./config.ts";
import { normalize } from "./minibatches.ts";
import { drawByWorth } from "./pqn.ts";
import type { PpoReport, PpoStart, PpoState } from "./report.ts";
import { scheduled } from "./schedule.ts";
import { type UpdateFigures, UpdateTotals } from "./update-metrics.ts";

export class Ppo {
  readonly #parts: PpoParts;
  #steps = 0;
  #updates = 0;
  /** Whether the parameters came from elsewhere. */
  #isContinued = false;

  /** Of parts that are wired already; `create` also starts the env. */
  constructor(parts: PpoParts) {
    this.#parts = parts;
  }

  /** One rollout and one update. */
  async iterate(): Promise<PpoReport> {
    const { rollout, config, env } = this.#parts;
    const { exploration } = this;
    const meanReward = await this.#collect();
    rollout.estimateAdvantages(config.gamma, config.lambda);
    const explainedVariance = rollout.explainedVariance();
    const update = await this.#update(this.#steps / config.totalSteps);
    this.#steps += rollout.steps;
    this.#updates++;
    return {
      steps: this.#steps,
      updates: this.#updates,
      ...update,
      explainedVariance,
      meanReward,
      ...(exploration === undefined ? {} : { exploration }),
      ...rollout.choiceShares(),
      episodes: env.takeEpisodes(),
    };
  }

  /** Fills the rollout by the current policy. Returns the mean raw reward of an account-step. */
  async #collect(): Promise<number> {
    const { env, actor, rollout: r, random, scaler, anchor } = this.#parts;
    const { bars, segmentBars, stateSize, symbols: S, accountFeatures: K, categories: C, betaHeads: B } = r.shape;
    const N = env.stretches * env.accountsPerStretch;
    const rows = N * S;
    const epsilon = this.exploration;
    const elsewhere = env.beforeRollout?.(bars) === true;
    if (elsewhere) {
      scaler.restart();
      await this.#warmUp(new Uint8Array(env.stretches).fill(1));
    }
    let total = 0;
    r.extremes.clear();
    r.anew.fill(0);
    for (let t = 0; t < bars; t++) {
      if (stateSize > 0 && t % segmentBars === 0) r.state.set(actor.memory, (t / segmentBars) * actor.memory.length);
      r.row.set(env.row, t * env.stretches);
      const heads = await actor.decide(this.values);
      actor.memory.set(heads.state);
      r.account.set(actor.account, t * rows * K);
      r.mask.set(actor.mask, t * rows * C);
      r.value.set(heads.value, t * N);
      if (anchor !== undefined) {
        const held = await anchor.actor.decide(anchor.values);
        anchor.actor.memory.set(held.state);
        r.anchorLogits.set(held.logits, t * rows * C);
        r.anchorConcentrations.set(held.concentrations, t * rows * 2 * B);
      }
      const choice = r.choice.subarray(t * rows, (t + 1) * rows);
      const betaSamples = r.betaSamples.subarray(t * rows * B, (t + 1) * rows * B);
      const logProb = r.logProb.subarray(t * N, (t + 1) * N);
      const choiceLogProb = r.choiceLogProb.subarray(t * N, (t + 1) * N);
      r.extremes.note(heads);
      if (epsilon === undefined) {
        sampleActions(env.actionSpace, heads, rows, S, random, choice, betaSamples, logProb, choiceLogProb);
      } else {
        drawByWorth(heads, C, S, epsilon, random, choice, logProb);
        choiceLogProb.set(logProb);
      }
      env.step(choice, betaSamples);
      total += await this.#reward(t, N);
    }
    r.lastValue.set((await actor.decide(this.values)).value);
    return total / r.steps;
  }

  /** Stores the rewards and endings of step t and lets the ended start again. Returns the sum of the raw rewards. */
  async #reward(t: number, N: number): Promise<number> {
    const { env, actor, rollout: r, config, scaler, anchor } = this.#parts;
    const rewards = r.reward.subarray(t * N, (t + 1) * N);
    const done = r.done.subarray(t * N, (t + 1) * N);
    rewards.set(env.rewards);
    let sum = 0;
    let ended = false;
    let cut = false;
    for (let n = 0; n < N; n++) {
      sum += rewards[n];
      done[n] = env.terminated[n] | env.truncated[n];
      ended ||= done[n] === 1;
      cut ||= env.truncated[n] === 1;
    }
    if (config.normalizeReward) scaler.scale(rewards, done);
    if (cut) {
      // What was cut by time alone would have gone on: its last reward holds the value of where it stopped.
      const { value } = await actor.decide(this.values);
      for (let n = 0; n < N; n++) if (env.truncated[n] === 1) rewards[n] += config.gamma * value[n];
    }
    if (ended) {
      const anew = await actor.restart(this.values, done);
      if (anew.includes(1)) await anchor?.actor.warmUp(anchor.values, anew);
      const { stateSize, segmentBars, hasResets, bars } = r.shape;
      if (stateSize > 0 && !hasResets && (t + 1) % segmentBars !== 0 && anew.includes(1)) {
        throw new TidemarkError("CONTRACT_BROKEN", {
          what: `The world moved a stretch after bar ${t + 1} of a rollout, inside a segment of ${segmentBars} bars`,
          where: "VectorEnv.restart",
          fix: "Let episodes end between segments, or set freeEpisodes and use an encoder without warm-up.",
        });
      }
      if (t + 1 < bars) r.anew.set(anew, (t + 1) * env.stretches);
    }
    return sum;
  }

  /** Epochs of shuffled minibatches over the rollout. @param done share of the run before this update, for the schedules */
  async #update(done: number): Promise<UpdateFigures> {
    const { config, rollout, minibatches, random, train, shape } = this.#parts;
    const scalars: StepScalars & Record<string, number> = {
      learningRate: scheduled(config.learningRate, done),
      clipRange: scheduled(config.clip, done),
      entropyWeight: scheduled(config.entropy, done),
    };
    if (shape.betaHeads > 0) scalars["betaEntropyWeight"] = scheduled(config.betaEntropy, done);
    const figures = new UpdateTotals(rollout, scalars["clipRange"]);
    const order = Int32Array.from({ length: rollout.segments }, (_, i) => i);
    let epochs = 0;
    for (let refused = false; epochs < config.epochs && !refused; epochs++) {
      if (epochs > 0) await this.#refreshMemory();
      figures.beginEpoch();
      random.shuffle(order);
      minibatches.fill(order);
      for (let step = 0; step < minibatches.steps; step++) normalize(minibatches.advantage(step));
      const taken = await train.run(minibatches.feeds, scalars);
      for (const [step, metrics] of taken.entries()) figures.add(metrics, minibatches.source(step));
      if (epochs === 0) this.#requireUnitRatio(figures.firstRatioError);
      // The gate of the graph: beyond 1.5 times the target KL a step is not taken, and the update ends before it.
      refused = !taken[taken.length - 1].applied;
    }
    return { ...figures.means(), learningRate: scalars["learningRate"], epochs };
  }

  /** Recomputes the memory at the start of every segment with the parameters as they are now. */
  async #refreshMemory(): Promise<void> {
    const { remember, rollout: r, env, network } = this.#parts;
    if (remember === undefined) return;
    const {
      stretches: G,
      symbols: S,
      accountFeatures: K,
      segmentBars,
      bars,
      stateSize,
      hasMarket,
      hasResets,
    } = r.shape;
    const perStretch = S * stateSize;
    const resets = new Float32Array(segmentBars * G * S);
    const block = G * perStretch;
    const index = new Int32Array(segmentBars * G * S);
    for (let b = 0; (b + 1) * segmentBars < bars; b++) {
      let at = 0;
      for (let bar = 0; bar < segmentBars; bar++) {
        for (let g = 0; g < G; g++) at = writeIndex(index, at, r.row[(b * segmentBars + bar) * G + g], S, 1);
      }
      const state = r.state.subarray(b * block, (b + 1) * block);
      const account = r.account.subarray(b * segmentBars * G * S * K, (b + 1) * segmentBars * G * S * K);
      for (let i = 0; i < resets.length; i++) resets[i] = r.anew[b * segmentBars * G + Math.floor(i / S)];
      const { nextState: after } = await remember.run(this.values, {
        ...(hasMarket ? { market: env.market, index } : {}),
        ...(network.remembersAll ? { account } : {}),
        ...(hasResets ? { resets } : {}),
        state,
      });
      for (let g = 0; g < G; g++) {
        // A stretch that moved was warmed up where it went; it keeps that memory.
        if (r.anew[(b + 1) * segmentBars * G + g] === 1) continue;
        r.state.set(after.subarray(g * perStretch, (g + 1) * perStretch), (b + 1) * block + g * perStretch);
      }
    }
  }

  /**
   * What acting and training make of the same choice must agree, as far as float32 can tell. Asserted in a run's first
   * update; later the figure is only logged.
   */
  #requireUnitRatio(error: number): void {
    const { rollout, shape } = this.#parts;
    if (this.#updates > 0 || error <= rollout.extremes.ratioTolerance(shape)) return;
    if (!this.#isContinued) {
      throw new InvariantError(`the probability ratio is 1 before anything was learned, was off by ${error}`);
    }
    throw new TidemarkError("MODEL_MISMATCH", {
      what: `Acting and training differ by ${error} about the choices of the model that is gone on with`,
      where: "the first update",
      fix: "Its parameters are too extreme to be trained on: go on from an earlier version.",
    });
  }

  /** Builds the graphs and starts the env. Throws CONFIG_VALUE for sizes that don't fit into each other. */
  static async create(
    env: VectorEnv,
    spec: NetworkSpec,
    config: PpoConfig,
    seed: number,
    start?: PpoStart,
  ): Promise<Ppo> {
    const ppo = new Ppo(await buildPpo(env, spec, config, seed, start?.anchor));
    if (start !== undefined) ppo.#begin(start);
    await ppo.reset();
    return ppo;
  }

  /** Starts the env anew, and the memory with it. */
  async reset(): Promise<void> {
    const { env } = this.#parts;
    env.reset();
    await this.#warmUp(new Uint8Array(env.stretches).fill(1));
  }

  /** @param marked `[G]` */
  async #warmUp(marked: Uint8Array): Promise<void> {
    const { actor, anchor } = this.#parts;
    await actor.warmUp(this.values, marked);
    await anchor?.actor.warmUp(anchor.values, marked);
  }

  #begin({ parameters, optimizer, steps = 0, updates = 0, scaler }: PpoStart): void {
    const { train } = this.#parts;
    const zeros = new Float32Array(parameters.length);
    train.setState({
      parameters,
      m: optimizer?.firstMoment ?? zeros,
      v: optimizer?.secondMoment ?? zeros,
      step: optimizer?.optimizerSteps ?? 0,
    });
    this.#steps = steps;
    this.#updates = updates;
    this.#isContinued = true;
    if (scaler !== undefined) this.#parts.scaler.restore(scaler);
  }

  get parameters(): Parameters {
    return this.#parts.parameters;
  }

  get network(): Network {
    return this.#parts.network;
  }

  get shape(): NetworkShape {
    return this.#parts.shape;
  }

  /** Share of choices that are drawn now, by PQN; undefined for PPO, which draws all by their probabilities. */
  get exploration(): number | undefined {
    const { pqn, totalSteps } = this.#parts.config;
    return pqn === undefined ? undefined : scheduled(pqn.exploration, this.#steps / totalSteps);
  }

  get steps(): number {
    return this.#steps;
  }

  get updates(): number {
    return this.#updates;
  }

  /** The current parameters; valid until the next update. */
  get values(): Float32Array {
    return this.#parts.train.parameters;
  }

  /** Copies of everything that a bit-for-bit continuation needs. */
  state(): PpoState {
    const { train, random, scaler, env, actor } = this.#parts;
    const { parameters, m, v, step } = train.getState();
    return {
      steps: this.#steps,
      updates: this.#updates,
      random: random.state(),
      scaler: scaler.state(),
      env: env.state(),
      memory: actor.memory.slice(),
      parameters,
      firstMoment: m,
      secondMoment: v,
      optimizerSteps: step,
    };
  }

  restore(state: PpoState): void {
    const { train, random, scaler, env, actor, anchor } = this.#parts;
    invariant(anchor === undefined, "a training that holds on to a policy is begun anew: its memory is not kept");
    const { parameters, firstMoment, secondMoment, optimizerSteps } = state;
    this.#steps = state.steps;
    this.#updates = state.updates;
    random.restore(state.random);
    scaler.restore(state.scaler);
    env.restore(state.env);
    actor.memory.set(state.memory);
    train.setState({ parameters, m: firstMoment, v: secondMoment, step: optimizerSteps });
  }

  async release(): Promise<void> {
    const { actor, anchor, remember, train } = this.#parts;
    await actor.release();
    await anchor?.actor.release();
    await remember?.release();
    await train.release();
  }
}
