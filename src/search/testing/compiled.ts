/**
 * @file Compiles this part of the house, and only it, into a folder of its own: child processes run plain JavaScript, as a
 * user's do. Tests that start processes run against that copy.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Search from "../index.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const COMPILER = join(ROOT, "node_modules/@typescript/native/bin/tsc");

export type Compiled = {
  /** A folder for the test's own files; gone with the copy. */
  readonly folder: string;
  /** URL of the compiled search, for child processes. */
  readonly url: string;
  readonly search: typeof Search;
  dispose(): void;
};

export async function compileSearch(): Promise<Compiled> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-search-"));
  const out = join(folder, "dist");
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      rootDir: join(ROOT, "src"),
      outDir: out,
      inlineSourceMap: true,
      // Types are the static checks' business.
      noCheck: true,
      typeRoots: [join(ROOT, "node_modules/@types")],
    },
    include: [],
    files: ["index.ts", "executors/trial-process.ts", "executors/parent-watch.ts"].map((path) =>
      join(ROOT, "src/search", path),
    ),
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  const done = spawnSync(process.execPath, [COMPILER, "-p", folder], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`the search does not compile:\n${done.stdout}${done.stderr}`);
  const url = pathToFileURL(join(out, "search/index.js")).href;
  return {
    folder,
    url,
    search: (await import(url)) as typeof Search,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
