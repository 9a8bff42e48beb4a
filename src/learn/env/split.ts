/** @file How history is divided: what is learned from, what chooses between candidates, and what nobody has seen. */
import { TidemarkError } from "../../core/index.ts";

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
