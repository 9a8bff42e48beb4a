/**
 * @file `train --continue MODEL --correct-bias`: further steps in which a policy unlearns what it does whatever happens,
 * between two looks at the same bars. Two phases of the curriculum do it: the first lets the value of states be learned
 * anew on mirrored markets while the policy may barely move; the second trains the policy on them, with every symbol
 * counting the same and with more entropy, most of it where the habits that were found lie.
 */
import { analyzeBias, type BiasFinding, type BiasResult, biasFindings, biasHeadline } from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { EPISODE_BARS, SETTING_BOUNDS } from "../../learn/index.ts";
import { openPolicy, releaseModel, rowsOfTape, selectionOf } from "../../policy/index.ts";
import { changedConfig } from "../config/changed.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { openModel } from "../models/open.ts";

export type BiasLook = {
  readonly model: string;
  readonly result: BiasResult;
  readonly findings: readonly BiasFinding[];
};

/** The same bars before and after, and what was done between. */
export type BiasCorrection = {
  readonly before: BiasLook;
  readonly after: BiasLook;
  readonly measures: readonly string[];
};

/** Share of the steps in which the value head is recalibrated. */
const VALUE_SHARE = 0.2;

function withinBounds(name: keyof typeof SETTING_BOUNDS, value: number): number {
  const { min, max, whole } = SETTING_BOUNDS[name];
  const inside = Math.min(max, Math.max(min, value));
  // Twelve digits, so that a product shows no rounding noise.
  return whole ? Math.round(inside) : Number(inside.toPrecision(12));
}

/** A model on bars that it has not seen, or on those named. Rejects as `openModel` does. */
export async function lookAtBias(
  context: AppContext,
  config: Config,
  given: string,
  fromMs?: number,
): Promise<BiasLook & { readonly fromMs: number }> {
  const { id, model, tape, decision, unseen, seed } = await openModel(context, config, given);
  try {
    const named =
      fromMs === undefined ? -1 : tape.timeMs.subarray(0, tape.bars).findIndex((timeMs) => timeMs >= fromMs);
    const from = Math.max(unseen.from, named);
    const result = await analyzeBias({
      tape,
      decision,
      policyOn: (other) =>
        openPolicy(model, rowsOfTape(computeFeatures(other, selectionOf(model.manifest)), model.manifest.normalizer)),
      from,
      to: unseen.to,
      balance: config.backtest.initialBalance,
      seed,
      signal: context.signal,
      onProgress: context.progress,
    });
    context.endProgress();
    return { model: id, result, findings: biasFindings(result), fromMs: tape.timeMs[from] };
  } finally {
    await releaseModel(model);
  }
}

/** What the findings ask for, as the configuration of the further training, and in words. */
export function correction(
  config: Config,
  findings: readonly BiasFinding[],
): { readonly config: Config; readonly measures: readonly string[] } {
  const { training } = config;
  const codes = new Set(findings.map(({ code }) => code));
  const sides = (["idle", "constant", "one-sided", "asymmetric", "clock"] as const).some((code) => codes.has(code));
  const entropy = withinBounds("entropy", Math.max(training.directionEntropy * (sides ? 3 : 1.5), sides ? 0.02 : 0.01));
  const numbers = withinBounds("betaEntropy", training.sizeEntropy * (codes.has("saturated") ? 5 : 1.5));
  const permute = codes.has("symbol") || config.data.symbols.length > 1 ? 0.5 : 0;
  const shared = {
    gamma: withinBounds("gamma", training.gamma),
    episode_bars: withinBounds("episodeBars", training.episodeBars ?? EPISODE_BARS),
    flip_probability: 0.5,
    permute_probability: permute,
    symbol_balance: 1,
    feature_noise: 0.02,
    // Whole weeks: a bar keeps its time of day, and the clock tells nothing of what comes next.
    shuffle_probability: codes.has("clock") ? 0.5 : 0,
    price_scale: 0,
  };
  const steps = training.totalSteps;
  const valueSteps = Math.max(1, Math.round(steps * VALUE_SHARE));
  const plan = [
    {
      ...shared,
      name: "value",
      stage: "mastery",
      steps: valueSteps,
      learning_rate: withinBounds("learningRate", training.learningRate),
      value_coefficient: SETTING_BOUNDS.valueCoefficient.max,
      clip: SETTING_BOUNDS.clip.min,
      target_kl: SETTING_BOUNDS.targetKl.max,
      entropy,
      number_entropy: numbers,
    },
    {
      ...shared,
      name: "even-handed",
      stage: "mastery",
      steps: Math.max(1, steps - valueSteps),
      learning_rate: withinBounds("learningRate", training.learningRate),
      value_coefficient: withinBounds("valueCoefficient", training.valueCoefficient),
      clip: withinBounds("clip", training.clip),
      target_kl: withinBounds("targetKl", training.targetKl === 0 ? 0.03 : training.targetKl),
      entropy,
      number_entropy: numbers,
    },
  ];
  const measures = [
    "half of the markets mirrored",
    ...(permute > 0 ? ["symbols change places"] : []),
    "every symbol counts the same",
    `entropy ${entropy} of directions, ${numbers} of sizes`,
    ...(codes.has("clock") ? ["half of the markets with their weeks shuffled"] : []),
    `value head recalibrated in the first ${valueSteps.toLocaleString("en-US")} steps`,
  ];
  const changes = { "curriculum.plan": plan, "curriculum.phases": plan.length, "curriculum.total_steps": 0 };
  return { config: changedConfig(config, changes), measures };
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** One line a figure, before and after. */
export function correctionRows({ before, after }: BiasCorrection): string[][] {
  const row = (name: string, of: (look: BiasLook) => string): string[] => [name, of(before), of(after)];
  return [
    row("long", ({ result }) => share(result.all.long)),
    row("short", ({ result }) => share(result.all.short)),
    row("flat", ({ result }) => share(result.all.flat)),
    row("long upside down", ({ result }) => share(result.mirrored.long)),
    row("symmetry (1: even-handed)", ({ result }) => result.symmetry?.toFixed(2) ?? "n/a"),
    row("explained by the hour", ({ result }) => share(result.explainedByHour)),
    row("sizes at an end", ({ result }) => share(Math.max(result.sizes.least, result.sizes.most))),
    row("return", ({ result }) => share(result.evaluation.statistics.totalReturn)),
    row("serious findings", (look) => String(count(look))),
  ];
}

function count({ findings }: BiasLook): number {
  return findings.filter(({ serious }) => serious).length;
}

/** The sentence under the table. */
export function correctionText({ before, after }: BiasCorrection): string {
  if (count(after) === 0 && count(before) > 0) return `Corrected. Now: ${biasHeadline(after.findings)}`;
  if (count(after) < count(before)) return `Better, not gone: ${biasHeadline(after.findings)}`;
  if (count(before) === 0) return `Nothing serious was there before: ${biasHeadline(after.findings)}`;
  return `Not corrected: ${biasHeadline(after.findings)} Train for more steps, or begin anew with flip_probability from the start.`;
}
