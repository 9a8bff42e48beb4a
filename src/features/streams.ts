/** @file The indicators of one symbol in one timeframe. Features that need the same indicator share one. */
import { invariant } from "../core/index.ts";
import { Bar } from "./bar.ts";
import type { Indicator, IndicatorClass } from "./indicator.ts";

/** Writes the value of one feature for the newest bar to `out[at]`. */
export type FeatureWriter = (out: Float32Array, at: number) => void;

export class IndicatorStreams {
  readonly bar = new Bar();
  readonly #indicators: Indicator[] = [];
  readonly #shared = new Map<IndicatorClass<Indicator>, Map<string, Indicator>>();
  readonly #writers: FeatureWriter[] = [];
  readonly #columns: number[] = [];
  /** Greatest warm-up of the indicators asked for since it was last set to 0. */
  warmup = 0;

  constructor(barMs: number) {
    this.bar.barMs = barMs;
  }

  /** The indicator of this class with these parameters. It is up to date whenever a writer runs. */
  use<T extends Indicator>(type: IndicatorClass<T>, ...params: number[]): T {
    let known = this.#shared.get(type);
    if (known === undefined) this.#shared.set(type, (known = new Map<string, Indicator>()));
    const key = params.join(" ");
    let indicator = known.get(key);
    if (indicator === undefined) {
      indicator = new type(...params);
      known.set(key, indicator);
      this.#indicators.push(indicator);
    }
    invariant(indicator instanceof type, "an indicator is filed under its class");
    this.warmup = Math.max(this.warmup, indicator.warmup);
    return indicator;
  }

  /** The newest bar, for a feature that looks back over this many bars by the bar's own fields. */
  lookBack(bars: number): Bar {
    this.warmup = Math.max(this.warmup, bars);
    return this.bar;
  }

  /** Adds a feature whose value goes to this column of the symbol's row. */
  write(writer: FeatureWriter, column: number): void {
    this.#writers.push(writer);
    this.#columns.push(column);
  }

  /** Runs the bar through every indicator, then writes every feature into the row that begins at `base`. */
  advance(out: Float32Array, base: number): void {
    const indicators = this.#indicators;
    const bar = this.bar;
    for (let i = 0; i < indicators.length; i++) indicators[i].update(bar);
    const writers = this.#writers;
    const columns = this.#columns;
    for (let i = 0; i < writers.length; i++) writers[i](out, base + columns[i]);
  }
}
