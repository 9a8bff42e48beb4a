/** @file `tidemark live`: a model with an account of the venue, after everything that has to be said and typed. */
import { type Command, Option } from "commander";
import { type LiveTerms, liveSession } from "../../app/index.ts";
import { LAUNCHER } from "../launcher.ts";
import { askedSession, type SessionFlags, sessionOptions } from "../session-options.ts";
import { askLine } from "../terminal/ask.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { tellEnd } from "./session-text.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type LiveVerbOptions = SessionFlags & { readonly iAcceptUnpromotedRisk?: boolean; readonly confirm?: string };

/** Asks on the terminal; a flag may carry the same words where nobody sits there. */
async function typed(context: CommandContext, terms: LiveTerms, given: string | undefined): Promise<string> {
  const { output } = context;
  output.note(
    `Account ${terms.account}${terms.live ? ", REAL MONEY" : " (no real money)"}: ${terms.equity} ${terms.currency}.`,
  );
  output.note(`All positions together stay within ${terms.cap} ${terms.currency}.`);
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) return "";
  return askLine(`Type "${terms.phrase}" to begin: `, { signal: context.signal });
}

export function registerLive(program: Command, runner: VerbRunner): void {
  addVerb<LiveVerbOptions>(
    program,
    {
      name: "live",
      summary: VERB_SUMMARIES.live,
      details:
        "Needs all of these: `live = true` under [trade], key and secret in the environment or .env, a cap on all positions, a model whose gates have passed (or --i-accept-unpromoted-risk), and account and cap typed as shown. Every position has a stop at the venue. Ctrl-C stops the engine and leaves positions with their stops.",
      options: [
        ...sessionOptions(),
        new Option("--i-accept-unpromoted-risk", "trade a model whose gates have not passed, or what has none"),
        new Option("--confirm <words>", "account and cap, as they would be typed"),
      ],
      settings: [
        ["--cap <amount>", "trade.max_total_notional"],
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--host <place>", "trade.host"],
        ["--state <folder>", "trade.state"],
        ["--models-dir <folder>", "paths.models"],
      ],
      examples: [
        ["live --model tidemark --cap 500 --i-accept-unpromoted-risk", "asks for the confirmation on the terminal"],
        ["live --model tidemark --cap 500 --host http://127.0.0.1:7007", "against `tidemark venue`"],
      ],
      run: async (context, { options }) => {
        const end = await liveSession(
          context,
          { ...askedSession(options), launcher: LAUNCHER },
          {
            acceptUnpromotedRisk: options.iAcceptUnpromotedRisk === true,
            confirm: (terms) => typed(context, terms, options.confirm),
          },
        );
        tellEnd(context, end);
      },
    },
    runner,
  );
}
