/** @file `tidemark paper`: a model on live quotes with paper money, or on stored bars as fast as they go. */
import { type Command, Option } from "commander";
import { paperSession, replayStored, type SessionAsked } from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { LAUNCHER } from "../launcher.ts";
import { askedSession, type SessionFlags, sessionOptions } from "../session-options.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { tellEnd } from "./session-text.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type PaperOptions = SessionFlags & { readonly replay?: string };

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

async function replay(context: CommandContext, asked: SessionAsked, range: string): Promise<void> {
  const { output } = context;
  const result = await replayStored(context, asked, rangeOf(range));
  const change = (result.finalEquity / result.initialBalance - 1) * 100;
  output.text(`paper on stored bars: ${result.model}, ${result.bars} bars`);
  output.text(`  fills        ${result.fills} of ${result.orders} orders, ${result.denied} denied by the gate`);
  output.text(`  equity       ${result.finalEquity.toFixed(2)} (${change >= 0 ? "+" : ""}${change.toFixed(2)} %)`);
  output.text(`  trade hash   ${result.tradeHash}`);
  output.text(`  journal      ${result.folder} (${result.records} records)`);
  output.data(result);
}

async function run(context: CommandContext, { replay: range, ...flags }: PaperOptions): Promise<void> {
  const asked = askedSession(flags);
  if (range !== undefined) return replay(context, asked, range);
  tellEnd(context, await paperSession(context, { ...asked, launcher: LAUNCHER }));
}

export function registerPaper(program: Command, runner: VerbRunner): void {
  addVerb<PaperOptions>(
    program,
    {
      name: "paper",
      summary: VERB_SUMMARIES.paper,
      details:
        "Live quotes of Bybit's public streams and an account of paper money; no key is needed, and no order can leave this machine. Fills are harsh unless [trade] says otherwise. Several models and strategies, each on symbols of its own, share one account, its budgets and its limits. With --replay the same engine runs on stored bars and a virtual clock, and its trade hash is that of the backtest.",
      options: [
        ...sessionOptions(),
        new Option("--replay <from..to>", "stored bars of this range instead of live quotes"),
      ],
      settings: [
        ["--venue <name>", "data.venue"],
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--balance <amount>", "backtest.initial_balance"],
        ["--host <place>", "trade.host"],
        ["--state <folder>", "trade.state"],
        ["--models-dir <folder>", "paths.models"],
      ],
      examples: [
        ["paper --model tidemark", "the newest model on live quotes, until Ctrl-C"],
        ["paper --model btc --model eth", "two models in one account"],
        ["paper --strategy ./trend.ts --symbols BTCUSDT,ETHUSDT --timeframe 1h", "a strategy of one's own"],
        ["paper --model tidemark --replay 2025-06-01..2025-07-01", "on the stored bars of June"],
      ],
      run: (context, { options }) => run(context, options),
    },
    runner,
  );
}
