/**
 * @file The feature pipeline: fed the rows of a tape in order, it gives every feature of every symbol. It is the only way
 * features are made: training, backtests and live trading differ in who calls it.
 */
import { fingerprint, type Instrument, InvariantError, invariant } from "../core/index.ts";
import { type MarketTape, seriesSpec } from "../market/index.ts";
import { type ResolvedFeature, selectionSeries } from "./catalog.ts";
import { Frame } from "./frame.ts";
import { type FeatureSelection, resolveSelection } from "./sets.ts";
import { IndicatorStreams } from "./streams.ts";

/** Raised when the pipeline itself, and not one feature, starts to give other values. */
const PIPELINE_VERSION = 1;

/** The same of bars of a longer timeframe: 2 since they leave out bars without trades, and bars off their grid. */
const FRAME_VERSION = 2;

/** What the features are computed for. */
export type PipelineShape = { readonly instruments: readonly Instrument[]; readonly barMs: number };

export class FeaturePipeline {
  readonly names: readonly string[];
  /** F: features of one symbol. */
  readonly count: number;
  /** S. */
  readonly symbols: number;
  /**
   * Bars of a symbol before its first final row: with a symbol's first bar in row 0 and no gaps, rows `t >= warmup` no
   * longer depend on where the pipeline began.
   */
  readonly warmup: number;
  /** Hash of everything that decides the values: names with their numbers, versions, bar length. */
  readonly fingerprint: string;
  /** Alternative series that the features read, sorted. */
  readonly series: readonly string[];
  readonly #features: readonly ResolvedFeature[];
  readonly #barMs: number;
  readonly #lows: Float32Array;
  readonly #highs: Float32Array;
  /** `[S*F]` the values of each symbol's last bar. */
  readonly #values: Float32Array;
  #frames: readonly Frame[];
  /** The row expected next, or -1 where any may come first. */
  #next = -1;

  /** Throws CONFIG_VALUE where a name or one of its numbers makes no sense for bars of this length. */
  constructor(selection: FeatureSelection, shape: PipelineShape) {
    this.#features = resolveSelection(selection, shape.barMs);
    this.#barMs = shape.barMs;
    this.names = this.#features.map((feature) => feature.name);
    this.count = this.#features.length;
    this.symbols = shape.instruments.length;
    this.warmup = Math.max(...this.#features.map((feature) => featureWarmup(feature, shape.barMs)));
    this.series = selectionSeries(this.names);
    this.fingerprint = fingerprint({
      ...(this.series.length === 0 ? {} : { series: this.series.map(seriesTerms) }),
      pipeline: PIPELINE_VERSION,
      barMs: shape.barMs,
      features: this.#features.map(({ name, definition, frameMs }) => ({
        name,
        version: definition.version,
        ...(frameMs === shape.barMs ? {} : { frame: FRAME_VERSION }),
      })),
    });
    this.#lows = Float32Array.from(this.#features, (feature) => feature.definition.range[0]);
    this.#highs = Float32Array.from(this.#features, (feature) => feature.definition.range[1]);
    this.#values = new Float32Array(this.symbols * this.count);
    this.#frames = this.#buildFrames();
  }

  /**
   * Advances every stream by row `t` of the tape and writes the raw values of all symbols, `[S*F]`, to `out` from `offset`
   * on. Rows come one after the other from any first row. Nothing after `t` is read. A symbol without a bar keeps its
   * last values, and has zeros before its first bar.
   */
  update(tape: MarketTape, t: number, out: Float32Array, offset: number): void {
    if (t !== this.#next && this.#next >= 0) {
      throw new InvariantError(`rows come one after the other: ${this.#next} was expected, was ${t}`, "features");
    }
    this.#next = t + 1;
    const values = this.#values;
    for (const frame of this.#frames) frame.advance(tape, t, values);
    const { count } = this;
    const lows = this.#lows;
    const highs = this.#highs;
    for (let s = 0, i = 0; s < this.symbols; s++) {
      for (let f = 0; f < count; f++, i++) {
        const value = values[i];
        if (value >= lows[f] && value <= highs[f]) out[offset + i] = value;
        else out[offset + i] = this.#clip(value, f, s, t);
      }
    }
  }

  /** The rows of the tape have moved down by `bars`; the streams go on. */
  moved(bars: number): void {
    if (this.#next >= 0) this.#next -= bars;
  }

  /** Forgets every bar; the next row may be any. */
  reset(): void {
    this.#frames = this.#buildFrames();
    this.#values.fill(0);
    this.#next = -1;
  }

  #clip(value: number, f: number, s: number, t: number): number {
    if (Number.isNaN(value)) {
      throw new InvariantError(`the feature "${this.names[f]}" is a number, was NaN`, `symbol ${s}, bar ${t}`);
    }
    // Zero before a symbol's first bar, also where zero is outside the range.
    if (value === 0) return 0;
    return Math.max(this.#lows[f], Math.min(this.#highs[f], value));
  }

  #buildFrames(): readonly Frame[] {
    const lengths = [...new Set(this.#features.map((feature) => feature.frameMs))].sort((a, b) => a - b);
    return lengths.map((frameMs) => {
      const columns = this.#features.flatMap((feature, column) => (feature.frameMs === frameMs ? [column] : []));
      const features = columns.map((column) => this.#features[column]);
      const shape = { symbols: this.symbols, width: this.count, baseMs: this.#barMs, frameMs };
      return new Frame(features, columns, shape);
    });
  }
}

/** What decides from when on a value of the series is shown. */
function seriesTerms(id: string): Readonly<Record<string, string | number>> {
  const { source, lagMs, periodMs, cadenceMs } = seriesSpec(id);
  return { id, source, lagMs, periodMs, cadenceMs };
}

/** Base bars before the first final value of one feature. */
export function featureWarmup(feature: ResolvedFeature, barMs: number): number {
  const streams = new IndicatorStreams(feature.frameMs);
  feature.build(streams);
  const ratio = feature.frameMs / barMs;
  invariant(Number.isInteger(ratio), "a frame is a whole number of bars");
  // The first bar of a longer frame may have begun before the tape, and the newest one is finished with its last base bar.
  return ratio === 1 ? streams.warmup : ratio * (streams.warmup + 2) - 1;
}
