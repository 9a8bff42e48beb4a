/**
 * @file One window of a walk-forward, in a process of its own: trains where the plan says so, tests, and keeps a record.
 * Everything it needs comes as JSON; a record that is there already is a window that is done.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { formatDay, readTextIfPresent, systemClock, writeFileAtomic } from "../../core/index.ts";
import {
  type BacktestResult,
  backtest,
  baselineConfig,
  baselinePolicy,
  contextTrades,
  type FoldRecord,
  foldRecord,
  type WalkWindow,
} from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { startsFromModel } from "../../learn/index.ts";
import { type MarketTape, sliceTape } from "../../market/index.ts";
import {
  learnsClassifier,
  loadPolicyModel,
  openPolicy,
  type Policy,
  releaseModel,
  rowsOfTape,
  selectionOf,
} from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import type { Json, ObjectiveModule, TrialRun } from "../../search/index.ts";
import { changedConfig } from "../config/changed.ts";
import { decisionSettings } from "../config/decision.ts";
import { ruleDecision } from "../config/explicit-decision.ts";
import type { Config } from "../config/load.ts";
import { packedConfigSchema, unpackConfig } from "../config/packed.ts";
import type { AppContext } from "../context.ts";
import { readTape } from "../data/market.ts";
import { openModel } from "../models/open.ts";
import { openRule } from "../strategies/rule.ts";
import { trainClassifierWindow } from "../training/classifier-window.ts";
import { memberConfig } from "../training/member-config.ts";
import { trainNetworks } from "../training/network-window.ts";
import { policySettings } from "../training/policy-settings.ts";
import { type PurgedRecord, trainPurged } from "./purged.ts";

const range = z.object({ from: z.number(), to: z.number() });

/** A training of one candidate on what one purged split leaves it, tested on the split's groups. */
const purgedSchema = z.object({
  split: z.number(),
  candidate: z.number(),
  /** Decisions in `[from, to)` are learned from where their outcome is known before `until`. */
  trainOn: z.array(range.extend({ until: z.number() })),
  tests: z.array(range),
  /** The candidate's own settings by dotted key. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type PurgedTraining = z.infer<typeof purgedSchema>;

export const walkPlanSchema = z.object({
  name: z.string(),
  /** What is tested: a rule, a model as it is, or a training in each window. */
  subject: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("rule"), rule: z.string(), param: z.array(z.string()) }),
    z.object({ kind: z.literal("model"), model: z.string() }),
    z.object({ kind: z.literal("training"), warm: z.boolean() }),
  ]),
  seed: z.number(),
  dataFingerprint: z.string(),
  windows: z.array(
    z.object({
      index: z.number(),
      train: range,
      test: range,
      lastTrainBar: z.number(),
      purged: purgedSchema.optional(),
    }),
  ),
  /** How purged splits were made, where the windows are trainings in such. */
  cross: z
    .object({
      scheme: z.enum(["kfold", "cpcv"]),
      groups: z.number(),
      /** The tested groups of each split. */
      splits: z.array(z.array(z.number())),
      candidates: z.array(z.string()),
    })
    .optional(),
  /** Where the records go: empty on a worker elsewhere, which keeps nothing. */
  folder: z.string(),
  ...packedConfigSchema.shape,
});
export type WalkPlan = z.infer<typeof walkPlanSchema>;
export type WalkSubject = WalkPlan["subject"];

export function foldPath(folder: string, index: number): string {
  return join(folder, `window-${index + 1}.json`);
}

const nothing = (): void => {};

/** A context of a process that nobody watches. */
export function silentContext(config: Config, signal: AbortSignal): AppContext {
  return {
    note: nothing,
    warn: nothing,
    detail: nothing,
    progress: nothing,
    endProgress: nothing,
    signal,
    clock: systemClock,
    environment: {},
    folder: config.folder,
    config: () => config,
    seed: () => config.seed ?? 0,
  };
}

type Tested = {
  readonly result: BacktestResult;
  /** The bars that it was tested on, where they are not those of the plan. */
  readonly own?: MarketTape;
  readonly chosen: Readonly<Record<string, string | number | null>>;
  /** Of a given model: the share of the tested bars that its training has seen. */
  readonly seenShare?: number;
};

/** The note of a trial in which its record is sent to the process that leads the walk-forward. */
export const RECORD_NOTE = "record";

/** Runs window `trial.params.window` of the plan. Named by `walkModule`. */
export async function objective(trial: TrialRun, options: Json): Promise<number> {
  const given = walkPlanSchema.parse(options);
  const kept = given.folder !== "";
  const plan = kept ? given : { ...given, folder: mkdtempSync(join(tmpdir(), "tidemark-window-")) };
  try {
    const index = Number(trial.params["window"]);
    const { purged } = plan.windows[index];
    const record =
      purged === undefined
        ? await windowRecord(plan, index, trial.signal)
        : await purgedRecord(plan, plan.windows[index], purged, trial.signal);
    trial.note(RECORD_NOTE, JSON.parse(JSON.stringify(record)) as Json);
    return record.totalReturn;
  } finally {
    if (!kept) rmSync(plan.folder, { recursive: true, force: true });
  }
}

async function windowRecord(plan: WalkPlan, index: number, signal: AbortSignal): Promise<FoldRecord> {
  const config = unpackConfig(plan);
  const window = plan.windows[index];
  const path = foldPath(plan.folder, window.index);
  const known = readTextIfPresent(path);
  if (known !== undefined) return JSON.parse(known) as FoldRecord;
  const context = silentContext(config, signal);
  const tape = await readTape(context, config);
  const { result, own = tape, chosen, seenShare } = await testWindow(context, config, plan, window, tape);
  const decision = decisionSettings(config);
  const hold = await play(
    config,
    tape,
    baselinePolicy("buy-and-hold", plan.seed),
    baselineConfig(decision),
    window.test,
  );
  const record = foldRecord(result, hold, {
    index: window.index,
    trainFromMs: tape.timeMs[window.train.from],
    trainToMs: tape.timeMs[window.train.to - 1],
    chosen,
    contexts: contextTrades(result, own),
    ...(seenShare === undefined ? {} : { seenShare }),
  });
  writeFileAtomic(path, JSON.stringify(record));
  return record;
}

async function purgedRecord(
  plan: WalkPlan,
  { index }: WalkPlan["windows"][number],
  purged: PurgedTraining,
  signal: AbortSignal,
): Promise<PurgedRecord> {
  const path = foldPath(plan.folder, index);
  const known = readTextIfPresent(path);
  if (known !== undefined) return JSON.parse(known) as PurgedRecord;
  const config = changedConfig(unpackConfig(plan), purged.settings);
  const tape = await readTape(silentContext(config, signal), config);
  const folder = join(plan.folder, `window-${index + 1}`);
  // A training that was stopped begins anew.
  rmSync(folder, { recursive: true, force: true });
  const record = await trainPurged(config, tape, { name: plan.name, index, folder, seed: plan.seed, purged, signal });
  writeFileAtomic(path, JSON.stringify(record));
  // What was trained without a part of the bars judges the choice, and nobody trades it.
  rmSync(folder, { recursive: true, force: true });
  return record;
}

/** The windows of a plan by name, for another process. */
export function walkModule(plan: WalkPlan): ObjectiveModule {
  const options = JSON.parse(JSON.stringify(plan)) as Json;
  return { module: import.meta.url, export: objective.name, options };
}

function play(
  config: Config,
  tape: MarketTape,
  policy: Policy,
  decision: DecisionConfig,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<BacktestResult> {
  const { initialBalance } = config.backtest;
  return backtest({ tape, policy, config: decision, from, to, balance: initialBalance, seed: config.seed ?? 0 });
}

async function testWindow(
  context: AppContext,
  config: Config,
  plan: WalkPlan,
  window: WalkWindow,
  tape: MarketTape,
): Promise<Tested> {
  const { subject } = plan;
  if (subject.kind === "rule") {
    const rule = await openRule(context, config, { strategy: subject.rule, param: subject.param });
    const policy = rule.policy();
    return {
      result: await play(config, tape, policy, ruleDecision(config), window.test),
      chosen: {},
    };
  }
  if (subject.kind === "model") {
    const { policy, decision, unseen } = await openModel(context, config, subject.model, tape);
    const { from, to } = window.test;
    const seenShare = Math.min(1, Math.max(0, (unseen.from - from) / (to - from)));
    return { result: await play(config, tape, policy, decision, window.test), chosen: {}, seenShare };
  }
  if (learnsClassifier(config.model.learner)) return trainClassifierFold(config, plan, window, tape, context.signal);
  return trainWindow(config, plan, window, tape, subject.warm, context.signal);
}

function figure(value: number): number {
  return Number(value.toPrecision(4));
}

/** Everything that is fitted is fitted anew, the calibration and the margin of the rule too. */
async function trainClassifierFold(
  config: Config,
  plan: WalkPlan,
  window: WalkWindow,
  tape: MarketTape,
  signal: AbortSignal,
): Promise<Tested> {
  const modelFolder = join(plan.folder, `window-${window.index + 1}`, "model");
  // A window that was stopped begins anew.
  rmSync(modelFolder, { recursive: true, force: true });
  const { result, own, first } = await trainClassifierWindow(config, tape, {
    name: plan.name,
    version: String(window.index + 1),
    modelFolder,
    seed: plan.seed,
    train: window.train,
    test: window.test,
    signal,
  });
  const model = await loadPolicyModel(modelFolder);
  const features = computeFeatures(own, selectionOf(model.manifest));
  const policy = openPolicy(model, rowsOfTape(features, model.manifest.normalizer));
  const { rounds, moveOverCost, validation, rule } = result.trained;
  const chosen = {
    ...(rounds === 0 ? {} : { rounds }),
    margin_bps: figure(rule.marginBps),
    move_over_cost: figure(moveOverCost),
    auc: validation === null ? null : figure(validation.auc),
    brier_skill: validation === null ? null : figure(validation.brierSkill),
    log_loss: validation === null ? null : figure(validation.logLoss),
    base_log_loss: validation === null ? null : figure(validation.baseLogLoss),
    trained_to: formatDay(tape.timeMs[window.train.to - 1]),
  };
  const test = { from: window.test.from - first, to: window.test.to - first };
  return { result: await play(config, own, policy, decisionSettings(config), test), own, chosen };
}

/** Trains on the window's own bars, tests on those after them; an ensemble's members one after the other. */
async function trainWindow(
  config: Config,
  plan: WalkPlan,
  window: WalkWindow,
  tape: MarketTape,
  warm: boolean,
  signal: AbortSignal,
): Promise<Tested> {
  const own = sliceTape(tape, window.train.from, window.test.to);
  const folder = join(plan.folder, `window-${window.index + 1}`);
  const before = join(plan.folder, `window-${window.index}`);
  const modelFolder = join(folder, "model");
  // A window that was stopped begins anew.
  rmSync(folder, { recursive: true, force: true });
  const isWarm = warm && existsSync(join(before, "model"));
  const { split, decision } = policySettings(memberConfig(config));
  const trained = await trainNetworks(config, {
    tape: own,
    name: plan.name,
    version: String(window.index + 1),
    folder,
    seed: plan.seed,
    split: {
      ...split,
      trainShare: (window.train.to - window.train.from + 0.5) / own.bars,
      embargoBars: window.test.from - window.train.to,
    },
    starts: isWarm ? await startsFromModel(join(before, "model")) : [],
    signal,
  });
  const model = await loadPolicyModel(modelFolder);
  try {
    const features = computeFeatures(own, selectionOf(model.manifest));
    const policy = openPolicy(model, rowsOfTape(features, model.manifest.normalizer));
    const test = { from: window.test.from - window.train.from, to: own.bars };
    const validations = trained.flatMap(({ validation }) => validation ?? []);
    const chosen = {
      ...(trained.length === 1 ? {} : { members: trained.length }),
      steps: sum(trained.map(({ steps }) => steps)),
      kept_after: sum(trained.map(({ keptSteps }) => keptSteps)),
      validation: validations.length === 0 ? null : figure(sum(validations) / validations.length),
      start: isWarm ? `window ${window.index}` : "scratch",
      trained_to: formatDay(tape.timeMs[window.train.to - 1]),
    };
    return { result: await play(config, own, policy, decision, test), own, chosen };
  } finally {
    await releaseModel(model);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
