/** @file What one PPO update tells of itself, averaged over its steps. */
import type { Metrics } from "../../compute/index.ts";
import type { Rollout } from "./rollout.ts";

export type UpdateFigures = {
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  readonly numberEntropy: number;
  readonly approximateKl: number;
  readonly categoryKl: number;
  readonly numberKl: number;
  readonly clipFraction: number;
  readonly gradientNorm: number;
  readonly firstRatioError: number;
  readonly learningRate: number;
  readonly epochs: number;
};

export class UpdateTotals {
  count = 0;
  /** Largest distance of a ratio from one in the first step. */
  firstRatioError = 0;
  readonly #rollout: Rollout;
  /** Rollout index of each sample of the minibatch just trained on. */
  readonly #step: Int32Array;
  readonly #clip: number;
  readonly #sums = new Map<string, number>();

  constructor(rollout: Rollout, step: Int32Array, clip: number) {
    this.#rollout = rollout;
    this.#step = step;
    this.#clip = clip;
  }

  add(metrics: Metrics): void {
    const ratio = metrics.values("ratio");
    const category = metrics.values("categoryLogProb");
    const n = ratio.length;
    let kl = 0;
    let categoryKl = 0;
    let numberKl = 0;
    let clipped = 0;
    let error = 0;
    for (let i = 0; i < n; i++) {
      const away = Math.abs(ratio[i] - 1);
      if (away > error) error = away;
      if (away > this.#clip) clipped++;
      // (r - 1) - log r estimates the divergence without bias and is never negative (Schulman, 2020).
      const logRatio = Math.log(Math.max(ratio[i], 1e-30));
      kl += ratio[i] - 1 - logRatio;
      const change = category[i] - this.#rollout.categoryLogProb[this.#step[i]];
      categoryKl += Math.exp(change) - 1 - change;
      const rest = logRatio - change;
      numberKl += Math.exp(rest) - 1 - rest;
    }
    if (this.count === 0) this.firstRatioError = error;
    this.count++;
    this.#sum("approximateKl", kl / n);
    this.#sum("categoryKl", categoryKl / n);
    this.#sum("numberKl", numberKl / n);
    this.#sum("clipFraction", clipped / n);
    for (const name of ["policyLoss", "valueLoss", "entropy", "gradientNorm"]) this.#sum(name, metrics.get(name));
    if (metrics.names.includes("numberEntropy")) this.#sum("numberEntropy", metrics.get("numberEntropy"));
  }

  #sum(name: string, value: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
  }

  means(): Omit<UpdateFigures, "learningRate" | "epochs"> {
    const mean = (name: string): number => (this.#sums.get(name) ?? 0) / Math.max(1, this.count);
    return {
      policyLoss: mean("policyLoss"),
      valueLoss: mean("valueLoss"),
      entropy: mean("entropy"),
      numberEntropy: mean("numberEntropy"),
      approximateKl: mean("approximateKl"),
      categoryKl: mean("categoryKl"),
      numberKl: mean("numberKl"),
      clipFraction: mean("clipFraction"),
      gradientNorm: mean("gradientNorm"),
      firstRatioError: this.firstRatioError,
    };
  }
}
