/** @file `tidemark runs`: trainings on disk, finished or waiting to be resumed. */
import type { Command } from "commander";
import { allRuns, removableRun, runState, runsFolder } from "../../app/index.ts";
import { formatMinute } from "../../core/index.ts";
import { table } from "../terminal/table.ts";
import { addGroup, addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { addRemoval } from "./removal.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

const SETTINGS = [["--runs-dir <folder>", "paths.runs"]] as const;

function list(context: CommandContext): void {
  const config = context.config();
  const entries = allRuns(config);
  const rows = entries.map((entry) => [
    entry.id,
    runState(entry),
    entry.steps?.toLocaleString("en-US") ?? "",
    formatMinute(entry.savedMs),
    entry.run?.config.model.encoder ?? "",
  ]);
  context.output.text(
    entries.length === 0
      ? `No runs in ${runsFolder(config)}. \`tidemark train\` makes them.`
      : table(
          [
            { title: "run" },
            { title: "state" },
            { title: "steps", align: "right" },
            { title: "saved (UTC)", drop: 1 },
            { title: "encoder", drop: 2 },
          ],
          rows,
          context.output.columns,
        ),
  );
  context.output.data({
    folder: runsFolder(config),
    runs: entries.map(({ id, folder, steps, savedMs, finished, run }) => ({
      id,
      folder,
      steps,
      savedMs,
      finished,
      model: run === undefined ? undefined : `${run.name}/${run.version}`,
    })),
  });
}

export function registerRuns(program: Command, runner: VerbRunner): void {
  const group = addGroup(program, "runs", VERB_SUMMARIES.runs, [["runs ls", "every training on disk"]]);
  addVerb(
    group,
    {
      name: "ls",
      summary: "List the trainings on disk and what can be resumed",
      withoutChance: true,
      settings: SETTINGS,
      examples: [["runs ls", "every run with its steps"]],
      run: async (context) => list(context),
    },
    runner,
  );
  addRemoval(
    group,
    {
      summary: "Remove runs with their checkpoints; models stay",
      arguments: [["<runs...>", "names of runs, as `tidemark runs ls` shows them"]],
      settings: SETTINGS,
      examples: [["runs rm tidemark-3", "one run, after a question"]],
    },
    (context, given) => removableRun(context, context.config(), given),
    runner,
  );
}
