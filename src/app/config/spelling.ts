/** @file Values as users write them: choices in any case, and texts of the command line as the type that a key has. */
import { parse, TomlError } from "smol-toml";
import { type SchemaNode, schemaAt } from "./json-schema.ts";

/** "GRU" where "gru" is a choice, at every depth; other values are as they were. */
export function withKnownSpelling(value: unknown, path: ReadonlyArray<string | number> = []): unknown {
  if (Array.isArray(value)) return value.map((item: unknown, i) => withKnownSpelling(item, [...path, i]));
  if (typeof value === "string") return choiceOf(schemaAt(path), value) ?? value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withKnownSpelling(item, [...path, key])]));
}

function choiceOf(node: SchemaNode | undefined, text: string): unknown {
  return node?.enum?.find((choice) => typeof choice === "string" && choice.toLowerCase() === text.toLowerCase());
}

/** The number that a text says, or the text, which the schema then refuses. */
function numberOr(text: string): number | string {
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

/** A value as TOML has it; undefined where the text is none. */
function tomlValue(text: string): unknown {
  try {
    return parse(`value = ${text}`)["value"];
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    return undefined;
  }
}

function fits(node: SchemaNode, value: unknown): boolean {
  const type = node.type ?? "";
  if (type === "array") return Array.isArray(value);
  if (type === "object") return value !== null && typeof value === "object" && !Array.isArray(value);
  return type === "string" && typeof value === "string";
}

/**
 * The text of a flag as the type that the key has in the schema: as TOML where it is of that type, so that
 * `["rsi14"]` and `"rsi14"` mean what they mean in the file; otherwise as people write it, such as `rsi14,ema50`.
 */
export function valueOfText(key: string, text: string): unknown {
  const node = schemaAt(key.split("."));
  if (node === undefined) return text;
  const written = tomlValue(text);
  if (fits(node, written)) return written;
  switch (node.type ?? "") {
    case "integer":
    case "number":
      return numberOr(text);
    case "boolean":
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text;
    case "array": {
      const kind = typeof node.items === "object" ? node.items.type : undefined;
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "")
        .map((item) => (kind === "integer" || kind === "number" ? numberOr(item) : item));
    }
    default:
      return text;
  }
}
