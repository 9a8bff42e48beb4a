/**
 * @file The lock of a journal file, as Optuna takes it: a symbolic link `<file>.lock` to the file, or where links are not
 * allowed a plain file of that name. Either excludes the other. A lock is taken over when its holder has written nothing
 * for the grace period, for a process that was killed can't remove it.
 */
import { closeSync, lstatSync, openSync, renameSync, statSync, symlinkSync, unlinkSync } from "node:fs";
import { resolve } from "node:path";
import { type Clock, fileError, freshId, systemCode, TidemarkError } from "../../core/index.ts";

export type LockOptions = {
  readonly clock: Clock;
  /** Silence of the holder after which its lock is taken over. */
  readonly graceMs: number;
  /** Longest wait for a lock that is in use. */
  readonly patienceMs: number;
};

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/** Creates the lock. False where it exists. */
function tryLock(file: string, lock: string): boolean {
  try {
    symlinkSync(resolve(file), lock);
    return true;
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOSYS" && code !== "ENOTSUP") throw fileError(thrown, lock);
  }
  try {
    closeSync(openSync(lock, "wx"));
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === "EEXIST") return false;
    throw fileError(thrown, lock);
  }
}

/** What identifies a lock: undefined where there is none. */
function lockIdentity(lock: string): string | undefined {
  try {
    const link = lstatSync(lock);
    return `${link.ino}:${link.ctimeMs}`;
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, lock);
  }
}

/** Renamed first, so that of two processes that remove it only one succeeds. */
function removeLock(lock: string): void {
  const gone = `${lock}${freshId()}.rename`;
  try {
    renameSync(lock, gone);
    unlinkSync(gone);
  } catch (thrown) {
    if (systemCode(thrown) !== "ENOENT") throw fileError(thrown, lock);
  }
}

/** Runs `action` while holding the lock of `file`, which exists. Throws STUDY_LOCKED where it can't be had. */
export async function withFileLock<T>(file: string, options: LockOptions, action: () => T): Promise<T> {
  const { clock, graceMs, patienceMs } = options;
  const lock = `${file}.lock`;
  const begunMs = clock.elapsedMs();
  let seen = "";
  let seenMs = begunMs;
  for (let pauseMs = FIRST_PAUSE_MS; !tryLock(file, lock); pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
    const identity = lockIdentity(lock);
    if (identity === undefined) continue;
    const nowMs = clock.elapsedMs();
    const mark = `${identity}:${statSync(file).mtimeMs}`;
    if (mark !== seen) {
      seen = mark;
      seenMs = nowMs;
    } else if (nowMs - seenMs > graceMs) {
      removeLock(lock);
      continue;
    }
    if (nowMs - begunMs > patienceMs) {
      throw new TidemarkError("STUDY_LOCKED", {
        what: "The study is being written by another process, which does not let go of it",
        where: lock,
        fix: "End the other process; where none is running, delete the lock file.",
      });
    }
    await clock.sleep(pauseMs);
  }
  const own = lockIdentity(lock);
  try {
    return action();
  } finally {
    // After a very slow write the lock may be another's by now.
    if (lockIdentity(lock) === own) removeLock(lock);
  }
}
