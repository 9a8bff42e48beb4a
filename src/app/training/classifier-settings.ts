/** @file [supervised] as the settings of a classifier. */
import { TidemarkError } from "../../core/index.ts";
import type { ClassifierSettings } from "../../learn/index.ts";
import { checkBase, learnsClassifier } from "../../policy/index.ts";
import type { Config } from "../config/load.ts";

/** Throws CONFIG_VALUE. */
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
