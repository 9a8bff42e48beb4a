/** @file A rollout as the minibatches of one epoch: the feeds of all its training steps, one after the other. */
import { writeIndex } from "../../policy/index.ts";
import type { Rollout } from "./rollout.ts";

/** Allocated once, filled for every epoch. */
export class Minibatches {
  /** By name, `[steps, ...]`; the market is the same for all. */
  readonly feeds: Record<string, Float32Array | Int32Array>;
  /** Training steps of an epoch. */
  readonly steps: number;
  readonly #rollout: Rollout;
  /** Segments of one minibatch. */
  readonly #segments: number;
  readonly #usedBy: ReadonlyArray<Uint8Array>;
  /** Rollout index of each account-step, in the order of the graph's rows. */
  readonly #source: Int32Array;
  readonly #index: Int32Array;
  readonly #state: Float32Array;
  readonly #resets: Float32Array;
  readonly #account: Float32Array;
  readonly #mask: Float32Array;
  readonly #chosen: Float32Array;
  readonly #betaSamples: Float32Array;
  readonly #used: Float32Array;
  readonly #oldLogProb: Float32Array;
  readonly #advantage: Float32Array;
  readonly #return: Float32Array;
  readonly #oldValue: Float32Array;
  readonly #anchorLogits: Float32Array;
  readonly #anchorConcentrations: Float32Array;

  constructor(rollout: Rollout, segments: number, usedBy: ReadonlyArray<Uint8Array>, market: Float32Array) {
    const { shape, steps: samples } = rollout;
    const rows = samples * shape.symbols;
    const places = rollout.segments * shape.segmentBars * shape.symbols;
    this.steps = rollout.segments / segments;
    this.#rollout = rollout;
    this.#segments = segments;
    this.#usedBy = usedBy;
    this.#source = new Int32Array(samples);
    this.#index = new Int32Array(shape.hasMarket ? places * shape.window : 0);
    this.#state = new Float32Array(rollout.segments * shape.symbols * shape.stateSize);
    this.#resets = new Float32Array(shape.hasResets ? places : 0);
    this.#account = new Float32Array(rows * shape.accountFeatures);
    this.#mask = new Float32Array(rows * shape.categories);
    this.#chosen = new Float32Array(rows * shape.categories);
    this.#betaSamples = new Float32Array(rows * shape.betaHeads);
    this.#used = new Float32Array(rows * shape.betaHeads);
    this.#oldLogProb = new Float32Array(samples);
    this.#advantage = new Float32Array(samples);
    this.#return = new Float32Array(samples);
    this.#oldValue = new Float32Array(samples);
    this.#anchorLogits = new Float32Array(rollout.anchorLogits.length);
    this.#anchorConcentrations = new Float32Array(rollout.anchorConcentrations.length);
    this.feeds = {
      ...(shape.hasMarket ? { market, index: this.#index } : {}),
      ...(shape.stateSize > 0 ? { state: this.#state } : {}),
      ...(shape.hasResets ? { resets: this.#resets } : {}),
      account: this.#account,
      mask: this.#mask,
      chosen: this.#chosen,
      ...(shape.betaHeads > 0 ? { betaSamples: this.#betaSamples, used: this.#used } : {}),
      oldLogProb: this.#oldLogProb,
      advantage: this.#advantage,
      return: this.#return,
      oldValue: this.#oldValue,
      ...(shape.hasAnchor === true ? { anchorLogits: this.#anchorLogits } : {}),
      ...(this.#anchorConcentrations.length > 0 ? { anchorConcentrations: this.#anchorConcentrations } : {}),
    };
  }

  /** Copies the whole rollout, its segments in this order: the first ones make the first minibatch, and so on. */
  fill(order: Int32Array): void {
    for (let step = 0; step < this.steps; step++) this.#fillStep(order, step);
  }

  /** Rollout index of each account-step of a minibatch. */
  source(step: number): Int32Array {
    return this.#part(this.#source, step);
  }

  /** Advantages of a minibatch, as the rollout has them until they are normalized. */
  advantage(step: number): Float32Array {
    return this.#part(this.#advantage, step);
  }

  #part<T extends Float32Array | Int32Array>(all: T, step: number): T {
    const size = all.length / this.steps;
    return all.subarray(step * size, (step + 1) * size) as T;
  }

  #fillStep(order: Int32Array, step: number): void {
    const r = this.#rollout;
    const { stretches: G, accounts: A, symbols: S, segmentBars, window, stateSize, hasMarket, hasResets } = r.shape;
    const first = step * this.#segments;
    const stateBlock = S * stateSize;
    for (let u = first; u < first + this.#segments; u++) {
      this.#state.set(r.state.subarray(order[u] * stateBlock, (order[u] + 1) * stateBlock), u * stateBlock);
    }
    let at = first * segmentBars * A;
    let index = first * segmentBars * S * window;
    for (let bar = 0; bar < segmentBars; bar++) {
      for (let u = first; u < first + this.#segments; u++) {
        const block = Math.floor(order[u] / G);
        const slot = (block * segmentBars + bar) * G + (order[u] - block * G);
        if (hasMarket) index = writeIndex(this.#index, index, r.row[slot], S, window);
        if (hasResets) this.#resets.fill(r.anew[slot], (at / A) * S, (at / A + 1) * S);
        this.#copyRows(slot * A, at);
        for (let a = 0; a < A; a++, at++) {
          const source = slot * A + a;
          this.#source[at] = source;
          this.#oldLogProb[at] = r.logProb[source];
          this.#advantage[at] = r.advantage[source];
          this.#return[at] = r.returns[source];
          this.#oldValue[at] = r.value[source];
        }
      }
    }
  }

  /** What the accounts of one bar of a stretch saw and chose. */
  #copyRows(source: number, at: number): void {
    const r = this.#rollout;
    const { accounts: A, symbols: S, accountFeatures: K, categories: C, betaHeads: B } = r.shape;
    const rows = A * S;
    const from = source * S;
    const to = at * S;
    this.#account.set(r.account.subarray(from * K, (from + rows) * K), to * K);
    this.#mask.set(r.mask.subarray(from * C, (from + rows) * C), to * C);
    this.#chosen.fill(0, to * C, (to + rows) * C);
    if (B > 0) this.#betaSamples.set(r.betaSamples.subarray(from * B, (from + rows) * B), to * B);
    if (r.shape.hasAnchor === true) {
      this.#anchorLogits.set(r.anchorLogits.subarray(from * C, (from + rows) * C), to * C);
      const concentrations = r.anchorConcentrations.subarray(from * 2 * B, (from + rows) * 2 * B);
      this.#anchorConcentrations.set(concentrations, to * 2 * B);
    }
    for (let i = 0; i < rows; i++) {
      const choice = r.choice[from + i];
      this.#chosen[(to + i) * C + choice] = 1;
      for (let b = 0; b < B; b++) this.#used[(to + i) * B + b] = this.#usedBy[b][choice];
    }
  }
}

/** To zero mean and unit deviation (n - 1), in place. */
export function normalize(values: Float32Array): void {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i] / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  const scale = 1 / (Math.sqrt(squares / Math.max(1, n - 1)) + 1e-8);
  for (let i = 0; i < n; i++) values[i] = (values[i] - mean) * scale;
}
