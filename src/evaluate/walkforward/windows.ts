/**
 * @file Windows in the order of time: a part that trains, a gap, a part that is tested, and on. Rows whose label reaches
 * into the tested part don't train, and nothing trains right after a tested part (Lopez de Prado, "Advances in financial
 * machine learning", 2018, chapters 7 and 12). All ranges are half-open, in bars.
 */
import { invariant, TidemarkError } from "../../core/index.ts";

export type Range = { readonly from: number; readonly to: number };

export type WalkWindow = {
  readonly index: number;
  readonly train: Range;
  readonly test: Range;
  /** The last bar whose decision may train: its label is known at the open of the tested part. */
  readonly lastTrainBar: number;
};

export type WindowOptions = {
  /** Bars that may be used: after every warm-up, and the end. */
  readonly from: number;
  readonly to: number;
  readonly windows: number;
  /** True: every training begins at the first bar. False: it moves along. */
  readonly anchored: boolean;
  /** Length of a training over that of a test. Default: 4. */
  readonly trainRatio?: number;
  /** Bars between a training and its test. */
  readonly embargoBars: number;
  /** Bars that a label looks ahead; 0 for none. */
  readonly labelBars?: number;
};

/** Tests that lie one after the other without a gap, to the end of the bars. Throws DATA_TOO_SHORT. */
export function walkForwardWindows(options: WindowOptions): WalkWindow[] {
  const { from, to, windows, anchored, trainRatio = 4, embargoBars, labelBars = 0 } = options;
  invariant(Number.isInteger(windows) && windows > 0, `there are windows, was ${windows}`);
  const testBars = Math.floor((to - from - embargoBars) / (windows + trainRatio));
  if (testBars < 2) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `${to - from} bars can't be cut into ${windows} windows with ${trainRatio} times as many bars to train on`,
      fix: "Ask for fewer windows, or get more history.",
    });
  }
  const firstTest = to - windows * testBars;
  const trainBars = firstTest - embargoBars - from;
  return Array.from({ length: windows }, (_, index) => {
    const testFrom = firstTest + index * testBars;
    const trainTo = testFrom - embargoBars;
    return windowOf(
      index,
      { from: anchored ? from : trainTo - trainBars, to: trainTo },
      testFrom,
      testFrom + testBars,
      labelBars,
    );
  });
}

function windowOf(index: number, train: Range, testFrom: number, testTo: number, labelBars: number): WalkWindow {
  // Known at the open of bar s + 1 + labelBars, which must not lie after that of the tested part's first bar.
  const lastTrainBar = labelBars === 0 ? train.to - 1 : Math.min(train.to - 1, testFrom - 1 - labelBars);
  return { index, train, test: { from: testFrom, to: testTo }, lastTrainBar };
}

export type FoldSplit = {
  /** Which groups of bars are tested. */
  readonly tested: readonly number[];
  readonly test: readonly Range[];
  /** Bars that may train, purged and with the embargo. */
  readonly train: readonly Range[];
};

/** `groups` parts of `[from, to)` of nearly equal length. */
function partsOf(from: number, to: number, groups: number): Range[] {
  invariant(groups >= 2 && to - from >= groups, `${to - from} bars can be cut into ${groups} groups`);
  const edge = (i: number): number => from + Math.floor(((to - from) * i) / groups);
  return Array.from({ length: groups }, (_, i) => ({ from: edge(i), to: edge(i + 1) }));
}

/**
 * Combinatorial purged splits: every way to test `tested` of `groups` parts, the others training. With one tested part it
 * is purged k-fold cross-validation.
 */
export function purgedSplits(
  range: Range,
  groups: number,
  tested: number,
  { labelBars, embargoBars }: { readonly labelBars: number; readonly embargoBars: number },
): FoldSplit[] {
  const parts = partsOf(range.from, range.to, groups);
  return combinations(groups, tested).map((chosen) => {
    const test = chosen.map((group) => parts[group]);
    const train = parts.filter((_, group) => !chosen.includes(group));
    const closed = test.map(({ from, to }) => ({ from: from - labelBars, to: to + labelBars + embargoBars }));
    return { tested: chosen, test, train: train.flatMap((part) => without(part, closed)) };
  });
}

/** Ways to choose `count` of `of` things, in lexicographic order. */
export function combinations(of: number, count: number): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: of }, (_, first) => first).flatMap((first) =>
    combinations(of - first - 1, count - 1).map((rest) => [first, ...rest.map((next) => next + first + 1)]),
  );
}

function without(part: Range, closed: readonly Range[]): Range[] {
  return closed
    .reduce<Range[]>(
      (left, gap) =>
        left.flatMap(({ from, to }) => [
          { from, to: Math.min(to, gap.from) },
          { from: Math.max(from, gap.to), to },
        ]),
      [part],
    )
    .filter(({ from, to }) => to > from);
}

/**
 * The paths through combinatorial splits: `tested / groups * splits` whole histories out of sample, each made of one split
 * for every group.
 * @returns by path, by group: the index of the split whose test is used there
 */
export function splitPaths(splits: ReadonlyArray<Pick<FoldSplit, "tested">>, groups: number): number[][] {
  const used = Array.from({ length: groups }, (_, group) =>
    splits.flatMap(({ tested }, split) => (tested.includes(group) ? [split] : [])),
  );
  const count = Math.min(...used.map((own) => own.length));
  return Array.from({ length: count }, (_, path) => used.map((own) => own[path]));
}
