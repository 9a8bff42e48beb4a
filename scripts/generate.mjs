/** @file Writes what is generated from the source: the configuration's JSON Schema for editors, and its keys
 * as a page of documentation. Tests compare them. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "./bundle.mjs";
import { ROOT } from "./lib.mjs";

const folder = join(ROOT, "dist/generate");
const modules = ["app/config/json-schema", "app/config/reference"];
await bundle(modules, folder);
const [{ configJsonSchema }, { keyReference }] = await Promise.all(
  modules.map((name) => import(pathToFileURL(join(folder, `${name}.js`)).href)),
);
rmSync(folder, { recursive: true });
mkdirSync(join(ROOT, "schema"), { recursive: true });
writeFileSync(join(ROOT, "docs/configuration-keys.md"), keyReference());
writeFileSync(join(ROOT, "schema/tidemark.schema.json"), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
