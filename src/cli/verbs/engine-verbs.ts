/** @file The verbs that speak to a running engine, or read its journal where none runs. */
import { type Command, Option } from "commander";
import { compareTrading, journalOrder, sessionOrders, sessionStatus } from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { addVerb, type VerbRunner } from "../verb.ts";
import { tell } from "./order-verbs.ts";
import { comparisonText, ordersText, positionsText, statusText } from "./session-text.ts";
import { VERB_SUMMARIES, type VerbName } from "./summaries.ts";

const SESSION = [["[session]", 'such as "paper/tidemark-1"; without it the one that runs']] as const;
const SETTINGS = [["--state <folder>", "trade.state"]] as const;

type CommandName = "halt" | "resume" | "flatten" | "close-only" | "reload";

const DETAILS: Readonly<Record<CommandName, string>> = {
  halt: "Nothing is opened or closed any more; protective orders at the venue stay. It survives restarts until `tidemark resume`.",
  resume: "Lifts every cause that waits for a person, compares journal and venue, and trades again.",
  flatten: "Closes every position at the market and halts.",
  "close-only": "Positions may shrink and close; nothing is opened.",
  reload:
    "Takes budgets, caps, limits and allow-lists of [trade] from the configuration, once they are valid; mode, symbols and account stay.",
};

function registerCommand(command: CommandName) {
  return (program: Command, runner: VerbRunner): void => {
    addVerb<{ reason?: string }>(
      program,
      {
        name: command,
        summary: VERB_SUMMARIES[command],
        withoutChance: true,
        details: DETAILS[command],
        arguments: SESSION,
        options: [new Option("--reason <words>", "stands in the journal")],
        settings: SETTINGS,
        examples: [[command, "the session that runs"]],
        run: async (context, { args, options }) => {
          await tell(context, args[0], { command }, options.reason, ({ status }) => `is ${status}`);
        },
      },
      runner,
    );
  };
}

export const registerHalt = registerCommand("halt");
export const registerResume = registerCommand("resume");
export const registerFlatten = registerCommand("flatten");
export const registerCloseOnly = registerCommand("close-only");
export const registerReload = registerCommand("reload");

function registerView(name: Extract<VerbName, "status" | "positions">) {
  return (program: Command, runner: VerbRunner): void => {
    addVerb(
      program,
      {
        name,
        summary: VERB_SUMMARIES[name],
        withoutChance: true,
        arguments: SESSION,
        settings: SETTINGS,
        examples: [[name, "the session that runs, or the only one"]],
        run: async (context, { args }) => {
          const { session, running, result } = await sessionStatus(context.config(), args[0]);
          const { columns } = context.output;
          context.output.text(
            name === "status" ? statusText(result, running, columns) : positionsText(result.positions, columns),
          );
          context.output.data(name === "status" ? { ...result, session, running } : result.positions);
        },
      },
      runner,
    );
  };
}

export const registerStatus = registerView("status");
export const registerPositions = registerView("positions");

export function registerOrders(program: Command, runner: VerbRunner): void {
  addVerb(
    program,
    {
      name: "orders",
      summary: VERB_SUMMARIES.orders,
      withoutChance: true,
      arguments: SESSION,
      settings: SETTINGS,
      examples: [["orders", "of the last days, newest first"]],
      run: async (context, { args }) => {
        const { result } = await sessionOrders(context.config(), args[0]);
        context.output.text(ordersText(result, context.output.columns));
        context.output.data(result);
      },
    },
    runner,
  );
}

export function registerExplain(program: Command, runner: VerbRunner): void {
  addVerb<{ compare?: boolean }>(
    program,
    {
      name: "explain",
      summary: VERB_SUMMARIES.explain,
      withoutChance: true,
      details:
        "With --compare, two records (sessions, or reports of backtests) are held against each other: their difference in net profit, trade by trade, split into data, signal, timing, price, fee, funding, refusal and size. The parts add up exactly.",
      arguments: [
        ["<order>", "a client order id, or the venue's; with --compare a session or a report"],
        ["[session]", 'such as "paper/tidemark-1"; with --compare the other session or report'],
      ],
      options: [new Option("--compare", "compare two records, the first being what was expected")],
      settings: SETTINGS,
      examples: [
        ["explain p7c1f0a9b2d3-mihk2a9c-e0", "decision, quote, clamps, outcome and fills of an order"],
        ["explain --compare replay/tidemark-1 live/tidemark-1", "what live trading cost against the simulation"],
      ],
      run: async (context, { args, options }) => {
        const { output } = context;
        if (options.compare === true) {
          const [a, b] = args;
          if (b === undefined) {
            throw new TidemarkError("USAGE_ARGUMENT", {
              what: "Two records are compared",
              fix: "Name both: `tidemark explain --compare replay/tidemark-1 live/tidemark-1`.",
            });
          }
          const compared = await compareTrading(context.config(), a, b);
          output.text(comparisonText(compared, output.columns));
          output.data(compared);
          return;
        }
        const { session } = await sessionStatus(context.config(), args[1]);
        const story = journalOrder(context.config(), session, args[0]);
        for (const text of story.lines) output.text(text);
        output.data(story);
      },
    },
    runner,
  );
}
