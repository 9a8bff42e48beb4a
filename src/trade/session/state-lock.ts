/**
 * @file One engine a state folder. The lock names its holder by process and start time: a number that the system has given to
 * another process since does not hold it, and a holder that died is followed without a word.
 */
import { constants, copyFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ensureFolder,
  fileError,
  readTextIfPresent,
  systemCode,
  TidemarkError,
  temporaryName,
} from "../../core/index.ts";

const LOCK_FILE = "engine.lock";

type Holder = { readonly pid: number; readonly startedAs: string; readonly sinceMs: number; readonly what: string };

export type StateLock = { release(): void };

/** When the process began, in the system's own words; empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    // The 22nd field, counted behind the name in parentheses, which may hold spaces.
    return (
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ")[19] ?? ""
    );
  } catch {
    return "";
  }
}

function isAlive({ pid, startedAs }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (systemCode(thrown) !== "EPERM") return false;
  }
  return startedAs === "" || startOf(pid) === startedAs;
}

/** Takes the folder, or throws STATE_LOCKED and says who has it. */
export function lockState(folder: string, what: string, nowMs: number): StateLock {
  ensureFolder(folder);
  const path = join(folder, LOCK_FILE);
  const own: Holder = { pid: process.pid, startedAs: startOf(process.pid), sinceMs: nowMs, what };
  const made = temporaryName(path);
  try {
    writeFileSync(made, JSON.stringify(own), { flag: "wx", mode: 0o600 });
    for (let tries = 0; tries < 3; tries++) {
      if (place(made, path)) return { release: () => rmSync(path, { force: true }) };
      const found = readTextIfPresent(path);
      if (found === undefined) continue;
      const holder = holderOf(found);
      if (holder !== undefined && isAlive(holder)) {
        throw new TidemarkError("STATE_LOCKED", {
          what: `Another engine works in this state folder: process ${holder.pid} (${holder.what}), since ${new Date(holder.sinceMs).toISOString()}`,
          where: folder,
          fix: "Stop it (Ctrl-C, or `tidemark halt`), or use another --state folder and another account.",
        });
      }
      takeAway(path, found);
    }
  } catch (thrown) {
    throw thrown instanceof TidemarkError ? thrown : fileError(thrown, path);
  } finally {
    rmSync(made, { force: true });
  }
  throw new TidemarkError("STATE_LOCKED", {
    what: "The state folder's lock is taken again and again",
    where: folder,
    fix: "See which processes use it, and try again.",
  });
}

/** The lock comes into its place whole, or not at all: nobody ever reads one that does not name its holder yet. */
function place(made: string, path: string): boolean {
  try {
    linkSync(made, path);
  } catch (thrown) {
    if (systemCode(thrown) === "EEXIST") return false;
    // A file system without links.
    try {
      copyFileSync(made, path, constants.COPYFILE_EXCL);
    } catch (failed) {
      if (systemCode(failed) === "EEXIST") return false;
      throw failed;
    }
  }
  return true;
}

/** Removes a dead holder's lock, and no other: somebody else may have done the same and have taken the folder since. */
function takeAway(path: string, dead: string): void {
  const aside = temporaryName(path);
  try {
    renameSync(path, aside);
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return;
    throw thrown;
  }
  try {
    if (readTextIfPresent(aside) !== dead) place(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

function holderOf(text: string): Holder | undefined {
  try {
    const read = JSON.parse(text) as Partial<Holder> | null;
    return typeof read?.pid === "number" ? (read as Holder) : undefined;
  } catch {
    return undefined;
  }
}
