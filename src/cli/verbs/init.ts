/** @file `tidemark init`: a documented configuration and an example of the secrets' file. */
import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { CONFIG_FILE, exampleEnv, exampleToml, KEYS_THAT_MATTER } from "../../app/settings.ts";
import { TidemarkError, writeFileAtomic } from "../../core/index.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

/**
 * Where editors find the schema, seen from the file: below its folder, as in a project that has the program among its
 * dependencies. Undefined elsewhere, so that the file names no place of this machine.
 */
function schemaReference(folder: string): string | undefined {
  const path = relative(folder, fileURLToPath(new URL("../../../schema/tidemark.schema.json", import.meta.url)));
  return path.startsWith("..") || isAbsolute(path) ? undefined : `./${path.split(sep).join("/")}`;
}

async function init(context: CommandContext, folder: string, isShort: boolean): Promise<void> {
  const files = [
    {
      path: resolve(folder, CONFIG_FILE),
      text: exampleToml(schemaReference(folder), isShort ? KEYS_THAT_MATTER : undefined),
    },
    { path: resolve(folder, ".env.example"), text: exampleEnv() },
  ];
  const existing = files.find(({ path }) => existsSync(path));
  if (existing !== undefined) {
    throw new TidemarkError("INIT_WOULD_OVERWRITE", {
      what: "There is such a file already",
      where: existing.path,
      fix: "Move it away, or name another folder: tidemark init FOLDER.",
    });
  }
  for (const { path, text } of files) {
    writeFileAtomic(path, text);
    context.output.text(`wrote ${relative(context.folder, path) || path}`);
  }
  context.output.note("Next: `tidemark doctor` checks this machine, `tidemark fetch` gets candles.");
  context.output.data({ written: files.map(({ path }) => path) });
}

export function registerInit(program: Command, runner: VerbRunner): void {
  addVerb<{ readonly short?: boolean }>(
    program,
    {
      name: "init",
      summary: VERB_SUMMARIES.init,
      withoutChance: true,
      arguments: [["[folder]", "where to write them (default: here)"]],
      options: [new Option("--short", "the ten keys that matter most, in place of every key")],
      examples: [
        ["init", "write both files here; nothing is overwritten"],
        ["init --short", "the same with ten keys, for a file that is read at a glance"],
      ],
      run: (context, { args, options }) =>
        init(context, resolve(context.folder, args[0] ?? "."), options.short === true),
    },
    runner,
  );
}
