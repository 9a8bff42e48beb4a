import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tidemark } from "./cli.ts";

type Coverage = { readonly result: ReadonlyArray<{ readonly url: string }> };

/** The files that one command line loads, as its process tells them (V8 counts what it ran, a file at a time). */
async function loadedBy(args: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-loaded-"));
  try {
    const { code } = await tidemark(args, { env: { NODE_V8_COVERAGE: folder } });
    expect(code).toBe(0);
    const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Coverage);
    return reports.flatMap(({ result }) => result.map(({ url }) => url)).filter((url) => url.startsWith("file:"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();
const matches = (files: readonly string[], pattern: RegExp): string[] =>
  sorted(files.flatMap((file) => pattern.exec(file)?.[1] ?? []));

it.each(["--help", "--version"])("tidemark %s loads no room, no verb and no client", async (flag) => {
  const files = await loadedBy([flag]);
  expect(matches(files, /\/dist\/([^/]+)\//), "rooms").toEqual(["cli", "core"]);
  expect(matches(files, /\/dist\/cli\/verbs\/(.*)\.js$/), "verbs").toEqual(["index", "summaries"]);
  expect(matches(files, /\/node_modules\/([^/]+)\//), "packages").toEqual(["commander", "decimal.js", "picocolors"]);
});

it("a command that needs the configuration alone loads its own verb, and no learner, store or network", async () => {
  const files = await loadedBy(["init", "--help"]);
  expect(matches(files, /\/dist\/cli\/verbs\/(.*)\.js$/)).toEqual(["index", "init", "summaries"]);
  expect(
    matches(
      files,
      /\/dist\/(learn\/ppo\/(?:ppo|build|loss)\.|learn\/training\/|tracking\/|evaluate\/|market\/store\/|compute\/)/,
    ),
  ).toEqual([]);
  expect(matches(files, /\/node_modules\/([^/]+)\//)).toEqual([
    "commander",
    "decimal.js",
    "picocolors",
    "smol-toml",
    "zod",
  ]);
});
