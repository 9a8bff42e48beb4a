/** @file A part of a rollout as the feeds of one training step. */
import { writeIndex } from "../../policy/index.ts";
import type { Rollout } from "./rollout.ts";

/** The feeds of one training step: allocated once, filled for every minibatch. */
export class Minibatch {
  readonly feeds: Record<string, Float32Array | Int32Array>;
  /** Units in it. */
  readonly segments: number;
  /** Rollout index of each of its account-steps, in the order of the graph's rows. */
  readonly step: Int32Array;
  readonly #rollout: Rollout;
  readonly #usedBy: ReadonlyArray<Uint8Array>;
  readonly #index: Int32Array;
  readonly #state: Float32Array;
  readonly #account: Float32Array;
  readonly #mask: Float32Array;
  readonly #chosen: Float32Array;
  readonly #betaSamples: Float32Array;
  readonly #used: Float32Array;
  readonly #oldLogProb: Float32Array;
  /** Of each of its account-steps, as the rollout has them until they are normalized. */
  readonly advantage: Float32Array;
  readonly #return: Float32Array;
  readonly #oldValue: Float32Array;

  constructor(rollout: Rollout, segments: number, usedBy: ReadonlyArray<Uint8Array>, market: Float32Array) {
    const { shape } = rollout;
    const samples = segments * shape.segmentBars * shape.accounts;
    const rows = samples * shape.symbols;
    this.segments = segments;
    this.#rollout = rollout;
    this.#usedBy = usedBy;
    this.step = new Int32Array(samples);
    this.#index = new Int32Array(shape.hasMarket ? segments * shape.segmentBars * shape.symbols * shape.window : 0);
    this.#state = new Float32Array(segments * shape.symbols * shape.stateSize);
    this.#account = new Float32Array(rows * shape.accountFeatures);
    this.#mask = new Float32Array(rows * shape.categories);
    this.#chosen = new Float32Array(rows * shape.categories);
    this.#betaSamples = new Float32Array(rows * shape.betaHeads);
    this.#used = new Float32Array(rows * shape.betaHeads);
    this.#oldLogProb = new Float32Array(samples);
    this.advantage = new Float32Array(samples);
    this.#return = new Float32Array(samples);
    this.#oldValue = new Float32Array(samples);
    this.feeds = {
      ...(shape.hasMarket ? { market, index: this.#index } : {}),
      ...(shape.stateSize > 0 ? { state: this.#state } : {}),
      account: this.#account,
      mask: this.#mask,
      chosen: this.#chosen,
      ...(shape.betaHeads > 0 ? { betaSamples: this.#betaSamples, used: this.#used } : {}),
      oldLogProb: this.#oldLogProb,
      advantage: this.advantage,
      return: this.#return,
      oldValue: this.#oldValue,
    };
  }

  /** Copies the segments `order[from .. from + segments)` out of the rollout. */
  fill(order: Int32Array, from: number): void {
    const r = this.#rollout;
    const { stretches: G, accounts: A, symbols: S, accountFeatures: K, categories: C, betaHeads: B } = r.shape;
    const { segmentBars, window, stateSize, hasMarket } = r.shape;
    const stateBlock = S * stateSize;
    let at = 0;
    let index = 0;
    if (stateBlock > 0) {
      for (let u = 0; u < this.segments; u++) {
        const source = order[from + u] * stateBlock;
        this.#state.set(r.state.subarray(source, source + stateBlock), u * stateBlock);
      }
    }
    for (let bar = 0; bar < segmentBars; bar++) {
      for (let u = 0; u < this.segments; u++) {
        const segment = order[from + u];
        const block = Math.floor(segment / G);
        const slot = (block * segmentBars + bar) * G + (segment - block * G);
        if (hasMarket) index = writeIndex(this.#index, index, r.row[slot], S, window);
        const source = slot * A;
        this.#copyRows(source, at, A, S, K, C, B);
        for (let a = 0; a < A; a++, at++) {
          this.step[at] = source + a;
          this.#oldLogProb[at] = r.logProb[source + a];
          this.advantage[at] = r.advantage[source + a];
          this.#return[at] = r.returns[source + a];
          this.#oldValue[at] = r.value[source + a];
        }
      }
    }
  }

  #copyRows(source: number, at: number, A: number, S: number, K: number, C: number, B: number): void {
    const r = this.#rollout;
    const rows = A * S;
    const from = source * S;
    const to = at * S;
    this.#account.set(r.account.subarray(from * K, (from + rows) * K), to * K);
    this.#mask.set(r.mask.subarray(from * C, (from + rows) * C), to * C);
    this.#chosen.fill(0, to * C, (to + rows) * C);
    if (B > 0) this.#betaSamples.set(r.betaSamples.subarray(from * B, (from + rows) * B), to * B);
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
