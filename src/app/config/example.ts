/** @file The documented example: every key with what it means, what it accepts and its default. */
import { allowedText, configJsonSchema, type SchemaNode } from "./json-schema.ts";

const WIDTH = 110;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** A plain value as TOML. */
function tomlValue(value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.map(tomlValue);
    const nested = value.some((item) => Array.isArray(item));
    return nested ? `[\n${items.map((item) => `  ${item},\n`).join("")}]` : `[${items.join(", ")}]`;
  }
  return JSON.stringify(value);
}

function isSection(node: SchemaNode): boolean {
  return node.properties !== undefined;
}

function keyLines(key: string, node: SchemaNode): string[] {
  const allowed = node.enum !== undefined || node.type === "integer" || node.type === "number";
  const comment = [...wrapped(node.description ?? ""), ...(allowed ? wrapped(`Allowed: ${allowedText(node)}.`) : [])];
  const assignment = node.default === undefined ? `# ${key} =` : `${key} = ${tomlValue(node.default)}`;
  return [...comment, assignment];
}

/** The keys that decide most of what comes out, which `docs/configuration.md` explains one by one. */
export const KEYS_THAT_MATTER = [
  "data.symbols",
  "data.timeframe",
  "data.kind",
  "sizing.scheme",
  "exchange.taker_fee_bps",
  "training.total_steps",
  "training.learning_rate",
  "training.gamma",
  "model.encoder",
  "splits.train",
];

function sectionLines(path: string, node: SchemaNode, only: readonly string[] | undefined): string[] {
  const placeOf = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const entries = Object.entries(node.properties ?? {});
  const keys = entries.filter(([key, child]) => !isSection(child) && (only?.includes(placeOf(key)) ?? true));
  const own = keys.flatMap(([key, child]) => keyLines(key, child));
  const nested = entries
    .filter(([, child]) => isSection(child))
    .flatMap(([key, child]) => sectionLines(placeOf(key), child, only));
  if (only !== undefined && own.length === 0) return nested;
  const header = path === "" ? [] : ["", ...wrapped(node.description ?? ""), `[${path}]`];
  return [...header, ...own, ...nested];
}

/**
 * The text of a tidemark.toml that sets every key to its default and explains it.
 * @param only these keys alone
 */
export function exampleToml(schemaReference?: string, only?: readonly string[]): string {
  return [
    ...(schemaReference === undefined ? [] : [`#:schema ${schemaReference}`]),
    "# Configuration of Tidemark. Every key may be left out; the values below are the defaults.",
    ...(only === undefined
      ? []
      : ["# These are the keys that matter most; `tidemark init` elsewhere writes all of them."]),
    "# A flag of the command line wins over an environment variable (TIDEMARK_...), that over this file.",
    "# Secrets do not belong here: they are read from the environment or from the file .env beside this one.",
    ...(only === undefined ? [""] : []),
    ...sectionLines("", configJsonSchema(), only),
    "",
  ].join("\n");
}
