/** @file `tidemark worker`: runs trials of searches that are led elsewhere. */
import { type Command, Option } from "commander";
import { serveSearches } from "../../app/index.ts";
import { TidemarkError } from "../../core/index.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

type WorkerOptions = { readonly workers?: string; readonly search?: string };

async function work(context: CommandContext, options: WorkerOptions): Promise<void> {
  const { workers, search } = options;
  if (workers === undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "The address of the Redis server is missing",
      fix: "Give the one that the search was given: tidemark worker --workers redis://host:port.",
    });
  }
  const finished = await serveSearches(context, workers, search);
  context.output.text(`${finished} trials finished`);
  context.output.data({ finished });
}

export function registerWorker(program: Command, runner: VerbRunner): void {
  addVerb<WorkerOptions>(
    program,
    {
      name: "worker",
      summary: VERB_SUMMARIES.worker,
      withoutChance: true,
      details:
        "Takes what a trial is from Redis, so that it needs no configuration but the candles: the same as the search has, in data.root. A trial whose worker dies goes to another one. Ctrl-C gives the running trials back.",
      options: [
        new Option("--workers <address>", "the Redis server of the search: redis://host:port"),
        new Option("--search <name>", "serve only this search (default: whichever is under way)"),
      ],
      settings: [["--parallel <count>", "search.parallel"]],
      examples: [["worker --workers redis://10.0.0.5:6379", "serve searches until Ctrl-C"]],
      run: (context, { options }) => work(context, options),
    },
    runner,
  );
}
