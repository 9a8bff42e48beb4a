/**
 * @file A world in which everything is known beforehand: what is seen follows from bar and account, rewards and endings are
 * told by the test. What a learner stores of it can be worked out without it.
 */
import { type ActionSpace, actionSpace } from "../../../policy/index.ts";
import type { EpisodeRecord, VectorEnv } from "../../env/index.ts";

export type Script = {
  readonly stretches?: number;
  readonly accountsPerStretch?: number;
  readonly symbols?: number;
  readonly accountFeatures?: number;
  readonly actionSpace?: string;
  /** `[rows*S*F]`; none where absent. */
  readonly market?: { readonly features: number; readonly values: Float32Array };
  /** Rewards of step `t`, counted from 0. Default: 0. */
  readonly reward?: (t: number, account: number) => number;
  /** Accounts whose episode ends for good with step `t`. Default: none. */
  readonly ends?: (t: number, account: number) => boolean;
  /** Where a stretch stands after its time was over with step `t`; undefined where it was not. Default: never. */
  readonly cutTo?: (t: number, stretch: number) => number | undefined;
  /** What is added to the logit of a category before step `t`: 0, or a large negative number. Default: 0. */
  readonly mask?: (t: number, account: number, symbol: number, category: number) => number;
  /** `[G]` rows at the start. Default: 0. */
  readonly starts?: readonly number[];
  readonly freeEpisodes?: boolean;
};

export class ScriptedEnv implements VectorEnv {
  readonly shape: VectorEnv["shape"];
  readonly actionSpace: ActionSpace;
  readonly stretches: number;
  readonly accountsPerStretch: number;
  readonly market: Float32Array;
  readonly row: Int32Array;
  readonly firstRow = 0;
  readonly rewards: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly moved: Uint8Array;
  /** Choices of every step, as they came. */
  readonly taken: Uint8Array[] = [];
  readonly freeEpisodes: boolean;
  readonly #script: Script;
  /** Episodes that each account has begun. */
  readonly #episode: Int32Array;
  #t = 0;

  constructor(script: Script) {
    const { stretches = 1, accountsPerStretch = 1, symbols = 1, accountFeatures = 2, market } = script;
    const N = stretches * accountsPerStretch;
    this.#script = script;
    this.shape = { symbols, marketFeatures: market?.features ?? 0, accountFeatures };
    this.actionSpace = actionSpace(script.actionSpace ?? "direction-size");
    this.stretches = stretches;
    this.accountsPerStretch = accountsPerStretch;
    this.freeEpisodes = script.freeEpisodes ?? false;
    this.market = market?.values ?? new Float32Array(0);
    this.row = new Int32Array(stretches);
    this.rewards = new Float32Array(N);
    this.terminated = new Uint8Array(N);
    this.truncated = new Uint8Array(N);
    this.moved = new Uint8Array(stretches);
    this.#episode = new Int32Array(N);
  }

  reset(): void {
    this.#t = 0;
    this.#episode.fill(0);
    for (let g = 0; g < this.stretches; g++) this.row[g] = this.#script.starts?.[g] ?? 0;
  }

  /** What an account sees before step `t` in its `episode`-th life. `[S*K]` */
  seen(t: number, account: number, episode: number): Float32Array {
    const { symbols, accountFeatures } = this.shape;
    return Float32Array.from({ length: symbols * accountFeatures }, (_, i) =>
      Math.sin(1 + 3 * t + 7 * account + 11 * episode + 0.7 * i),
    );
  }

  observe(account: Float32Array, mask: Float32Array): void {
    const block = this.shape.symbols * this.shape.accountFeatures;
    for (let n = 0; n < this.rewards.length; n++) account.set(this.seen(this.#t, n, this.#episode[n]), n * block);
    const { symbols } = this.shape;
    const C = this.actionSpace.categories.length;
    for (let i = 0; i < mask.length; i++) {
      const owner = Math.floor(i / (symbols * C));
      mask[i] = this.#script.mask?.(this.#t, owner, Math.floor(i / C) % symbols, i % C) ?? 0;
    }
  }

  step(choice: Uint8Array): void {
    const { reward, ends, cutTo } = this.#script;
    this.taken.push(choice.slice());
    for (let g = 0; g < this.stretches; g++) this.row[g]++;
    for (let n = 0; n < this.rewards.length; n++) {
      const ended = ends?.(this.#t, n) === true;
      const cut = cutTo?.(this.#t, Math.floor(n / this.accountsPerStretch)) !== undefined;
      this.rewards[n] = reward?.(this.#t, n) ?? 0;
      this.terminated[n] = ended ? 1 : 0;
      this.truncated[n] = cut && !ended ? 1 : 0;
    }
    this.#t++;
  }

  restart(): void {
    for (let g = 0; g < this.stretches; g++) {
      const to = this.#script.cutTo?.(this.#t - 1, g);
      this.moved[g] = to === undefined ? 0 : 1;
      if (to !== undefined) this.row[g] = to;
    }
    for (let n = 0; n < this.rewards.length; n++) {
      if (this.terminated[n] === 1 || this.truncated[n] === 1) this.#episode[n]++;
    }
  }

  takeEpisodes(): EpisodeRecord[] {
    return [];
  }

  state(): unknown {
    return { t: this.#t, row: [...this.row], episode: [...this.#episode] };
  }

  restore(state: unknown): void {
    const { t, row, episode } = state as { t: number; row: number[]; episode: number[] };
    this.#t = t;
    this.row.set(row);
    this.#episode.set(episode);
  }
}
