/**
 * @file Cross-validation of trainings: candidates are settings, trained anew on what each purged split leaves them, chosen
 * by how they do there, and judged on the groups that they never saw. The trainings are a plan's windows: run side by side
 * or by workers, kept one by one, and gone on with after a stop.
 */
import { Random, TidemarkError } from "../../core/index.ts";
import {
  type CrossValidation,
  crossValidateTrials,
  daysPerYear,
  purgedSplits,
  type SplitTrial,
} from "../../evaluate/index.ts";
import { FeaturePipeline } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { CLASSIFIER_HISTORY, learnsClassifier } from "../../policy/index.ts";
import { drawParams, type SearchSpace } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { networkSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { noteSearchOn } from "../models/trials.ts";
import { type Settings, settingsOfTrial, tuneSpace } from "../tune/space.ts";
import type { CrossValidated } from "./cross-validate.ts";
import type { PurgedTraining, WalkPlan } from "./fold.ts";
import type { PurgedRecord, StretchReturns } from "./purged.ts";

export type CrossTraining = {
  readonly scheme: "kfold" | "cpcv";
  readonly groups: number;
  /** Groups tested in each split; 1 for k-fold. */
  readonly tested: number;
  readonly candidates: number;
};

/** What is drawn of a classifier's settings; of a network's it is [search.space]. */
const CLASSIFIER_SPACES: Readonly<Record<string, SearchSpace>> = {
  gbdt: {
    "supervised.learning_rate": { kind: "float", low: 0.01, high: 0.2, log: true },
    "supervised.leaves": { kind: "int", low: 4, high: 63, log: true },
    "supervised.l2": { kind: "float", low: 0.1, high: 100, log: true },
    "supervised.feature_share": { kind: "float", low: 0.3, high: 1 },
  },
  logistic: { "supervised.inverse_penalty": { kind: "float", low: 1e-4, high: 10, log: true } },
};

/** The settings as they stand, and others drawn by the seed. */
function candidatesOf(context: AppContext, config: Config, count: number): Settings[] {
  const random = new Random(context.seed()).fork("candidates");
  const draw = (): Settings => {
    const space = CLASSIFIER_SPACES[config.model.learner];
    if (space !== undefined) return drawParams(space, random);
    const searched = tuneSpace(config);
    return { ...searched.fixed, ...settingsOfTrial(config, drawParams(searched.space, random)) };
  };
  return Array.from({ length: count }, (_, i) => (i === 0 ? {} : draw()));
}

/** First bar that every candidate can decide on, so that all are trained and tested on the same ones. */
function firstBarOf(config: Config, tape: MarketTape, candidates: readonly Settings[]): number {
  const histories = candidates.map((settings) => {
    const own = changedConfig(config, settings);
    if (learnsClassifier(own.model.learner)) return CLASSIFIER_HISTORY;
    const { window, warmup } = networkSettings(own);
    return Math.max(window - 1, warmup);
  });
  return new FeaturePipeline(featureSelection(config), tape).warmup + Math.max(...histories);
}

/**
 * Bars that the outcome of a decision reaches ahead of the bar of its fill: the label's horizon. A network's reward of a bar
 * is known at its close, and an episode ends inside the bars that it is learned from.
 */
function horizonOf(config: Config): number {
  return learnsClassifier(config.model.learner) ? config.supervised.horizon : 0;
}

/** The windows of a plan: every candidate in every split. Throws USAGE_ARGUMENT or DATA_TOO_SHORT. */
export function crossWindows(
  context: AppContext,
  config: Config,
  tape: MarketTape,
  { scheme, groups, tested, candidates: count }: CrossTraining,
): Pick<WalkPlan, "windows" | "cross"> {
  if (tested < 1 || tested >= groups || count < 2) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `${count} candidates in ${groups} groups with ${tested} tested can't be cross-validated`,
      fix: "Give two candidates or more, and fewer tested groups than groups.",
    });
  }
  const candidates = candidatesOf(context, config, count);
  const from = firstBarOf(config, tape, candidates);
  // Known at the open of bar s + 1 + horizon, which must lie before the tested part, and the other way round behind it.
  const labelBars = 1 + horizonOf(config);
  const { embargoBars } = config.splits;
  if (tape.bars - from < groups * (2 * labelBars + embargoBars + 2)) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `${Math.max(0, tape.bars - from)} bars can't be cut into ${groups} groups with ${labelBars} bars purged and ${embargoBars} under embargo beside each`,
      fix: "Ask for fewer groups, a shorter splits.embargo_bars, or get more history.",
    });
  }
  const splits = purgedSplits({ from, to: tape.bars }, groups, tested, { labelBars, embargoBars });
  const windows = splits.flatMap(({ train, test }, split) => {
    const trainOn = train.map((part) => ({
      ...part,
      until: Math.min(tape.bars, ...test.filter((other) => other.from >= part.to).map((other) => other.from)),
    }));
    return candidates.map((settings, candidate) => {
      const purged: PurgedTraining = {
        split,
        candidate,
        trainOn,
        tests: test.map((part) => ({ ...part })),
        settings: { ...settings },
      };
      const { to } = trainOn[trainOn.length - 1];
      return {
        index: split * candidates.length + candidate,
        train: { from: trainOn[0].from, to },
        test: { from: test[0].from, to: test[test.length - 1].to },
        lastTrainBar: to - 1,
        purged,
      };
    });
  });
  const names = candidates.map((settings, i) => (i === 0 ? "as configured" : nameOf(settings)));
  return { windows, cross: { scheme, groups, splits: splits.map((split) => [...split.tested]), candidates: names } };
}

function shown(value: unknown): string {
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(3))) : String(value);
}

function nameOf(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key.slice(key.indexOf(".") + 1)} ${shown(value)}`)
    .join(", ");
}

/** What the records of a plan's trainings say of the choice. Every training is counted as a trial on the data. */
export function crossOutcome(
  context: AppContext,
  config: Config,
  plan: WalkPlan,
  tape: MarketTape,
  records: readonly PurgedRecord[],
): CrossValidated {
  const { cross, windows } = plan;
  if (cross === undefined) throw new TidemarkError("USAGE_ARGUMENT", noCross(plan.name));
  const days = groupTimes(cross, records);
  const splits = cross.splits.map((tested, split) => ({
    tested,
    trials: cross.candidates.map((_, candidate): SplitTrial => {
      const record = records[split * cross.candidates.length + candidate];
      return {
        trained: record.trained,
        tested: record.tested.map((stretch, i) => filled(stretch, days[tested[i]])),
      };
    }),
  }));
  const result: CrossValidation = crossValidateTrials(splits, cross.groups, daysPerYear(tape.instruments));
  noteSearchOn(context, config, tape, {
    study: `${plan.name} cross-validated ${context.clock.nowMs()}`,
    trials: cross.candidates.length,
    looks: windows.length,
  });
  return { name: plan.name, tape, candidates: cross.candidates, dayMs: days.flat(), result };
}

const noCross = (name: string) => ({
  what: `"${name}" goes through windows and not through purged splits`,
  fix: `Go on with it by --resume ${name} without --scheme.`,
});

/** When the periods of each group begin: those of the record that went on longest, since an account may end before. */
function groupTimes(cross: NonNullable<WalkPlan["cross"]>, records: readonly PurgedRecord[]): number[][] {
  const times: number[][] = Array.from({ length: cross.groups }, () => []);
  for (const { split, tested } of records) {
    for (const [i, { timesMs }] of tested.entries()) {
      const group = cross.splits[split][i];
      if (timesMs.length > times[group].length) times[group] = [...timesMs];
    }
  }
  return times;
}

/** Returns of every period of a group; an account that ended earlier stays where it ended. */
function filled({ timesMs, returns }: StretchReturns, times: readonly number[]): Float64Array {
  const known = new Map(timesMs.map((timeMs, i) => [timeMs, returns[i]]));
  return Float64Array.from(times, (timeMs) => known.get(timeMs) ?? 0);
}
