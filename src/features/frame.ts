/**
 * @file One timeframe of all symbols. Base bars are gathered into bars of the frame; a frame's bar is finished, and seen by
 * its indicators, with the base bar that ends it. If that base bar never comes, the first later one finishes it. For the
 * base timeframe every bar finishes itself, so there is one path for all.
 *
 * A frame's bar is made as `resampleCandles` makes it: of the base bars that are there, without those in which nothing was
 * traded, and not at all where a base bar off the grid lies across one of its ends.
 */
import { barOpen } from "../core/index.ts";
import {
  type AlternativeColumns,
  isWithoutTrades,
  type JoinedSeries,
  type MarketTape,
  seriesPlace,
} from "../market/index.ts";
import type { ResolvedFeature } from "./catalog.ts";
import { IndicatorStreams } from "./streams.ts";

const NO_BAR = Number.NaN;

/** The unfinished bar of one symbol. */
class Gathering {
  /** Open time of the frame's bar under way, or NaN. */
  periodMs = NO_BAR;
  open = NO_BAR;
  high = NO_BAR;
  low = NO_BAR;
  close = NO_BAR;
  volume = NO_BAR;
  funding = NO_BAR;
  /** Funding stamped in rows where the symbol had no bar. */
  fundingWithoutBar = 0;
  /** True until the first frame's bar whose beginning was seen: a bar seen in part isn't a bar. */
  skipping = true;
  /** Whether a base bar with trades is in it. */
  traded = false;
  /** End of the base bar that lies across the frame's grid: no frame's bar that it touches is one. */
  acrossMs = Number.NEGATIVE_INFINITY;
}

export class Frame {
  readonly #symbols: number;
  readonly #width: number;
  readonly #baseMs: number;
  readonly #frameMs: number;
  readonly #streams: readonly IndicatorStreams[];
  readonly #gatherings: readonly Gathering[];
  readonly #finished: Uint8Array;
  /** The joined series of the tape, and where each stands in a bar. */
  #series: readonly JoinedSeries[] | undefined;
  #places: Int32Array = new Int32Array(0);

  /** `columns[i]` is the column of `features[i]` in a symbol's row of `width` values. */
  constructor(
    features: readonly ResolvedFeature[],
    columns: readonly number[],
    shape: { symbols: number; width: number; baseMs: number; frameMs: number },
  ) {
    this.#symbols = shape.symbols;
    this.#width = shape.width;
    this.#baseMs = shape.baseMs;
    this.#frameMs = shape.frameMs;
    this.#finished = new Uint8Array(shape.symbols);
    this.#gatherings = Array.from({ length: shape.symbols }, () => new Gathering());
    this.#streams = Array.from({ length: shape.symbols }, () => {
      const streams = new IndicatorStreams(shape.frameMs);
      for (const [i, feature] of features.entries()) streams.write(feature.build(streams), columns[i]);
      return streams;
    });
  }

  /** Takes row `t` of the tape and refreshes the columns of this frame in `values` `[S * width]`. */
  advance(tape: MarketTape, t: number, values: Float32Array): void {
    const symbols = this.#symbols;
    const finished = this.#finished;
    const tsMs = tape.timeMs[t];
    let any = false;
    for (let s = 0; s < symbols; s++) {
      finished[s] = this.#gather(tape, t * symbols + s, tsMs, s, values) ? 1 : 0;
      any ||= finished[s] === 1;
    }
    if (!any) return;
    if (symbols > 1) this.#compare();
    for (let s = 0; s < symbols; s++) {
      if (finished[s] === 1) this.#streams[s].advance(values, s * this.#width);
    }
  }

  /** Adds the symbol's base bar to its frame's bar; true where that finishes it. */
  #gather(tape: MarketTape, row: number, tsMs: number, s: number, values: Float32Array): boolean {
    const g = this.#gatherings[s];
    if (tape.present[row] === 0) {
      g.fundingWithoutBar += tape.funding[row];
      return false;
    }
    const isBase = this.#frameMs === this.#baseMs;
    const periodMs = isBase ? tsMs : barOpen(tsMs, this.#frameMs);
    const endMs = tsMs + this.#baseMs;
    const frameEndMs = periodMs + this.#frameMs;
    if (g.periodMs !== periodMs) {
      const isUnderWay = g.periodMs > Number.NEGATIVE_INFINITY;
      if (isUnderWay && !g.skipping && g.acrossMs <= g.periodMs) {
        this.#load(g, s);
        this.#streams[s].advance(values, s * this.#width);
      }
      g.skipping &&= !isUnderWay && tsMs !== periodMs;
      g.periodMs = periodMs;
      g.volume = 0;
      g.funding = 0;
      g.traded = false;
      this.#begin(g, tape, row);
    } else {
      this.#add(g, tape, row);
    }
    g.traded ||= !isWithoutTrades(tape.volume[row], tape.high[row], tape.low[row]);
    g.volume += tape.volume[row];
    g.funding += tape.funding[row] + g.fundingWithoutBar;
    g.fundingWithoutBar = 0;
    if (tape.alternative !== undefined) this.#join(tape.alternative, row, s);
    if (endMs > frameEndMs) g.acrossMs = endMs;
    if (endMs < frameEndMs) return false;
    const isWhole = !g.skipping && g.acrossMs <= periodMs;
    if (isWhole) this.#load(g, s);
    g.skipping = false;
    g.periodMs = NO_BAR;
    return isWhole;
  }

  /** What is known at the newest base bar's close is what is known at the frame's. */
  #join(columns: AlternativeColumns, row: number, s: number): void {
    if (this.#series !== columns.series) {
      this.#series = columns.series;
      this.#places = Int32Array.from(columns.series, ({ id }) => seriesPlace(id));
    }
    const { joined } = this.#streams[s].bar;
    const places = this.#places;
    for (let k = 0; k < places.length; k++) {
      joined[2 * places[k]] = columns.value[k][row];
      joined[2 * places[k] + 1] = columns.age[k][row];
    }
  }

  #begin(g: Gathering, tape: MarketTape, row: number): void {
    g.open = tape.open[row];
    g.high = tape.high[row];
    g.low = tape.low[row];
    g.close = tape.close[row];
  }

  #add(g: Gathering, tape: MarketTape, row: number): void {
    const without = isWithoutTrades(tape.volume[row], tape.high[row], tape.low[row]);
    if (!without && !g.traded) {
      this.#begin(g, tape, row);
    } else if (!without || !g.traded) {
      if (tape.high[row] > g.high) g.high = tape.high[row];
      if (tape.low[row] < g.low) g.low = tape.low[row];
      g.close = tape.close[row];
    }
  }

  #load(g: Gathering, s: number): void {
    this.#streams[s].bar.set(g.periodMs, g.open, g.high, g.low, g.close, g.volume, g.funding);
  }

  /** Tells every symbol that finished a bar now what the others did in the same bar. */
  #compare(): void {
    let count = 0;
    let sum = 0;
    for (let s = 0; s < this.#symbols; s++) {
      const bar = this.#streams[s].bar;
      if (this.#finished[s] === 0 || bar.index === 0) continue;
      count += 1;
      sum += bar.logReturn;
    }
    if (count < 2) return;
    const mean = sum / count;
    let squares = 0;
    for (let s = 0; s < this.#symbols; s++) {
      const bar = this.#streams[s].bar;
      if (this.#finished[s] === 0 || bar.index === 0) continue;
      squares += (bar.logReturn - mean) * (bar.logReturn - mean);
    }
    const dispersion = Math.sqrt(squares / count);
    for (let s = 0; s < this.#symbols; s++) {
      const bar = this.#streams[s].bar;
      if (this.#finished[s] === 0 || bar.index === 0) continue;
      bar.marketReturn = (sum - bar.logReturn) / (count - 1);
      bar.marketCount = count - 1;
      bar.marketDispersion = dispersion;
    }
  }
}
