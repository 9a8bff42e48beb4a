/** @file A walk-forward: windows are planned, run side by side, and joined. Stopped at any point, it goes on. */
import { join } from "node:path";
import { DAY_MS, formatDay, readTextIfPresent, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import {
  type FoldRecord,
  type JoinedWalk,
  joinFolds,
  type WalkWindow,
  walkForwardWindows,
} from "../../evaluate/index.ts";
import { rollingWindows } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { learnsClassifier, readManifest } from "../../policy/index.ts";
import { runsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { packConfig } from "../config/packed.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { rowAt } from "../data/range.ts";
import { findModel } from "../models/folders.ts";
import { marketOf, openModel } from "../models/open.ts";
import { firstBarOfClassifier } from "../training/classifier-window.ts";
import { type CrossTraining, crossOutcome, crossWindows } from "./cross-train.ts";
import type { CrossValidated } from "./cross-validate.ts";
import { type WalkPlan, walkPlanSchema } from "./fold.ts";
import type { PurgedRecord } from "./purged.ts";
import { type Places, recordOf, runWindows } from "./windows.ts";

export type WalkOptions = {
  readonly name: string;
  readonly subject: WalkPlan["subject"];
  /** Absent: by weeks for a classifier, otherwise six. */
  readonly windows?: number;
  /** Days that a classifier trains and is tested on, where windows go by weeks. Default: 28 and 7. */
  readonly trainDays?: number;
  readonly testDays?: number;
  readonly anchored: boolean;
  /** Bars that open later are left alone. */
  readonly untilMs?: number;
} & Places;

export type CrossWalkOptions = CrossTraining & { readonly name: string } & Places;

/** Trainings in purged splits, and what they say of the choice between their settings. */
export type CrossWalked = CrossValidated & { readonly plan: WalkPlan };

export type Walked = { readonly plan: WalkPlan; readonly walk: JoinedWalk; readonly tape: MarketTape };

const PLAN_FILE = "plan.json";
const WINDOWS = 6;
const TRAIN_DAYS = 28;
const TEST_DAYS = 7;

function walkFolder(config: Config, name: string): string {
  return join(runsFolder(config), "walkforward", name);
}

/** First bar that can be decided on by what is tested. Each training warms its own features up. */
async function firstBarOf(
  context: AppContext,
  config: Config,
  tape: MarketTape,
  subject: WalkPlan["subject"],
): Promise<number> {
  if (subject.kind === "training") return 0;
  if (subject.kind === "rule") return 1;
  return (await openModel(context, config, subject.model, tape)).policy.firstBar;
}

/** A model brings its own market, where the command line names no other. */
function marketFor(config: Config, subject: WalkPlan["subject"]): Config {
  return subject.kind === "model" ? marketOf(config, readManifest(findModel(config, subject.model))) : config;
}

/** Windows on the days of a classifier's schedule, from the first Monday that has bars to warm up on. */
export function weeklyWindows(
  config: Config,
  tape: MarketTape,
  options: Pick<WalkOptions, "trainDays" | "testDays" | "anchored" | "untilMs">,
): WalkWindow[] {
  const { trainDays = TRAIN_DAYS, testDays = TEST_DAYS, anchored } = options;
  const ready = tape.timeMs[Math.min(tape.bars - 1, firstBarOfClassifier(config, tape))];
  const endMs = tape.timeMs[endBar(tape, options) - 1] + tape.barMs;
  const found = rollingWindows(mondayFrom(ready), endMs, {
    barMs: tape.barMs,
    labelBars: config.supervised.horizon,
    trainMs: trainDays * DAY_MS,
    testMs: testDays * DAY_MS,
    // The training lies before the test: what knows of it is purged, and nothing else has to wait.
    embargoBars: 0,
    anchored,
  });
  if (found.length === 0) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `The candles hold no ${trainDays} days to train on and ${testDays} behind them, after ${formatDay(ready)}`,
      where: `${formatDay(tape.timeMs[0])} to ${formatDay(endMs)}`,
      fix: "Get more history, or choose fewer days with --train-days and --test-days.",
    });
  }
  return found.map(({ index, trainFromMs, trainToMs, testFromMs, testToMs }) => {
    const test = { from: rowAt(tape, testFromMs), to: rowAt(tape, testToMs) };
    return {
      index,
      train: { from: rowAt(tape, trainFromMs), to: test.from },
      test,
      lastTrainBar: rowAt(tape, trainToMs) - 1,
    };
  });
}

function endBar(tape: MarketTape, { untilMs }: Pick<WalkOptions, "untilMs">): number {
  return untilMs === undefined ? tape.bars : Math.min(tape.bars, rowAt(tape, untilMs) + 1);
}

/** The first Monday 00:00 UTC at or after a time. */
function mondayFrom(timeMs: number): number {
  // The epoch was a Thursday.
  const week = 7 * DAY_MS;
  const offset = 4 * DAY_MS;
  return Math.ceil((timeMs - offset) / week) * week + offset;
}

/** A new walk-forward. Throws DATA_TOO_SHORT where the bars can't be cut so. */
export async function beginWalk(context: AppContext, config: Config, options: WalkOptions): Promise<Walked> {
  const { plan, tape } = await planWalk(context, config, options);
  return walkOn(context, plan, tape, options);
}

/** Its plan, kept beside the records to come. Throws as `beginWalk` does. */
export async function planWalk(
  context: AppContext,
  config: Config,
  options: Omit<WalkOptions, keyof Places>,
): Promise<Pick<Walked, "plan" | "tape">> {
  const market = marketFor(config, options.subject);
  const tape = await openTape(context, market);
  const training = options.subject.kind === "training";
  const byWeeks = training && learnsClassifier(config.model.learner) && options.windows === undefined;
  const windows = byWeeks
    ? weeklyWindows(config, tape, options)
    : walkForwardWindows({
        from: await firstBarOf(context, market, tape, options.subject),
        to: endBar(tape, options),
        windows: options.windows ?? WINDOWS,
        anchored: options.anchored,
        embargoBars: config.splits.embargoBars,
      });
  const { name, subject } = options;
  return { plan: newPlan(context, market, tape, { name, subject, windows }), tape };
}

/** Trainings of several settings in purged splits. Throws as `beginWalk` does, and USAGE_ARGUMENT for splits without sense. */
export async function beginCross(
  context: AppContext,
  config: Config,
  { name, ...options }: CrossWalkOptions,
): Promise<CrossWalked> {
  const tape = await openTape(context, config);
  const made = crossWindows(context, config, tape, options);
  const plan = newPlan(context, config, tape, { name, subject: { kind: "training", warm: false }, ...made });
  return crossOn(context, config, plan, tape, options);
}

/** The plan of a new one, kept for who goes on with it. Throws USAGE_ARGUMENT where its name is taken. */
function newPlan(
  context: AppContext,
  config: Config,
  tape: MarketTape,
  made: Pick<WalkPlan, "name" | "subject" | "windows" | "cross">,
): WalkPlan {
  const folder = walkFolder(config, made.name);
  const { data, features } = config;
  const plan: WalkPlan = {
    ...made,
    seed: context.seed(),
    dataFingerprint: tape.fingerprint,
    folder,
    ...packConfig(config),
    config: {
      ...config.resolved,
      features: { ...config.resolved.features, set: features.set, list: [...features.list] },
      data: {
        ...config.resolved.data,
        symbols: [...data.symbols],
        timeframe: tape.timeframe,
        venue: tape.instruments[0].venue,
      },
    },
  };
  if (readTextIfPresent(join(folder, PLAN_FILE)) !== undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `There is a walk-forward "${made.name}" already`,
      where: folder,
      fix: `Go on with it by --resume ${made.name}, or choose another --name.`,
    });
  }
  writeFileAtomic(join(folder, PLAN_FILE), `${JSON.stringify(plan, null, 2)}\n`);
  return plan;
}

/** Goes on with one that was stopped; windows that are done stay done. Throws USAGE_ARGUMENT or CHECKPOINT_MISMATCH. */
export async function resumeWalk(
  context: AppContext,
  config: Config,
  name: string,
  places: Places,
): Promise<Walked | CrossWalked> {
  const { plan, tape } = await keptPlan(context, config, name);
  return plan.cross === undefined ? walkOn(context, plan, tape, places) : crossOn(context, config, plan, tape, places);
}

async function keptPlan(
  context: AppContext,
  config: Config,
  name: string,
): Promise<{ readonly plan: WalkPlan; readonly tape: MarketTape }> {
  const folder = walkFolder(config, name);
  const text = readTextIfPresent(join(folder, PLAN_FILE));
  if (text === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `There is no walk-forward "${name}"`,
      where: folder,
      fix: "Begin one without --resume.",
    });
  }
  // A project may have been moved since.
  const plan = { ...walkPlanSchema.parse(JSON.parse(text)), folder, project: config.folder };
  const tape = await openTape(context, planned(config, plan));
  if (tape.fingerprint !== plan.dataFingerprint) {
    throw new TidemarkError("CHECKPOINT_MISMATCH", {
      what: "The candles are others than those that the walk-forward began with",
      where: folder,
      fix: "Begin a new one with another --name.",
    });
  }
  return { plan, tape };
}

function planned(config: Config, plan: WalkPlan): Config {
  const { symbols, timeframe, venue, from, to } = plan.config.data;
  const { set, list } = plan.config.features;
  return {
    ...config,
    features: { ...config.features, set, list },
    data: { ...config.data, symbols, timeframe, venue, from, to },
  };
}

async function walkOn(context: AppContext, plan: WalkPlan, tape: MarketTape, places: Places): Promise<Walked> {
  await runWindows(context, plan, places);
  const records = plan.windows.flatMap(({ index }) => (recordOf(plan, index) as FoldRecord | undefined) ?? []);
  return { plan, tape, walk: joinFolds(records) };
}

async function crossOn(
  context: AppContext,
  config: Config,
  plan: WalkPlan,
  tape: MarketTape,
  places: Places,
): Promise<CrossWalked> {
  await runWindows(context, plan, places);
  const records = plan.windows.flatMap(({ index }) => (recordOf(plan, index) as PurgedRecord | undefined) ?? []);
  return { ...crossOutcome(context, config, plan, tape, records), plan };
}
