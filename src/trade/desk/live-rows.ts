/** @file Normalized features of a growing tape: the pipeline that also trains, fed row by row; the newest rows are kept. */
import { InvariantError } from "../../core/index.ts";
import { FeaturePipeline, type FeatureSelection, type Normalizer, normalizeRow } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { FeatureRows } from "../../policy/index.ts";

export class LiveRows implements FeatureRows {
  readonly firstBar: number;
  readonly #pipeline: FeaturePipeline;
  readonly #normalizer: Normalizer;
  readonly #keep: number;
  readonly #rows = new Map<number, Float32Array>();
  #next = 0;

  /** @param keep rows that may still be asked for: window and warm-up of the network */
  constructor(selection: FeatureSelection, normalizer: Normalizer, tape: MarketTape, keep: number) {
    this.#pipeline = new FeaturePipeline(selection, tape);
    this.#normalizer = normalizer;
    this.#keep = keep;
    this.firstBar = this.#pipeline.warmup;
  }

  /** Takes every row up to and including `bar`. */
  advance(tape: MarketTape, bar: number): void {
    for (; this.#next <= bar; this.#next++) {
      const row = new Float32Array(this.#pipeline.symbols * this.#pipeline.count);
      this.#pipeline.update(tape, this.#next, row, 0);
      normalizeRow(this.#normalizer, row, 0);
      this.#rows.set(this.#next, row);
      this.#rows.delete(this.#next - this.#keep);
    }
  }

  at(bar: number): Float32Array {
    const row = this.#rows.get(bar);
    if (row === undefined || bar < this.firstBar) throw new InvariantError(`bar ${bar} has final features`);
    return row;
  }
}
