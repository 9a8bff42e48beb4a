/**
 * @file A corridor with a junction at its end (Bakker, "Reinforcement learning with long short-term memory", 2002): a sign at
 * the start says where the reward will be, and is seen only there. What is seen follows from what was done, so that only a
 * memory of the account's own can know the way. The best policy earns 1 an episode, one without memory 0.
 */
import { Random, type RandomState } from "../../../core/index.ts";
import { categoricalSpace } from "../../../policy/index.ts";
import { EpisodeCounter, type EpisodeRecord, type VectorEnv } from "../../env/index.ts";

type State = { cell: number[]; sign: number[]; random: RandomState; episodes: { reward: number[]; steps: number[] } };

/** Choice 0 goes on; at the junction 1 turns left, 2 right, for a reward of 1 or -1. Elsewhere they cost 0.1 and stand still. */
export class TMaze implements VectorEnv {
  readonly shape = { symbols: 1, marketFeatures: 0, accountFeatures: 3 };
  readonly actionSpace = categoricalSpace(3);
  readonly accountsPerStretch = 1;
  readonly stretches: number;
  readonly market = new Float32Array(0);
  readonly row: Int32Array;
  readonly firstRow = 0;
  readonly freeEpisodes = true;
  readonly rewards: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly moved: Uint8Array;
  readonly #length: number;
  readonly #cell: Int32Array;
  readonly #sign: Int8Array;
  readonly #random: Random;
  readonly #episodes: EpisodeCounter;

  constructor(accounts: number, length: number, seed: number) {
    this.stretches = accounts;
    this.#length = length;
    this.row = new Int32Array(accounts);
    this.rewards = new Float32Array(accounts);
    this.terminated = new Uint8Array(accounts);
    this.truncated = new Uint8Array(accounts);
    this.moved = new Uint8Array(accounts);
    this.#cell = new Int32Array(accounts);
    this.#sign = new Int8Array(accounts);
    this.#random = new Random(seed);
    this.#episodes = new EpisodeCounter(accounts);
    this.reset();
  }

  reset(): void {
    this.#episodes.clear();
    for (let n = 0; n < this.stretches; n++) this.#start(n);
  }

  #start(n: number): void {
    this.#cell[n] = 0;
    this.#sign[n] = this.#random.uniform() < 0.5 ? -1 : 1;
    this.terminated[n] = 0;
  }

  observe(account: Float32Array, mask: Float32Array): void {
    mask.fill(0);
    for (let n = 0; n < this.stretches; n++) {
      const cell = this.#cell[n];
      account.set([cell === 0 ? this.#sign[n] : 0, cell === this.#length ? 1 : 0, 1], n * 3);
    }
  }

  step(choice: Uint8Array): void {
    for (let n = 0; n < this.stretches; n++) {
      const atJunction = this.#cell[n] === this.#length;
      const turns = choice[n] > 0;
      const right = (choice[n] === 1) === this.#sign[n] < 0;
      this.rewards[n] = turns ? (atJunction ? (right ? 1 : -1) : -0.1) : atJunction ? -0.1 : 0;
      if (!turns && !atJunction) this.#cell[n]++;
      this.terminated[n] = turns && atJunction ? 1 : 0;
      this.#episodes.count(n, this.rewards[n]);
    }
  }

  restart(): void {
    for (let n = 0; n < this.stretches; n++) {
      this.moved[n] = this.terminated[n];
      if (this.terminated[n] === 0) continue;
      this.#episodes.end(n, true);
      this.#start(n);
    }
  }

  takeEpisodes(): EpisodeRecord[] {
    return this.#episodes.take();
  }

  state(): State {
    const { random, episodes } = { random: this.#random.state(), episodes: this.#episodes.state() };
    return { cell: [...this.#cell], sign: [...this.#sign], random, episodes };
  }

  restore(state: State): void {
    this.#cell.set(state.cell);
    this.#sign.set(state.sign);
    this.#random.restore(state.random);
    this.#episodes.restore(state.episodes);
    this.terminated.fill(0);
  }
}
