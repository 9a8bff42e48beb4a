/** @file How history is divided: what is learned from, what chooses between candidates, and what nobody has seen. */
import { InvariantError, type Random, TidemarkError } from "../../core/index.ts";

export type SplitOptions = {
  /** Share of the history that training may use, validation included. */
  readonly trainShare: number;
  /** Share of that part which chooses the parameters that are kept; 0 for none. */
  readonly validationShare: number;
  /** Bars left out between the parts, so that nothing which looks back reaches over a border. */
  readonly embargoBars: number;
  /**
   * Bars of history before the first decision, at least: candidates that need differently much of it are then trained and
   * compared on the same bars. What the network needs where absent.
   */
  readonly historyBars?: number;
};

export const SPLIT_DEFAULTS: SplitOptions = { trainShare: 0.8, validationShare: 0.1, embargoBars: 48 };

/** Half-open ranges of bars. */
export type BarRange = { readonly from: number; readonly to: number };
export type Split = { readonly train: BarRange; readonly validation: BarRange; readonly test: BarRange };

/**
 * Divides the bars in time order. The parts don't overlap and lie at least the embargo apart.
 * @param bars T
 * @param firstBar the first bar that can be decided on, after every warm-up
 * @param leastBars how many each part needs
 * Throws DATA_TOO_SHORT.
 */
export function splitBars(bars: number, firstBar: number, leastBars: number, options: SplitOptions): Split {
  const { trainShare, validationShare, embargoBars } = options;
  const trainEnd = Math.floor(bars * trainShare);
  const validationBars = Math.floor((trainEnd - firstBar) * validationShare);
  const validationFrom = trainEnd - validationBars;
  const train = { from: firstBar, to: validationBars > 0 ? validationFrom - embargoBars : trainEnd };
  const split: Split = {
    train,
    validation: { from: validationFrom, to: trainEnd },
    test: { from: trainEnd + embargoBars, to: bars },
  };
  const short = Object.entries(split).find(
    ([name, range]) => !(name === "validation" && validationBars === 0) && range.to - range.from < leastBars,
  );
  if (short !== undefined) {
    const [name, range] = short;
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `The ${name} part has ${Math.max(0, range.to - range.from)} bars and needs ${leastBars}`,
      where: `${bars} bars, of which the first ${firstBar} warm up`,
      fix: "Give more history, a shorter warm-up (model.sequence_length), or a larger share of this part.",
    });
  }
  return split;
}

/**
 * Several parts to learn from, in place of a split: none that chooses, and nothing left over.
 * @param ranges rising and apart; bars before `firstBar` are taken off them
 * Throws DATA_TOO_SHORT where nothing is left.
 */
export function trainingParts<R extends BarRange>(ranges: readonly R[], firstBar: number): R[] {
  const parts = ranges
    .map((range) => ({ ...range, from: Math.max(range.from, firstBar) }))
    .filter(({ from, to }) => to - from >= 2);
  if (parts.length > 0) return parts;
  throw new TidemarkError("DATA_TOO_SHORT", {
    what: `No bar is left to train on after the first ${firstBar}, which warm up`,
    where: ranges.map(({ from, to }) => `${from} to ${to}`).join(", "),
    fix: "Give more history, a shorter warm-up (model.sequence_length), or fewer groups.",
  });
}

/**
 * Draws where an episode begins, so that it ends inside the part that it begins in: each such bar alike.
 * @param episodeBars shorter than one of the parts at least
 */
export function startsInParts(parts: readonly BarRange[], episodeBars: number): (random: Random) => number {
  const rooms = parts.map(({ from, to }) => ({ from, bars: Math.max(0, to - from - episodeBars) }));
  const total = rooms.reduce((sum, { bars }) => sum + bars, 0);
  return (random) => {
    let at = random.below(total);
    for (const { from, bars } of rooms) {
      if (at < bars) return from + at;
      at -= bars;
    }
    throw new InvariantError("a draw below the total lies in one of the parts");
  };
}
