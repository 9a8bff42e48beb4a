/** @file Making a changed tape: new columns of the same size, filled, then sealed with a fingerprint of their own. */
import { copyCell, createTape, emptyMarks, type MarketTape, missingColumns, sliceTape } from "../../../market/index.ts";

/**
 * Columns of the tape's size with its time axis and its rates of exchange, and nothing else in them. Alternative series are
 * there, and missing in every bar, until they are copied; mark prices are there, and zero.
 */
export function emptyLike(tape: MarketTape, instruments: MarketTape["instruments"] = tape.instruments): MarketTape {
  const { alternative } = tape;
  const cells = tape.bars * tape.symbols;
  const made = {
    ...createTape(instruments, tape.timeframe, tape.bars, tape.currency),
    ...ratesOf(tape, instruments),
    ...(tape.markClose === undefined ? {} : emptyMarks(cells)),
    ...(alternative === undefined
      ? {}
      : {
          alternative: missingColumns(
            alternative.series,
            cells,
            (length) => new Float64Array(new SharedArrayBuffer(8 * length)),
          ),
        }),
  };
  made.bars = tape.bars;
  made.timeMs.set(tape.timeMs.subarray(0, tape.bars));
  return made;
}

/** What each quote is worth is the same in whatever order the symbols come. */
function ratesOf(tape: MarketTape, instruments: MarketTape["instruments"]): Pick<MarketTape, "rate"> {
  const { rate, symbols } = tape;
  if (rate === undefined) return {};
  const from = instruments.map(({ quote }) => tape.instruments.findIndex((instrument) => instrument.quote === quote));
  return { rate: rate.map((_, cell) => rate[cell - (cell % symbols) + from[cell % symbols]]) };
}

/** Every symbol's alternative values at the same bar of the copy. */
export function copyAlternative(
  tape: MarketTape,
  copy: MarketTape,
  place: (cell: number) => number = (cell) => cell,
): void {
  if (tape.alternative === undefined || copy.alternative === undefined) return;
  const cells = tape.bars * tape.symbols;
  for (let cell = 0; cell < cells; cell++) copyCell(tape.alternative, place(cell), copy.alternative, cell);
}

/** The tape with its fingerprint, so that what was trained on it can say so. */
export function sealed(tape: MarketTape): MarketTape {
  return sliceTape(tape, 0, tape.bars);
}

/** The first bar of each symbol, or -1 where it has none. */
export function firstBars(tape: MarketTape): Int32Array {
  const first = new Int32Array(tape.symbols).fill(-1);
  for (let s = 0; s < tape.symbols; s++) {
    for (let t = 0; t < tape.bars && first[s] < 0; t++) {
      if (tape.present[t * tape.symbols + s] === 1) first[s] = t;
    }
  }
  return first;
}
