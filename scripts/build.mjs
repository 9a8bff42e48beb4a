/**
 * @file Compiles src/ to dist/ with the native TypeScript compiler, incrementally, and says nothing when all is well.
 * Run as a script it always builds; the launcher asks for a build only where dist/ is missing or older than src/.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { listFiles, ROOT, runTool, TOOLS } from "./lib.mjs";

const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".built");
const LOCK = join(DIST, ".lock");
const LOCK_PATIENCE_MS = 120_000;

const isSource = (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.includes("/testing/");

/** What a build follows, in one line: the newest change and the number of files, so that a removal counts too. */
function sourceState() {
  const inputs = [...listFiles("src", isSource), "tsconfig.json", "tsconfig.build.json", "package.json"];
  return `${Math.max(...inputs.map((path) => statSync(join(ROOT, path)).mtimeMs))} ${inputs.length}`;
}

export function isStale() {
  return !existsSync(STAMP) || readFileSync(STAMP, "utf8") !== sourceState();
}

/** Compiled files whose source is gone would still be found by an import. */
function removeOrphans() {
  if (!existsSync(DIST)) return;
  for (const path of listFiles("dist", (name) => name.endsWith(".js"))) {
    const source = path.replace(/^dist\//, "src/").replace(/\.js$/, ".ts");
    if (existsSync(join(ROOT, source))) continue;
    for (const end of [".js", ".js.map", ".d.ts"]) rmSync(join(ROOT, path.replace(/\.js$/, end)), { force: true });
  }
}

function holderIsAlive() {
  try {
    process.kill(Number(readFileSync(LOCK, "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Two processes must not write dist/ at once; a lock whose holder is dead is taken over. */
function withLock(action) {
  mkdirSync(DIST, { recursive: true });
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      const file = openSync(LOCK, "wx");
      writeFileSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const lockAgeMs = existsSync(LOCK) ? Date.now() - statSync(LOCK).mtimeMs : 0;
      if (lockAgeMs > 1_000 && !holderIsAlive()) rmSync(LOCK, { force: true });
      else if (Date.now() > deadline)
        throw new Error(`another build has held ${LOCK} for two minutes; remove it`, { cause: error });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    return action();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** Compiles; returns the compiler's complaints, or an empty text. */
function compile() {
  if (!existsSync(TOOLS.tsc)) {
    return "The compiler is not installed. Run `npm ci` (with development dependencies) first.\n";
  }
  // Sources that change while the compiler runs make the next look find it stale.
  const state = sourceState();
  removeOrphans();
  // Without its outputs the incremental state would claim that everything is built.
  if (!existsSync(join(DIST, "cli/main.js"))) rmSync(join(DIST, ".tsbuildinfo"), { force: true });
  const done = runTool(TOOLS.tsc, ["-p", "tsconfig.build.json"]);
  if (done.code !== 0) return done.output;
  if (!existsSync(join(DIST, "cli/main.js"))) return "The compiler wrote no dist/cli/main.js.\n";
  writeFileSync(STAMP, state);
  return "";
}

/** Builds where needed; returns the complaints, or an empty text. */
export function ensureBuilt() {
  return isStale() ? withLock(() => (isStale() ? compile() : "")) : "";
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const complaints = withLock(compile);
  if (complaints !== "") {
    process.stderr.write(complaints);
    process.exitCode = 1;
  }
}
