/** @file A trained classifier on the terminal and as JSON. */
import { relative } from "node:path";
import { classifierWords, type TrainedClassifierModel } from "../../app/index.ts";
import type { CommandContext } from "../verb.ts";

/** Features that are named. */
const NAMED = 5;

export function printClassifier(
  context: CommandContext,
  { name, version, modelFolder, result, report, outcome }: TrainedClassifierModel,
): void {
  const { output } = context;
  const { trained, importance } = result;
  const { validation, rule, data } = trained;
  output.text(`model       ${name}/${version} in ${relative(context.folder, modelFolder) || modelFolder}`);
  const what = data.model.kind === "linear" ? "linear" : `${data.model.forest.trees.length} trees`;
  const rows = `${trained.rows.toLocaleString("en-US")} rows, worth ${Math.round(trained.effectiveRows).toLocaleString("en-US")} independent ones`;
  output.text(`learned     ${what} of ${rows}`);
  if (validation === null) output.text("validation  none: splits.validation is 0 or too short");
  else {
    const { auc, brierSkill, logLoss, baseLogLoss, calibrationError } = validation;
    output.text(
      `validation  AUC ${auc.toFixed(3)}, Brier skill ${percent(brierSkill)}, log loss ${logLoss.toFixed(4)} against ${baseLogLoss.toFixed(4)}`,
    );
    output.text(
      `            calibration error ${percent(calibrationError)} over ${validation.rows.toLocaleString("en-US")} rows`,
    );
    output.text(`            ${skillWords(brierSkill)}`);
  }
  for (const line of outcome === undefined ? [] : classifierWords(outcome)) output.text(line);
  output.text(
    `rule        trades above ${Math.max(...rule.costBps).toFixed(1)} bps of cost and ${rule.marginBps.toFixed(1)} bps of margin`,
  );
  const leans = (trained.explanation?.permutation ?? []).slice(0, NAMED).filter(({ lossRise }) => lossRise > 0);
  if (leans.length > 0) {
    const told = leans.map((one) => `${one.name} ${(1e4 * one.lossRise).toFixed(1)}`);
    output.text(`leans on    ${told.join(", ")} (rise of the log loss when shuffled, 1e-4)`);
  }
  const top = importance.slice(0, NAMED).filter(([, share]) => share > 0);
  if (top.length > 0) {
    output.text(`fitted by   ${top.map(([feature, share]) => `${feature} ${Math.round(100 * share)} %`).join(", ")}`);
  }
  if (report !== undefined) output.text(`report      ${relative(context.folder, report.htmlPath) || report.htmlPath}`);
}

function skillWords(skill: number): string {
  if (!(skill > 0)) return "Its probabilities are no better than the class's share: it has learned nothing.";
  return skill < 0.01 ? "It knows a little more than the class's share." : "Its probabilities beat the class's share.";
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

export function classifierData({ name, version, seed, result, report, outcome }: TrainedClassifierModel): object {
  const { trained, importance, split } = result;
  const { data: _, importance: __, ...figures } = trained;
  const { returns: _returns, ...played } = outcome ?? {};
  return {
    model: `${name}/${version}`,
    seed,
    learner: result.manifest.learner,
    split,
    ...figures,
    outcome: outcome === undefined ? null : played,
    importance,
    report,
  };
}
