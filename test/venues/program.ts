/** @file Programs of tests as other processes run them: put together in one file, as the built ones are. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export type Program = { readonly path: string; remove(): void };

/** Puts a module of TypeScript together with all that it imports of the project. */
export async function program(entry: URL): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-program-"));
  const path = join(folder, "program.js");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  const build = await rolldown({
    input: fileURLToPath(entry),
    platform: "node",
    external: (id) => !id.startsWith(".") && !isAbsolute(id),
    logLevel: "silent",
  });
  await build.write({ file: path, format: "esm", codeSplitting: false });
  await build.close();
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
