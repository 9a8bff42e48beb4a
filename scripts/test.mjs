/**
 * @file `npm test`: builds what the tests of the command line run, runs the whole suite, and closes with one line of
 * counts. Arguments narrow it (`npm test -- src/market`); `--unit` takes the tests beside the source only.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { formatSeconds, ROOT, TOOLS } from "./lib.mjs";

const begun = Date.now();
const given = process.argv.slice(2);
const unit = given.includes("--unit");
const filters = given.filter((argument) => argument !== "--unit");

const complaints = ensureBuilt();
if (complaints !== "") {
  process.stderr.write(`The source does not compile:\n${complaints}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), "tidemark-tests-"));
const resultFile = join(folder, "results.json");
const plain = unit || process.env.CI !== undefined || !process.stdout.isTTY;
const reporters = ["--reporter", plain ? "dot" : "default", "--reporter", "json", "--outputFile.json", resultFile];
const child = spawn(process.execPath, [TOOLS.vitest, "run", ...(unit ? ["src"] : []), ...filters, ...reporters], {
  cwd: ROOT,
  stdio: "inherit",
  env: plain ? { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } : process.env,
});
// Ctrl-C reaches the child by itself; this process waits for it to end.
process.on("SIGINT", () => {});

const code = await new Promise((resolve) => {
  child.on("close", (status) => resolve(status ?? 1));
});

/** What the suite did, or undefined where it ended before it could say. */
function readResults() {
  try {
    return JSON.parse(readFileSync(resultFile, "utf8"));
  } catch {
    return undefined;
  }
}

const results = readResults();
rmSync(folder, { recursive: true, force: true });
const took = formatSeconds(Date.now() - begun);
if (results === undefined || results.numTotalTests === 0) {
  process.stdout.write(`\nno tests ran (${took})\n`);
  process.exitCode = code === 0 ? 1 : code;
} else {
  const skipped = results.numPendingTests + results.numTodoTests;
  const counts = `${results.numPassedTests} passed, ${results.numFailedTests} failed`;
  process.stdout.write(`\n${results.testResults.length} files of tests in ${took}\n`);
  process.stdout.write(`${counts}${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  process.exitCode = code;
}
