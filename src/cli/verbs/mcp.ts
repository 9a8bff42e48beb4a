/** @file `tidemark mcp`: the analyst's tools for agents of other programs, on standard input and output. */
import type { Command } from "commander";
import { StoredAssistantData } from "../../app/index.ts";
import { mcpServer, serveStdio } from "../../assistant/index.ts";
import { addVerb, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

export function registerMcp(program: Command, runner: VerbRunner): void {
  addVerb<Record<string, never>>(
    program,
    {
      name: "mcp",
      summary: VERB_SUMMARIES.mcp,
      withoutChance: true,
      details:
        "Speaks the Model Context Protocol on standard input and output; name this command in the settings of an agent. All tools read: markets, indicators, results, signals, positions, models, terms. None places an order, changes a setting or starts a job.",
      settings: [
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
      ],
      examples: [["mcp", "what an agent starts"]],
      run: (context) => serveStdio(mcpServer(new StoredAssistantData(context.config())), context.signal),
    },
    runner,
  );
}
