/** @file A market of ours as the bars of the local venue: each symbol's own, without the rows where it has none. */
import type { MarketTape } from "../../market/index.ts";
import { type Listing, type LocalSeries, listingOf } from "../../venues/index.ts";

export type LocalMarket = { readonly listing: Listing; readonly series: LocalSeries };

export function localMarkets(tape: MarketTape): LocalMarket[] {
  return tape.instruments.map((instrument, s) => ({ listing: listingOf(instrument), series: seriesOf(tape, s) }));
}

function seriesOf(tape: MarketTape, s: number): LocalSeries {
  const rows: number[] = [];
  const stamps: number[] = [];
  for (let t = 0; t < tape.bars; t++) {
    const cell = t * tape.symbols + s;
    if (tape.present[cell] === 1) rows.push(t);
    if (tape.funding[cell] !== 0) stamps.push(t);
  }
  const column = (source: Float64Array): Float64Array => Float64Array.from(rows, (t) => source[t * tape.symbols + s]);
  return {
    barMs: tape.barMs,
    timeMs: Float64Array.from(rows, (t) => tape.timeMs[t]),
    open: column(tape.open),
    high: column(tape.high),
    low: column(tape.low),
    close: column(tape.close),
    volume: column(tape.volume),
    // A tape sums the stamps of a row; they are paid where the row opens.
    funding: { timeMs: stamps.map((t) => tape.timeMs[t]), rate: stamps.map((t) => tape.funding[t * tape.symbols + s]) },
  };
}
