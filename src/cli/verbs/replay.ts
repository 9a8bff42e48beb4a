/** @file `tidemark replay`: every decision of a past session made again from its journal, bit for bit. */
import { type Command, Option } from "commander";
import { reproduceSession } from "../../app/index.ts";
import { formatMinute, parseDate, TidemarkError } from "../../core/index.ts";
import { reportFailure } from "../failure.ts";
import { addVerb, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

export function registerReplay(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly since?: string }>(
    program,
    {
      name: "replay",
      summary: VERB_SUMMARIES.replay,
      withoutChance: true,
      details:
        "Rows, fills and account come from the journal; policy, sizing and risk run as they ran. Observations (by their hash), probabilities, values, sizes, verdicts and targets are compared to the last bit; the first that differs is named, and the verb ends with 5. Nothing is sent, and the journal is only read.",
      arguments: [["<session>", 'as `journal ls` shows it, such as "paper/tidemark-1"']],
      options: [new Option("--since <day>", "count the decisions from this day, 00:00 UTC, on")],
      settings: [
        ["--state <folder>", "trade.state"],
        ["--models-dir <folder>", "paths.models"],
      ],
      examples: [
        ["replay paper/tidemark-1", "a session that ran, or runs"],
        ["replay paper/tidemark-1 --since 2025-12-01", "the decisions since that day"],
      ],
      run: async (context, { args: [session], options: { since } }) => {
        const result = await reproduceSession(
          context,
          session,
          since === undefined ? {} : { sinceMs: parseDate(since) },
        );
        const { decisions, equal, starts, first, model } = result;
        context.output.data(result);
        if (first === undefined) {
          context.output.text(`${decisions} decisions of ${model} come out again, bit for bit (${starts} starts)`);
          return 0;
        }
        const failure = new TidemarkError("CHECK_FAILED", {
          what: `${decisions - equal} of ${decisions} decisions come out otherwise; the first at ${formatMinute(first.closeMs)}, record ${first.seq}: ${first.path} is ${first.journal} in the journal and ${first.again} again`,
          where: session,
          fix: "Was the model or this program changed since? `tidemark journal verify` shows whether the journal holds.",
        });
        return reportFailure(failure, context.output, { jsonToo: false });
      },
    },
    runner,
  );
}
