/**
 * @file `npm run check`: format, types, lint, boundaries, dead code, conventions, and the unit tests of what was changed.
 * Steps run side by side, one line each with its time; a step's output only where it fails. Every step proves that it saw
 * files: a tool that looks at nothing finds nothing. `--static` leaves the tests out, `--all` takes every unit test,
 * `--only NAME` runs one step.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { formatSeconds, ROOT, runToolAside, TOOLS } from "./lib.mjs";

/** Fewer files than this means that a tool was pointed at the wrong place. */
const LEAST_FILES = 60;
/** What the compiler knows of the last run, so that the next one looks at what has changed since. */
const CACHE = join(ROOT, "node_modules/.cache/tidemark");

/** The number that a tool's output names, or zero. */
function count(output, pattern) {
  return Number(pattern.exec(output)?.[1]?.replaceAll(",", "") ?? 0);
}

function tool(path, args, pattern) {
  return async () => {
    const done = await runToolAside(path, args);
    return { ok: done.code === 0, seen: count(done.output, pattern), output: done.output };
  };
}

/** The compiler lists what it read; only our own files count. The page has settings of its own: a browser, and JSX. */
function types(project, name) {
  return async () => {
    const memory = ["--incremental", "--tsBuildInfoFile", join(CACHE, `${name}.tsbuildinfo`)];
    const done = await runToolAside(TOOLS.tsc, ["-p", project, "--listFiles", ...memory]);
    const lines = done.stdout.split("\n").map((line) => line.replaceAll("\\", "/"));
    const own = `${ROOT.replaceAll("\\", "/")}/`;
    const read = lines.filter((line) => line.startsWith(own));
    const seen = read.filter((line) => !line.includes("/node_modules/")).length;
    return { ok: done.code === 0, seen, output: lines.filter((line) => !/^(?:[A-Za-z]:)?\//.test(line)).join("\n") };
  };
}

async function boundaries() {
  const folders = ["src", "test", "bench", "examples", "scripts", "bin", "web/src", "web/testing"].filter((folder) =>
    existsSync(join(ROOT, folder)),
  );
  const args = [...folders, "--config", ".dependency-cruiser.cjs", "--output-type", "json"];
  const done = await runToolAside(TOOLS.depcruise, args);
  const { summary, modules } = JSON.parse(done.stdout || "{}");
  if (summary === undefined) return { ok: false, seen: 0, output: done.output };
  const seen = modules.filter(({ source }) => /^(?:src|test|bench|examples|scripts|bin|web)\//.test(source)).length;
  const output = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).join("\n");
  return { ok: summary.error === 0, seen, output };
}

const git = (...args) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\n");
const isOwn = (path) => /^(?:src|web\/src)\/.*\.tsx?$/.test(path) && existsSync(join(ROOT, path));

/** Folders of the source with a change that no commit holds yet; where there is none, with one of the last commit. */
function changedFolders() {
  const open = git("status", "--porcelain", "--untracked-files=all")
    .map((line) => line.slice(3))
    .filter(isOwn);
  const changed = open.length > 0 ? open : git("show", "--name-only", "--format=", "HEAD").filter(isOwn);
  return [...new Set(changed.map((path) => dirname(path)))];
}

async function unitTests() {
  const folders = values.all ? [] : changedFolders();
  if (!values.all && folders.length === 0) return { ok: true, seen: undefined, output: "" };
  const done = await runToolAside(join(ROOT, "scripts/test.mjs"), ["--unit", ...folders]);
  const noTest = /^no tests ran/m.test(done.stdout) && /No test files found/.test(done.output);
  const seen = noTest ? undefined : count(done.output, /(\d+) passed, 0 failed/);
  return { ok: done.code === 0 || noTest, seen, output: done.output };
}

const script = (name, args, pattern) => tool(join(ROOT, "scripts", name), args, pattern);
/** The longest first, so that nothing long is left for the end. */
const STEPS = [
  ["lint", tool(TOOLS.oxlint, ["--type-aware", "."], /on (\d+) files?/)],
  ["types", types("tsconfig.json", "all")],
  ["package", script("check-package.mjs", [], /(\d+) files are packed/)],
  ["boundaries", boundaries],
  ["dead code", tool(TOOLS.knip, ["--reporter", "./scripts/knip-reporter.mjs"], /processed (\d+) files/)],
  ["unused code", script("check-production.mjs", [], /processed (\d+) files/)],
  ["types of page", types("web/tsconfig.json", "page")],
  ["format", tool(TOOLS.biome, ["check", "--linter-enabled=false", "."], /Checked ([\d,]+) files?/)],
  ["conventions", script("check-conventions.mjs", [], /(\d+) files follow/)],
  ["lock file", script("complete-lock.mjs", ["--check"], /(\d+) packages are locked/)],
];
/** After all others: it takes every core for itself, and what does not compile need not be run. */
const LAST = ["unit tests", unitTests];

const { values } = parseArgs({
  options: { static: { type: "boolean" }, all: { type: "boolean" }, only: { type: "string" } },
});
const names = [...STEPS, LAST].map(([name]) => name);
if (values.only !== undefined && !names.includes(values.only)) {
  process.stderr.write(`There is no step "${values.only}". Steps: ${names.join(", ")}.\n`);
  process.exit(2);
}
const isAsked = ([name]) => values.only === undefined || name === values.only;

const begun = Date.now();
const failed = [];

async function take([name, run]) {
  const started = Date.now();
  const { ok, seen, output } = await run();
  // A change without a test beside it has nothing to run: said, and no failure. A tool that sees nothing is one.
  const few = name === LAST[0] ? 1 : LEAST_FILES;
  const blind = ok && seen !== undefined && seen < few;
  const verdict = blind ? "saw too little" : ok ? "ok" : "FAILED";
  const unit = name === LAST[0] ? "tests" : "files";
  const saw = seen === undefined ? "nothing changed" : `${String(seen).padStart(5)} ${unit}`;
  process.stdout.write(`${verdict.padEnd(8)} ${name.padEnd(14)} ${saw}  ${formatSeconds(Date.now() - started)}\n`);
  if (ok && !blind) return;
  failed.push(name);
  process.stdout.write(`${output.trimEnd()}\n`);
}

const queue = STEPS.filter(isAsked);
const planned = queue.length;
const worker = async () => {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) await take(step);
};
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
const withTests = isAsked(LAST) && !values.static;
if (withTests && failed.length === 0) await take(LAST);
process.stdout.write(
  failed.length === 0
    ? `check passed in ${formatSeconds(Date.now() - begun)}\n`
    : `check failed: ${failed.join(", ")} (of ${planned + (withTests ? 1 : 0)} steps)\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
