/**
 * @file Loads a strategy from a file that the user names. JavaScript is imported as it is; TypeScript by Node itself where it
 * can (22.18 and later), else through the TypeScript compiler of the project.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { freshId, systemCode, TidemarkError, toError } from "../../core/index.ts";
import type { Strategy } from "../../policy/index.ts";

const parameter = z.object({
  default: z.number(),
  low: z.number(),
  high: z.number(),
  whole: z.boolean().optional(),
  log: z.boolean().optional(),
});

const isFunction = z.custom<() => unknown>((value) => typeof value === "function", "a function");

const strategySchema = z.looseObject({
  name: z.string().min(1),
  parameters: z.record(z.string(), parameter).optional(),
  features: z.union([z.array(z.string()), isFunction]).optional(),
  warmup: z.union([z.number().min(0), isFunction]).optional(),
  begin: isFunction.optional(),
  decide: isFunction,
});

/** Whether a text names a file rather than a rule that is built in. */
export function isStrategyFile(text: string): boolean {
  return /\.(?:[cm]?[jt]s)$/.test(text) || text.includes("/") || text.includes("\\");
}

/** Imports what the file exports as `strategy`, or by default, and checks it. Throws USAGE_ARGUMENT. */
export async function loadStrategy(given: string, folder: string): Promise<Strategy> {
  const path = resolve(folder, given);
  if (!existsSync(path)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "There is no such strategy file",
      where: path,
      fix: "Give the path of a .ts or .js file, such as ./my-strategy.ts.",
    });
  }
  const module = await importFile(path);
  const parsed = strategySchema.safeParse(module["strategy"] ?? module["default"]);
  if (parsed.success) return parsed.data as unknown as Strategy;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `The file does not export a strategy: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`,
    where: path,
    fix: "Export one: export const strategy = { name, parameters, features, warmup, decide }; see docs/strategies.md.",
  });
}

async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    if (systemCode(thrown) === "ERR_UNKNOWN_FILE_EXTENSION" && /^\.[cm]?ts$/.test(extname(path))) {
      return importTypeScript(path);
    }
    throw broken(path, thrown);
  }
}

function broken(path: string, thrown: unknown): TidemarkError {
  return new TidemarkError("USAGE_ARGUMENT", {
    what: `The strategy file can't be loaded: ${toError(thrown).message}`,
    where: path,
    fix: "Correct it; `node` with the file's path shows the whole failure.",
    cause: thrown,
  });
}

type Transpiler = {
  readonly transpileModule: (source: string, options: object) => { readonly outputText: string };
  readonly ModuleKind: { readonly ESNext: number };
  readonly ScriptTarget: { readonly ES2022: number };
};

/** The compiler of the project that the file lies in, or else ours. */
function transpiler(path: string): Transpiler {
  for (const from of [path, import.meta.url]) {
    try {
      return createRequire(from)("typescript") as Transpiler;
    } catch {
      // Not there: the next place.
    }
  }
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: "This version of Node does not run TypeScript, and there is no TypeScript compiler here",
    where: path,
    fix: "Use Node 22.18 or later, run `npm install typescript` beside the file, or write it as .js.",
  });
}

/** Its types removed, in a file beside it for a moment, so that its own imports are found. */
async function importTypeScript(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { transpileModule, ModuleKind, ScriptTarget } = transpiler(path);
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022, verbatimModuleSyntax: true };
  const { outputText } = transpileModule(readFileSync(path, "utf8"), { compilerOptions, fileName: path });
  const beside = join(dirname(path), `.${basename(path)}.${freshId()}.mjs`);
  try {
    writeFileSync(beside, outputText);
    return (await import(pathToFileURL(beside).href)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    throw broken(path, thrown);
  } finally {
    rmSync(beside, { force: true });
  }
}
