import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { loadConfig, schemaAt } from "../app/settings.ts";
import { errorCatalog, InstrumentKind } from "../core/index.ts";
import { Standing } from "../evaluate/index.ts";
import { createProgram } from "./program.ts";
import { VERBS } from "./verbs/index.ts";
import type { VerbName } from "./verbs/summaries.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGES = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const DEFAULTS = loadConfig({ path: undefined, workingFolder: ROOT, overrides: [] });

function read(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** Cells of the rows whose first cell is a word in code. */
function codeRows(page: string): string[][] {
  return [...read(page).matchAll(/^\| `.*$/gm)].map(([row]) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

describe("the documentation", async () => {
  const program = await createProgram(() => Promise.resolve(), Object.keys(VERBS) as VerbName[]);

  function commandOf(words: readonly string[]): { command: Command; rest: readonly string[] } {
    let command = program;
    let rest = words;
    for (;;) {
      const next = command.commands.find((child) => child.name() === rest.at(0));
      if (next === undefined) return { command, rest };
      command = next;
      rest = rest.slice(1);
    }
  }

  // The catalog of errors may be ahead of the commands.
  it.each(PAGES.filter((page) => page !== "docs/errors.md"))("%s names commands and flags that there are", (page) => {
    const lines = [...read(page).matchAll(/(?:`|^)(?:npx )?tidemark ([a-z][^`\n#|]*)/gm)].map(([, line]) =>
      line.trim(),
    );
    for (const line of lines) {
      const { command, rest } = commandOf(line.split(/\s+/));
      expect(command, `a command: tidemark ${line}`).not.toBe(program);
      const known = command.options.flatMap(({ long, short }) => [long, short]);
      const flags = rest.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/[=,.;].*$/, ""));
      expect(
        flags.filter((flag) => !known.includes(flag)),
        `flags of: tidemark ${line}`,
      ).toEqual([]);
    }
  });

  it.each(PAGES)("%s names keys of the configuration that there are", (page) => {
    const sections = Object.keys(schemaAt([])?.properties ?? {}).join("|");
    const keys = [...read(page).matchAll(new RegExp(`\`((?:${sections})(?:\\.[a-z_]+)+)\``, "g"))].map(
      ([, key]) => key,
    );
    const files = /\.(?:ts|html|json|jsonl|csv|toml)$/;
    const unknown = keys.filter((key) => !files.test(key) && schemaAt(key.split(".")) === undefined);
    expect(unknown).toEqual([]);
  });

  it.each(PAGES)("%s links to pages that there are", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link);
    expect(links.filter((link) => !existsSync(resolve(ROOT, page, "..", link)))).toEqual([]);
  });

  it("gives the defaults of the keys that matter", () => {
    // Where the default is a number or a text in quotes; others are told in words.
    const rows = codeRows("docs/configuration.md").filter(([key, shown]) => key.includes(".") && /^[\d"]/.test(shown));
    expect(rows.length).toBeGreaterThanOrEqual(6);
    for (const [key, shown] of rows) {
      const value = key
        .split(".")
        .reduce<unknown>((table, part) => (table as Record<string, unknown>)[part], DEFAULTS.resolved);
      expect(shown, key).toBe(JSON.stringify(value));
    }
  });

  it("lists every standing of a verdict and every kind of instrument", () => {
    const standings = codeRows("docs/statistics.md").map(([word]) => word);
    expect(standings).toEqual(Object.values(Standing));
    const kinds = codeRows("docs/formats.md").map(([word]) => word);
    expect(kinds).toEqual(expect.arrayContaining(Object.values(InstrumentKind)));
  });

  it("explains codes of errors that there are", () => {
    const codes = new Set<string>(["UNEXPECTED", ...errorCatalog().map(({ code }) => code)]);
    const named = [...read("docs/errors.md").matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
    expect(named.filter((code) => !codes.has(code))).toEqual([]);
  });
});
