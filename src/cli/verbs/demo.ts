/** @file `tidemark demo`: the whole line at once, in under three minutes: market, training, backtest, verdict, report. */
import { type Command, Option } from "commander";
import {
  beginRun,
  type Config,
  checkConfig,
  comparisonData,
  configOf,
  type DemoMarket,
  judgeModel,
  marketOfFolder,
  marketOfVenue,
  readTape,
  type TrainExtras,
  train,
} from "../../app/index.ts";
import { formatSpan, TidemarkError } from "../../core/index.ts";
import { type LiveDemo, type ServedDashboard, startDemo } from "../../server/index.ts";
import { printComparison } from "../print/comparison.ts";
import { printTraining } from "../print/training.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { DASHBOARD_PORT, openDashboard } from "./serve.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type DemoOptions = { readonly csv?: string; readonly exit?: boolean };

/** Decisions to train on: under a minute on two idle cores, so that the result is that of the seed and not of the machine. */
const STEPS = 600_000;
/** Between two looks at nothing. */
const LONG_MS = 60_000;
/** A slow machine trains less instead of longer. */
const TRAINING_LIMIT: TrainExtras = { resume: false, timeLimitMs: 150_000 };

/**
 * The demonstration's own settings: its name, a network that learns in seconds (what is planted in the made-up market needs
 * no memory), and as many steps as a minute allows.
 */
function demoConfig(config: Config, stepsGiven: boolean): Config {
  const { resolved, folder, overridden } = config;
  const quick = overridden.has("model.encoder") ? {} : ({ encoder: "mlp", window: 4 } as const);
  return configOf(
    {
      ...resolved,
      model: { ...resolved.model, ...quick, name: "demo" },
      training: stepsGiven ? resolved.training : { ...resolved.training, total_steps: STEPS },
    },
    folder,
  );
}

function heading(context: CommandContext, number: number, title: string): void {
  context.output.text(context.output.palette.bold(`\n${number}/3  ${title}`));
}

/** Whether it goes on with the dashboard: only where somebody sits who sees the address, and can press Ctrl-C. */
export function staysOpen(how: {
  readonly isTerminal: boolean | undefined;
  readonly isJson: boolean;
  readonly isToEnd: boolean;
}): boolean {
  return how.isTerminal === true && !how.isJson && !how.isToEnd;
}

async function demo(context: CommandContext, options: DemoOptions): Promise<void> {
  const { output, clock } = context;
  const startMs = clock.elapsedMs();
  const own = context.config();
  checkConfig(own, "features", "training", "decision", "rule");
  heading(context, 1, "Market");
  const market: DemoMarket =
    options.csv === undefined ? await marketOfVenue(context, own) : await marketOfFolder(context, own, options.csv);
  output.text(market.told);
  const config = demoConfig(market.config, own.overridden.has("training.total_steps"));
  const tape = await readTape(context, config);

  heading(context, 2, "Training on the first four fifths");
  const training = beginRun(config, tape, own.seed ?? 1);
  const result = await train(context, config, tape, training, TRAINING_LIMIT);
  printTraining(context, training, result);

  heading(context, 3, "Backtest on the unseen last fifth, beside its baselines");
  const { comparison, judged, report } = await judgeModel(context, config, result.modelFolder, { tape });
  printComparison(output, comparison, judged, report);
  output.text(`took        ${formatSpan(clock.elapsedMs() - startMs)}`);
  const stays = staysOpen({ isTerminal: process.stdout.isTTY, isJson: output.json, isToEnd: options.exit === true });
  if (!stays)
    output.note("\nNext: `tidemark report open` shows it; `tidemark init` writes a configuration to make it your own.");
  const { manifest, ...figures } = result;
  output.data({
    market: market.told,
    synthetic: manifest.provenance.synthetic,
    training: { ...figures, seed: training.seed },
    backtest: comparisonData(comparison, judged, report),
  });
  if (stays) await stay(context, market.config, `${manifest.name}/${manifest.version}`);
}

/** The dashboard, with the model that was just made at work on a venue of this machine, until Ctrl-C. */
async function stay(context: CommandContext, market: Config, model: string): Promise<void> {
  const { output, signal, clock } = context;
  const { venue } = market.resolved.data;
  const options = {
    port: DASHBOARD_PORT,
    host: "127.0.0.1",
    demo: true,
    demoSource: venue === "synthetic" ? undefined : venue,
  };
  let served: ServedDashboard;
  try {
    served = await openDashboard(context, options).catch((thrown: unknown) => {
      if (!(thrown instanceof TidemarkError) || thrown.code !== "PORT_TAKEN") throw thrown;
      return openDashboard(context, { ...options, port: 0 });
    });
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    output.warn(`no dashboard: ${thrown.message}`);
    return;
  }
  let live: LiveDemo | undefined;
  try {
    live = await startDemo(context, served, { model, market });
    const told = await live.ready;
    output.text(context.output.palette.bold("\nDashboard"));
    output.text(`${told}.\nopen       ${served.signInUrl()}`);
    output.note("It opens once, within a minute; `tidemark serve --login` makes another. Ctrl-C ends it all.");
    while (!signal.aborted) await clock.sleep(LONG_MS, signal).catch(() => undefined);
  } finally {
    await live?.close();
    await served.close();
  }
}

export function registerDemo(program: Command, runner: VerbRunner): void {
  addVerb<DemoOptions>(
    program,
    {
      name: "demo",
      summary: VERB_SUMMARIES.demo,
      details:
        "Candles of five perpetuals from Bybit where it answers within five seconds, otherwise a synthetic market, said plainly; or your own files. Under three minutes on two cores. In a terminal it then stays: the dashboard's address, and the model trading with paper money on a venue of this machine, until Ctrl-C.",
      options: [
        new Option("--csv <folder>", "train and judge on the candle files of a folder"),
        new Option("--exit", "end after the report, in a terminal too"),
      ],
      examples: [
        ["demo", "see everything work"],
        ["demo --csv candles/", "the same on candles that you have"],
      ],
      run: (context, { options }) => demo(context, options),
    },
    runner,
  );
}
