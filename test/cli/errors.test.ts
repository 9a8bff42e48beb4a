import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { errorCatalog } from "../../src/core/index.ts";

const handbook = readFileSync(resolve(import.meta.dirname, "../../docs/errors.md"), "utf8");
const rows = [...handbook.matchAll(/^\| `([A-Z_]+)` *\| (\d+) *\| (.+) \| (.+) \|$/gm)].map((match) => ({
  code: match[1],
  exitCode: Number(match[2]),
}));
/** What the program prints for a failure that is not in the catalog. */
const OUTSIDE = { code: "UNEXPECTED", exitCode: 1 };

function byCode(a: { code: string }, b: { code: string }): number {
  return a.code < b.code ? -1 : 1;
}

describe("the handbook of errors", () => {
  it("explains every code with its exit code, once, and no other", () => {
    expect(rows.toSorted(byCode)).toEqual([...errorCatalog(), OUTSIDE].toSorted(byCode));
  });
});
