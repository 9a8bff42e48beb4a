/** @file `tidemark retrain`: the weights of a recipe that stands in a stage, trained anew and held against the old ones. */
import { type Command, Option } from "commander";
import { type Retrained, retrain } from "../../app/index.ts";
import { formatDay } from "../../core/index.ts";
import { printConditions } from "../print/conditions.ts";
import { addVerb, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

function told({ verdict, version, champion, stage }: Retrained): string {
  if (verdict.answer === "drop") return `the candidate is dropped, and version ${champion} stays`;
  return verdict.answer === "replace"
    ? `version ${version} takes the place of ${champion}, which is kept for a rollback`
    : `version ${version} begins in ${stage}, because it acts otherwise`;
}

export function registerRetrain(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly fetch?: boolean }>(
    program,
    {
      name: "retrain",
      summary: VERB_SUMMARIES.retrain,
      details:
        "A twin is trained on the four weeks before the last one and held against the standing version on that week, which neither has seen; a candidate is trained on the newest four weeks. A network goes on from the standing version, for training.total_steps; a classifier learns its weeks from nothing. Both are held to the contexts and the row gate of the standing version. Where both hold, it takes over; where it only acts otherwise, it goes into shadow (onto paper, where the standing version is there too); else it is dropped. Whatever ends the retraining leaves the standing version as it is. Exit 5 where the candidate is dropped.",
      arguments: [["<name>", "the model's name"]],
      options: [new Option("--fetch", "fetch newer candles first")],
      settings: [
        ["--models-dir <folder>", "paths.models"],
        ["--host <place>", "trade.host"],
      ],
      examples: [
        ["retrain tidemark", "on the candles that are stored"],
        ["retrain tidemark --fetch", "with the newest candles of the venue"],
      ],
      run: async (context, { args, options }) => {
        const done = await retrain(context, context.config(), args[0], { fetch: options.fetch === true });
        const { output } = context;
        const { verdict } = done;
        output.data(done);
        output.text(`${done.model}: ${told(done)}`);
        output.text(`Proof of the recipe, ${formatDay(done.fromMs)} to ${formatDay(done.toMs)}:`);
        printConditions(output, verdict.proof);
        output.text("Behavior beside the standing version:");
        printConditions(output, verdict.behavior);
        return verdict.answer === "drop" ? 5 : 0;
      },
    },
    runner,
  );
}
