/**
 * @file One engine a state folder. The lock names its holder by process and start time: a number that the system has given to
 * another process since does not hold it, and a holder that died is followed without a word.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ensureFolder, fileError, readTextIfPresent, systemCode, TidemarkError } from "../../core/index.ts";

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
  for (let tries = 0; tries < 3; tries++) {
    try {
      const file = openSync(path, "wx", 0o600);
      try {
        writeSync(file, JSON.stringify(own));
      } finally {
        closeSync(file);
      }
      return { release: () => rmSync(path, { force: true }) };
    } catch (thrown) {
      if (systemCode(thrown) !== "EEXIST") throw fileError(thrown, path);
    }
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) {
      throw new TidemarkError("STATE_LOCKED", {
        what: `Another engine works in this state folder: process ${holder.pid} (${holder.what}), since ${new Date(holder.sinceMs).toISOString()}`,
        where: folder,
        fix: "Stop it (Ctrl-C, or `tidemark halt`), or use another --state folder and another account.",
      });
    }
    rmSync(path, { force: true });
  }
  throw new TidemarkError("STATE_LOCKED", {
    what: "The state folder's lock is taken again and again",
    where: folder,
    fix: "See which processes use it, and try again.",
  });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readTextIfPresent(path) ?? "null") as Holder | undefined;
  } catch {
    return undefined;
  }
}
