/** @file Normalized features of a growing tape: the pipeline that also trains, fed row by row; the newest rows are kept. */
import { InvariantError } from "../../core/index.ts";
import { FeaturePipeline, type FeatureSelection, type Normalizer, normalizeRow } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { FeatureRows } from "../../policy/index.ts";

export class LiveRows implements FeatureRows {
  readonly #pipeline: FeaturePipeline;
  readonly #normalizer: Normalizer;
  readonly #keep: number;
  /** By number in the whole history: rows that the tape has let go count. */
  readonly #rows = new Map<number, Float32Array>();
  /** Row of the tape that is read next, and the number of its row 0 in the whole history. */
  #next = 0;
  #slid = 0;

  /** @param keep rows that may still be asked for: window and warm-up of the network */
  constructor(selection: FeatureSelection, normalizer: Normalizer, tape: MarketTape, keep: number) {
    this.#pipeline = new FeaturePipeline(selection, tape);
    this.#normalizer = normalizer;
    this.#keep = keep;
  }

  /** The first row of the tape at hand whose features are final; below 0 where that row is gone. */
  get firstBar(): number {
    return this.#pipeline.warmup - this.#slid;
  }

  /** Takes every row up to and including `bar`. */
  advance(tape: MarketTape, bar: number): void {
    for (; this.#next <= bar; this.#next++) {
      const row = new Float32Array(this.#pipeline.symbols * this.#pipeline.count);
      this.#pipeline.update(tape, this.#next, row, 0);
      normalizeRow(this.#normalizer, row, 0);
      const number = this.#next + this.#slid;
      this.#rows.set(number, row);
      this.#rows.delete(number - this.#keep);
    }
  }

  at(bar: number): Float32Array {
    const row = this.#rows.get(bar + this.#slid);
    if (row === undefined || bar < this.firstBar) throw new InvariantError(`bar ${bar} has final features`);
    return row;
  }

  /** The tape's rows have moved down by `bars`, all of which were taken. */
  moved(bars: number): void {
    this.#slid += bars;
    this.#next -= bars;
    this.#pipeline.moved(bars);
  }
}
