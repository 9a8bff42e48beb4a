/**
 * @file What the accounts saw, did and got over T bars, and how a part of it becomes the feeds of one training step.
 * Market windows are kept as row numbers, never as copies: the graph gathers them from the one feature matrix.
 */
import { writeIndex } from "../../policy/index.ts";
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
  /** Bars of a unit that is never torn apart: a segment with memory, 1 without. */
  readonly unitBars: number;
  /** Rows that one place of the market index has for a symbol. */
  readonly window: number;
  /** Memory of one symbol of one stretch. */
  readonly stateSize: number;
  /** False where there is no market to index. */
  readonly hasMarket: boolean;
};

export class Rollout {
  readonly shape: RolloutShape;
  /** `[T*G]`. */
  readonly row: Int32Array;
  /** `[T*N*S*K]`. */
  readonly account: Float32Array;
  /** `[T*N*S*C]`. */
  readonly mask: Float32Array;
  /** `[T*N*S]`. */
  readonly category: Uint8Array;
  /** `[T*N*S*B]`. */
  readonly numbers: Float32Array;
  /** `[T*N]` and so on below. */
  readonly logProb: Float32Array;
  readonly categoryLogProb: Float32Array;
  readonly value: Float32Array;
  readonly reward: Float32Array;
  readonly done: Uint8Array;
  readonly advantage: Float32Array;
  readonly returns: Float32Array;
  /** `[N]`. */
  readonly lastValue: Float32Array;
  /** `[T/unitBars, G*S*stateSize]` memory before the first bar of each unit. */
  readonly state: Float32Array;

  constructor(shape: RolloutShape) {
    this.shape = shape;
    const { bars: T, stretches: G, accounts: A, symbols: S } = shape;
    const steps = T * G * A;
    this.row = new Int32Array(T * G);
    this.account = new Float32Array(steps * S * shape.accountFeatures);
    this.mask = new Float32Array(steps * S * shape.categories);
    this.category = new Uint8Array(steps * S);
    this.numbers = new Float32Array(steps * S * shape.betaHeads);
    this.logProb = new Float32Array(steps);
    this.categoryLogProb = new Float32Array(steps);
    this.value = new Float32Array(steps);
    this.reward = new Float32Array(steps);
    this.done = new Uint8Array(steps);
    this.advantage = new Float32Array(steps);
    this.returns = new Float32Array(steps);
    this.lastValue = new Float32Array(G * A);
    this.state = new Float32Array((T / shape.unitBars) * G * S * shape.stateSize);
  }

  /** Account-steps. */
  get steps(): number {
    return this.logProb.length;
  }

  /** Pieces that are shuffled: bars of a stretch, or its segments. */
  get units(): number {
    return (this.shape.bars / this.shape.unitBars) * this.shape.stretches;
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
}

/** The feeds of one training step: allocated once, filled for every minibatch. */
export class Minibatch {
  readonly feeds: Record<string, Float32Array | Int32Array>;
  /** Units in it. */
  readonly units: number;
  /** Rollout index of each of its account-steps, in the order of the graph's rows. */
  readonly step: Int32Array;
  readonly #rollout: Rollout;
  readonly #usedBy: ReadonlyArray<Uint8Array>;
  readonly #index: Int32Array;
  readonly #state: Float32Array;
  readonly #account: Float32Array;
  readonly #mask: Float32Array;
  readonly #chosen: Float32Array;
  readonly #numbers: Float32Array;
  readonly #used: Float32Array;
  readonly #oldLogProb: Float32Array;
  readonly #advantage: Float32Array;
  readonly #return: Float32Array;
  readonly #oldValue: Float32Array;

  constructor(rollout: Rollout, units: number, usedBy: ReadonlyArray<Uint8Array>, market: Float32Array) {
    const { shape } = rollout;
    const samples = units * shape.unitBars * shape.accounts;
    const rows = samples * shape.symbols;
    this.units = units;
    this.#rollout = rollout;
    this.#usedBy = usedBy;
    this.step = new Int32Array(samples);
    this.#index = new Int32Array(shape.hasMarket ? units * shape.unitBars * shape.symbols * shape.window : 0);
    this.#state = new Float32Array(units * shape.symbols * shape.stateSize);
    this.#account = new Float32Array(rows * shape.accountFeatures);
    this.#mask = new Float32Array(rows * shape.categories);
    this.#chosen = new Float32Array(rows * shape.categories);
    this.#numbers = new Float32Array(rows * shape.betaHeads);
    this.#used = new Float32Array(rows * shape.betaHeads);
    this.#oldLogProb = new Float32Array(samples);
    this.#advantage = new Float32Array(samples);
    this.#return = new Float32Array(samples);
    this.#oldValue = new Float32Array(samples);
    this.feeds = {
      ...(shape.hasMarket ? { market, index: this.#index } : {}),
      ...(shape.stateSize > 0 ? { state: this.#state } : {}),
      account: this.#account,
      mask: this.#mask,
      chosen: this.#chosen,
      ...(shape.betaHeads > 0 ? { numbers: this.#numbers, used: this.#used } : {}),
      oldLogProb: this.#oldLogProb,
      advantage: this.#advantage,
      return: this.#return,
      oldValue: this.#oldValue,
    };
  }

  /** Copies the units `order[from .. from + units)` out of the rollout, advantages normalized within the minibatch. */
  fill(order: Int32Array, from: number): void {
    const r = this.#rollout;
    const { stretches: G, accounts: A, symbols: S, accountFeatures: K, categories: C, betaHeads: B } = r.shape;
    const { unitBars, window, stateSize, hasMarket } = r.shape;
    const stateBlock = S * stateSize;
    let at = 0;
    let index = 0;
    if (stateBlock > 0) {
      for (let u = 0; u < this.units; u++) {
        const source = order[from + u] * stateBlock;
        this.#state.set(r.state.subarray(source, source + stateBlock), u * stateBlock);
      }
    }
    for (let bar = 0; bar < unitBars; bar++) {
      for (let u = 0; u < this.units; u++) {
        const unit = order[from + u];
        const block = Math.floor(unit / G);
        const place = (block * unitBars + bar) * G + (unit - block * G);
        if (hasMarket) index = writeIndex(this.#index, index, r.row[place], S, window);
        const source = place * A;
        this.#copyRows(source, at, A, S, K, C, B);
        for (let a = 0; a < A; a++, at++) {
          this.step[at] = source + a;
          this.#oldLogProb[at] = r.logProb[source + a];
          this.#advantage[at] = r.advantage[source + a];
          this.#return[at] = r.returns[source + a];
          this.#oldValue[at] = r.value[source + a];
        }
      }
    }
    normalize(this.#advantage);
  }

  #copyRows(source: number, at: number, A: number, S: number, K: number, C: number, B: number): void {
    const r = this.#rollout;
    const rows = A * S;
    const from = source * S;
    const to = at * S;
    this.#account.set(r.account.subarray(from * K, (from + rows) * K), to * K);
    this.#mask.set(r.mask.subarray(from * C, (from + rows) * C), to * C);
    this.#chosen.fill(0, to * C, (to + rows) * C);
    if (B > 0) this.#numbers.set(r.numbers.subarray(from * B, (from + rows) * B), to * B);
    for (let i = 0; i < rows; i++) {
      const category = r.category[from + i];
      this.#chosen[(to + i) * C + category] = 1;
      for (let b = 0; b < B; b++) this.#used[(to + i) * B + b] = this.#usedBy[b][category];
    }
  }
}

/** To zero mean and unit deviation, in place. */
function normalize(values: Float32Array): void {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i] / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  const scale = 1 / (Math.sqrt(squares / Math.max(1, n - 1)) + 1e-8);
  for (let i = 0; i < n; i++) values[i] = (values[i] - mean) * scale;
}
