/** @file One candidate trained on what a purged split leaves it, and played on all parts: how it did where it learned and where not. */
import { join } from "node:path";
import { DAY_MS, packageVersion } from "../../core/index.ts";
import { backtest, dailyReturns, headlineReturns } from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { type TrainResult, trainClassifierModel, trainPolicy } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import {
  learnsClassifier,
  loadPolicyModel,
  openPolicy,
  releaseModel,
  rowsOfTape,
  saveEnsemble,
  selectionOf,
} from "../../policy/index.ts";
import { CompositeTracker } from "../../tracking/index.ts";
import { decisionSettings } from "../config/decision.ts";
import { featureSelection } from "../config/feature-selection.ts";
import { splitSettings } from "../config/learning.ts";
import type { Config } from "../config/load.ts";
import { classifierSettings, requireRuleBase } from "../training/classifier-settings.ts";
import { memberConfig, memberSeeds } from "../training/member-config.ts";
import { policySettings } from "../training/policy-settings.ts";
import { memberFolder } from "../training/runs.ts";

type Range = { readonly from: number; readonly to: number };
type TrainedRange = Range & { readonly until: number };

export type PurgedOptions = {
  readonly name: string;
  readonly index: number;
  /** Of the training's files. */
  readonly folder: string;
  readonly seed: number;
  readonly purged: {
    readonly split: number;
    readonly candidate: number;
    readonly trainOn: readonly TrainedRange[];
    readonly tests: readonly Range[];
  };
  readonly signal: AbortSignal;
};

/** Headline returns of a stretch of bars, and when the period of each begins. */
export type StretchReturns = { readonly timesMs: readonly number[]; readonly returns: readonly number[] };

/** What is kept of one training, as plain JSON. */
export type PurgedRecord = {
  readonly split: number;
  readonly candidate: number;
  /** On the bars that were learned from. */
  readonly trained: readonly number[];
  /** By tested group. */
  readonly tested: readonly StretchReturns[];
  /** Over all tested groups. */
  readonly totalReturn: number;
  readonly trades: number;
  readonly tradeHashes: readonly string[];
};

/** Throws CONFIG_VALUE or DATA_TOO_SHORT; rejects with the signal's reason. */
export async function trainPurged(config: Config, tape: MarketTape, options: PurgedOptions): Promise<PurgedRecord> {
  const { split, candidate, trainOn, tests } = options.purged;
  const modelFolder = join(options.folder, "model");
  if (learnsClassifier(config.model.learner)) await trainAnswers(config, tape, modelFolder, options);
  else await trainNetworks(config, tape, modelFolder, options);
  const model = await loadPolicyModel(modelFolder);
  try {
    const features = computeFeatures(tape, selectionOf(model.manifest));
    const rows = rowsOfTape(features, model.manifest.normalizer);
    const play = ({ from, to }: Range) =>
      backtest({
        tape,
        policy: openPolicy(model, rows),
        config: decisionSettings(config),
        from,
        to,
        balance: config.backtest.initialBalance,
        seed: config.seed ?? 0,
        signal: options.signal,
      });
    const trained: number[] = [];
    for (const range of trainOn) trained.push(...headlineReturns(await play(range)));
    const tested: StretchReturns[] = [];
    const tradeHashes: string[] = [];
    let growth = 1;
    let trades = 0;
    for (const range of tests) {
      const result = await play(range);
      const { curve, barMs } = result;
      const timesMs = barMs < DAY_MS ? dailyReturns(curve).dayMs : curve.timeMs.subarray(1, curve.length);
      tested.push({ timesMs: [...timesMs], returns: [...headlineReturns(result)] });
      tradeHashes.push(result.tradeHash);
      trades += result.trades.length;
      growth *= result.finalEquity / config.backtest.initialBalance;
    }
    return { split, candidate, trained, tested, totalReturn: growth - 1, trades, tradeHashes };
  } finally {
    await releaseModel(model);
  }
}

/** One network, or the members of an ensemble one after the other. */
async function trainNetworks(
  config: Config,
  tape: MarketTape,
  modelFolder: string,
  { name, index, folder, seed, purged, signal }: PurgedOptions,
): Promise<void> {
  const settings = policySettings(memberConfig(config));
  const seeds = memberSeeds(config, seed);
  const members: TrainResult[] = [];
  for (const [k, own] of seeds.entries()) {
    const place = seeds.length === 1 ? folder : memberFolder(folder, k);
    members.push(
      await trainPolicy({
        ...settings,
        tape,
        name,
        version: String(index + 1),
        modelFolder: join(place, "model"),
        runFolder: join(place, "run"),
        trainOn: purged.trainOn.map(({ from, to }) => ({ from, to })),
        seed: own,
        codeVersion: packageVersion(),
        saveEvery: config.training.saveInterval,
        validateEvery: config.training.validateInterval,
        tracker: new CompositeTracker([]),
        signal,
      }),
    );
  }
  if (seeds.length === 1) return;
  const { version, createdMs } = members[0].manifest;
  const folders = members.map((member) => member.modelFolder);
  saveEnsemble(modelFolder, { name, version, createdMs, seed }, folders);
}

async function trainAnswers(
  config: Config,
  tape: MarketTape,
  modelFolder: string,
  { name, index, seed, purged, signal }: PurgedOptions,
): Promise<void> {
  const { trainOn } = purged;
  requireRuleBase(config, "A training on purged splits");
  const to = trainOn[trainOn.length - 1].until;
  await trainClassifierModel({
    tape,
    name,
    version: String(index + 1),
    modelFolder,
    features: featureSelection(config),
    settings: classifierSettings(config),
    split: splitSettings(config),
    parts: { train: { from: trainOn[0].from, to }, judged: { from: to, to }, trainOn },
    decision: decisionSettings(config),
    actionSpace: config.model.actionSpace,
    seed,
    signal,
  });
}
