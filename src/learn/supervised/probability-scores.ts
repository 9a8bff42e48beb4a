/** @file How good a classifier's probabilities are on rows that it has not seen. */
import type { Classifier } from "../../policy/index.ts";
import type { Dataset } from "./dataset.ts";
import { auc, binaryLogLoss, brier, brierSkill, calibrationError, type ReliabilityBin, reliability } from "./scores.ts";

/** Of the highest class against the others, where there are more than two. JSON as it is. */
export type ProbabilityScores = {
  readonly rows: number;
  readonly share: number;
  readonly brier: number;
  /** Above zero where the probabilities beat the share of the class. */
  readonly brierSkill: number;
  readonly logLoss: number;
  /** Of the share of the class alone. */
  readonly baseLogLoss: number;
  readonly auc: number;
  readonly calibrationError: number;
  readonly reliability: readonly ReliabilityBin[];
};

export function judgeProbabilities(classifier: Classifier, data: Dataset, labels: Uint8Array): ProbabilityScores {
  const { classes, features } = classifier.data;
  const p = new Float64Array(labels.length);
  const all = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) {
    classifier.write(data.x, i * features, all, 0);
    p[i] = all[classes - 1];
  }
  const top = labels.map((label) => Number(label === classes - 1));
  const share = top.reduce((sum, y) => sum + y, 0) / top.length;
  const bins = reliability(p, top);
  return {
    rows: labels.length,
    share,
    brier: brier(p, top),
    brierSkill: brierSkill(p, top),
    logLoss: binaryLogLoss(p, top),
    baseLogLoss: binaryLogLoss(new Float64Array(top.length).fill(share), top),
    auc: auc(p, top),
    calibrationError: calibrationError(bins),
    reliability: bins,
  };
}
