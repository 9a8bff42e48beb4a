/** @file Writes what is generated from the source: the configuration's JSON Schema for editors, and its keys
 * as a page of documentation. Tests compare them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { ROOT } from "./lib.mjs";

const complaints = ensureBuilt();
if (complaints !== "") {
  process.stderr.write(complaints);
  process.exit(1);
}
// Computed, so that tools which follow imports don't look for what is not built yet.
const { configJsonSchema } = await import(new URL("../dist/app/config/json-schema.js", import.meta.url).href);
mkdirSync(join(ROOT, "schema"), { recursive: true });
const { keyReference } = await import(new URL("../dist/app/config/reference.js", import.meta.url).href);
writeFileSync(join(ROOT, "docs/configuration-keys.md"), keyReference());
writeFileSync(join(ROOT, "schema/tidemark.schema.json"), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
