/** @file A verb of the command line, declared once: options, the settings it may override, an example, what it does. */

import { type Command, InvalidArgumentError, Option } from "commander";
import type { AppContext } from "../app/index.ts";
import {
  type Config,
  environmentOverrides,
  loadConfig,
  type Override,
  schemaAt,
  valueOfText,
} from "../app/settings.ts";
import { freshSeed, InvariantError, nearestName, TidemarkError } from "../core/index.ts";
import type { Output } from "./terminal/output.ts";

/** What a verb is run with: a use case's context, and the terminal for results. */
export type CommandContext = AppContext & { readonly output: Output };

/** Positional arguments and options as the user gave them. */
export type Input<Options> = { readonly args: readonly string[]; readonly options: Options };

export type VerbSpec<Options> = {
  readonly name: string;
  readonly summary: string;
  /** What the summary leaves out. */
  readonly details?: string;
  /** Command lines without the program's name, each with what it does. */
  readonly examples: ReadonlyArray<readonly [command: string, meaning: string]>;
  readonly arguments?: ReadonlyArray<readonly [syntax: string, meaning: string]>;
  readonly options?: readonly Option[];
  /**
   * Flags that set a key of the configuration: [syntax, dotted key]. Their help comes from the schema. What else a flag
   * implies follows: { "exchange.half_spread_bps": 0 }.
   */
  readonly settings?: ReadonlyArray<
    readonly [syntax: string, key: string, implied?: Readonly<Record<string, unknown>>]
  >;
  /** Flags that would change nothing beside others: they are refused, so that nobody believes they did. */
  readonly unused?: (options: Options, config: () => Config) => UnusedFlags;
  /** Nothing in it is drawn, so it takes no `--seed`. */
  readonly withoutChance?: boolean;
  /** Resolves with an exit code where success has more than one. */
  run(context: CommandContext, input: Input<Options>): Promise<number | void>;
};

/** Why flags change nothing ("beside --planted"), and their names. */
export type UnusedFlags = ReadonlyArray<readonly [because: string, flags: readonly string[]]>;

/** What every verb takes. */
export type CommonOptions = {
  readonly config?: string;
  readonly json?: boolean;
  readonly seed?: number;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly set?: readonly Override[];
};

/** Runs a parsed verb; given by the program, so that verbs know nothing of processes. */
export type VerbRunner = (
  common: CommonOptions,
  overrides: readonly Override[],
  action: (context: CommandContext) => Promise<number | void>,
) => Promise<void>;

export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("A number is expected.");
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError("A whole number, zero or above, is expected.");
  }
  return value;
}

function settingFromText(text: string, previous: readonly Override[] = []): readonly Override[] {
  const split = text.indexOf("=");
  if (split <= 0) throw new InvalidArgumentError('Write it as KEY=VALUE, such as "training.gamma=0.95".');
  const path = text.slice(0, split).trim();
  return [...previous, { path, value: valueOfText(path, text.slice(split + 1)), source: "--set" }];
}

/** A choice in any case, and what was meant where it is none of them. */
function withSuggestion(option: Option): Option {
  const choices = option.argChoices;
  if (choices === undefined) return option;
  option.argParser((text: string) => {
    const choice = choices.find((known) => known.toLowerCase() === text.toLowerCase());
    if (choice !== undefined) return choice;
    const guess = nearestName(text, choices);
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `"${text}" is none of the choices of ${option.long ?? option.flags}`,
      fix: `${guess === undefined ? "" : `Did you mean "${guess}"? `}Choices: ${choices.join(", ")}.`,
    });
  });
  return option;
}

/** Names with commas between them, each of them known. */
export function listOf(flag: string, known: readonly string[]): (text: string) => string[] {
  return (text) =>
    text.split(",").map((part) => {
      const name = known.find((one) => one.toLowerCase() === part.trim().toLowerCase());
      if (name !== undefined) return name;
      const guess = nearestName(part.trim(), known);
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `"${part.trim()}" is none of the names that ${flag} knows`,
        fix: `${guess === undefined ? "" : `Did you mean "${guess}"? `}Names: ${known.join(", ")}.`,
      });
    });
}

function commonOptions(withoutChance: boolean): Option[] {
  const seed = new Option("--seed <number>", "seed of all chance").argParser(wholeNumber);
  return [
    new Option("-c, --config <file>", "configuration file").env("TIDEMARK_CONFIG"),
    new Option("--set <key=value>", "set any key of the configuration; may be repeated").argParser(settingFromText),
    ...(withoutChance ? [] : [seed]),
    new Option("--json", "print results as JSON on stdout"),
    new Option("-q, --quiet", "no progress and no notes"),
    new Option("-v, --verbose", "more detail, and the stack of a failure"),
  ];
}

function exampleText(examples: VerbSpec<object>["examples"]): string {
  const lines = examples.map(([command, meaning]) => `  # ${meaning}\n  tidemark ${command}`);
  return `\n${lines.length === 1 ? "Example" : "Examples"}:\n${lines.join("\n")}\n`;
}

/** Names of features, in place of the name of a set: they have dots, numbers of another kind, or commas between them. */
function isFeatureList(value: unknown): boolean {
  return typeof value === "string" && !/^(?:core20|full)$/i.test(value) && /[.,@\d[]/.test(value);
}

/** Throws USAGE_ARGUMENT for the first flag of the command line that would change nothing. */
function refuseUnused(command: Command, unused: UnusedFlags): void {
  for (const [because, flags] of unused) {
    for (const flag of flags) {
      const option = command.options.find(({ long }) => long === flag);
      if (option === undefined) throw new InvariantError(`"${command.name()}" takes ${flag}`);
      if (command.getOptionValueSource(option.attributeName()) !== "cli") continue;
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `${flag} changes nothing ${because}`,
        where: flag,
        fix: "Leave it out.",
      });
    }
  }
}

/** Names that a flag had once, still taken. */
const OTHER_NAMES: Readonly<Record<string, string>> = { "backtest.initial_balance": "--initial-balance <amount>" };

/** Adds a verb to the program or to a parent verb. */
export function addVerb<Options extends object>(parent: Command, spec: VerbSpec<Options>, runner: VerbRunner): void {
  const command = parent.command(spec.name).summary(spec.summary);
  command.description(spec.details === undefined ? spec.summary : `${spec.summary}\n\n${spec.details}`);
  for (const [syntax, meaning] of spec.arguments ?? []) command.argument(syntax, meaning);
  for (const option of spec.options ?? []) command.addOption(withSuggestion(option));
  const settings = (spec.settings ?? []).flatMap(([syntax, key, implied = {}]) => {
    const option = new Option(syntax, `${schemaAt(key.split("."))?.description ?? ""} [${key}]`);
    const other = OTHER_NAMES[key];
    const also = other === undefined ? [] : [{ key, implied, option: new Option(other).hideHelp() }];
    return [{ key, implied, option }, ...also];
  });
  for (const { option } of settings) command.addOption(option);
  for (const option of commonOptions(spec.withoutChance === true)) command.addOption(option);
  command.addHelpText("after", exampleText(spec.examples));
  command.action(async () => {
    const options = command.opts<Options & CommonOptions & Record<string, unknown>>();
    const overrides = settings.flatMap(({ key, implied, option }): Override[] => {
      const value: unknown = options[option.attributeName()];
      if (value === undefined) return [];
      const source = option.long ?? option.flags;
      const also = Object.entries(implied).map(([path, fixed]) => ({ path, value: fixed, source }));
      const path = key === "features.set" && isFeatureList(value) ? "features.list" : key;
      return [...also, { path, value: typeof value === "string" ? valueOfText(path, value) : value, source }];
    });
    const args = command.processedArgs.flatMap((value: unknown) => (value === undefined ? [] : (value as string)));
    await runner(options, overrides, (context) => {
      refuseUnused(command, spec.unused?.(options, context.config) ?? []);
      return spec.run(context, { args, options });
    });
  });
}

/** A verb that only holds others, such as `data`. */
export function addGroup(
  parent: Command,
  name: string,
  summary: string,
  examples: VerbSpec<object>["examples"],
): Command {
  return parent.command(name).summary(summary).description(summary).addHelpText("after", exampleText(examples));
}

/** The settings of one command, resolved on first use. */
export function lazyConfig(
  common: CommonOptions,
  overrides: readonly Override[],
  environment: NodeJS.ProcessEnv,
  folder: string,
): () => Config {
  let config: Config | undefined;
  const seed: Override[] = common.seed === undefined ? [] : [{ path: "seed", value: common.seed, source: "--seed" }];
  return () => {
    config ??= loadConfig({
      path: common.config,
      workingFolder: folder,
      overrides: [...environmentOverrides(environment), ...(common.set ?? []), ...overrides, ...seed],
    });
    return config;
  };
}

/** The configured seed, or a fresh one that stays. */
export function lazySeed(config: () => Config, onFresh: (seed: number) => void): () => number {
  let seed: number | undefined;
  return () => {
    seed ??= config().seed;
    if (seed === undefined) {
      seed = freshSeed();
      onFresh(seed);
    }
    return seed;
  };
}
