/**
 * @file `npm run check`: format, types, lint, boundaries, dead code, conventions, unit tests. One line a step with its
 * time; a step's output only where it fails. Every step proves that it saw files: a tool that looks at nothing finds
 * nothing. `--static` leaves the tests out, `--only NAME` runs one step.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatSeconds, ROOT, runTool, TOOLS } from "./lib.mjs";

/** Fewer files than this means that a tool was pointed at the wrong place. */
const LEAST_FILES = 60;

/** The number that a tool's output names, or zero. */
function count(output, pattern) {
  return Number(pattern.exec(output)?.[1]?.replaceAll(",", "") ?? 0);
}

function tool(path, args, pattern) {
  return () => {
    const done = runTool(path, args);
    return { ok: done.code === 0, seen: count(done.output, pattern), output: done.output };
  };
}

/** The compiler lists what it read; only our own files count. The page has settings of its own: a browser, and JSX. */
function types() {
  const projects = ["tsconfig.json", "web/tsconfig.json"].map(typesOf);
  return {
    ok: projects.every(({ ok, seen }) => ok && seen > 0),
    seen: projects.reduce((sum, { seen }) => sum + seen, 0),
    output: projects.map(({ output }) => output).join("\n"),
  };
}

function typesOf(project) {
  const done = runTool(TOOLS.tsc, ["-p", project, "--listFiles"]);
  const lines = done.stdout.split("\n").map((line) => line.replaceAll("\\", "/"));
  const own = `${ROOT.replaceAll("\\", "/")}/`;
  const read = lines.filter((line) => line.startsWith(own));
  const seen = read.filter((line) => !line.includes("/node_modules/")).length;
  return { ok: done.code === 0, seen, output: lines.filter((line) => !/^(?:[A-Za-z]:)?\//.test(line)).join("\n") };
}

function boundaries() {
  const folders = ["src", "test", "bench", "examples", "scripts", "bin", "web/src", "web/testing"].filter((folder) =>
    existsSync(join(ROOT, folder)),
  );
  const done = runTool(TOOLS.depcruise, [...folders, "--config", ".dependency-cruiser.cjs", "--output-type", "json"]);
  const { summary, modules } = JSON.parse(done.stdout || "{}");
  if (summary === undefined) return { ok: false, seen: 0, output: done.output };
  const seen = modules.filter(({ source }) => /^(?:src|test|bench|examples|scripts|bin|web)\//.test(source)).length;
  const output = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).join("\n");
  return { ok: summary.error === 0, seen, output };
}

const STEPS = [
  ["format", tool(TOOLS.biome, ["check", "--linter-enabled=false", "."], /Checked ([\d,]+) files?/)],
  ["types", types],
  ["lint", tool(TOOLS.oxlint, ["--type-aware", "."], /on (\d+) files?/)],
  ["boundaries", boundaries],
  ["dead code", tool(TOOLS.knip, ["--reporter", "./scripts/knip-reporter.mjs"], /processed (\d+) files/)],
  ["unused code", tool(join(ROOT, "scripts/check-production.mjs"), [], /processed (\d+) files/)],
  ["lock file", tool(join(ROOT, "scripts/complete-lock.mjs"), ["--check"], /(\d+) packages are locked/)],
  ["package", tool(join(ROOT, "scripts/check-package.mjs"), [], /(\d+) files are packed/)],
  ["conventions", tool(join(ROOT, "scripts/check-conventions.mjs"), [], /(\d+) files follow/)],
  ["unit tests", tool(join(ROOT, "scripts/test.mjs"), ["--unit"], /(\d+) passed, 0 failed/)],
];

const { values } = parseArgs({ options: { static: { type: "boolean" }, only: { type: "string" } } });
const steps = STEPS.filter(([name]) =>
  values.only === undefined ? !(values.static && name === "unit tests") : name === values.only,
);
if (steps.length === 0) {
  process.stderr.write(`There is no step "${values.only}". Steps: ${STEPS.map(([name]) => name).join(", ")}.\n`);
  process.exit(2);
}

let failures = 0;
const begun = Date.now();
for (const [name, run] of steps) {
  const started = Date.now();
  const { ok, seen, output } = run();
  const blind = ok && seen < LEAST_FILES;
  const verdict = blind ? "saw too little" : ok ? "ok" : "FAILED";
  const unit = name === "unit tests" ? "tests" : "files";
  process.stdout.write(
    `${verdict.padEnd(8)} ${name.padEnd(12)} ${String(seen).padStart(5)} ${unit}  ${formatSeconds(Date.now() - started)}\n`,
  );
  if (!ok || blind) {
    failures++;
    process.stdout.write(`${output.trimEnd()}\n`);
  }
}
process.stdout.write(
  failures === 0
    ? `check passed in ${formatSeconds(Date.now() - begun)}\n`
    : `check failed: ${failures} of ${steps.length} steps\n`,
);
process.exitCode = failures === 0 ? 0 : 1;
