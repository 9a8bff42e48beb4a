/** @file `tidemark mcp`: the analyst's tools for agents of other programs, on standard input and output. */
import { type Command, Option } from "commander";
import { AgentJobs, Jobs, StoredAssistantData } from "../../app/index.ts";
import { mcpServer, serveStdio } from "../../assistant/index.ts";
import { LAUNCHER } from "../launcher.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type McpOptions = { readonly jobs?: boolean };

function deskOf(context: CommandContext) {
  const config = context.config();
  const { clock, environment } = context;
  const jobs = new Jobs({ config, clock, environment, launcher: LAUNCHER });
  return new AgentJobs(jobs, config, clock).deskFor("agent, command line");
}

export function registerMcp(program: Command, runner: VerbRunner): void {
  addVerb<McpOptions>(
    program,
    {
      name: "mcp",
      summary: VERB_SUMMARIES.mcp,
      details:
        "Speaks the Model Context Protocol on standard input and output; name this command in the settings of an agent. Its tools read: markets, indicators, results, signals, positions, models, terms. With --jobs an agent may also draft and run backtests, trainings, searches, walk-forwards and stress tests. None places an order, promotes a model or changes a setting. A server that runs (`tidemark serve`) speaks the same at /mcp, with jobs for tokens of the tier operate.",
      options: [new Option("--jobs", "let the agent draft and run long work; without it every tool only reads")],
      settings: [
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
      ],
      examples: [
        ["mcp", "what an agent starts"],
        ["mcp --jobs", "an agent that may also train and test"],
      ],
      run: async (context, { options }) => {
        const desk = options.jobs === true ? deskOf(context) : undefined;
        // Standard output is the protocol's.
        context.output.note(
          desk === undefined ? "Ready; every tool only reads." : "The agent may draft and run long work.",
        );
        await serveStdio(mcpServer(new StoredAssistantData(context.config()), desk, context.clock), context.signal);
      },
    },
    runner,
  );
}
