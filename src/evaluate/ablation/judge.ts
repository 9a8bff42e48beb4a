/**
 * @file What an ablation says of a group of features: how much more was earned with it than without, day by day and net of
 * costs, whether that is more than chance, and more than the same features earn once they are moved in time and can mean
 * nothing.
 *
 * The seeds' returns are averaged day by day, without and with, and their difference is drawn anew by the stationary
 * bootstrap with blocks no shorter than the horizon. A placebo's gain is that of one seed and so scatters more than the
 * mean of several: the comparison leans towards "adds nothing".
 */
import { invariant, Random } from "../../core/index.ts";
import { type Interval, RESAMPLES, stationaryRows } from "../statistics/bootstrap.ts";
import { deviation, kurtosis, mean, quantileOfSorted, skewness, sorted } from "../statistics/moments.ts";
import { deflatedSharpe } from "../statistics/overfitting.ts";
import { sharpePerPeriod } from "../statistics/ratios.ts";
import type { VariantRecord } from "./variant.ts";

/** Most that chance may explain, of the bootstrap's two tails together and of the placebos. */
const ABLATION_CHANCE = 0.05;
/** Least probability that the Sharpe ratio is above what so many tries show by luck. */
const CONVINCING = 0.95;

export type AblationSide = {
  /** Means over the seeds. */
  readonly totalReturn: number;
  readonly trades: number;
  readonly auc: number | null;
  readonly skill: number | null;
  /** A day, of the seeds' mean returns; null where nothing was traded. */
  readonly sharpe: number | null;
  /** Probability that it is above the best of so many skill-less variants. */
  readonly deflatedSharpe: number | null;
  readonly ladder: ReadonlyArray<{ readonly costs: number; readonly totalReturn: number }>;
};

export type AblationFinding = "adds" | "adds-little" | "nothing" | "harms" | "no-trades";

export type AblationResult = {
  readonly finding: AblationFinding;
  readonly seeds: number;
  readonly days: number;
  readonly without: AblationSide;
  readonly with: AblationSide;
  /** Net return a day with the group minus that without, with its 95 % interval. */
  readonly gain: number;
  readonly interval: Interval;
  /** Seeds with which the group gained. */
  readonly seedsAhead: number;
  readonly placebos: {
    readonly count: number;
    /** Placebos that gained no less. */
    readonly asGood: number;
    /** `(1 + asGood) / (1 + count)`: how often chance does as well. */
    readonly chance: number;
    readonly medianGain: number | null;
  };
  /** How often chance does as well, by the bootstrap (both tails) and by the placebos: the greater of the two. */
  readonly chance: number;
  /** The same where several groups were asked together, corrected for their number. */
  readonly among?: { readonly groups: number; readonly chance: number };
  /** Everything that was trained, for every group asked together: what the deflated Sharpe ratios count. */
  readonly variants: number;
};

export type JudgeOptions = {
  readonly records: readonly VariantRecord[];
  /** Variants of other groups that were asked together: looks at the same test, which count. */
  readonly others?: readonly VariantRecord[];
  /** Mean length of a block in days: no shorter than the horizon. */
  readonly blockDays: number;
  readonly seed: number;
};

/** Judges what every seed did without the group and with it, and the placebos. */
export function judgeAblation({ records, others = [], blockDays, seed }: JudgeOptions): AblationResult {
  const of = (kind: VariantRecord["kind"]): VariantRecord[] => records.filter((record) => record.kind === kind);
  const without = of("without");
  const own = of("with");
  invariant(
    without.length > 0 && without.length === own.length && own.every(({ seed: s }, i) => s === without[i].seed),
    "each seed is run without the group and with it",
  );
  const before = meanDays(without);
  const after = meanDays(own);
  const difference = after.map((value, day) => value - before[day]);
  const gain = mean(difference) ?? 0;
  const { interval, chance: drawn } = meanInterval(difference, blockDays, seed);
  const gainOf = (record: VariantRecord): number => {
    const base = without.find((other) => other.seed === record.seed);
    invariant(base !== undefined, "a placebo has a seed of the ablation");
    return (mean(record.daily) ?? 0) - (mean(base.daily) ?? 0);
  };
  const shifted = of("placebo").map(gainOf);
  const asGood = shifted.filter((other) => other >= gain).length;
  const placebos = {
    count: shifted.length,
    asGood,
    chance: (1 + asGood) / (1 + shifted.length),
    medianGain: quantileOfSorted(sorted(shifted), 0.5),
  };
  const tried = [...records, ...others];
  const sharpes = tried.flatMap(({ sharpe }) => (sharpe === null ? [] : [sharpe]));
  const spread = deviation(sharpes) ?? 0;
  const side = (seen: readonly VariantRecord[], days: Float64Array): AblationSide =>
    sideOf(seen, days, sharpes.length, spread * spread);
  const sides = { without: side(without, before), with: side(own, after) };
  const result = {
    seeds: own.length,
    days: difference.length,
    ...sides,
    gain,
    interval,
    seedsAhead: own.filter((record) => gainOf(record) > 0).length,
    placebos,
    chance: Math.max(drawn, placebos.chance),
    variants: tried.length,
  };
  return { finding: findingOf(result), ...result };
}

/**
 * Results of groups that were asked together, each corrected for the number of them by Holm's method (1979): the k-th smallest
 * chance counts for the groups that are left. What was found and does not survive it is not found.
 */
export function amongGroups(results: readonly AblationResult[]): AblationResult[] {
  const groups = results.length;
  if (groups < 2) return [...results];
  const order = [...results.keys()].sort((a, b) => results[a].chance - results[b].chance);
  const corrected = new Map<number, number>();
  let most = 0;
  for (const [k, i] of order.entries()) {
    most = Math.max(most, Math.min(1, (groups - k) * results[i].chance));
    corrected.set(i, most);
  }
  return results.map((result, i) => {
    const chance = corrected.get(i) ?? 1;
    const isFound = result.finding === "adds" || result.finding === "adds-little" || result.finding === "harms";
    const finding = isFound && chance > ABLATION_CHANCE ? "nothing" : result.finding;
    return { ...result, finding, among: { groups, chance } };
  });
}

function findingOf({
  without,
  with: own,
  interval,
  placebos,
}: Omit<AblationResult, "finding" | "among">): AblationFinding {
  if (without.trades === 0 && own.trades === 0) return "no-trades";
  if (interval[1] < 0) return "harms";
  if (!(interval[0] > 0) || placebos.chance > ABLATION_CHANCE) return "nothing";
  return (own.deflatedSharpe ?? 0) >= CONVINCING ? "adds" : "adds-little";
}

/** Returns of a day, averaged over the records. */
function meanDays(records: readonly VariantRecord[]): Float64Array {
  const { length } = records[0].daily;
  invariant(
    records.every(({ daily }) => daily.length === length),
    "all variants are tested on the same days",
  );
  return Float64Array.from({ length }, (_, day) => mean(records.map(({ daily }) => daily[day])) ?? 0);
}

/** The mean's interval, and how often a mean is drawn on the other side of zero, both tails together. */
function meanInterval(
  days: Float64Array,
  blockDays: number,
  seed: number,
): { readonly interval: Interval; readonly chance: number } {
  const random = new Random(seed).fork("ablation");
  const rows = new Int32Array(days.length);
  const means: number[] = [];
  for (let copy = 0; copy < RESAMPLES; copy++) {
    stationaryRows(rows, Math.max(1, Math.min(blockDays, days.length)), random);
    let sum = 0;
    for (const row of rows) sum += days[row];
    means.push(sum / days.length);
  }
  const rising = sorted(means);
  const tail = ABLATION_CHANCE / 2;
  const below = means.filter((one) => one <= 0).length;
  const above = means.filter((one) => one >= 0).length;
  return {
    interval: [quantileOfSorted(rising, tail) ?? 0, quantileOfSorted(rising, 1 - tail) ?? 0],
    chance: Math.min(1, (2 * (1 + Math.min(below, above))) / (1 + means.length)),
  };
}

function sideOf(
  records: readonly VariantRecord[],
  days: Float64Array,
  trials: number,
  trialVariance: number,
): AblationSide {
  const average = (read: (record: VariantRecord) => number | null): number | null => {
    const known = records.flatMap((record) => read(record) ?? []);
    return known.length === 0 ? null : mean(known);
  };
  const sharpe = sharpePerPeriod(days);
  const shape = { skew: skewness(days) ?? 0, kurtosis: kurtosis(days) ?? 3 };
  return {
    totalReturn: average(({ totalReturn }) => totalReturn) ?? 0,
    trades: average(({ trades }) => trades) ?? 0,
    auc: average(({ auc }) => auc),
    skill: average(({ skill }) => skill),
    sharpe,
    deflatedSharpe:
      sharpe === null || trials === 0 ? null : deflatedSharpe({ sharpe, ...shape }, days.length, trials, trialVariance),
    ladder: records[0].ladder.map(({ costs }, i) => ({
      costs,
      totalReturn: average(({ ladder }) => ladder[i].totalReturn) ?? 0,
    })),
  };
}

const bps = (value: number): string => `${value >= 0 ? "+" : ""}${(value * 10_000).toFixed(2)}`;

/** The verdict in one sentence. */
export function ablationVerdict(group: string, result: AblationResult): string {
  const { finding, gain, interval, seeds, seedsAhead, placebos, with: own } = result;
  if (finding === "no-trades") {
    return `${group}: nothing can be told, because neither variant traded: what is predicted moves less than it costs.`;
  }
  const many =
    result.among === undefined
      ? ""
      : `; among ${result.among.groups} groups chance does as well in ${(100 * result.among.chance).toFixed(1)} % (Holm)`;
  const figures = `${bps(gain)} bp a day net of costs (95 %: ${bps(interval[0])} to ${bps(interval[1])}), ahead with ${seedsAhead} of ${seeds} seeds; ${placebos.asGood} of ${placebos.count} shifted copies did as well${many}`;
  if (finding === "harms") return `${group} does harm: ${figures}.`;
  if (finding === "nothing") return `${group} adds nothing that can be told from chance: ${figures}.`;
  const deflated = `the probability that the whole is better than luck over ${result.variants} variants is ${((own.deflatedSharpe ?? 0) * 100).toFixed(0)} %`;
  return finding === "adds"
    ? `${group} adds something: ${figures}; ${deflated}.`
    : `${group} adds something to what isn't worth trading: ${figures}; ${deflated}.`;
}
