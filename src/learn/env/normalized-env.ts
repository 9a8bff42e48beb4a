/**
 * @file An environment whose account features are scaled to mean 0 and deviation 1 by what was seen so far, kept within ±10:
 * for worlds whose observations have units. Mean and variance are merged batch by batch (Chan, Golub and LeVeque, 1979), from
 * a count of 1e-4 with unit variance, as in Stable-Baselines3's VecNormalize. For judging, freeze the figures of training.
 */
import type { EpisodeRecord, VectorEnv } from "./vector-env.ts";

const BOUND = 10;
const SMALLEST = 1e-8;

/** Figures of each of the K account features, as plain JSON. */
export type ObservationFigures = { readonly count: number; readonly mean: number[]; readonly variance: number[] };

export class NormalizedEnv implements VectorEnv {
  readonly #inner: VectorEnv;
  readonly #isFrozen: boolean;
  #figures: { count: number; mean: number[]; variance: number[] };
  /** The next observation is of a new step: others look again at what was counted already. */
  #isNew = true;

  /** @param frozen figures to judge by, which then never change; they are learned where absent */
  constructor(inner: VectorEnv, frozen?: ObservationFigures) {
    const K = inner.shape.accountFeatures;
    const blank = {
      count: 1e-4,
      mean: Array.from({ length: K }, () => 0),
      variance: Array.from({ length: K }, () => 1),
    };
    this.#inner = inner;
    this.#isFrozen = frozen !== undefined;
    this.#figures = structuredClone(frozen ?? blank);
  }

  /** To freeze another environment with, or to keep beside a model. */
  get figures(): ObservationFigures {
    return structuredClone(this.#figures);
  }

  observe(account: Float32Array, mask: Float32Array): void {
    this.#inner.observe(account, mask);
    if (this.#isNew && !this.#isFrozen) this.#count(account);
    this.#isNew = false;
    const { mean, variance } = this.#figures;
    const K = mean.length;
    for (let i = 0; i < account.length; i++) {
      const x = (account[i] - mean[i % K]) / Math.sqrt(variance[i % K] + SMALLEST);
      account[i] = x > BOUND ? BOUND : x < -BOUND ? -BOUND : x;
    }
  }

  #count(account: Float32Array): void {
    const figures = this.#figures;
    const K = figures.mean.length;
    const rows = account.length / K;
    const total = figures.count + rows;
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let i = k; i < account.length; i += K) sum += account[i];
      const mean = sum / rows;
      let squares = 0;
      for (let i = k; i < account.length; i += K) squares += (account[i] - mean) ** 2;
      const delta = mean - figures.mean[k];
      const m2 = figures.variance[k] * figures.count + squares + (delta * delta * figures.count * rows) / total;
      figures.mean[k] += (delta * rows) / total;
      figures.variance[k] = m2 / total;
    }
    figures.count = total;
  }

  step(choice: Uint8Array, betaSamples: Float32Array): void {
    this.#inner.step(choice, betaSamples);
    this.#isNew = true;
  }

  reset(): void {
    this.#inner.reset();
    this.#isNew = true;
  }

  restart(): void {
    this.#inner.restart();
  }

  beforeRollout(bars: number): boolean {
    return this.#inner.beforeRollout?.(bars) === true;
  }

  takeEpisodes(): EpisodeRecord[] {
    return this.#inner.takeEpisodes();
  }

  state(): unknown {
    return { inner: this.#inner.state(), figures: this.figures, isNew: this.#isNew };
  }

  restore(state: unknown): void {
    const { inner, figures, isNew } = state as { inner: unknown; figures: ObservationFigures; isNew: boolean };
    this.#inner.restore(inner);
    if (!this.#isFrozen) this.#figures = structuredClone(figures);
    this.#isNew = isNew;
  }

  get shape(): VectorEnv["shape"] {
    return this.#inner.shape;
  }

  get actionSpace(): VectorEnv["actionSpace"] {
    return this.#inner.actionSpace;
  }

  get stretches(): number {
    return this.#inner.stretches;
  }

  get accountsPerStretch(): number {
    return this.#inner.accountsPerStretch;
  }

  get market(): Float32Array {
    return this.#inner.market;
  }

  get row(): Int32Array {
    return this.#inner.row;
  }

  get firstRow(): number {
    return this.#inner.firstRow;
  }

  get freeEpisodes(): boolean {
    return this.#inner.freeEpisodes === true;
  }

  get rewards(): Float32Array {
    return this.#inner.rewards;
  }

  get terminated(): Uint8Array {
    return this.#inner.terminated;
  }

  get truncated(): Uint8Array {
    return this.#inner.truncated;
  }

  get moved(): Uint8Array {
    return this.#inner.moved;
  }
}
