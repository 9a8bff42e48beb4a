/**
 * @file `npm test`: builds what the tests of the command line run, runs the whole suite, and closes with one line of
 * counts. Arguments narrow it (`npm test -- src/market`).
 *
 * `--unit` takes the tests beside the source but for `*.slow.test.ts`, `--smoke` the rooms that another Node version could
 * break, `--nightly` all that is proven by volume in full. `--seed N` repeats the order and the properties of a run; a
 * commit's check always has the same seed, every other run a fresh one.
 */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt } from "./build.mjs";
import { formatSeconds, ROOT, TOOLS } from "./lib.mjs";

/** Of a check that must not fail for what somebody else's chance finds. */
const CHECK_SEED = 1;
const SMOKE = [
  "src/core",
  "src/compute/session",
  "src/exchange",
  "src/market/store",
  "src/policy",
  "src/risk",
  "test/cli/start",
];

const begun = Date.now();
const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    unit: { type: "boolean", default: false },
    smoke: { type: "boolean", default: false },
    nightly: { type: "boolean", default: false },
    seed: { type: "string" },
  },
});
const { unit, smoke, nightly } = options;
const isCheck = unit || Boolean(process.env.CI);
const seed = options.seed ?? process.env.TIDEMARK_TEST_SEED ?? (isCheck ? CHECK_SEED : randomInt(2 ** 31));
if (!Number.isSafeInteger(Number(seed))) {
  process.stderr.write(`--seed takes a whole number, was "${seed}".\n`);
  process.exit(2);
}

const complaints = ensureBuilt();
if (complaints !== "") {
  process.stderr.write(`The source does not compile:\n${complaints}`);
  process.exit(1);
}

const isInMemory = spacious("/dev/shm");
const folder = mkdtempSync(join(isInMemory ? "/dev/shm" : tmpdir(), "tidemark-tests-"));
const resultFile = join(folder, "results.json");
const quick = unit || smoke;
const plain = quick || process.env.CI !== undefined || !process.stdout.isTTY;
const reporters = ["--reporter", plain ? "dot" : "default", "--reporter", "json", "--outputFile.json", resultFile];
const chosen = [...(unit && filters.length === 0 ? ["src"] : []), ...(smoke ? SMOKE : []), ...filters];
const without = quick ? ["--exclude", "**/*.slow.test.ts"] : [];
// What chance alone breaks (a browser that a busy machine held up) does not stop a commit; it is named, and to be mended.
const again = isCheck ? ["--retry", "1", "--reporter", join(ROOT, "scripts/second-try-reporter.mjs")] : [];
const child = spawn(process.execPath, [TOOLS.vitest, "run", ...chosen, ...without, ...reporters, ...again], {
  cwd: ROOT,
  stdio: "inherit",
  env: {
    ...process.env,
    TIDEMARK_TEST_SEED: String(seed),
    ...(isInMemory ? { TMPDIR: folder } : {}),
    ...(nightly ? { TIDEMARK_NIGHTLY: "1" } : {}),
    ...(plain ? { NO_COLOR: "1", FORCE_COLOR: "0" } : {}),
  },
});
// Ctrl-C reaches the child by itself; this process waits for it to end.
process.on("SIGINT", () => {});

const code = await new Promise((resolve) => {
  child.on("close", (status) => resolve(status ?? 1));
});

/** Room in memory for all that tests write: no test is about a disk, and each flush of one is waited for. */
function spacious(path) {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize >= 2 ** 31;
  } catch {
    return false;
  }
}

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
  process.stdout.write(`\n${results.testResults.length} files of tests in ${took}, seed ${seed}\n`);
  process.stdout.write(`${counts}${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  process.exitCode = code;
}
