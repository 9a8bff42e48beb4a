/**
 * @file Tasks on an endless series with a known best policy: each bar the policy of one symbol is short, flat or long,
 * earns its position times the next move, and pays for every unit that it changes. The series does not react.
 */
import { invariant, Random, type RandomState } from "../../../core/index.ts";
import { categoricalSpace } from "../../../policy/index.ts";
import { EpisodeCounter, type EpisodeRecord, type VectorEnv } from "../../env/index.ts";

export type Series = {
  /** `[rows*F]` what the policy sees of each row. */
  readonly observed: Float32Array;
  /** F. */
  readonly features: number;
  /** `[rows]` the move from row `t` to `t + 1`. */
  readonly moves: Float64Array;
};

export type SeriesTaskOptions = {
  readonly stretches: number;
  readonly accountsPerStretch: number;
  readonly seed: number;
  /** Paid for each unit of position change. */
  readonly cost: number;
  readonly episodeSteps: number;
  /** Rows kept free before every start, for windows and warm-up. */
  readonly history: number;
  /** `[G]` the row where each stretch always starts; random where absent. */
  readonly starts?: readonly number[];
  /** Shows 0 instead of what is held. Without costs it says nothing of the future, but it remembers the last choice. */
  readonly hidePosition?: boolean;
};

/** Category 0 is short, 1 flat, 2 long. */
const CATEGORIES = 3;

type State = {
  row: number[];
  position: number[];
  left: number[];
  random: RandomState;
  episodes: { reward: number[]; steps: number[] };
};

export class SeriesTask implements VectorEnv {
  readonly shape: VectorEnv["shape"];
  readonly actionSpace = categoricalSpace(CATEGORIES);
  readonly stretches: number;
  readonly accountsPerStretch: number;
  readonly market: Float32Array;
  readonly row: Int32Array;
  readonly firstRow: number;
  readonly rewards: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly moved: Uint8Array;
  /** `[N]` -1, 0 or 1. */
  readonly position: Int8Array;
  readonly #series: Series;
  readonly #options: SeriesTaskOptions;
  /** `[G]` steps until the stretch is cut. */
  readonly #left: Int32Array;
  readonly #random: Random;
  readonly #episodes: EpisodeCounter;

  constructor(series: Series, options: SeriesTaskOptions) {
    const accounts = options.stretches * options.accountsPerStretch;
    const room = series.moves.length - options.history - options.episodeSteps;
    invariant(room > 0, "an episode and its history fit into the series", `${series.moves.length} rows`);
    this.#series = series;
    this.#options = options;
    this.shape = { symbols: 1, marketFeatures: series.features, accountFeatures: 1 };
    this.stretches = options.stretches;
    this.accountsPerStretch = options.accountsPerStretch;
    this.market = series.observed;
    this.row = new Int32Array(options.stretches);
    this.firstRow = options.history;
    this.rewards = new Float32Array(accounts);
    this.terminated = new Uint8Array(accounts);
    this.truncated = new Uint8Array(accounts);
    this.moved = new Uint8Array(options.stretches);
    this.position = new Int8Array(accounts);
    this.#left = new Int32Array(options.stretches);
    this.#random = new Random(options.seed);
    this.#episodes = new EpisodeCounter(accounts);
    this.reset();
  }

  reset(): void {
    this.#episodes.clear();
    for (let g = 0; g < this.stretches; g++) this.#start(g);
  }

  #start(g: number): void {
    const { history, episodeSteps, starts } = this.#options;
    const room = this.#series.moves.length - history - episodeSteps;
    this.row[g] = starts?.[g] ?? history + this.#random.below(room);
    this.#left[g] = episodeSteps;
    const A = this.accountsPerStretch;
    this.position.fill(0, g * A, (g + 1) * A);
    this.truncated.fill(0, g * A, (g + 1) * A);
  }

  observe(account: Float32Array, mask: Float32Array): void {
    if (this.#options.hidePosition === true) account.fill(0);
    else account.set(this.position);
    mask.fill(0);
  }

  step(choice: Uint8Array): void {
    const A = this.accountsPerStretch;
    for (let g = 0; g < this.stretches; g++) {
      const move = this.#series.moves[this.row[g]];
      this.row[g]++;
      const cut = --this.#left[g] === 0 ? 1 : 0;
      for (let n = g * A; n < (g + 1) * A; n++) {
        const wanted = choice[n] - 1;
        const change = Math.abs(wanted - this.position[n]);
        this.position[n] = wanted;
        const reward = wanted * move - this.#options.cost * change;
        this.rewards[n] = reward;
        this.truncated[n] = cut;
        this.#episodes.count(n, reward);
      }
    }
  }

  restart(): void {
    const A = this.accountsPerStretch;
    for (let g = 0; g < this.stretches; g++) {
      const cut = this.#left[g] === 0;
      this.moved[g] = cut ? 1 : 0;
      if (!cut) continue;
      for (let n = g * A; n < (g + 1) * A; n++) this.#episodes.end(n, false);
      this.#start(g);
    }
  }

  takeEpisodes(): EpisodeRecord[] {
    return this.#episodes.take();
  }

  state(): State {
    return {
      row: [...this.row],
      position: [...this.position],
      left: [...this.#left],
      random: this.#random.state(),
      episodes: this.#episodes.state(),
    };
  }

  restore(state: State): void {
    this.row.set(state.row);
    this.position.set(state.position);
    this.#left.set(state.left);
    this.#random.restore(state.random);
    this.#episodes.restore(state.episodes);
    this.truncated.fill(0);
  }
}

/** A coin shown before each bar tells its move: the least that a learner must learn. */
export function coinSeries(rows: number, seed: number): Series {
  const random = new Random(seed);
  const observed = new Float32Array(rows);
  const moves = new Float64Array(rows);
  for (let t = 0; t < rows; t++) {
    moves[t] = random.uniform() < 0.5 ? 1 : -1;
    observed[t] = moves[t];
  }
  return { observed, features: 1, moves };
}
