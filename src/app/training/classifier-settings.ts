/** @file [supervised] as the settings of a classifier. */
import { TidemarkError } from "../../core/index.ts";
import type { ClassifierSettings } from "../../learn/index.ts";
import { checkBase, learnsClassifier } from "../../policy/index.ts";
import type { Config } from "../config/load.ts";

/**
 * The name of the model whose decisions give the side of meta-labels; undefined where a rule does. Throws CONFIG_VALUE where one is
 * named and the label asks for none.
 */
export function baseModelName({ supervised }: Config): string | undefined {
  const { baseModel, label } = supervised;
  if (baseModel === undefined || label === "meta") return baseModel;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `A base is for meta-labels, and the label is "${label}"`,
    where: "supervised.base_model",
    fix: 'Set supervised.label to "meta" (--label meta), or leave the base out.',
  });
}

/** For what can't take a base that is a model. Throws CONFIG_VALUE where one is named. */
export function requireRuleBase(config: Config, what: string): void {
  if (baseModelName(config) === undefined) return;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `${what} learns from bars that lie before the training of the base has ended`,
    where: "supervised.base_model",
    fix: "Leave it out, and let a rule give the side; or use `tidemark walkforward` with data.from behind that training.",
  });
}

/** Without a base that is a model: that is known when it is loaded. Throws CONFIG_VALUE. */
export function classifierSettings(config: Config): ClassifierSettings {
  const { learner } = config.model;
  if (!learnsClassifier(learner)) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `"${learner}" is no classifier`,
      where: "model.learner",
      fix: 'Set it to "gbdt" or "logistic".',
    });
  }
  const s = config.supervised;
  const base = { kind: s.base, fast: s.baseFast, slow: s.baseSlow };
  if (s.label === "meta") checkBase(base);
  return {
    learner,
    label: {
      kind: s.label,
      horizon: s.horizon,
      classes: s.classes,
      upper: s.upper,
      lower: s.lower,
      ...(s.label === "meta" ? { base } : {}),
    },
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
