/**
 * @file What the accounts saw, did and got over T bars. Market windows are kept as row numbers, never as copies: the
 * graph gathers them from the one feature matrix.
 */
import { Extremes } from "./extremes.ts";
import { generalizedAdvantages } from "./gae.ts";

export type RolloutShape = {
  /** T. */
  readonly bars: number;
  /** G. */
  readonly stretches: number;
  /** A. */
  readonly accounts: number;
  /** S. */
  readonly symbols: number;
  /** K. */
  readonly accountFeatures: number;
  /** C. */
  readonly categories: number;
  /** B. */
  readonly betaHeads: number;
  /** Bars of a segment, which is never torn apart; 1 without memory. */
  readonly segmentBars: number;
  /** Rows that one place of the market index has for a symbol. */
  readonly window: number;
  /** Memory of one symbol of one stretch. */
  readonly stateSize: number;
  /** False where there is no market to index. */
  readonly hasMarket: boolean;
  /** Whether memory may begin anew inside a segment. */
  readonly hasResets: boolean;
  /** Whether the heads of another policy are kept beside the choices. Default: no. */
  readonly hasAnchor?: boolean;
};

export class Rollout {
  readonly shape: RolloutShape;
  /** `[T*G]`. */
  readonly row: Int32Array;
  /** `[T*G]` 1 where the memory of the stretch began anew before the bar. */
  readonly anew: Uint8Array;
  /** `[T*N*S*K]`. */
  readonly account: Float32Array;
  /** `[T*N*S*C]`. */
  readonly mask: Float32Array;
  /** `[T*N*S]`. */
  readonly choice: Uint8Array;
  /** `[T*N*S*B]`. */
  readonly betaSamples: Float32Array;
  /** `[T*N]` and so on below. */
  readonly logProb: Float32Array;
  readonly choiceLogProb: Float32Array;
  readonly value: Float32Array;
  readonly reward: Float32Array;
  readonly done: Uint8Array;
  readonly advantage: Float32Array;
  readonly returns: Float32Array;
  /** `[N]`. */
  readonly lastValue: Float32Array;
  /** `[T/segmentBars, G*S*stateSize]` memory before the first bar of each segment. */
  readonly state: Float32Array;
  /** `[T*N*S*C]` and `[T*N*S*2B]`: what the policy that is held on to makes of the same bars; empty without one. */
  readonly anchorLogits: Float32Array;
  readonly anchorConcentrations: Float32Array;
  readonly extremes = new Extremes();

  constructor(shape: RolloutShape) {
    this.shape = shape;
    const { bars: T, stretches: G, accounts: A, symbols: S } = shape;
    const steps = T * G * A;
    this.row = new Int32Array(T * G);
    this.anew = new Uint8Array(T * G);
    this.account = new Float32Array(steps * S * shape.accountFeatures);
    this.mask = new Float32Array(steps * S * shape.categories);
    this.choice = new Uint8Array(steps * S);
    this.betaSamples = new Float32Array(steps * S * shape.betaHeads);
    this.logProb = new Float32Array(steps);
    this.choiceLogProb = new Float32Array(steps);
    this.value = new Float32Array(steps);
    this.reward = new Float32Array(steps);
    this.done = new Uint8Array(steps);
    this.advantage = new Float32Array(steps);
    this.returns = new Float32Array(steps);
    this.lastValue = new Float32Array(G * A);
    const anchored = shape.hasAnchor === true ? steps * S : 0;
    this.anchorLogits = new Float32Array(anchored * shape.categories);
    this.anchorConcentrations = new Float32Array(anchored * 2 * shape.betaHeads);
    this.state = new Float32Array((T / shape.segmentBars) * G * S * shape.stateSize);
  }

  /** Account-steps. */
  get steps(): number {
    return this.logProb.length;
  }

  /** Pieces that are shuffled: single bars of a stretch without memory. */
  get segments(): number {
    return (this.shape.bars / this.shape.segmentBars) * this.shape.stretches;
  }

  estimateAdvantages(gamma: number, lambda: number): void {
    generalizedAdvantages(
      {
        steps: this.shape.bars,
        accounts: this.shape.stretches * this.shape.accounts,
        rewards: this.reward,
        values: this.value,
        done: this.done,
        lastValues: this.lastValue,
        gamma,
        lambda,
      },
      this.advantage,
      this.returns,
    );
  }

  /** Share of the returns' variance that the values foresaw: 1 is perfect, below 0 is worse than a constant. */
  explainedVariance(): number {
    const n = this.steps;
    let meanReturn = 0;
    let meanError = 0;
    for (let i = 0; i < n; i++) {
      meanReturn += this.returns[i] / n;
      meanError += (this.returns[i] - this.value[i]) / n;
    }
    let returns = 0;
    let errors = 0;
    for (let i = 0; i < n; i++) {
      returns += (this.returns[i] - meanReturn) ** 2;
      errors += (this.returns[i] - this.value[i] - meanError) ** 2;
    }
    return returns === 0 ? 0 : 1 - errors / returns;
  }

  /** Share of each category among all choices, and among those of each symbol alone. */
  choiceShares(): { readonly actionShares: readonly number[]; readonly symbolActionShares: readonly number[][] } {
    const { symbols: S, categories: C } = this.shape;
    const counts = Array.from({ length: S }, () => Array.from({ length: C }, () => 0));
    for (let i = 0; i < this.choice.length; i++) counts[i % S][this.choice[i]]++;
    const each = this.choice.length / S;
    const symbolActionShares = counts.map((row) => row.map((count) => count / each));
    const actionShares = counts[0].map((_, c) => symbolActionShares.reduce((sum, row) => sum + row[c], 0) / S);
    return { actionShares, symbolActionShares };
  }
}
