/** @file Configuration in the order of precedence: flags, environment, tidemark.toml, defaults. */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { canonicalJson, sha256Hex, systemCode, TidemarkError, toError } from "../../core/index.ts";
import { type CamelKeys, camelKeys } from "./camel.ts";
import { keyLines } from "./locate.ts";
import { type ConfigSource, configProblems } from "./problems.ts";
import { configSchema, type FileConfig } from "./schema.ts";
import { withKnownSpelling } from "./spelling.ts";

export const CONFIG_FILE = "tidemark.toml";

/** One value set outside the file. */
export type Override = {
  /** Dotted path of the key, such as "training.gamma". */
  readonly path: string;
  readonly value: unknown;
  /** How the user set it, such as "--seed" or "TIDEMARK_SEED". */
  readonly source: string;
};

export type LoadOptions = {
  /** Path given by the user, or undefined to take tidemark.toml of the working folder where there is one. */
  readonly path: string | undefined;
  readonly workingFolder: string;
  /** Lowest precedence first. */
  readonly overrides: readonly Override[];
};

export type Config = CamelKeys<FileConfig> & {
  /** The file that was read, or undefined where defaults stand alone. */
  readonly file: string | undefined;
  /** Folder that relative paths of the configuration start from. */
  readonly folder: string;
  /** The resolved values with the file's own key names, for storing beside a result. */
  readonly resolved: FileConfig;
  /** Hash of the resolved values. */
  readonly fingerprint: string;
  /** Keys, as dotted paths, that a flag or an environment variable set. */
  readonly overridden: ReadonlySet<string>;
  /** Keys that anything but their default decided. */
  readonly explicit: ReadonlySet<string>;
  /** Where the user set what. */
  readonly source: ConfigSource;
};

function readConfigText(options: LoadOptions): { file: string; text: string } | undefined {
  const file = resolve(options.workingFolder, options.path ?? CONFIG_FILE);
  try {
    return { file, text: readFileSync(file, "utf8") };
  } catch (thrown) {
    if (options.path === undefined && systemCode(thrown) === "ENOENT") return undefined;
    throw new TidemarkError("CONFIG_UNREADABLE", {
      what: systemCode(thrown) === "ENOENT" ? "There is no such configuration file" : toError(thrown).message,
      where: file,
      fix: "Check the path, or write a documented file with `tidemark init`.",
      cause: thrown,
    });
  }
}

/** Dates may be written without quotes; the schema wants their text. */
function plainValues(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plainValues);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValues(item)]));
}

function parseToml(text: string, shown: string): Record<string, unknown> {
  try {
    return plainValues(parse(text)) as Record<string, unknown>;
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const reason = thrown.message.split("\n")[0].replace(/^Invalid TOML document: /, "");
    throw new TidemarkError("CONFIG_SYNTAX", {
      what: `The configuration is not valid TOML: ${reason}`,
      where: `${shown}:${thrown.line}:${thrown.column}`,
      fix: "Correct that line; texts and dates need quotes, lists need brackets.",
      cause: thrown,
    });
  }
}

/** Sets a value at a dotted path, making the tables in between. */
function assign(root: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.split(".");
  const last = parts.pop() ?? path;
  let table = root;
  for (const part of parts) {
    const next = table[part];
    if (next === null || typeof next !== "object" || Array.isArray(next)) table[part] = {};
    table = table[part] as Record<string, unknown>;
  }
  table[last] = value;
}

/** A set of features that is named for once stands in place of the file's own list, not behind it. */
export function dropList(tables: Record<string, unknown>, decided: readonly string[]): void {
  if (!decided.includes("features.set") || decided.includes("features.list")) return;
  const features = tables["features"] as Record<string, unknown>;
  if (features["list"] !== undefined) features["list"] = [];
}

function leafPaths(value: unknown, path: string): string[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, item]) => leafPaths(item, path === "" ? key : `${path}.${key}`));
}

/** A configuration from values that were resolved before. */
export function configOf(resolved: FileConfig, folder: string): Config {
  return {
    ...camelKeys(resolved),
    file: undefined,
    folder,
    resolved,
    fingerprint: sha256Hex(canonicalJson(resolved)),
    overridden: new Set(),
    explicit: new Set(leafPaths(resolved, "")),
    source: { shown: CONFIG_FILE, lines: new Map(), flags: new Map() },
  };
}

export function loadConfig(options: LoadOptions): Config {
  const read = readConfigText(options);
  const shown = read === undefined ? CONFIG_FILE : relative(options.workingFolder, read.file) || read.file;
  const raw = read === undefined ? {} : parseToml(read.text, shown);
  const sources = new Map<string, string>();
  for (const override of options.overrides) {
    assign(raw, override.path, override.value);
    sources.set(override.path, override.source);
  }
  dropList(raw, [...sources.keys()]);
  const source: ConfigSource = { shown, lines: keyLines(read?.text ?? ""), flags: sources };
  const parsed = configSchema.safeParse(withKnownSpelling(raw));
  if (!parsed.success) throw configProblems(parsed.error.issues, raw, source);
  return {
    ...configOf(parsed.data, read === undefined ? options.workingFolder : dirname(read.file)),
    file: read?.file,
    overridden: new Set(sources.keys()),
    explicit: new Set(leafPaths(raw, "")),
    source,
  };
}
