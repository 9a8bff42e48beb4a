/**
 * @file What a learner needs of a world. N accounts live on G stretches of market, A on each (account `n` lives on
 * stretch `floor(n / A)`): what happens in the market does not depend on what they do, so its encoding is computed once
 * for a stretch and shared by the accounts on it.
 */
import type { ActionSpace } from "../../policy/index.ts";

export type EnvShape = {
  /** S. */
  readonly symbols: number;
  /** F: features of one symbol in one bar; 0 for a world without a market. */
  readonly marketFeatures: number;
  /** K: features of one symbol of one account. */
  readonly accountFeatures: number;
};

export type EpisodeRecord = {
  /** Sum of the raw rewards. */
  readonly reward: number;
  readonly steps: number;
  /** False where the end of the data or of the time allowed cut it. */
  readonly terminated: boolean;
};

export type VectorEnv = {
  readonly shape: EnvShape;
  readonly actionSpace: ActionSpace;
  /** G. */
  readonly stretches: number;
  /** A. */
  readonly accountsPerStretch: number;
  /** `[rows*S*F]`: the features of symbol `s` in row `r` start at `(r*S+s)*F`. */
  readonly market: Float32Array;
  /** `[G]` the row that each stretch stands at. */
  readonly row: Int32Array;
  /** Rows below this one can't be acted on; at least as many rows of history exist before every start. */
  readonly firstRow: number;
  /**
   * True where episodes may end at any bar and the memory of what ended is emptied then. Default: stretches move only between
   * segments, and their memory is warmed up where they go.
   */
  readonly freeEpisodes?: boolean;

  /** Starts every stretch and account anew. */
  reset(): void;
  /**
   * Called before a rollout of `bars` bars: the only moment at which an env may change the market for rows that have been
   * seen, because what a policy acted on is what it is trained on. True where everybody stands in another market since.
   */
  beforeRollout?(bars: number): boolean;
  /**
   * Writes what the accounts see.
   * @param account `[N*S*K]`
   * @param mask `[N*S*C]` added to the logits
   */
  observe(account: Float32Array, mask: Float32Array): void;
  /**
   * One bar for everybody.
   * @param choice `[N*S]` index of the chosen category
   * @param betaSamples `[N*S*B]` in (0, 1); 0.5 where the category does not use the head
   */
  step(choice: Uint8Array, betaSamples: Float32Array): void;
  /** `[N]` of the last step. */
  readonly rewards: Float32Array;
  /** `[N]` 1 where the last step ended the episode for good. */
  readonly terminated: Uint8Array;
  /** `[N]` 1 where the last step was cut by a time limit. */
  readonly truncated: Uint8Array;
  /** Starts again those that ended; until then they can still be observed where they stopped. */
  restart(): void;
  /** `[G]` 1 where the last restart moved the stretch to another place of the market. */
  readonly moved: Uint8Array;
  /** Episodes ended since the last call. */
  takeEpisodes(): EpisodeRecord[];

  /** Everything that a bit-for-bit continuation needs, as plain JSON. */
  state(): unknown;
  restore(state: unknown): void;
};

/** Sums rewards into episodes; part of an env's state. */
export class EpisodeCounter {
  readonly #reward: Float64Array;
  readonly #steps: Int32Array;
  #ended: EpisodeRecord[] = [];

  constructor(accounts: number) {
    this.#reward = new Float64Array(accounts);
    this.#steps = new Int32Array(accounts);
  }

  count(account: number, reward: number): void {
    this.#reward[account] += reward;
    this.#steps[account]++;
  }

  end(account: number, terminated: boolean): void {
    this.#ended.push({ reward: this.#reward[account], steps: this.#steps[account], terminated });
    this.#reward[account] = 0;
    this.#steps[account] = 0;
  }

  /** Cuts every episode that has begun. */
  endAll(): void {
    for (const [account, steps] of this.#steps.entries()) if (steps > 0) this.end(account, false);
  }

  clear(): void {
    this.#reward.fill(0);
    this.#steps.fill(0);
    this.#ended = [];
  }

  take(): EpisodeRecord[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  state(): { reward: number[]; steps: number[] } {
    return { reward: [...this.#reward], steps: [...this.#steps] };
  }

  restore(state: { reward: number[]; steps: number[] }): void {
    this.#reward.set(state.reward);
    this.#steps.set(state.steps);
    this.#ended = [];
  }
}
