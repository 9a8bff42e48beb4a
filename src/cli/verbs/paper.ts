/** @file `tidemark paper`: a model on live quotes with paper money, or on stored bars as fast as they go. */
import { type Command, Option } from "commander";
import { paperSession, replayModel } from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { tellEnd } from "./session-text.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type PaperOptions = { readonly model?: string; readonly replay?: string };

/** "FROM..TO", either end may be left out. */
function rangeOf(text: string): { from?: string; to?: string } {
  const [from, to, ...rest] = text.split("..");
  if (to === undefined || rest.length > 0) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${text}" is no range`,
      fix: 'Write two dates, such as "2025-06-01..2025-07-01"; either may be left out.',
    });
  }
  return { ...(from === "" ? {} : { from }), ...(to === "" ? {} : { to }) };
}

async function replay(context: CommandContext, model: string, range: string): Promise<void> {
  const { output } = context;
  const result = await replayModel(context, model, rangeOf(range));
  const change = (result.finalEquity / result.initialBalance - 1) * 100;
  output.text(`paper on stored bars: ${result.model}, ${result.bars} bars`);
  output.text(`  fills        ${result.fills} of ${result.orders} orders, ${result.denied} denied by the gate`);
  output.text(`  equity       ${result.finalEquity.toFixed(2)} (${change >= 0 ? "+" : ""}${change.toFixed(2)} %)`);
  output.text(`  trade hash   ${result.tradeHash}`);
  output.text(`  journal      ${result.folder} (${result.records} records)`);
  output.data(result);
}

async function run(context: CommandContext, { model, replay: range }: PaperOptions): Promise<void> {
  if (model === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "A paper session needs a model",
      fix: "Give --model NAME; `tidemark models ls` lists them.",
    });
  }
  if (range !== undefined) return replay(context, model, range);
  tellEnd(context, await paperSession(context, model));
}

export function registerPaper(program: Command, runner: VerbRunner): void {
  addVerb<PaperOptions>(
    program,
    {
      name: "paper",
      summary: VERB_SUMMARIES.paper,
      details:
        "Live quotes of Bybit's public streams and an account of paper money; no key is needed, and no order can leave this machine. Fills are harsh unless [trade] says otherwise. With --replay the same engine runs on stored bars and a virtual clock, and its trade hash is that of the backtest.",
      options: [
        new Option("-m, --model <model>", 'a name, "name/version", or a folder'),
        new Option("--replay <from..to>", "stored bars of this range instead of live quotes"),
      ],
      settings: [
        ["--venue <name>", "data.venue"],
        ["--balance <amount>", "backtest.initial_balance"],
        ["--host <place>", "trade.host"],
        ["--state <folder>", "trade.state"],
        ["--models-dir <folder>", "paths.models"],
      ],
      examples: [
        ["paper --model tidemark", "the newest model on live quotes, until Ctrl-C"],
        ["paper --model tidemark --replay 2025-06-01..2025-07-01", "on the stored bars of June"],
      ],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}
