/** @file Parts of the project as other processes run them: put together as the built programs are, in a folder of their own. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BUNDLER = new URL("../../../scripts/bundle.mjs", import.meta.url).href;

type Bundler = { readonly bundle: (entries: readonly string[], folder: string) => Promise<readonly string[]> };

export type Bundled = {
  /** May hold a test's own files; packages are found from there. */
  readonly folder: string;
  /** Addresses of the entries, each at its place of `src/`. */
  readonly urls: readonly URL[];
  dispose(): void;
};

/** @param entries addresses of modules of TypeScript in `src/` */
export async function bundled(entries: readonly URL[]): Promise<Bundled> {
  const { bundle } = (await import(/* @vite-ignore */ BUNDLER)) as Bundler;
  const folder = mkdtempSync(join(tmpdir(), "tidemark-bundled-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  const places = entries.map((entry) => relative(join(ROOT, "src"), fileURLToPath(entry)).replace(/\.ts$/, ""));
  await bundle(
    places.map((place) => place.split(sep).join("/")),
    folder,
  );
  const urls = places.map((place) => pathToFileURL(join(folder, `${place}.js`)));
  return { folder, urls, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
