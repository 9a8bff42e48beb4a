/** @file What an ablation trains: each seed without the group, with it, and its share of the placebos. */
import { DAY_MS, formatDay, Random, TidemarkError } from "../../core/index.ts";
import type { Range } from "../walkforward/windows.ts";
import type { AblationVariant } from "./variant.ts";

/** How far a placebo is moved, where the history is long enough. */
const LEAST_DAYS = 30;
const MOST_DAYS = 300;

export type AblationSplit = { readonly train: Range; readonly test: Range };

/**
 * The first part trains, the rest is tested, with a gap between them. The label of no trained row reaches into the test.
 * @param firstBar first bar that can be decided on
 * Throws DATA_TOO_SHORT.
 */
export function ablationSplit(
  { bars, barMs, timeMs }: { readonly bars: number; readonly barMs: number; readonly timeMs: Float64Array },
  firstBar: number,
  { trainShare, embargoBars }: { readonly trainShare: number; readonly embargoBars: number },
): AblationSplit {
  const cut = firstBar + Math.floor((bars - firstBar) * trainShare);
  const split = { train: { from: firstBar, to: cut }, test: { from: cut + embargoBars, to: bars } };
  const days = ((split.test.to - split.test.from) * barMs) / DAY_MS;
  if (days >= 10 && cut - firstBar >= 200) return split;
  throw new TidemarkError("DATA_TOO_SHORT", {
    what: `${Math.max(0, cut - firstBar)} bars to train on and ${Math.max(0, days).toFixed(0)} days to test on are too few for a verdict`,
    where: bars === 0 ? "no bars" : `${formatDay(timeMs[0])} to ${formatDay(timeMs[bars - 1])}`,
    fix: "Give more history: ten days to test on at least, better a year.",
  });
}

/**
 * The variants of each seed, in the order in which they are run. Placebos are moved by 30 to 300 days, or by a tenth to
 * nine tenths of a history that is too short for that, and dealt out to the seeds in turn.
 * @param span bars in which features are final
 */
export function ablationVariants(options: {
  readonly seeds: readonly number[];
  readonly placebos: number;
  readonly span: number;
  readonly barMs: number;
  readonly seed: number;
}): ReadonlyMap<number, readonly AblationVariant[]> {
  const { seeds, placebos, span, barMs } = options;
  const barsOf = (days: number): number => Math.round((days * DAY_MS) / barMs);
  const least = Math.max(1, Math.min(barsOf(LEAST_DAYS), Math.floor(span / 10)));
  const most = Math.max(least, Math.min(barsOf(MOST_DAYS), span - least));
  const random = new Random(options.seed).fork("placebos");
  const plan = new Map<number, AblationVariant[]>();
  for (const seed of seeds) {
    plan.set(seed, [
      { kind: "without", seed, shift: 0 },
      { kind: "with", seed, shift: 0 },
    ]);
  }
  for (let i = 0; i < placebos; i++) {
    const seed = seeds[i % seeds.length];
    plan.get(seed)?.push({ kind: "placebo", seed, shift: least + random.below(most - least + 1) });
  }
  return plan;
}
