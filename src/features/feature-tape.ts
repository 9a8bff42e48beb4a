/** @file Features of a whole tape: the pipeline run over every row. */
import { invariant, type ProgressListener } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";
import { FeaturePipeline } from "./pipeline.ts";
import type { FeatureSelection } from "./sets.ts";

export type FeatureTape = {
  /** `[T*S*F]` in shared memory; row `(t * S + s) * F + f`. */
  readonly values: Float32Array;
  /** T. */
  readonly bars: number;
  /** S. */
  readonly symbols: number;
  /** F. */
  readonly features: number;
  /** The market tape's row that row 0 stands for. */
  readonly fromBar: number;
  readonly names: readonly string[];
  /** Bars of a symbol before its first final row. */
  readonly warmup: number;
  readonly fingerprint: string;
  readonly barMs: number;
};

export type ComputeOptions = {
  /** First row, and the row after the last one; the whole tape by default. The streams begin at the first row. */
  readonly from?: number;
  readonly to?: number;
  readonly onProgress?: ProgressListener;
};

const ROWS_PER_REPORT = 4_096;

/** Runs the pipeline over the rows of a tape. */
export function computeFeatures(
  tape: MarketTape,
  selection: FeatureSelection,
  options: ComputeOptions = {},
): FeatureTape {
  const { from = 0, to = tape.bars, onProgress } = options;
  invariant(from >= 0 && from <= to && to <= tape.bars, "the rows lie inside the tape", `from ${from} to ${to}`);
  const pipeline = new FeaturePipeline(selection, tape);
  const bars = to - from;
  const width = tape.symbols * pipeline.count;
  const values = sharedFloats(bars * width);
  for (let t = 0; t < bars; t++) {
    pipeline.update(tape, from + t, values, t * width);
    if ((t + 1) % ROWS_PER_REPORT === 0) onProgress?.({ label: "features", done: t + 1, total: bars, unit: "bars" });
  }
  onProgress?.({ label: "features", done: bars, total: bars, unit: "bars" });
  return {
    values,
    bars,
    symbols: tape.symbols,
    features: pipeline.count,
    fromBar: from,
    names: pipeline.names,
    warmup: pipeline.warmup,
    fingerprint: pipeline.fingerprint,
    barMs: tape.barMs,
  };
}

/** Zeros in memory that worker threads can share. */
export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/**
 * `[S]` the first row of the feature tape in which each symbol's values are final, counting the symbol's own bars; T where
 * there is none. Rows before it are warm-up and no data.
 */
export function firstFinalRows(features: FeatureTape, tape: MarketTape): Int32Array {
  const first = new Int32Array(features.symbols).fill(features.bars);
  for (let s = 0; s < features.symbols; s++) {
    let seen = 0;
    for (let t = 0; t < features.bars; t++) {
      seen += tape.present[(features.fromBar + t) * tape.symbols + s];
      if (seen <= features.warmup) continue;
      first[s] = t;
      break;
    }
  }
  return first;
}
