/** @file `tidemark doctor`: is this machine able to do the work? Each check says what to do when it isn't. */
import type { Command } from "commander";
import { type Check, CheckStatus, runChecks } from "../../app/index.ts";
import { ExitCode } from "../../core/index.ts";
import type { Output } from "../terminal/output.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

function line(check: Check, output: Output): string {
  const color = output.palette;
  const mark = {
    [CheckStatus.ok]: color.green("ok  "),
    [CheckStatus.warn]: color.yellow("warn"),
    [CheckStatus.fail]: color.red("FAIL"),
  }[check.status];
  const fix = check.fix === undefined ? "" : `\n      ${color.dim(check.fix)}`;
  return `${mark}  ${check.name.padEnd(14)} ${check.found}${fix}`;
}

async function doctor(context: CommandContext): Promise<number> {
  const checks: Check[] = [];
  for await (const check of runChecks(context)) {
    checks.push(check);
    context.output.text(line(check, context.output));
  }
  const failed = checks.filter((check) => check.status === CheckStatus.fail);
  const warned = checks.filter((check) => check.status === CheckStatus.warn);
  context.output.text(
    failed.length > 0
      ? `\n${failed.length} of ${checks.length} checks failed.`
      : `\nEverything needed is here${warned.length > 0 ? `; ${warned.length} warning${warned.length > 1 ? "s" : ""}` : ""}.`,
  );
  context.output.data({ ok: failed.length === 0, checks });
  const worst = Math.max(0, ...failed.map((check) => check.exitCode ?? ExitCode.usage));
  return worst;
}

export function registerDoctor(program: Command, runner: VerbRunner): void {
  addVerb(
    program,
    {
      name: "doctor",
      summary: VERB_SUMMARIES.doctor,
      withoutChance: true,
      details: "Warnings leave the exit code at zero; credentials are looked for but never shown.",
      examples: [["doctor", "check this machine for everything Tidemark needs"]],
      run: (context) => doctor(context),
    },
    runner,
  );
}
