/**
 * @file Builds dist/ from src/ and says nothing when all is well: the programs and doors, put together for a quick start,
 * and the types of the doors where they are asked for. Run as a script it always builds both; the launcher asks for the
 * programs alone, and only where dist/ is missing or older than src/.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { listFiles, ROOT, runTool, TOOLS } from "./lib.mjs";

const DIST = join(ROOT, "dist");
const STAMP = join(DIST, ".built");
const TYPES_STAMP = join(DIST, ".declared");
const LOCK = join(DIST, ".lock");
const LOCK_PATIENCE_MS = 120_000;

const isSource = (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.includes("/testing/");

/** What a build follows, in one line: the newest change and the number of files, so that a removal counts too. */
function sourceState() {
  const inputs = [...listFiles("src", isSource), "tsconfig.json", "tsconfig.build.json", "package.json"];
  return `${Math.max(...inputs.map((path) => statSync(join(ROOT, path)).mtimeMs))} ${inputs.length}`;
}

const isOld = (stamp) => !existsSync(stamp) || readFileSync(stamp, "utf8") !== sourceState();

export function isStale() {
  return isOld(STAMP);
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

/** Puts the programs together; returns the complaints, or an empty text. */
function assemble() {
  if (!existsSync(join(ROOT, "node_modules/rolldown"))) {
    return "The bundler is not installed. Run `npm ci` (with development dependencies) first.\n";
  }
  // Sources that change meanwhile make the next look find the build stale.
  const state = sourceState();
  rmSync(STAMP, { force: true });
  const done = runTool(join(ROOT, "scripts/bundle.mjs"), []);
  if (done.code !== 0) return done.output;
  if (!existsSync(join(DIST, "cli/main.js"))) return "The bundler wrote no dist/cli/main.js.\n";
  writeFileSync(STAMP, state);
  return "";
}

/** The declarations of every module: a door's types name those of its rooms. */
function declare() {
  for (const path of listFiles("dist", (name) => name.endsWith(".d.ts"))) {
    const source = path.replace(/^dist\//, "src/").replace(/\.d\.ts$/, ".ts");
    if (!existsSync(join(ROOT, source))) rmSync(join(ROOT, path));
  }
  const state = sourceState();
  rmSync(TYPES_STAMP, { force: true });
  const done = runTool(TOOLS.tsc, ["-p", "tsconfig.build.json"]);
  if (done.code === 0) writeFileSync(TYPES_STAMP, state);
  return done.code === 0 ? "" : done.output;
}

/** Builds the programs where needed; returns the complaints, or an empty text. */
export function ensureBuilt() {
  return isStale() ? withLock(() => (isStale() ? assemble() : "")) : "";
}

/** The types alone, where a door's are needed and the programs stand, and only where they are old. */
export function declareTypes() {
  return withLock(() => (isOld(TYPES_STAMP) ? declare() : ""));
}

/** Builds all that is shipped; returns the complaints, or an empty text. */
export function buildAll({ clean = false } = {}) {
  return withLock(() => {
    if (clean) rmSync(join(DIST, "chunks"), { recursive: true, force: true });
    return assemble() || declare();
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // Before packing nothing may be left of earlier builds; otherwise a program that runs may still load some of it.
  const complaints = buildAll({ clean: process.argv.includes("--clean") });
  if (complaints !== "") {
    process.stderr.write(complaints);
    process.exitCode = 1;
  }
}
