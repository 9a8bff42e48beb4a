import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { tidemark } from "./cli.ts";

type Coverage = { readonly result: ReadonlyArray<{ readonly url: string }> };

/** The files that one command line loads, as its process tells them: V8 counts what it ran, a file at a time. */
async function filesLoadedBy(args: readonly string[]): Promise<string[]> {
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

/** The modules in them: a file of dist/ names those that were put together in it. */
async function loadedBy(args: readonly string[]): Promise<string[]> {
  return (await filesLoadedBy(args)).flatMap((file) => {
    if (!file.includes("/dist/")) return [file];
    const named = readFileSync(fileURLToPath(file), "utf8").matchAll(
      /^\/\/ ((?:src|node_modules)\/\S+\.[cm]?[jt]s)$/gm,
    );
    return [...named].map(([, path]) => `/${path}`);
  });
}

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();
const matches = (files: readonly string[], pattern: RegExp): string[] =>
  sorted(files.flatMap((file) => pattern.exec(file)?.[1] ?? []));

it.each(["--help", "--version"])("tidemark %s loads no room, no verb and no client", async (flag) => {
  const files = await loadedBy([flag]);
  expect(matches(files, /\/src\/([^/]+)\//), "rooms").toEqual(["cli", "core"]);
  expect(matches(files, /\/src\/cli\/verbs\/(.*)\.ts$/), "verbs").toEqual(["index", "summaries"]);
  expect(matches(files, /\/node_modules\/([^/]+)\//), "packages").toEqual(["commander"]);
});

it("a command that needs the configuration alone loads its own verb, and no learner, store or network", async () => {
  const files = await loadedBy(["init", "--help"]);
  expect(matches(files, /\/src\/cli\/verbs\/(.*)\.ts$/)).toEqual(["index", "init", "summaries"]);
  expect(
    matches(
      files,
      /\/src\/(learn\/ppo\/(?:ppo|build|loss)\.|learn\/training\/|tracking\/|evaluate\/|market\/store\/|compute\/)/,
    ),
  ).toEqual([]);
  expect(matches(files, /\/node_modules\/([^/]+)\//)).toEqual(["commander", "smol-toml", "zod"]);
});

it("a command that works loads few files, for each one costs its start", async () => {
  const { length } = await filesLoadedBy(["models", "ls", "--help"]);
  expect(length).toBeGreaterThan(5);
  expect(length).toBeLessThan(120);
});
