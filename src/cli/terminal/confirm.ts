/** @file Asking before something is taken away. */
import { TidemarkError } from "../../core/index.ts";
import type { CommandContext } from "../verb.ts";
import { askLine } from "./ask.ts";

/**
 * Resolves with whether what is named may go: at once with `yes`, else as the user answers. Rejects with USAGE_ARGUMENT where
 * nobody can be asked.
 * @param what such as "the model demo/1"
 */
export async function confirmed(context: CommandContext, what: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY || context.output.json) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `This would remove ${what}, and nobody can be asked here`,
      fix: "Add --yes to remove it without being asked.",
    });
  }
  const answer = await askLine(`Remove ${what}? [y/N] `, { signal: context.signal });
  const agreed = /^y(?:es)?$/i.test(answer.trim());
  if (!agreed) context.note("Nothing was removed.");
  return agreed;
}
