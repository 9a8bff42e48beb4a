/** @file A statistical regime model: the filtered probability of a turbulent market. */
import type { Bar } from "../bar.ts";
import { settleBars } from "../indicator.ts";
import { WindowSum } from "../window/sum.ts";

/** Bars over which the usual size of a return is measured. */
const LONG_WINDOW = 288;
/** Deviation of returns in the calm and in the turbulent state, in usual sizes. */
const CALM = 0.6;
const TURBULENT = 1.8;
const STAY_CALM = 0.98;
const STAY_TURBULENT = 0.95;
/** Largest evidence of one bar, in logarithms of odds: one freak return can't outlast ten normal ones. */
const MOST_EVIDENCE = 6;

const EVIDENCE_BASE = Math.log(CALM / TURBULENT);
const EVIDENCE_SQUARE = 0.5 * (1 / (CALM * CALM) - 1 / (TURBULENT * TURBULENT));

/**
 * Two-state Gaussian hidden Markov model of log returns, filtered, never smoothed: P(turbulent | returns up to now).
 * Forward recursion: J. Hamilton, "A new approach to the economic analysis of nonstationary time series and the business
 * cycle", 1989. Its parameters are constants in units of the root mean square of the last 288 returns before the bar, so
 * nothing is fitted and nothing of the future can leak in; a model fitted on the whole history, the usual way, does leak.
 */
export class Turbulence {
  readonly #squares = new WindowSum(LONG_WINDOW);
  readonly warmup = 1 + LONG_WINDOW + settleBars(2 - STAY_CALM - STAY_TURBULENT);
  /** Probability of the turbulent state, (0, 1). */
  probability = (1 - STAY_CALM) / (2 - STAY_CALM - STAY_TURBULENT);

  update(bar: Bar): void {
    if (bar.index === 0) return;
    const before = this.probability;
    const expected = before * STAY_TURBULENT + (1 - before) * (1 - STAY_CALM);
    const usual = this.#squares.mean;
    this.#squares.push(bar.logReturn * bar.logReturn);
    if (!(usual > 0)) {
      this.probability = expected;
      return;
    }
    const square = (bar.logReturn * bar.logReturn) / usual;
    const evidence = Math.min(MOST_EVIDENCE, EVIDENCE_BASE + EVIDENCE_SQUARE * square);
    const odds = (expected / (1 - expected)) * Math.exp(evidence);
    this.probability = odds / (1 + odds);
  }
}
