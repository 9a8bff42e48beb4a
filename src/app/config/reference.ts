/** @file Every key of the configuration as a page of documentation. */
import { allowedText, configJsonSchema, type SchemaNode } from "./json-schema.ts";

function defaultText({ default: value }: SchemaNode): string {
  return value === undefined ? "none" : `\`${JSON.stringify(value)}\``;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function section(path: string, node: SchemaNode): string[] {
  const entries = Object.entries(node.properties ?? {});
  const keys = entries.filter(([, child]) => child.properties === undefined);
  const tables = entries.filter(([, child]) => child.properties !== undefined);
  const title = path === "" ? [] : [`## [${path}]`, "", node.description ?? "", ""];
  const rows = keys.map(
    ([key, child]) =>
      `| \`${key}\` | ${cell(defaultText(child))} | ${cell(allowedText(child))} | ${cell(child.description ?? "")} |`,
  );
  const table =
    rows.length === 0 ? [] : ["| key | default | allowed | meaning |", "| --- | --- | --- | --- |", ...rows, ""];
  return [
    ...title,
    ...table,
    ...tables.flatMap(([key, child]) => section(path === "" ? key : `${path}.${key}`, child)),
  ];
}

/** Markdown: a table for each section of the file. */
export function keyReference(): string {
  return [
    "# Every key of tidemark.toml",
    "",
    "Generated from the schema. [configuration.md](configuration.md) says which of them matter.",
    "",
    ...section("", configJsonSchema()),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}
