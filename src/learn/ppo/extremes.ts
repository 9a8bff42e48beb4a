/** @file How confident the heads were that a rollout was acted by, and what float32 can say of probabilities then. */
import type { HeadOutputs, NetworkShape } from "../../policy/index.ts";

/** Rounding of up to ten summed log-probabilities of an undecided policy; each more adds its own. */
const ROUNDING = 1e-5;
const ROUNDED_TERMS = 10;
/** Of the terms of a log-density that cancel each other: each is about as large as the concentration, float32 has 6e-8. */
const PER_CONCENTRATION = 1e-6;
const PER_LOGIT = 5e-7;

export class Extremes {
  #concentration = 1;
  #logit = 0;

  clear(): void {
    this.#concentration = 1;
    this.#logit = 0;
  }

  note({ logits, concentrations }: HeadOutputs): void {
    // Masked ones are far below all that a network gives.
    for (const logit of logits) if (logit > -1e7 && Math.abs(logit) > this.#logit) this.#logit = Math.abs(logit);
    for (const value of concentrations) if (value > this.#concentration) this.#concentration = value;
  }

  /** How far the probability ratio of a choice and itself may be from one. */
  ratioTolerance({ symbols, betaHeads }: Pick<NetworkShape, "symbols" | "betaHeads">): number {
    const terms = symbols * (1 + betaHeads);
    const cancelled = symbols * (betaHeads * this.#concentration * PER_CONCENTRATION + this.#logit * PER_LOGIT);
    return ROUNDING * Math.max(1, terms / ROUNDED_TERMS) + cancelled;
  }
}
