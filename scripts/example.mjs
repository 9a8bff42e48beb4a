/**
 * @file `npm run example NAME`: compiles Tidemark and the example, and runs it. Node 22.18 and newer run
 * `node examples/NAME.ts` by themselves once dist/ is built.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { ensureBuilt } from "./build.mjs";
import { listFiles, ROOT } from "./lib.mjs";

const [name = ""] = process.argv.slice(2);
const path = join(ROOT, "examples", `${name}.ts`);
if (name === "" || !existsSync(path)) {
  const names = listFiles("examples", (file) => file.endsWith(".ts")).map((file) => file.slice("examples/".length, -3));
  process.stderr.write(`There is no example "${name}". Examples: ${names.join(", ")}.\n`);
  process.exit(2);
}
const complaints = ensureBuilt();
if (complaints !== "") {
  process.stderr.write(`The source does not compile:\n${complaints}`);
  process.exit(1);
}
const { ES2022 } = ts.ModuleKind;
const compiled = ts.transpileModule(readFileSync(path, "utf8"), {
  compilerOptions: { module: ES2022, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
});
// In dist/, so that "tidemark" means this checkout.
const target = join(ROOT, "dist", `example-${name}.mjs`);
writeFileSync(target, compiled.outputText);
await import(pathToFileURL(target).href);
