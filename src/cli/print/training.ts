/** @file A finished training on the terminal and as JSON. */
import { relative } from "node:path";
import {
  correctionRows,
  correctionText,
  type Trained,
  type TrainedEnsemble,
  type TrainingRun,
} from "../../app/index.ts";
import { describeOutcome, type TrainResult } from "../../learn/index.ts";
import { figureTable } from "../terminal/table.ts";
import type { CommandContext } from "../verb.ts";

/** What a finished training says of itself. */
export function printTraining(context: CommandContext, training: TrainingRun, result: TrainResult): void {
  const { output } = context;
  const path = relative(context.folder, result.modelFolder) || result.modelFolder;
  for (const { number, name, steps, endedBy } of result.phases) {
    output.text(
      `phase ${String(number).padEnd(5)} ${name}, ${steps.toLocaleString("en-US")} steps, ended by ${endedBy}`,
    );
  }
  for (const line of describeOutcome(result.outcome)) output.text(line);
  output.text(`model       ${training.name}/${training.version} in ${path}`);
  output.text(
    `parameters  ${result.manifest.parameters.toLocaleString("en-US")}, those after ${result.keptSteps.toLocaleString("en-US")} of ${result.steps.toLocaleString("en-US")} steps` +
      `${result.validation === undefined ? "" : ", the best in validation"}; SHA-256 ${result.parameterHash.slice(0, 16)}`,
  );
}

/** What each member says of its training, and the model that they are now. */
export function printEnsemble({ output, folder }: CommandContext, { run, manifest, members }: TrainedEnsemble): void {
  for (const [k, result] of members.entries()) {
    output.text(`member ${k + 1}, seed ${run.seed + k}`);
    for (const line of result === undefined ? ["trained before"] : describeOutcome(result.outcome)) {
      output.text(`  ${line}`);
    }
  }
  output.text(
    `model       ${run.name}/${run.version} in ${relative(folder, run.modelFolder) || run.modelFolder}: the mean of ${members.length} networks, ${manifest.parameters.toLocaleString("en-US")} parameters`,
  );
}

/** Everything that --json prints of an ensemble. */
export function ensembleData({ run, manifest, members }: TrainedEnsemble): object {
  return {
    model: `${run.name}/${run.version}`,
    run: run.folder,
    seed: run.seed,
    modelFolder: run.modelFolder,
    parameters: manifest.parameters,
    provenance: manifest.provenance,
    members: (manifest.ensemble?.members ?? []).map(({ seed, digest }, k) => {
      const { manifest: _manifest, modelFolder: _folder, ...figures } = members[k] ?? {};
      return { seed, digest, ...figures };
    }),
  };
}

/** The model's habits before and after, on the same bars. */
export function printCorrection({ output }: CommandContext, bias: NonNullable<Trained["bias"]>): void {
  output.text(
    `\n${figureTable(["habits", bias.before.model, bias.after.model], correctionRows(bias), output.columns)}`,
  );
  output.text(output.palette.bold(correctionText(bias)));
}

/** Everything that --json prints of a training. */
export function trainedData({ run, result, search, bias }: Trained): object {
  const { manifest, ...figures } = result;
  return {
    model: `${run.name}/${run.version}`,
    run: run.folder,
    seed: run.seed,
    ...figures,
    parameters: manifest.parameters,
    provenance: manifest.provenance,
    search,
    ...(bias === undefined ? {} : { bias: biasData(bias) }),
  };
}

function biasData({ before, after, measures }: NonNullable<Trained["bias"]>): object {
  const look = ({ model, findings, result }: typeof before): object => {
    const { evaluation, ...figures } = result;
    return { model, findings, ...figures, statistics: evaluation.statistics };
  };
  return { before: look(before), after: look(after), measures };
}
