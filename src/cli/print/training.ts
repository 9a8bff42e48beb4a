/** @file A finished training on the terminal and as JSON. */
import { relative } from "node:path";
import { correctionRows, correctionText, type Trained, type TrainingRun } from "../../app/index.ts";
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
