/**
 * @file One writer at a time. The lock is a file that is created exclusively and names its holder. A lock whose holder has
 * died, or that nobody has touched for a minute, is taken over.
 */
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { type Clock, ensureFolder, fileError, freshId, systemCode, TidemarkError } from "../../core/index.ts";

/** A holder touches its lock before every file; after this silence it counts as gone. */
const SILENCE_MS = 60_000;
/** The same for a lock without a name in it: its maker died before it could write one. */
const NAMELESS_MS = 2_000;
const POLL_MS = 40;
/** Silence is looked at once in so many polls. */
const SILENCE_POLLS = 25;

export type LockOptions = {
  readonly clock: Clock;
  /** How long to wait for another writer before STORE_LOCKED. */
  readonly patienceMs: number;
};

export class StoreLock {
  readonly #path: string;
  readonly #token: string;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
  }

  /** Waits for the lock at `path`. Rejects with STORE_LOCKED when patience runs out. */
  static async acquire(path: string, options: LockOptions): Promise<StoreLock> {
    ensureFolder(dirname(path));
    const token = `${process.pid} ${hostname()} ${freshId()}`;
    for (let polls = 0; ; polls++) {
      if (createExclusively(path, token)) return new StoreLock(path, token);
      const holder = readHolder(path);
      if (holder === undefined) continue;
      if (isDead(holder) || (polls % SILENCE_POLLS === 0 && isSilent(path, holder))) {
        evict(path, holder);
        continue;
      }
      if (polls * POLL_MS >= options.patienceMs) throw lockedError(path, holder, options.patienceMs);
      await options.clock.sleep(POLL_MS);
    }
  }

  /** Tells waiting writers that the holder is alive, and checks that the lock is still its own. */
  touch(): void {
    if (readHolder(this.#path) !== this.#token) {
      throw new TidemarkError("STORE_LOCKED", {
        what: "Another process took over the store's lock while this one was writing",
        where: this.#path,
        fix: "Run the command again.",
      });
    }
    writeFileSync(this.#path, this.#token);
  }

  release(): void {
    if (readHolder(this.#path) === this.#token) rmSync(this.#path, { force: true });
  }
}

function lockedError(path: string, holder: string, patienceMs: number): TidemarkError {
  return new TidemarkError("STORE_LOCKED", {
    what: `Another process is writing to the store, and was still at it after ${Math.round(patienceMs / 1000)} s`,
    where: `${path}, held by process ${holder.split(" ", 1)[0]}`,
    fix: "Wait until it has finished, or delete the lock file if no such process runs.",
  });
}

function createExclusively(path: string, token: string): boolean {
  try {
    const file = openSync(path, "wx");
    try {
      writeSync(file, token);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === "EEXIST") return false;
    throw fileError(thrown, path);
  }
}

function readHolder(path: string): string | undefined {
  return ifPresent(path, () => readFileSync(path, "utf8"));
}

/** Undefined where the file has gone in the meantime. */
function ifPresent<T>(path: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return undefined;
    throw fileError(thrown, path);
  }
}

/** Whether the holder was a process of this machine that has ended. */
function isDead(holder: string): boolean {
  const [pid, host] = holder.split(" ");
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    return systemCode(thrown) !== "EPERM";
  }
}

/** Compares two times of the same file system, so that a clock that differs from this machine's does no harm. */
function isSilent(path: string, holder: string): boolean {
  const probe = `${path}.${freshId()}.tmp`;
  try {
    writeFileSync(probe, "");
    const touchedMs = ifPresent(path, () => statSync(path).mtimeMs);
    return touchedMs !== undefined && statSync(probe).mtimeMs - touchedMs > (holder === "" ? NAMELESS_MS : SILENCE_MS);
  } catch (thrown) {
    throw fileError(thrown, path);
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Moves a stale lock aside. When somebody else was faster and the lock moved is a living one, it is put back. */
function evict(path: string, holder: string): void {
  const aside = `${path}.${freshId()}.tmp`;
  if (ifPresent(path, () => renameSync(path, aside) ?? true) === undefined) return;
  try {
    if (readHolder(aside) !== holder) linkSync(aside, path);
  } catch (thrown) {
    if (systemCode(thrown) !== "EEXIST") throw fileError(thrown, path);
  } finally {
    rmSync(aside, { force: true });
  }
}
