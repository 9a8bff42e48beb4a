/**
 * An environment of one's own, learned by PPO: a corridor of seven cells, a reward at the right end, a small cost a step.
 * The best policy walks right and earns 0.97 an episode.
 *
 *     npm run example own-environment
 */
import {
  categoricalSpace,
  constant,
  EpisodeCounter,
  type EpisodeRecord,
  networkSpec,
  PPO_DEFAULTS,
  Ppo,
  Random,
  type VectorEnv,
} from "tidemark";
import { checkEnv } from "tidemark/testing";

const CELLS = 7;
const START = 3;
const STEP_COST = 0.01;
const STEP_LIMIT = 40;
const RIGHT = 1;

type State = {
  cell: number[];
  steps: number[];
  random: ReturnType<Random["state"]>;
  episodes: ReturnType<EpisodeCounter["state"]>;
};

/** Many corridors side by side. There is no market: what an account sees is its own cell. */
class Corridor implements VectorEnv {
  readonly shape = { symbols: 1, marketFeatures: 0, accountFeatures: CELLS };
  readonly actionSpace = categoricalSpace(2);
  readonly stretches: number;
  readonly accountsPerStretch = 1;
  readonly market = new Float32Array(0);
  readonly row: Int32Array;
  readonly firstRow = 0;
  readonly rewards: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly moved: Uint8Array;
  readonly #cell: Int32Array;
  readonly #steps: Int32Array;
  readonly #random: Random;
  readonly #episodes: EpisodeCounter;

  constructor(accounts: number, seed: number) {
    this.stretches = accounts;
    this.row = new Int32Array(accounts);
    this.rewards = new Float32Array(accounts);
    this.terminated = new Uint8Array(accounts);
    this.truncated = new Uint8Array(accounts);
    this.moved = new Uint8Array(accounts);
    this.#cell = new Int32Array(accounts);
    this.#steps = new Int32Array(accounts);
    this.#random = new Random(seed);
    this.#episodes = new EpisodeCounter(accounts);
    this.reset();
  }

  reset(): void {
    this.#episodes.clear();
    for (let n = 0; n < this.stretches; n++) this.#start(n);
  }

  #start(n: number): void {
    this.#cell[n] = START + this.#random.below(2);
    this.#steps[n] = 0;
    this.terminated[n] = 0;
    this.truncated[n] = 0;
  }

  observe(account: Float32Array, mask: Float32Array): void {
    account.fill(0);
    mask.fill(0);
    for (let n = 0; n < this.stretches; n++) account[n * CELLS + this.#cell[n]] = 1;
  }

  step(category: Uint8Array): void {
    for (let n = 0; n < this.stretches; n++) {
      this.#cell[n] = Math.max(0, this.#cell[n] + (category[n] === RIGHT ? 1 : -1));
      this.#steps[n]++;
      const there = this.#cell[n] === CELLS - 1;
      this.rewards[n] = (there ? 1 : 0) - STEP_COST;
      this.#episodes.count(n, this.rewards[n]);
      this.terminated[n] = there ? 1 : 0;
      this.truncated[n] = !there && this.#steps[n] >= STEP_LIMIT ? 1 : 0;
    }
  }

  restart(): void {
    for (let n = 0; n < this.stretches; n++) {
      const ended = this.terminated[n] === 1 || this.truncated[n] === 1;
      this.moved[n] = ended ? 1 : 0;
      if (!ended) continue;
      this.#episodes.end(n, this.terminated[n] === 1);
      this.#start(n);
    }
  }

  takeEpisodes(): EpisodeRecord[] {
    return this.#episodes.take();
  }

  state(): State {
    return {
      cell: [...this.#cell],
      steps: [...this.#steps],
      random: this.#random.state(),
      episodes: this.#episodes.state(),
    };
  }

  restore(state: State): void {
    this.#cell.set(state.cell);
    this.#steps.set(state.steps);
    this.#random.restore(state.random);
    this.#episodes.restore(state.episodes);
    this.terminated.fill(0);
    this.truncated.fill(0);
  }
}

checkEnv(() => new Corridor(4, 1));

const config = {
  ...PPO_DEFAULTS,
  rollout: 512,
  batch: 128,
  epochs: 4,
  learningRate: constant(2e-3),
  totalSteps: 8_192,
};
const ppo = await Ppo.create(new Corridor(8, 1), networkSpec("mlp", { hiddenSize: 16, joinSize: 16 }), config, 1);
while (ppo.steps < config.totalSteps) {
  const { steps, episodes } = await ppo.iterate();
  if (episodes.length === 0 || steps % 2_048 !== 0) continue;
  const mean = episodes.reduce((sum, { reward }) => sum + reward, 0) / episodes.length;
  console.log(`${steps} steps: ${mean.toFixed(3)} an episode over ${episodes.length} episodes`);
}
await ppo.release();
