/**
 * @file Lets a plain `node --import` child process of a test run our TypeScript sources, as a user's process runs the
 * compiled ones.
 */
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

if (isMainThread) register(import.meta.url);

export async function load(url, context, nextLoad) {
  if (!url.endsWith(".ts")) return nextLoad(url, context);
  const { default: ts } = await import("typescript");
  const source = await readFile(new URL(url), "utf8");
  const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, inlineSourceMap: true };
  const { outputText } = ts.transpileModule(source, { compilerOptions: options, fileName: url });
  return { format: "module", source: outputText, shortCircuit: true };
}
