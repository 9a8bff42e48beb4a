/**
 * @file Builds the dashboard's page, web/ to web/dist, with vite. Run as a script it builds (with `--if-stale` where needed
 * only) and tells its time; the launcher asks for a build only where a verb shows the page and web/dist is missing or older than its sources.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { formatSeconds, listFiles, ROOT } from "./lib.mjs";

const DIST = join(ROOT, "web/dist");
const STAMP = join(DIST, ".built");
const isSource = (path) => !/\.test\.tsx?$/.test(path);

/** What a build follows, in one line: the newest change and the number of files, so that a removal counts too. */
function sourceState() {
  const inputs = [
    ...listFiles("web/src", isSource),
    ...listFiles("web/public", () => true),
    "web/index.html",
    "web/vite.config.ts",
    "web/package.json",
  ];
  return `${Math.max(...inputs.map((path) => statSync(join(ROOT, path)).mtimeMs))} ${inputs.length}`;
}

function isPageStale() {
  return !existsSync(STAMP) || readFileSync(STAMP, "utf8") !== sourceState();
}

/** Builds beside and swaps, so that a server never reads a page that is half written; returns the complaints. */
async function buildPage() {
  let vite;
  try {
    vite = await import("vite");
  } catch {
    return "The page's builder is not installed. Run `npm ci` (with development dependencies) first.\n";
  }
  const state = sourceState();
  // What the caller's environment says of itself must not decide what is shipped: React has a slow half for development.
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  const fresh = `${DIST}.${process.pid}.tmp`;
  const old = `${DIST}.${process.pid}.old.tmp`;
  try {
    await vite.build({
      configFile: join(ROOT, "web/vite.config.ts"),
      mode: "production",
      logLevel: "error",
      build: { outDir: fresh, emptyOutDir: true },
    });
    writeFileSync(join(fresh, ".built"), state);
    mkdirSync(join(ROOT, "web"), { recursive: true });
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(fresh, DIST);
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n`;
  } finally {
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
  return "";
}

/** Builds where needed and tells its time on standard error; returns the complaints, or an empty text. */
export async function ensurePageBuilt() {
  if (!isPageStale()) return "";
  const begun = Date.now();
  process.stderr.write("building the dashboard's page, once ... ");
  const complaints = await buildPage();
  process.stderr.write(complaints === "" ? `${formatSeconds(Date.now() - begun)}\n` : "failed\n");
  return complaints;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const begun = Date.now();
  const isWanted = isPageStale() || !process.argv.includes("--if-stale");
  const complaints = isWanted ? await buildPage() : "";
  if (complaints === "") {
    process.stdout.write(
      isWanted ? `the page was built in ${formatSeconds(Date.now() - begun)}\n` : "the page is built\n",
    );
  } else {
    process.stderr.write(complaints);
    process.exitCode = 1;
  }
}
