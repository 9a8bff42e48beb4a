/**
 * @file Proximal policy optimization (Schulman et al., 2017), top to bottom: collect T bars with the current policy,
 * estimate advantages, then improve the clipped surrogate for some epochs of shuffled minibatches. The details follow
 * "The 37 implementation details of proximal policy optimization" (Huang et al., 2022).
 */
import {
  adam,
  compileForward,
  compileTrainStep,
  type ForwardSession,
  Parameters,
  type StepScalars,
  type TrainSession,
} from "../../compute/index.ts";
import { InvariantError, Random } from "../../core/index.ts";
import {
  memoryGraph,
  Network,
  type NetworkShape,
  type NetworkSpec,
  sampleActions,
  writeIndex,
} from "../../policy/index.ts";
import type { VectorEnv } from "../env/vector-env.ts";
import { Actor, marketRows } from "./actor.ts";
import { checkPpoSizes, type PpoConfig } from "./config.ts";
import { ppoGraph } from "./loss.ts";
import type { PpoReport, PpoStart, PpoState } from "./report.ts";
import { Minibatch, Rollout } from "./rollout.ts";
import { RewardScaler } from "./running-stats.ts";
import { scheduled } from "./schedule.ts";
import { type UpdateFigures, UpdateTotals } from "./update-metrics.ts";

export type { PpoReport, PpoStart, PpoState } from "./report.ts";

/**
 * How far a probability ratio may be from one before anything was learned, for up to ten summed log-probabilities. Each
 * more adds its rounding.
 */
const RATIO_TOLERANCE = 1e-5;
const TOLERATED_TERMS = 10;

export class Ppo {
  readonly parameters: Parameters;
  readonly network: Network;
  readonly shape: NetworkShape;
  readonly #env: VectorEnv;
  readonly #config: PpoConfig;
  readonly #actor: Actor;
  readonly #train: TrainSession;
  /** Runs the memory through one segment; undefined without memory. */
  readonly #remember: ForwardSession | undefined;
  readonly #random: Random;
  readonly #scaler: RewardScaler;
  readonly #rollout: Rollout;
  readonly #minibatch: Minibatch;
  readonly #order: Int32Array;
  #steps = 0;
  #updates = 0;

  private constructor(
    model: { parameters: Parameters; network: Network; shape: NetworkShape },
    config: PpoConfig,
    sessions: { actor: Actor; train: TrainSession; remember: ForwardSession | undefined },
    rollout: Rollout,
    minibatch: Minibatch,
    random: Random,
  ) {
    this.parameters = model.parameters;
    this.network = model.network;
    this.shape = model.shape;
    this.#env = sessions.actor.env;
    this.#config = config;
    this.#actor = sessions.actor;
    this.#train = sessions.train;
    this.#remember = sessions.remember;
    this.#random = random;
    this.#scaler = new RewardScaler(this.#env.stretches * this.#env.accountsPerStretch, config.gamma);
    this.#rollout = rollout;
    this.#minibatch = minibatch;
    this.#order = new Int32Array(rollout.units);
  }

  /** Builds the graphs and starts the env. Throws CONFIG_VALUE for sizes that don't fit into each other. */
  static async create(
    env: VectorEnv,
    spec: NetworkSpec,
    config: PpoConfig,
    seed: number,
    start?: PpoStart,
  ): Promise<Ppo> {
    const shape: NetworkShape = {
      ...env.shape,
      categories: env.actionSpace.categories.length,
      betaHeads: env.actionSpace.betaHeads.length,
    };
    const parameters = new Parameters();
    const network = new Network(parameters, spec, shape);
    const { stretches: G, accountsPerStretch: A } = env;
    const { threads } = config;
    const { encoder } = network;
    const stateSize = encoder?.stateSize ?? 0;
    const unitBars = stateSize > 0 ? config.segment : 1;
    const bars = config.rollout / (G * A);
    const units = Math.max(1, Math.round(config.batch / (unitBars * A)));
    checkPpoSizes(config, bars, unitBars, G, units);
    const random = new Random(seed);
    const rows = marketRows(env);
    const graph = ppoGraph(network, shape, { bars: unitBars, segments: units, accounts: A, marketRows: rows }, config);
    const train = await compileTrainStep({
      parameters,
      initial: parameters.initialize(random.fork("parameters")),
      loss: graph.loss,
      optimizer: adam({ epsilon: 1e-5 }),
      clipNorm: config.maxGradientNorm,
      metrics: graph.metrics,
      ...(graph.gate === undefined ? {} : { gate: graph.gate }),
      threads,
    });
    const state =
      encoder === undefined || stateSize === 0 ? undefined : memoryGraph(encoder, shape, { rows }, unitBars, G);
    const remember =
      state === undefined ? undefined : await compileForward({ parameters, outputs: { nextState: state }, threads });
    const actor = await Actor.create(env, parameters, network, spec, shape, threads);
    const rollout = new Rollout({
      ...shape,
      bars,
      stretches: G,
      accounts: A,
      unitBars,
      window: encoder?.window ?? 0,
      stateSize,
      hasMarket: encoder !== undefined,
    });
    const usedBy = env.actionSpace.betaHeads.map((head) => head.usedBy);
    const minibatch = new Minibatch(rollout, units, usedBy, env.market);
    const model = { parameters, network, shape };
    const ppo = new Ppo(model, config, { actor, train, remember }, rollout, minibatch, random.fork("actions"));
    if (start !== undefined) ppo.#begin(start);
    env.reset();
    await actor.warmUp(ppo.values, new Uint8Array(G).fill(1));
    return ppo;
  }

  #begin(start: PpoStart): void {
    const { parameters, optimizer } = start;
    const zeros = new Float32Array(parameters.length);
    this.#train.setState({
      parameters,
      m: optimizer?.firstMoment ?? zeros,
      v: optimizer?.secondMoment ?? zeros,
      step: optimizer?.optimizerSteps ?? 0,
    });
    this.#steps = start.steps ?? 0;
    this.#updates = start.updates ?? 0;
    if (start.scaler !== undefined) this.#scaler.restore(start.scaler);
  }

  /** Nodes of the training graph: each costs about a microsecond a step. */
  get nodeCount(): number {
    return this.#train.nodeCount;
  }

  get steps(): number {
    return this.#steps;
  }

  get updates(): number {
    return this.#updates;
  }

  /** The current parameters; valid until the next update. */
  get values(): Float32Array {
    return this.#train.parameters;
  }

  /** One rollout and one update. */
  async iterate(): Promise<PpoReport> {
    const meanReward = await this.#collect();
    this.#rollout.estimateAdvantages(this.#config.gamma, this.#config.lambda);
    const explainedVariance = this.#rollout.explainedVariance();
    const update = await this.#update(this.#steps / this.#config.totalSteps);
    this.#steps += this.#rollout.steps;
    this.#updates++;
    return {
      steps: this.#steps,
      updates: this.#updates,
      ...update,
      explainedVariance,
      meanReward,
      ...this.#actionShares(),
      episodes: this.#env.takeEpisodes(),
    };
  }

  async #collect(): Promise<number> {
    const env = this.#env;
    const actor = this.#actor;
    const r = this.#rollout;
    const { bars, unitBars, stateSize } = r.shape;
    const N = env.stretches * env.accountsPerStretch;
    const rows = N * this.shape.symbols;
    const K = this.shape.accountFeatures;
    const C = this.shape.categories;
    const B = this.shape.betaHeads;
    const elsewhere = env.beforeRollout?.(bars) === true;
    if (elsewhere) await actor.warmUp(this.values, new Uint8Array(env.stretches).fill(1));
    let total = 0;
    for (let t = 0; t < bars; t++) {
      if (stateSize > 0 && t % unitBars === 0) r.state.set(actor.memory, (t / unitBars) * actor.memory.length);
      r.row.set(env.row, t * env.stretches);
      const heads = await actor.decide(this.values);
      actor.memory.set(heads.state);
      r.account.set(actor.account, t * rows * K);
      r.mask.set(actor.mask, t * rows * C);
      r.value.set(heads.value, t * N);
      const category = r.category.subarray(t * rows, (t + 1) * rows);
      const numbers = r.numbers.subarray(t * rows * B, (t + 1) * rows * B);
      sampleActions(
        env.actionSpace,
        heads,
        rows,
        this.shape.symbols,
        this.#random,
        category,
        numbers,
        r.logProb.subarray(t * N, (t + 1) * N),
        r.categoryLogProb.subarray(t * N, (t + 1) * N),
      );
      env.step(category, numbers);
      total += await this.#reward(t, N);
    }
    r.lastValue.set((await actor.decide(this.values)).value);
    return total / r.steps;
  }

  /** Stores the rewards and endings of step t and lets the ended start again. Returns the sum of the raw rewards. */
  async #reward(t: number, N: number): Promise<number> {
    const env = this.#env;
    const r = this.#rollout;
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
    if (this.#config.normalizeReward) this.#scaler.scale(rewards, done);
    if (cut) {
      const { value } = await this.#actor.decide(this.values);
      for (let n = 0; n < N; n++) if (env.truncated[n] === 1) rewards[n] += this.#config.gamma * value[n];
    }
    if (ended) {
      env.restart();
      if (env.moved.includes(1) && r.shape.stateSize > 0) {
        if ((t + 1) % r.shape.unitBars !== 0)
          throw new InvariantError("a stretch moves only between segments", `bar ${t}`);
        await this.#actor.warmUp(this.values, env.moved);
      }
    }
    return sum;
  }

  /** Recomputes the memory at the start of every segment with the parameters as they are now. */
  async #refreshMemory(): Promise<void> {
    const session = this.#remember;
    if (session === undefined) return;
    const r = this.#rollout;
    const { stretches: G, symbols: S, unitBars, bars } = r.shape;
    const block = G * S * r.shape.stateSize;
    const perStretch = S * r.shape.stateSize;
    const index = new Int32Array(unitBars * G * S);
    for (let b = 0; (b + 1) * unitBars < bars; b++) {
      let at = 0;
      for (let bar = 0; bar < unitBars; bar++) {
        for (let g = 0; g < G; g++) at = writeIndex(index, at, r.row[(b * unitBars + bar) * G + g], S, 1);
      }
      const state = r.state.subarray(b * block, (b + 1) * block);
      const after = (await session.run(this.values, { market: this.#env.market, index, state }))["nextState"];
      for (let g = 0; g < G; g++) {
        const here = r.row[((b + 1) * unitBars - 1) * G + g];
        const next = r.row[(b + 1) * unitBars * G + g];
        // A stretch that moved was warmed up where it went; it keeps that memory.
        if (next !== here + 1) continue;
        r.state.set(after.subarray(g * perStretch, (g + 1) * perStretch), (b + 1) * block + g * perStretch);
      }
    }
  }

  async #update(done: number): Promise<UpdateFigures> {
    const config = this.#config;
    const order = this.#order;
    const batch = this.#minibatch;
    const scalars: StepScalars & Record<string, number> = {
      learningRate: scheduled(config.learningRate, done),
      clipRange: scheduled(config.clip, done),
      entropyWeight: scheduled(config.entropy, done),
    };
    if (this.shape.betaHeads > 0) scalars["numberEntropyWeight"] = scheduled(config.numberEntropy, done);
    const figures = new UpdateTotals(this.#rollout, batch.step, scalars["clipRange"]);
    let epochs = 0;
    for (let i = 0; i < order.length; i++) order[i] = i;
    for (let epoch = 0; epoch < config.epochs; epoch++) {
      if (epoch > 0) await this.#refreshMemory();
      this.#random.shuffle(order);
      let stopped = false;
      for (let from = 0; from + batch.units <= order.length && !stopped; from += batch.units) {
        batch.fill(order, from);
        const metrics = await this.#train.step(batch.feeds, scalars);
        figures.add(metrics);
        if (figures.count === 1) this.#requireUnitRatio(figures.firstRatioError);
        stopped = !metrics.applied;
      }
      epochs++;
      if (stopped) break;
    }
    return { ...figures.means(), learningRate: scalars["learningRate"], epochs };
  }

  /**
   * What acting and training make of the same choice must agree. Asserted in a run's first update; later, where confident
   * heads round more, the figure is only logged.
   */
  #requireUnitRatio(error: number): void {
    if (this.#updates > 0) return;
    const terms = this.shape.symbols * (1 + this.shape.betaHeads);
    if (error <= RATIO_TOLERANCE * Math.max(1, terms / TOLERATED_TERMS)) return;
    throw new InvariantError(`the probability ratio is 1 before anything was learned, was off by ${error}`);
  }

  #actionShares(): Pick<PpoReport, "actionShares" | "symbolActionShares"> {
    const { symbols: S, categories: C } = this.shape;
    const { category } = this.#rollout;
    const counts = Array.from({ length: S }, () => Array.from({ length: C }, () => 0));
    for (let i = 0; i < category.length; i++) counts[i % S][category[i]]++;
    const each = category.length / S;
    const symbolActionShares = counts.map((row) => row.map((count) => count / each));
    const actionShares = counts[0].map((_, c) => symbolActionShares.reduce((sum, row) => sum + row[c], 0) / S);
    return { actionShares, symbolActionShares };
  }

  /** Copies of everything that a bit-for-bit continuation needs. */
  state(): PpoState {
    const train = this.#train.getState();
    return {
      steps: this.#steps,
      updates: this.#updates,
      random: this.#random.state(),
      scaler: this.#scaler.state(),
      env: this.#env.state(),
      memory: this.#actor.memory.slice(),
      parameters: train.parameters,
      firstMoment: train.m,
      secondMoment: train.v,
      optimizerSteps: train.step,
    };
  }

  restore(state: PpoState): void {
    this.#steps = state.steps;
    this.#updates = state.updates;
    this.#random.restore(state.random);
    this.#scaler.restore(state.scaler);
    this.#env.restore(state.env);
    this.#actor.memory.set(state.memory);
    this.#train.setState({
      parameters: state.parameters,
      m: state.firstMoment,
      v: state.secondMoment,
      step: state.optimizerSteps,
    });
  }

  async release(): Promise<void> {
    await this.#actor.release();
    await this.#remember?.release();
    await this.#train.release();
  }
}
