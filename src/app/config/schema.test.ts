import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configJsonSchema, type SchemaNode } from "./json-schema.ts";
import { keyReference } from "./reference.ts";

const FILE = new URL("../../../schema/tidemark.schema.json", import.meta.url);

function leaves(node: SchemaNode, path: string): Array<{ path: string; node: SchemaNode }> {
  if (node.properties === undefined) return [{ path, node }];
  return Object.entries(node.properties).flatMap(([key, child]) => leaves(child, path === "" ? key : `${path}.${key}`));
}

describe("the configuration's schema", () => {
  it("is the one that editors read", () => {
    const written: unknown = JSON.parse(readFileSync(FILE, "utf8"));
    expect(written, "run `npm run build && node scripts/generate.mjs`").toEqual(
      JSON.parse(JSON.stringify(configJsonSchema())),
    );
  });

  it("is the page of documentation", () => {
    const page = readFileSync(new URL("../../../docs/configuration-keys.md", import.meta.url), "utf8");
    expect(page, "run `npm run build && node scripts/generate.mjs`").toBe(keyReference());
  });

  it("explains every key in a sentence", () => {
    const all = leaves(configJsonSchema(), "");
    expect(all.length).toBeGreaterThan(60);
    const mute = all.filter(({ node }) => !/^[A-Z0-9].*\.$/s.test(node.description ?? ""));
    expect(mute.map(({ path }) => path)).toEqual([]);
  });

  it("names keys in one style", () => {
    const odd = leaves(configJsonSchema(), "").filter(({ path }) => !/^[a-z][a-z0-9_.]*$/.test(path));
    expect(odd.map(({ path }) => path)).toEqual([]);
  });
});
