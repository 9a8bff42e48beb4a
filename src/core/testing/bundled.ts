/** @file Parts of the project as other processes run them: put together as the built programs are, in a folder of their own. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BUNDLER = new URL("../../../scripts/bundle.mjs", import.meta.url).href;

type Bundler = { readonly bundle: (entries: readonly string[], folder: string) => Promise<readonly string[]> };

export type Bundled = {
  /** Holds each entry at its place of `src/`, as `.js`, and may hold a test's own files; packages are found from there. */
  readonly folder: string;
  dispose(): void;
};

/** @param entries places of `src/`, without their ending */
export async function bundled(entries: readonly string[]): Promise<Bundled> {
  const { bundle } = (await import(/* @vite-ignore */ BUNDLER)) as Bundler;
  const folder = mkdtempSync(join(tmpdir(), "tidemark-bundled-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  await bundle(entries, folder);
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
