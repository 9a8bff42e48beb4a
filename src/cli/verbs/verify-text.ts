/** @file `tidemark verify text`: how well headlines are scored, on headlines that somebody has labelled. */
import { type Command, Option } from "commander";
import { TidemarkError } from "../../core/index.ts";
import {
  linearTextScorer,
  type MoodFigures,
  measureMoods,
  RULES,
  readLabelled,
  type TextScorer,
  trainLinearText,
} from "../../text/index.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";

/** What each scorer is held to: the mean of the F1 scores of the three moods. */
const GATES = { rules: 0.64, linear: 0.76 } as const;

type Options = { readonly test?: string; readonly train?: string };

function verifyText(context: CommandContext, { test, train }: Options): number {
  const { output, clock } = context;
  if (test === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "There are no labelled headlines to score",
      where: "--test",
      fix: "Give a CSV file with the columns text and label: tidemark verify text --test headlines.csv",
    });
  }
  const rows = readLabelled(test);
  const scorers: Array<readonly [keyof typeof GATES, TextScorer]> = [["rules", RULES]];
  let seconds = 0;
  if (train !== undefined) {
    const begun = clock.elapsedMs();
    const model = trainLinearText(readLabelled(train), {
      onEpoch: (done, total) => context.progress({ label: "training", done, total, unit: "epochs" }),
    });
    seconds = (clock.elapsedMs() - begun) / 1000;
    context.endProgress();
    scorers.push(["linear", linearTextScorer(model)]);
  }
  const results = scorers.map(([name, scorer]) => {
    const figures = measureMoods(
      rows.map(({ text }) => scorer.score(text).mood),
      rows.map(({ mood }) => mood),
    );
    return { name, gate: GATES[name], passed: figures.macroF1 >= GATES[name], ...figures };
  });
  output.text(`${rows.length} labelled headlines`);
  output.text("scorer   accuracy  macro-F1   gate  bearish  neutral  bullish");
  for (const { name, gate, passed, ...figures } of results) output.text(line(name, gate, passed, figures));
  if (train !== undefined) output.note(`The linear model was trained in ${seconds.toFixed(1)} s.`);
  output.data({ rows: rows.length, trainSeconds: seconds, results });
  return results.every(({ passed }) => passed) ? 0 : 5;
}

function line(name: string, gate: number, passed: boolean, { accuracy, macroF1, byMood }: MoodFigures): string {
  const f1 = [byMood.bearish, byMood.neutral, byMood.bullish].map((mood) => mood.f1.toFixed(3).padStart(9)).join("");
  const verdict = passed ? "ok" : "FAILED";
  return `${name.padEnd(8)}${accuracy.toFixed(3).padStart(9)}${macroF1.toFixed(3).padStart(10)}${gate.toFixed(2).padStart(7)}${f1}  ${verdict}`;
}

export function registerVerifyText(group: Command, runner: VerbRunner): void {
  addVerb<Options>(
    group,
    {
      name: "text",
      summary: "Score labelled headlines, and hold the scorers to their gates",
      withoutChance: true,
      details:
        "Accuracy flatters a scorer that calls everything neutral; macro-F1 counts each mood alike. Exit 5 below a gate.",
      options: [
        new Option("--test <file>", "headlines with labels to score: CSV with text and label"),
        new Option("--train <file>", "headlines with labels to train the linear model on first"),
      ],
      examples: [
        ["verify text --test headlines-test.csv.gz", "the rules"],
        ["verify text --train train.csv.gz --test test.csv.gz", "the linear model beside them"],
      ],
      run: (context, { options }) => Promise.resolve(verifyText(context, options)),
    },
    runner,
  );
}
