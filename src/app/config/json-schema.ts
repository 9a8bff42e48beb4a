/** @file The configuration as JSON Schema: for editors, for the documented example and for messages about values. */
import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The part of JSON Schema that the configuration uses. */
export type SchemaNode = {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: SchemaNode | boolean;
  readonly prefixItems?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
};

const TITLE = "Tidemark configuration (tidemark.toml)";

/** The schema of the file as a user writes it: everything may be left out. */
export function configJsonSchema(): SchemaNode & { readonly title: string } {
  const schema = z.toJSONSchema(configSchema, { io: "input" }) as SchemaNode;
  return { title: TITLE, ...schema };
}

let cached: SchemaNode | undefined;

/** The node at a path of keys; array positions lead to the items' node. Undefined where there is none. */
export function schemaAt(path: ReadonlyArray<string | number>): SchemaNode | undefined {
  cached ??= configJsonSchema();
  let node: SchemaNode | undefined = cached;
  for (const part of path) {
    if (typeof part === "string") node = node?.properties?.[part];
    else node = node?.prefixItems?.[part] ?? (typeof node?.items === "object" ? node.items : undefined);
  }
  return node;
}

let keys: readonly string[] | undefined;

/** Every key of the file that has a value of its own, dotted. */
export function schemaKeys(): readonly string[] {
  const leaves = (node: SchemaNode | undefined, path: string): string[] =>
    node?.properties === undefined
      ? [path]
      : Object.entries(node.properties).flatMap(([key, child]) => leaves(child, path === "" ? key : `${path}.${key}`));
  keys ??= leaves(schemaAt([]), "");
  return keys;
}

function bounds(node: SchemaNode): string {
  const low =
    node.exclusiveMinimum === undefined
      ? node.minimum === undefined || node.minimum <= Number.MIN_SAFE_INTEGER
        ? ""
        : `from ${node.minimum}`
      : `above ${node.exclusiveMinimum}`;
  const high =
    node.exclusiveMaximum === undefined
      ? node.maximum === undefined || node.maximum >= Number.MAX_SAFE_INTEGER
        ? ""
        : `to ${node.maximum}`
      : `below ${node.exclusiveMaximum}`;
  return [low, high].filter((part) => part !== "").join(" ");
}

/** What a key accepts, in words: "a whole number from 1 to 4096". */
export function allowedText(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(", ");
  switch (node.type ?? "") {
    case "integer":
      return `a whole number ${bounds(node)}`.trimEnd();
    case "number":
      return `a number ${bounds(node)}`.trimEnd();
    case "boolean":
      return "true or false";
    case "string":
      return "a text in quotes";
    case "array":
      return typeof node.items === "object"
        ? `a list of: ${allowedText(node.items)}`
        : `a row of ${(node.prefixItems ?? []).map(allowedText).join("; ")}`;
    default:
      return "a table";
  }
}
