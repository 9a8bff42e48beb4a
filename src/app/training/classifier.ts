/** @file A classifier from its configuration to its model. */
import { join } from "node:path";
import { formatDay, TidemarkError } from "../../core/index.ts";
import { classifierPage, type WrittenPage, writePage } from "../../evaluate/index.ts";
import { type ClassifierResult, type ClassifierSettings, trainClassifierModel } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { learnsNetwork } from "../../policy/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { modelsFolder, reportsFolder } from "../config/folders.ts";
import { sourceDropout, splitSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { nextVersion } from "../models/folders.ts";
import type { TrainingFlags } from "./trainings.ts";

/** A usual move that is less than so many times the cost leaves nothing to earn by direction alone. */
const LEAST_MOVE = 3;

export type TrainedClassifierModel = {
  readonly name: string;
  readonly version: string;
  readonly modelFolder: string;
  readonly seed: number;
  readonly result: ClassifierResult;
  /** What it knows and leans on; undefined where no validation part says so, or the page can't be written. */
  readonly report: WrittenPage | undefined;
};

/** Throws CONFIG_VALUE, USAGE_ARGUMENT or a DATA_ error; rejects with the signal's reason. */
export async function trainClassifier(
  context: AppContext,
  config: Config,
  flags: TrainingFlags = {},
): Promise<TrainedClassifierModel> {
  requireNoFlags(flags, config);
  const tape = await openTape(context, config);
  const { name } = config.model;
  const models = modelsFolder(config);
  const version = nextVersion(models, name);
  const modelFolder = join(models, name, version);
  const seed = context.seed();
  tellStart(context, config, tape, seed);
  try {
    const result = await trainClassifierModel({
      tape,
      name,
      version,
      modelFolder,
      features: featureSelection(config),
      settings: classifierSettings(config),
      split: splitSettings(config),
      sourceDropout: sourceDropout(config),
      decision: decisionSettings(config),
      actionSpace: config.model.actionSpace,
      seed,
      explain: true,
      signal: context.signal,
      onProgress: context.progress,
      clock: context.clock,
    });
    const { moveOverCost } = result.trained;
    if (moveOverCost < LEAST_MOVE) {
      context.warn(
        `over ${config.supervised.horizon} bars the price moves by ${moveOverCost.toFixed(1)} times the cost of going in and out: direction alone can hardly pay for it. A longer supervised.horizon or longer bars leave more.`,
      );
    }
    return {
      name,
      version,
      modelFolder,
      seed,
      result,
      report: writeReport(context, config, tape, `${name}/${version}`, result),
    };
  } finally {
    context.endProgress();
  }
}

/** A model whose page can't be written stays a model. */
function writeReport(
  context: AppContext,
  config: Config,
  tape: MarketTape,
  name: string,
  { trained, importance, manifest }: ClassifierResult,
): WrittenPage | undefined {
  const { validation, explanation } = trained;
  if (validation === null) return undefined;
  const { label, horizon } = config.supervised;
  const told = {
    ...validation,
    name,
    learner: manifest.learner ?? config.model.learner,
    symbols: tape.instruments.map(({ symbol }) => symbol),
    label: `label "${label}" over ${horizon} bars`,
    explanation,
    gain: importance,
    synthetic: manifest.provenance.synthetic,
  };
  try {
    const files = { html: classifierPage(told), data: told, tables: {} };
    return writePage(reportsFolder(config), "classifier", name, context.clock.nowMs(), files);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    context.warn(`The report was not written: ${thrown.message}`);
    return undefined;
  }
}

function requireNoFlags(flags: TrainingFlags, config: Config): void {
  const names = [
    "resume",
    "continue",
    "refitNormalizer",
    "phases",
    "useRecommendations",
    "perSymbol",
    "riskPercentage",
    "tune",
    "tuned",
  ] as const;
  const given = names.filter((name) => flags[name] !== undefined);
  if (given.length === 0 && config.curriculum.phases === 0) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `A classifier learns its history in one go: phases, searches of PPO's settings and runs that go on are not for "${config.model.learner}"`,
    where: given.join(", ") || "curriculum.phases",
    fix: "Leave them out, or train with --learner ppo.",
  });
}

export function classifierSettings(config: Config): ClassifierSettings {
  const { learner } = config.model;
  if (learnsNetwork(learner)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `"${learner}" is no classifier`,
      where: "model.learner",
      fix: 'Set it to "gbdt" or "logistic".',
    });
  }
  const s = config.supervised;
  return {
    learner,
    label: { kind: s.label, horizon: s.horizon, classes: s.classes, upper: s.upper, lower: s.lower },
    gbdt: {
      trees: s.trees,
      learningRate: s.learningRate,
      leaves: s.leaves,
      ...(s.minRows === 0 ? {} : { minRows: s.minRows }),
      l1: s.l1,
      l2: s.l2,
      pathSmooth: s.pathSmooth,
      rowShare: s.rowShare,
      featureShare: s.featureShare,
      patience: s.patience,
    },
    logistic: { l1: s.l1, l2: 1 / s.inversePenalty },
    balance: s.balance,
    threads: s.threads,
  };
}

function tellStart(context: AppContext, config: Config, tape: MarketTape, seed: number): void {
  const symbols = tape.instruments.map(({ symbol }) => symbol).join(" ");
  const range = `${formatDay(tape.timeMs[0])} to ${formatDay(tape.timeMs[tape.bars - 1])}`;
  const { label, horizon } = config.supervised;
  context.note(`${symbols}, ${tape.bars} ${tape.timeframe} bars, ${range}`);
  context.note(`${config.model.learner}, label "${label}" over ${horizon} bars, seed ${seed}`);
}
