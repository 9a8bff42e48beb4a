/** @file `tidemark full`: the seeds' full mode as far as it goes without trading: history, training, backtest, report. */

import { type Command, Option } from "commander";
import {
  askVenue,
  type Config,
  checkConfig,
  comparisonData,
  fetchHistory,
  flaggedConfig,
  judgeModel,
  type TrainingFlags,
  trainAll,
} from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { printComparison } from "../print/comparison.ts";
import { printTraining, trainedData } from "../print/training.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { printCollected } from "./fetch.ts";
import { VERB_SUMMARIES } from "./summaries.ts";
import { TRAINING_SETTINGS, trainingOptions } from "./train.ts";

type FullOptions = Omit<TrainingFlags, "resume" | "continue"> & { readonly fetch: boolean };

/** Trading what was judged is not part of this version. */
const WHAT_FOLLOWS = "Paper trading of what has proven itself comes with a later version.";

/** Venues whose history is there already. */
const LOCAL_VENUES = new Set(["csv", "synthetic"]);

function heading(context: CommandContext, number: number, title: string): void {
  context.output.text(context.output.palette.bold(`\n${number}/3  ${title}`));
}

/** What the store lacks; where the venue doesn't answer, the stored history is used, and that is said. */
async function history(context: CommandContext, config: Config, wanted: boolean): Promise<string> {
  const { output } = context;
  if (!wanted || LOCAL_VENUES.has(config.data.venue)) return "as stored";
  try {
    // A venue that can't be reached costs no minute where the history is there.
    await askVenue(context, config);
    const { source, sets } = await fetchHistory(context, config);
    printCollected(output, sets);
    return `up to date from ${source}`;
  } catch (thrown) {
    output.endProgress();
    if (!(thrown instanceof TidemarkError) || !thrown.code.startsWith("VENUE_")) throw thrown;
    output.warn(`${thrown.what}; the history that is stored is used.`);
    return `as stored: ${thrown.what}`;
  }
}

async function full(context: CommandContext, options: FullOptions): Promise<void> {
  const { output } = context;
  // Flags that make no sense are told before anything is fetched.
  checkConfig(flaggedConfig(context.config(), options), "features", "training", "decision", "rule");
  heading(context, 1, "History");
  const told = await history(context, context.config(), options.fetch);
  output.text(`history     ${told}`);

  heading(context, 2, "Training");
  const trained = await trainAll(context, context.config(), options);
  for (const { run, result } of trained) printTraining(context, run, result);

  heading(context, 3, "Backtest on bars that the training never saw, beside its baselines");
  const judged: object[] = [];
  for (const one of trained) {
    const {
      comparison,
      judged: verdict,
      report,
    } = await judgeModel(context, one.config, one.result.modelFolder, {
      tape: one.tape,
    });
    printComparison(output, comparison, verdict, report);
    judged.push({ training: trainedData(one), backtest: comparisonData(comparison, verdict, report) });
  }
  output.note(`\n${WHAT_FOLLOWS}`);
  output.data({ history: told, models: judged, next: WHAT_FOLLOWS });
}

export function registerFull(program: Command, runner: VerbRunner): void {
  addVerb<FullOptions>(
    program,
    {
      name: "full",
      summary: VERB_SUMMARIES.full,
      details: `Fetches what the store lacks (or uses what is stored, where the venue does not answer), trains as \`tidemark train\` does, and judges each model on bars that its training never saw. ${WHAT_FOLLOWS}`,
      options: [new Option("--no-fetch", "use the stored history as it is"), ...trainingOptions()],
      settings: [
        ...TRAINING_SETTINGS,
        ["--days <count>", "data.fetch_days"],
        ["--data-dir <folder>", "data.root"],
        ["--reports-dir <folder>", "paths.reports"],
      ],
      examples: [
        ["full --symbols DOGE/USDT:USDT --timeframe 5m --balance 1000", "one symbol from nothing to a verdict"],
        ["full --tune --per-symbol --no-fetch", "search, then a model for each stored symbol"],
      ],
      run: (context, { options }) => full(context, options),
    },
    runner,
  );
}
