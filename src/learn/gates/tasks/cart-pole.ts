/**
 * @file CartPole-v1: the pole-balancing task of Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve
 * difficult learning control problems" (1983), with the constants, the Euler integration and the 500-step limit of the
 * Gymnasium environment of that name. Reward 1 a step. It has no market: what is observed depends on what is done.
 */
import { Random, type RandomState } from "../../../core/index.ts";
import { categoricalSpace } from "../../../policy/index.ts";
import { EpisodeCounter, type EpisodeRecord, type VectorEnv } from "../../env/index.ts";

const GRAVITY = 9.8;
const POLE_MASS = 0.1;
const TOTAL_MASS = 1.1;
const HALF_LENGTH = 0.5;
const FORCE = 10;
const TAU_SECONDS = 0.02;
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360;
const POSITION_LIMIT = 2.4;
const STEP_LIMIT = 500;

type State = {
  x: number[];
  steps: number[];
  random: RandomState;
  episodes: { reward: number[]; steps: number[] };
};

export class CartPole implements VectorEnv {
  readonly shape: VectorEnv["shape"];
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
  /** `[N*4]` cart position, velocity, pole angle, angular velocity. */
  readonly #x: Float64Array;
  readonly #steps: Int32Array;
  readonly #random: Random;
  readonly #episodes: EpisodeCounter;
  /** Which of the four are seen. */
  readonly #seen: readonly number[];

  /** @param sees "positions": cart and pole without their velocities, which only a memory of what was seen can tell */
  constructor(accounts: number, seed: number, sees: "all" | "positions" = "all") {
    this.#seen = sees === "all" ? [0, 1, 2, 3] : [0, 2];
    this.shape = { symbols: 1, marketFeatures: 0, accountFeatures: this.#seen.length };
    this.stretches = accounts;
    this.row = new Int32Array(accounts);
    this.rewards = new Float32Array(accounts);
    this.terminated = new Uint8Array(accounts);
    this.truncated = new Uint8Array(accounts);
    this.moved = new Uint8Array(accounts);
    this.#x = new Float64Array(accounts * 4);
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
    for (let i = 0; i < 4; i++) this.#x[n * 4 + i] = this.#random.uniform() * 0.1 - 0.05;
    this.#steps[n] = 0;
    this.terminated[n] = 0;
    this.truncated[n] = 0;
  }

  observe(account: Float32Array, mask: Float32Array): void {
    const K = this.#seen.length;
    for (let i = 0; i < account.length; i++) account[i] = this.#x[Math.floor(i / K) * 4 + this.#seen[i % K]];
    mask.fill(0);
  }

  step(choice: Uint8Array): void {
    const x = this.#x;
    for (let n = 0; n < this.stretches; n++) {
      const i = n * 4;
      const angle = x[i + 2];
      const spin = x[i + 3];
      const cos = Math.cos(angle);
      const sin = Math.sin(angle);
      const push = choice[n] === 1 ? FORCE : -FORCE;
      const part = (push + POLE_MASS * HALF_LENGTH * spin * spin * sin) / TOTAL_MASS;
      const spinRate = (GRAVITY * sin - cos * part) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * cos * cos) / TOTAL_MASS));
      const speedRate = part - (POLE_MASS * HALF_LENGTH * spinRate * cos) / TOTAL_MASS;
      x[i] += TAU_SECONDS * x[i + 1];
      x[i + 1] += TAU_SECONDS * speedRate;
      x[i + 2] += TAU_SECONDS * spin;
      x[i + 3] += TAU_SECONDS * spinRate;
      this.#steps[n]++;
      this.rewards[n] = 1;
      this.#episodes.count(n, 1);
      const fell = Math.abs(x[i]) > POSITION_LIMIT || Math.abs(x[i + 2]) > ANGLE_LIMIT;
      this.terminated[n] = fell ? 1 : 0;
      this.truncated[n] = !fell && this.#steps[n] >= STEP_LIMIT ? 1 : 0;
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
      x: [...this.#x],
      steps: [...this.#steps],
      random: this.#random.state(),
      episodes: this.#episodes.state(),
    };
  }

  restore(state: State): void {
    this.#x.set(state.x);
    this.#steps.set(state.steps);
    this.#random.restore(state.random);
    this.#episodes.restore(state.episodes);
    this.terminated.fill(0);
    this.truncated.fill(0);
  }
}
