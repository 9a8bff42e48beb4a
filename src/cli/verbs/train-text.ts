/** @file `tidemark train-text`: a scorer of headlines from headlines that somebody has labelled. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { writeFileAtomic } from "../../core/index.ts";
import { readLabelled, trainLinearText } from "../../text/index.ts";
import { addVerb, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type Options = { readonly out: string };

export function registerTrainText(program: Command, runner: VerbRunner): void {
  addVerb<Options>(
    program,
    {
      name: "train-text",
      summary: VERB_SUMMARIES["train-text"],
      details: "A logistic regression over hashed words and pairs of words. It takes seconds, and keeps no text.",
      arguments: [["<file>", "CSV, plain or gzipped, with the columns text and label (bearish, neutral, bullish)"]],
      options: [new Option("--out <file>", "where the model goes").default("state/text/linear.json")],
      examples: [["train-text headlines-train.csv.gz", "then hold it to labelled headlines with `verify text`"]],
      run: (context, { args, options }) => {
        const rows = readLabelled(resolve(context.folder, args[0]));
        const model = trainLinearText(rows, {
          ...(context.config().seed === undefined ? {} : { seed: context.seed() }),
          signal: context.signal,
          onEpoch: (done, total) => context.progress({ label: "training", done, total, unit: "epochs" }),
        });
        context.endProgress();
        const path = resolve(context.folder, options.out);
        writeFileAtomic(path, `${JSON.stringify(model)}\n`);
        context.output.text(`${model.rows} headlines, ${model.buckets.length} buckets of words, in ${options.out}`);
        context.output.data({ file: path, rows: model.rows, buckets: model.buckets.length });
        return Promise.resolve();
      },
    },
    runner,
  );
}
