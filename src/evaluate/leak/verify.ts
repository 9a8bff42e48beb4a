/** @file The leak check as a whole: features, normalizer, labels and decisions of a model, or of a rule. */
import type { ProgressListener } from "../../core/index.ts";
import { computeFeatures, FeaturePipeline, type FeatureSelection } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { openPolicy, type Policy, type PolicyModel, rowsOfTape, selectionOf } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { checkDecisions, type DecisionCheckOptions } from "./decisions.ts";
import type { LeakCheck } from "./fault.ts";
import {
  type ComputeRows,
  checkCausality,
  checkTruncation,
  checkWarmup,
  type FeatureCheckOptions,
} from "./features.ts";
import { checkLabels } from "./labels.ts";
import { checkNormalizer } from "./normalizer.ts";

export type LeakOptions = {
  readonly tape: MarketTape;
  readonly seed: number;
  /** What a model is checked with beside its features. */
  readonly model?: PolicyModel;
  /** The features to check without a model. */
  readonly selection?: FeatureSelection;
  /** A policy of another kind, such as a rule. */
  readonly policy?: () => Policy;
  readonly decision: DecisionConfig;
  readonly balance: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** How features are computed. Default: as everywhere. */
  readonly compute?: ComputeRows;
};

export type LeakResult = { readonly passed: boolean; readonly checks: readonly LeakCheck[] };

/** Shows of everything that could know the future that it does not. */
export async function verifyLeaks(options: LeakOptions): Promise<LeakResult> {
  const { model, selection } = options;
  const checks: LeakCheck[] = [];
  if (model !== undefined || selection !== undefined) {
    const features = featureOptions(options);
    checks.push(await checkCausality(features), await checkTruncation(features));
  }
  if (model !== undefined) checks.push(...modelChecks(options, model));
  const decisions = decisionOptions(options);
  if (decisions !== undefined) checks.push(await checkDecisions(decisions));
  return resultOf(checks);
}

/** Shows that every feature is final after its stated warm-up. */
export async function verifyWarmup(options: LeakOptions): Promise<LeakResult> {
  return resultOf([await checkWarmup(featureOptions(options))]);
}

function resultOf(checks: readonly LeakCheck[]): LeakResult {
  return { passed: checks.every(({ outcome }) => outcome !== "failed"), checks };
}

export function selectionIn({ model, selection }: LeakOptions): FeatureSelection {
  return model === undefined ? (selection ?? "core20") : selectionOf(model.manifest);
}

function computeOf(options: LeakOptions): ComputeRows {
  const selection = selectionIn(options);
  return options.compute ?? ((tape, from, to) => computeFeatures(tape, selection, { from, to }));
}

function featureOptions(options: LeakOptions): FeatureCheckOptions {
  const { tape, seed, signal, onProgress, model } = options;
  const { names, warmup } = new FeaturePipeline(selectionIn(options), tape);
  const stated = model?.manifest.features.warmup ?? warmup;
  return {
    tape,
    seed,
    warmup: stated,
    // A slow feature's warm-up must not hide that another's is too short.
    warmups: names.map((name) => Math.min(stated, new FeaturePipeline([name], tape).warmup)),
    compute: computeOf(options),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
}

/** What a supervised model says of its labels. */
function labelsOf({ manifest }: PolicyModel): { labelBars: number; embargoBars: number } | undefined {
  const { labels } = manifest.provenance as { labels?: { labelBars?: unknown; embargoBars?: unknown } };
  const labelBars = labels?.labelBars;
  if (typeof labelBars !== "number") return undefined;
  return { labelBars, embargoBars: typeof labels?.embargoBars === "number" ? labels.embargoBars : 0 };
}

function modelChecks(options: LeakOptions, model: PolicyModel): LeakCheck[] {
  const { tape } = options;
  const { normalizer, provenance, barMs } = model.manifest;
  const raw = computeOf(options)(tape, 0, tape.bars);
  const checks = [checkNormalizer({ normalizer, trainToMs: provenance.trainToMs, tape, raw })];
  const labels = labelsOf(model);
  if (labels === undefined) return checks;
  // What a model saw ends with trainToMs; what is tested begins an embargo after it.
  const trained = tape.timeMs.subarray(0, tape.bars).filter((ms) => ms <= provenance.trainToMs);
  const testFromMs = provenance.trainToMs + (1 + labels.embargoBars) * barMs;
  checks.push(checkLabels({ ...labels, barMs, trainMs: trained, testFromMs, testToMs: Number.POSITIVE_INFINITY }));
  return checks;
}

function decisionOptions(options: LeakOptions): DecisionCheckOptions | undefined {
  const { model, policy, tape, decision, balance, seed, signal, onProgress } = options;
  const shared = {
    tape,
    decision,
    balance,
    seed,
    to: tape.bars,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  if (policy !== undefined) return { ...shared, from: 0, policyOn: policy };
  if (model === undefined) return undefined;
  const { network, features, normalizer } = model.manifest;
  const history = features.warmup + Math.max(network.window - 1, network.warmup);
  const compute = computeOf(options);
  return {
    ...shared,
    from: history,
    policyOn: (other, from, to) => openPolicy(model, rowsOfTape(compute(other, from - history, to), normalizer)),
  };
}
