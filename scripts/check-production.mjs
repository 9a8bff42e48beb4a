/**
 * @file Code that no command, no public door and no worker reaches, though a test or another door may: knip once more, with
 * the real entries alone. What is kept without a user inside is listed in scripts/kept.json with the user that it is for;
 * an entry that covers nothing any more is told. What a door of a room passes on is the door's matter: only declarations
 * count.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runTool, TOOLS } from "./lib.mjs";

const kept = Object.entries(JSON.parse(readFileSync(join(ROOT, "scripts/kept.json"), "utf8")));
const done = runTool(TOOLS.knip, [
  "--production",
  "--config",
  "knip.production.json",
  "--reporter",
  "./scripts/knip-reporter.mjs",
]);
const lines = done.stdout.split("\n");
const processed = lines.find((line) => line.startsWith("processed ")) ?? done.output;
const found = lines
  .filter((line) => line.startsWith("exports: ") || line.startsWith("files: "))
  .map((line) => line.replace(/^files: (.*?): .*$/, "$1").replace(/^exports: /, ""))
  .filter((line) => !/\/index\.ts(?::|$)/.test(line));
const used = new Set();
const unused = found.filter((line) => {
  const entry = kept.find(([what]) => line === what || (what.endsWith("/") && line.startsWith(what)));
  if (entry !== undefined) used.add(entry[0]);
  return entry === undefined;
});
const stale = kept.filter(([what]) => !used.has(what)).map(([what]) => what);
for (const line of unused) process.stdout.write(`unused: ${line}\n`);
for (const what of stale) process.stdout.write(`scripts/kept.json names what is used or gone: ${what}\n`);
process.stdout.write(`${processed}\n`);
process.exitCode = unused.length + stale.length === 0 && /processed \d+/.test(processed) ? 0 : 1;
