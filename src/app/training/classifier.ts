/** @file A classifier from its configuration to its model. */
import { join } from "node:path";
import { formatDay, TidemarkError } from "../../core/index.ts";
import { classifierPage, type WrittenPage, writePage } from "../../evaluate/index.ts";
import { type ClassifierResult, trainClassifierModel } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type PolicyModel, releaseModel } from "../../policy/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { modelsFolder, reportsFolder } from "../config/folders.ts";
import { sourceDropout, splitSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openTape } from "../data/market.ts";
import { openBaseModel } from "../models/base-model.ts";
import { nextVersion } from "../models/folders.ts";
import { marketOf } from "../models/open.ts";
import { tunedConfig } from "../tune/tuned-config.ts";
import { type ClassifierOutcome, classifierOutcome } from "./classifier-outcome.ts";
import { classifierSettings } from "./classifier-settings.ts";
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
  /** Of its rule on the validation part; undefined without one. */
  readonly outcome: ClassifierOutcome | undefined;
};

/** Throws CONFIG_VALUE, USAGE_ARGUMENT or a DATA_ error; rejects with the signal's reason. */
export async function trainClassifier(
  context: AppContext,
  given: Config,
  flags: TrainingFlags = {},
): Promise<TrainedClassifierModel> {
  requireNoFlags(flags, given);
  const config = flags.tuned === undefined ? given : (await tunedConfig(context, given, flags.tuned)).config;
  const base = await openBaseModel(config);
  try {
    return await trainOn(context, config, base);
  } finally {
    if (base !== undefined) await releaseModel(base);
  }
}

async function trainOn(
  context: AppContext,
  config: Config,
  base: PolicyModel | undefined,
): Promise<TrainedClassifierModel> {
  const tape = await openTape(context, base === undefined ? config : marketOf(config, base.manifest));
  const { name } = config.model;
  const models = modelsFolder(config);
  const version = nextVersion(models, name);
  const modelFolder = join(models, name, version);
  const seed = context.seed();
  tellStart(context, config, tape, seed);
  if (base !== undefined) tellBase(context, base, tape);
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
      ...(base === undefined ? {} : { base }),
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
    const { validation } = result.split;
    return {
      name,
      version,
      modelFolder,
      seed,
      result,
      outcome:
        validation.to === validation.from
          ? undefined
          : await classifierOutcome(config, tape, modelFolder, validation, seed),
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
  ] as const;
  const given = names.filter((name) => flags[name] !== undefined);
  if (given.length === 0 && config.curriculum.phases === 0) return;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `A classifier learns its history in one go: phases, a search before the training and runs that go on are not for "${config.model.learner}"`,
    where: given.join(", ") || "curriculum.phases",
    fix: "Leave them out; search with `tidemark tune --learner` first, and train with --tuned.",
  });
}

/** What the base has learned from is not learned from again. */
function tellBase(context: AppContext, { manifest }: PolicyModel, tape: MarketTape): void {
  const { name, version, provenance } = manifest;
  const behind = Array.from(tape.timeMs.subarray(0, tape.bars)).filter(
    (timeMs) => timeMs > provenance.trainToMs,
  ).length;
  context.note(
    `side by ${name}/${version}, which has learned up to ${formatDay(provenance.trainToMs)}: only the ${behind} bars behind that are divided into training, validation and test`,
  );
}

function tellStart(context: AppContext, config: Config, tape: MarketTape, seed: number): void {
  const symbols = tape.instruments.map(({ symbol }) => symbol).join(" ");
  const range = `${formatDay(tape.timeMs[0])} to ${formatDay(tape.timeMs[tape.bars - 1])}`;
  const { label, horizon } = config.supervised;
  context.note(`${symbols}, ${tape.bars} ${tape.timeframe} bars, ${range}`);
  context.note(`${config.model.learner}, label "${label}" over ${horizon} bars, seed ${seed}`);
}
