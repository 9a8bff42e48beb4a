/** @file Tests that may be looked at after every observation. */

/**
 * Mixture sequential probability ratio test of a mean against `null`, for normal observations of known deviation and a
 * normal mixture of alternatives of deviation `tau` (Johari, Pekelis and Walsh, 2017). The p-value only falls and is valid
 * at any time. For paired differences whose deviation is known, such as slippage against its model.
 */
export class MixtureTest {
  readonly #variance: number;
  readonly #mixture: number;
  readonly #null: number;
  #count = 0;
  #sum = 0;
  #smallest = 1;

  constructor(deviation: number, tau: number, nullMean = 0) {
    this.#variance = deviation * deviation;
    this.#mixture = tau * tau;
    this.#null = nullMean;
  }

  add(value: number): void {
    this.#count++;
    this.#sum += value - this.#null;
    this.#smallest = Math.min(this.#smallest, 1 / this.ratio);
  }

  /** Likelihood ratio of the mixture against the null. */
  get ratio(): number {
    const total = this.#variance + this.#count * this.#mixture;
    return (
      Math.sqrt(this.#variance / total) * Math.exp((this.#mixture * this.#sum ** 2) / (2 * this.#variance * total))
    );
  }

  get p(): number {
    return this.#smallest;
  }
}

/**
 * Lower bound of a mean that holds at all times together with probability 1 - alpha, asymptotically (Waudby-Smith, Arbour,
 * Sinha, Kennedy and Ramdas, arXiv 2103.06476): mean - deviation sqrt(2 (n rho^2 + 1) / (n^2 rho^2) ln(1 + sqrt(n rho^2 + 1) /
 * (2 alpha))). Give it at least 30 observations before it is believed.
 * @param tightAt the number of observations at which it is tightest
 */
export class ConfidenceSequence {
  readonly #alpha: number;
  readonly #rho2: number;
  #count = 0;
  #mean = 0;
  #squares = 0;

  constructor(alpha: number, tightAt: number) {
    this.#alpha = alpha;
    const a = -2 * Math.log(alpha);
    this.#rho2 = (a + Math.log(a + 1)) / tightAt;
  }

  add(value: number): void {
    this.#count++;
    const step = value - this.#mean;
    this.#mean += step / this.#count;
    this.#squares += step * (value - this.#mean);
  }

  get lower(): number {
    const n = this.#count;
    if (n === 0) return Number.NEGATIVE_INFINITY;
    const r = n * this.#rho2 + 1;
    const width = Math.sqrt(((2 * r) / (n * n * this.#rho2)) * Math.log(1 + Math.sqrt(r) / (2 * this.#alpha)));
    return this.#mean - Math.sqrt(this.#squares / n) * width;
  }
}

/** Page's cumulative sum for a fall of a mean (Page, 1954): C = max(0, C + allowance - value); an alarm is C above a limit. */
export function cusumDown(sum: number, value: number, allowance: number): number {
  return Math.max(0, sum + allowance - value);
}

/**
 * One step of an e-detector for a mean R that falls below `least` (Shin, Ramdas and Rinaldo, arXiv 2203.03532): M = (1 + M)
 * (1 + bet (least - R)) with R in [-6, 3]. An alarm at M >= 1 / alpha is false once in 1 / alpha observations on average.
 */
export function eDetectorDown(value: number, r: number, least: number, share: number): number {
  return (1 + value) * (1 + share * (least - Math.max(-6, Math.min(3, r))));
}
