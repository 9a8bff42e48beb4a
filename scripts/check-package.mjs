/**
 * @file The package as npm would publish it: nothing in it but what runs, its types and its papers, and entries that tools
 * can resolve (publint). Builds first: what lies in dist/ is what would be shipped.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { declareTypes, ensureBuilt } from "./build.mjs";
import { ensurePageBuilt } from "./build-page.mjs";
import { ROOT } from "./lib.mjs";

const ALLOWED = [
  /^(?:package\.json|README\.md|LICENSE|ARCHITECTURE\.md|bin\/tidemark\.mjs)$/,
  /^dist\/.*\.(?:js|d\.ts)$/,
  /^dist\/NOTICES\.txt$/,
  /^(?:schema|docs|examples)\//,
  /^web\/dist\/(?:index\.html|icon\.svg|\.vite\/manifest\.json|\.built|assets\/[\w.-]+)$/,
];
const REFUSED = /\.test\.|\/testing\/|\.map$/;

const complaints = ensureBuilt() + declareTypes() + (await ensurePageBuilt());
if (complaints !== "") {
  process.stderr.write(complaints);
  process.exit(1);
}
const npm = process.env.npm_execpath ?? "npm";
const [command, first] = npm.endsWith(".js") ? [process.execPath, [npm]] : [npm, []];
const packed = spawnSync(command, [...first, "pack", "--dry-run", "--json", "--ignore-scripts"], {
  cwd: ROOT,
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
});
if (packed.status !== 0) {
  process.stderr.write(packed.stderr ?? String(packed.error));
  process.exit(1);
}
const [{ files, size, unpackedSize }] = JSON.parse(packed.stdout);
const paths = files.map(({ path }) => path);
const problems = paths
  .filter((path) => REFUSED.test(path) || !ALLOWED.some((pattern) => pattern.test(path)))
  .map((path) => `${path}: does not belong into the package`);
const { messages } = await publint({
  pkgDir: ROOT,
  strict: true,
  pack: { files: files.map(({ path }) => ({ name: join(ROOT, path), data: readFileSync(join(ROOT, path)) })) },
});
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
problems.push(...messages.map((message) => `package.json: ${formatMessage(message, manifest)}`));
process.stdout.write(problems.map((problem) => `${problem}\n`).join(""));
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
process.stdout.write(`${paths.length} files are packed: ${megabytes(size)}, ${megabytes(unpackedSize)} unpacked\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
