/**
 * @file Reward scaling by the spread of the discounted return (Engstrom et al., "Implementation matters in deep policy
 * gradients", 2020): divides by its running standard deviation, never shifts the mean, clips to 10. Mean and variance
 * are merged batch by batch after Chan, Golub and LeVeque (1979), starting from a count of 1e-4 with unit variance.
 */

export type RewardScalerState = { mean: number; variance: number; count: number; returns: number[] };

const CLIP = 10;

export class RewardScaler {
  #mean = 0;
  #variance = 1;
  #count = 1e-4;
  readonly #gamma: number;
  readonly #returns: Float64Array;

  constructor(accounts: number, gamma: number) {
    this.#gamma = gamma;
    this.#returns = new Float64Array(accounts);
  }

  /**
   * Scales one step's rewards in place.
   * @param rewards `[N]`
   * @param done `[N]` the account's discounted return starts again after it
   */
  scale(rewards: Float32Array, done: Uint8Array): void {
    const returns = this.#returns;
    const n = returns.length;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      returns[i] = returns[i] * this.#gamma + rewards[i];
      sum += returns[i];
    }
    const batchMean = sum / n;
    let squares = 0;
    for (let i = 0; i < n; i++) squares += (returns[i] - batchMean) ** 2;
    this.#merge(batchMean, squares, n);
    const scale = 1 / Math.sqrt(this.#variance + 1e-8);
    for (let i = 0; i < n; i++) {
      const r = rewards[i] * scale;
      rewards[i] = r > CLIP ? CLIP : r < -CLIP ? -CLIP : r;
      if (done[i] === 1) returns[i] = 0;
    }
  }

  /** Everybody begins anew somewhere else: no return goes on. What is known of their spread stays. */
  restart(): void {
    this.#returns.fill(0);
  }

  #merge(mean: number, squares: number, n: number): void {
    const total = this.#count + n;
    const delta = mean - this.#mean;
    const m2 = this.#variance * this.#count + squares + (delta * delta * this.#count * n) / total;
    this.#mean += (delta * n) / total;
    this.#variance = m2 / total;
    this.#count = total;
  }

  state(): RewardScalerState {
    return { mean: this.#mean, variance: this.#variance, count: this.#count, returns: [...this.#returns] };
  }

  restore(state: RewardScalerState): void {
    this.#mean = state.mean;
    this.#variance = state.variance;
    this.#count = state.count;
    this.#returns.set(state.returns);
  }
}
