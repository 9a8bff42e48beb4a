/** @file What one PPO update tells of itself: means over all its steps, of every epoch. */
import type { Metrics } from "../../compute/index.ts";
import type { Rollout } from "./rollout.ts";

export type UpdateFigures = {
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  readonly betaEntropy: number;
  readonly approximateKl: number;
  /** Of the last epoch alone, the step that was refused included: how far the update went. Others log this one. */
  readonly finalKl: number;
  readonly choiceKl: number;
  readonly betaKl: number;
  readonly anchorKl?: number;
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
  readonly #clip: number;
  readonly #sums = new Map<string, number>();
  #epochKl = 0;
  #epochCount = 0;

  constructor(rollout: Rollout, clip: number) {
    this.#rollout = rollout;
    this.#clip = clip;
  }

  beginEpoch(): void {
    this.#epochKl = 0;
    this.#epochCount = 0;
  }

  /**
   * Takes a training step into account, taken or refused.
   * @param source rollout index of each sample of its minibatch
   */
  add(metrics: Metrics, source: Int32Array): void {
    const ratio = metrics.values("ratio");
    const choice = metrics.values("choiceLogProb");
    const n = ratio.length;
    let kl = 0;
    let choiceKl = 0;
    let betaKl = 0;
    let clipped = 0;
    let error = 0;
    for (let i = 0; i < n; i++) {
      const ratioError = Math.abs(ratio[i] - 1);
      if (ratioError > error) error = ratioError;
      if (ratioError > this.#clip) clipped++;
      const logRatio = Math.log(Math.max(ratio[i], 1e-30));
      kl += divergence(logRatio);
      const choiceLogRatio = choice[i] - this.#rollout.choiceLogProb[source[i]];
      choiceKl += divergence(choiceLogRatio);
      betaKl += divergence(logRatio - choiceLogRatio);
    }
    if (this.count === 0) this.firstRatioError = error;
    this.count++;
    this.#epochKl += kl / n;
    this.#epochCount++;
    this.#sum("approximateKl", kl / n);
    this.#sum("choiceKl", choiceKl / n);
    this.#sum("betaKl", betaKl / n);
    this.#sum("clipFraction", clipped / n);
    for (const name of ["policyLoss", "valueLoss", "entropy", "gradientNorm"]) this.#sum(name, metrics.get(name));
    for (const name of ["betaEntropy", "anchorKl"])
      if (metrics.names.includes(name)) this.#sum(name, metrics.get(name));
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
      betaEntropy: mean("betaEntropy"),
      approximateKl: mean("approximateKl"),
      finalKl: this.#epochKl / Math.max(1, this.#epochCount),
      choiceKl: mean("choiceKl"),
      betaKl: mean("betaKl"),
      ...(this.#sums.has("anchorKl") ? { anchorKl: mean("anchorKl") } : {}),
      clipFraction: mean("clipFraction"),
      gradientNorm: mean("gradientNorm"),
      firstRatioError: this.firstRatioError,
    };
  }
}

/** `(r - 1) - log r` of a sample: estimates the KL divergence without bias and is never negative (Schulman, 2020). */
function divergence(logRatio: number): number {
  return Math.exp(logRatio) - 1 - logRatio;
}
