/** @file The program: every verb, wired; a wrong use becomes an error of the catalog. */
import { Command, type CommanderError } from "commander";
import { packageVersion, TidemarkError } from "../core/index.ts";
import type { VerbRunner } from "./verb.ts";
import { VERBS } from "./verbs/index.ts";
import { VERB_SUMMARIES, type VerbName } from "./verbs/summaries.ts";

const isVerb = (name: string): name is VerbName => Object.hasOwn(VERBS, name);

/** A command line as its verbs are called: `report --compare A B` asks for `report compare A B`. */
export function spelledOut(argv: readonly string[]): readonly string[] {
  const [verb, flag, ...rest] = argv;
  return verb === "report" && flag === "--compare" ? [verb, "compare", ...rest] : argv;
}

/** The verb that a command line names, also behind `help`; undefined where it names none. */
export function verbNamed(argv: readonly string[]): VerbName | undefined {
  const [first, second] = argv.filter((argument) => !argument.startsWith("-"));
  return [first === "help" ? second : first].find((name) => name !== undefined && isVerb(name));
}

/** The words at the start of a command line that name a command: "data ls", "train". */
function commandWords(argv: readonly string[]): readonly string[] {
  const verb = verbNamed(argv);
  if (verb === undefined) return [];
  const second = argv[argv.indexOf(verb) + 1];
  const holdsOthers = ["data", "models", "runs", "report", "verify"].includes(verb);
  return holdsOthers && second !== undefined && /^[a-z]+$/.test(second) ? [verb, second] : [verb];
}

/**
 * The program with the given verbs loaded; the others stand in its list by name and summary, which is all that help and
 * suggestions need.
 */
export async function createProgram(
  runner: VerbRunner,
  loaded: readonly VerbName[],
  { stdout, stderr }: Pick<NodeJS.Process, "stdout" | "stderr"> = process,
): Promise<Command> {
  const program = new Command("tidemark")
    .description("A self-learning trading system: fetch, train, judge, trade.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .showHelpAfterError(false)
    .exitOverride()
    // Failures are told by our own report, in the same form as every other failure.
    .configureOutput({
      outputError: () => {},
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .addHelpText(
      "after",
      "\nExample:\n  # the whole line at once: data, training, backtest, report\n  tidemark demo\n",
    );
  for (const name of Object.keys(VERB_SUMMARIES).filter(isVerb)) {
    if (loaded.includes(name)) (await VERBS[name]())(program, runner);
    else program.command(name).summary(VERB_SUMMARIES[name]);
  }
  return program;
}

/** Commander's complaint in our words; undefined where it has shown help or the version, asked for or in place of a command. */
export function usageError(thrown: CommanderError, argv: readonly string[]): TidemarkError | undefined {
  if (thrown.exitCode === 0 || thrown.code === "commander.help") return undefined;
  const [first, ...rest] = thrown.message.split("\n");
  const hint = rest.join(" ").replace(/^\((.*)\)$/, "$1");
  return new TidemarkError("USAGE_ARGUMENT", {
    what: first.replace(/^error: /, "").replace(/^./, (letter) => letter.toUpperCase()),
    fix: hint === "" ? `See \`${["tidemark", ...commandWords(argv), "--help"].join(" ")}\` for what it takes.` : hint,
    cause: thrown,
  });
}
