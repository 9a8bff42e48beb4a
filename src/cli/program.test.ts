import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../app/settings.ts";
import { demoWork } from "../server/index.ts";
import { createProgram, spelledOut, verbNamed } from "./program.ts";
import { VERBS } from "./verbs/index.ts";
import { VERB_SUMMARIES, type VerbName } from "./verbs/summaries.ts";

const EVERY_VERB = Object.keys(VERBS) as VerbName[];
const COMMON = ["--config", "--json", "--quiet", "--verbose", "--help"];

/** As a shell would have them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c);
}

const noRun = (): Promise<void> => Promise.reject(new Error("nothing is run here"));

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

/** The commands that do something, each with the words that call it. */
function leaves(command: Command, path: readonly string[] = []): { words: string; command: Command }[] {
  if (command.commands.length === 0) return [{ words: path.join(" "), command }];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

describe("the program with every verb loaded", async () => {
  const program = await createProgram(noRun, EVERY_VERB);
  const commands = leaves(program);

  it("has more commands than verbs: some of them hold others", () => {
    expect(commands.length).toBeGreaterThan(EVERY_VERB.length);
  });

  it.each(commands)("$words has help with an example of itself and takes what all take", ({ words, command }) => {
    const help = helpOf(command);
    expect(help, "an example").toMatch(new RegExp(`Examples?:\\n  # .*\\n  tidemark ${words}`));
    for (const option of COMMON) expect(help, `takes ${option}`).toContain(option);
  });

  it("takes the options that the demonstration gives its work", () => {
    for (const { order, more } of demoWork("demo/1", "walk", 1)) {
      const command = commands.find(({ words }) => words.split(" ").at(-1) === order.kind)?.command;
      for (const option of more.filter((word) => word.startsWith("--"))) {
        expect(
          command?.options.map(({ long }) => long),
          `${order.kind} ${option}`,
        ).toContain(option);
      }
    }
  });

  const takes = (words: string): boolean => {
    const command = commands.find((one) => one.words === words)?.command;
    return command !== undefined && helpOf(command).includes("--seed <number>");
  };

  it("takes a seed where something is drawn, and nowhere else", () => {
    for (const words of ["train", "tune", "backtest", "paper", "venue", "stress", "verify engine", "verify learning"]) {
      expect(takes(words), words).toBe(true);
    }
    for (const words of [
      "init",
      "data ls",
      "models rm",
      "report show",
      "halt",
      "close",
      "token ls",
      "serve",
      "import",
    ]) {
      expect(takes(words), words).toBe(false);
    }
  });

  it.each(commands)("$words has help within 80 columns, whatever the screen is", ({ command }) => {
    for (const line of helpOf(command).split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it.each(commands)("$words has examples that can be parsed, settings and all", async ({ words, command }) => {
    const examples = [...helpOf(command).matchAll(/^ {2}tidemark (.*)$/gm)].map(([, line]) => line);
    expect(examples.length, words).toBeGreaterThan(0);
    for (const example of examples) {
      let ran = false;
      const again = await createProgram(async (common, overrides) => {
        ran = true;
        const all = [...(common.set ?? []), ...overrides];
        loadConfig({ path: undefined, workingFolder: import.meta.dirname, overrides: all });
      }, EVERY_VERB);
      await again.parseAsync(wordsOf(example), { from: "user" });
      expect(ran, example).toBe(true);
    }
  });

  it("lists every verb under the name and the summary of the list, in its order", () => {
    expect(program.commands.map((command) => [command.name(), command.summary()])).toEqual(
      Object.entries(VERB_SUMMARIES),
    );
  });
});

describe("the program with no verb loaded", async () => {
  const program = await createProgram(noRun, []);

  it("lists every verb all the same", () => {
    const help = helpOf(program);
    for (const [name, summary] of Object.entries(VERB_SUMMARIES)) {
      expect(help).toMatch(new RegExp(`^ {2}${name} +${summary.slice(0, 20)}`, "m"));
    }
  });

  it("has no options of a verb that isn't loaded", () => {
    expect(program.commands.flatMap((command) => command.options)).toEqual([]);
  });
});

describe("the verb that a command line names", () => {
  it.each<[string, VerbName | undefined]>([
    ["train --steps 5", "train"],
    ["data ls", "data"],
    ["help train", "train"],
    ["help", undefined],
    ["--help", undefined],
    ["--help train", "train"],
    ["--version", undefined],
    ["trian", undefined],
    ["toString", undefined],
    ["", undefined],
  ])("of `tidemark %s` is %s", (line, expected) => {
    expect(verbNamed(line === "" ? [] : line.split(" "))).toBe(expected);
  });
});

it("takes a flag for the verb that it asks for", () => {
  expect(spelledOut(["report", "--compare", "a", "b"])).toEqual(["report", "compare", "a", "b"]);
  expect(spelledOut(["report", "compare", "a"])).toEqual(["report", "compare", "a"]);
  expect(spelledOut(["train", "--compare"])).toEqual(["train", "--compare"]);
});
