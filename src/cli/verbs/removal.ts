/** @file The `rm` of models, runs and reports. */
import { type Command, Option } from "commander";
import { type Removable, remove } from "../../app/index.ts";
import { confirmed } from "../terminal/confirm.ts";
import { addVerb, type CommandContext, type VerbRunner, type VerbSpec } from "../verb.ts";

export type RemovalOptions = { readonly yes?: boolean };

export const YES = "remove without being asked";

/** Removes each thing that is agreed to, all of them found before the first goes. */
async function removeAll(context: CommandContext, things: readonly Removable[], yes: boolean): Promise<void> {
  const removed: string[] = [];
  for (const thing of things) {
    if (!(await confirmed(context, thing.what, yes))) continue;
    remove(thing);
    context.output.text(`removed ${thing.what}`);
    removed.push(...thing.folders);
  }
  context.output.data({ removed });
}

/** Adds `rm` to a group of verbs. */
export function addRemoval(
  group: Command,
  spec: Pick<VerbSpec<RemovalOptions>, "summary" | "details" | "settings" | "examples" | "arguments">,
  find: (context: CommandContext, given: string) => Removable,
  runner: VerbRunner,
): void {
  addVerb<RemovalOptions>(
    group,
    {
      ...spec,
      withoutChance: true,
      name: "rm",
      options: [new Option("-y, --yes", YES)],
      run: (context, { args, options }) =>
        removeAll(
          context,
          args.map((given) => find(context, given)),
          options.yes === true,
        ),
    },
    runner,
  );
}
