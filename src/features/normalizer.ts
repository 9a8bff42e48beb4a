/**
 * @file The normaliser: mean and deviation of each symbol's features, fitted on the training range only and stored with the
 * model. One function normalises a whole tape and a live row, so that both are equal to the last bit.
 */
import { invariant, TidemarkError } from "../core/index.ts";
import type { MarketTape } from "../market/index.ts";
import { type FeatureTape, firstFinalRows, sharedFloats } from "./feature-tape.ts";

/** JSON as it is; numbers survive the round trip exactly. */
export type Normalizer = {
  readonly kind: "zscore";
  /** `[S*F]` */
  readonly mean: readonly number[];
  /** `[S*F]` population standard deviation; 1 for a feature that didn't vary. */
  readonly std: readonly number[];
  /** Normalised values are clipped to plus or minus this. */
  readonly clip: number;
  /** Open time of the first bar and of the last bar that counted, UTC milliseconds. */
  readonly fittedFromMs: number;
  readonly fittedToMs: number;
  /** Of the features' definition. */
  readonly fingerprint: string;
  readonly symbols: readonly string[];
};

const CLIP = 10;
/** A deviation below this share of the mean's size is rounding, not variation. */
const SMALLEST_DEVIATION = 1e-6;

/**
 * Fits on the rows `[fromBar, toBar)` of the feature tape, using of each symbol only its own bars after its warm-up.
 * Throws DATA_TOO_SHORT where a symbol has fewer than two of them.
 */
export function fitNormalizer(features: FeatureTape, tape: MarketTape, fromBar: number, toBar: number): Normalizer {
  return fitNormalizerOn(features, tape, [{ from: fromBar, to: toBar }]);
}

/** The same on several ranges of rows, rising and apart: bars between them are not seen. */
export function fitNormalizerOn(
  features: FeatureTape,
  tape: MarketTape,
  ranges: ReadonlyArray<{ readonly from: number; readonly to: number }>,
): Normalizer {
  const [fromBar, toBar] = [ranges[0].from, ranges[ranges.length - 1].to];
  const rising = ranges.every(({ from, to }, i) => from < to && (i === 0 || from >= ranges[i - 1].to));
  invariant(rising && fromBar >= 0 && toBar <= features.bars, "the fitted rows lie inside the tape");
  const { symbols, features: width, values } = features;
  const mean = new Float64Array(symbols * width);
  const squares = new Float64Array(symbols * width);
  const counts = new Int32Array(symbols);
  const firstRows = firstFinalRows(features, tape);
  for (const { from, to } of ranges) {
    for (let t = from; t < to; t++) {
      for (let s = 0; s < symbols; s++) {
        if (t < firstRows[s] || tape.present[(features.fromBar + t) * symbols + s] === 0) continue;
        counts[s] += 1;
        const row = (t * symbols + s) * width;
        for (let f = 0; f < width; f++) {
          const cell = s * width + f;
          const step = values[row + f] - mean[cell];
          mean[cell] += step / counts[s];
          squares[cell] += step * (values[row + f] - mean[cell]);
        }
      }
    }
  }
  const names = tape.instruments.map((instrument) => instrument.symbol);
  const short = counts.findIndex((count) => count < 2);
  if (short >= 0) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `${names[short]} has ${counts[short]} bars to fit the normaliser on after a warm-up of ${features.warmup} bars`,
      where: names[short],
      fix: "Give more history, fewer or faster features, or leave the symbol out.",
    });
  }
  const std = Array.from(squares, (square, cell) => {
    const deviation = Math.sqrt(square / counts[Math.floor(cell / width)]);
    return deviation > SMALLEST_DEVIATION * Math.abs(mean[cell]) ? deviation : 1;
  });
  return {
    kind: "zscore",
    mean: [...mean],
    std,
    clip: CLIP,
    fittedFromMs: tape.timeMs[features.fromBar + fromBar],
    fittedToMs: tape.timeMs[features.fromBar + toBar - 1],
    fingerprint: features.fingerprint,
    symbols: names,
  };
}

/** Normalises one row `[S*F]` in place. Write it with the pipeline, then call this. */
export function normalizeRow(normalizer: Normalizer, row: Float32Array, offset: number): void {
  const { mean, std, clip } = normalizer;
  for (let i = 0; i < mean.length; i++) {
    const score = (row[offset + i] - mean[i]) / std[i];
    row[offset + i] = score > clip ? clip : score < -clip ? -clip : score;
  }
}

/** A normalised copy of a feature tape. Throws MODEL_MISMATCH where the features are others than those fitted. */
export function normalizeTape(features: FeatureTape, normalizer: Normalizer): FeatureTape {
  const rowLength = features.symbols * features.features;
  if (normalizer.fingerprint !== features.fingerprint || normalizer.mean.length !== rowLength) {
    throw new TidemarkError("MODEL_MISMATCH", {
      what: "The normaliser was fitted on other features or symbols than it is used on",
      where: normalizer.symbols.join(", "),
      fix: "Use the features and symbols that the model was trained with.",
    });
  }
  const values = sharedFloats(features.values.length);
  values.set(features.values);
  for (let t = 0; t < features.bars; t++) normalizeRow(normalizer, values, t * rowLength);
  return { ...features, values };
}
