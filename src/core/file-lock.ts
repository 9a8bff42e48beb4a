/**
 * @file One holder at a time: a lock file that is created exclusively and names its process. A lock whose process has died on
 * this machine is taken over at once; one of another machine when nobody has touched it for minutes.
 */
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import type { Clock } from "./clock.ts";
import { systemCode } from "./errors.ts";
import { fileError, readTextIfPresent, temporaryName } from "./files.ts";
import { freshId } from "./random.ts";

/** After this silence a holder on another machine counts as gone. */
const SILENCE_ELSEWHERE_MS = 300_000;
/** The same for a lock that names nobody: its maker died before it could. */
const SILENCE_NAMELESS_MS = 2_000;
const TOUCH_INTERVAL_MS = 5_000;
/** What file systems without hard links say to one. */
const WITHOUT_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL", "EMLINK"]);

/** Whom a lock belongs to; process 0 where the lock does not say it. */
export type LockHolder = { readonly pid: number; readonly host: string };

export const LockState = { held: "held", gone: "gone", taken: "taken" } as const;
export type LockState = (typeof LockState)[keyof typeof LockState];

export class FileLock {
  readonly #path: string;
  readonly #token: string;
  readonly #clock: Clock;
  #touchedMs: number;

  private constructor(path: string, token: string, clock: Clock) {
    this.#path = path;
    this.#token = token;
    this.#clock = clock;
    this.#touchedMs = clock.elapsedMs();
  }

  /**
   * The lock at `path`, in a folder that is there; or who holds it. Throws FILE_UNWRITABLE.
   * @param silenceMs after this silence a holder counts as gone even where its process lives: of a holder that is stopped
   */
  static take(path: string, clock: Clock, silenceMs = Number.POSITIVE_INFINITY): FileLock | LockHolder {
    const token = [process.pid, hostname(), startOf(process.pid), freshId()].join(" ");
    for (;;) {
      if (create(path, token)) return new FileLock(path, token, clock);
      const found = readTextIfPresent(path);
      if (found === undefined) continue;
      const [pid = "", host = ""] = found.split(" ");
      if (!isGone(path, found, silenceMs)) return { pid: Number(pid), host };
      evict(path, found);
    }
  }

  /**
   * Says that the holder is alive, and whether the lock is still its own.
   * @param everyMs nothing is done where the last touch is not so long ago
   */
  touch(everyMs = TOUCH_INTERVAL_MS): LockState {
    const nowMs = this.#clock.elapsedMs();
    if (nowMs - this.#touchedMs < everyMs) return LockState.held;
    this.#touchedMs = nowMs;
    let file: number;
    try {
      file = openSync(this.#path, "r+");
    } catch (thrown) {
      if (systemCode(thrown) !== "ENOENT") throw fileError(thrown, this.#path);
      return LockState.gone;
    }
    try {
      // Written through what was read: another's lock that has come to stand here since is never written to.
      const found = Buffer.alloc(1024);
      if (found.toString("utf8", 0, readSync(file, found, 0, found.length, 0)) !== this.#token) return LockState.taken;
      writeSync(file, this.#token, 0);
    } catch (thrown) {
      throw fileError(thrown, this.#path);
    } finally {
      closeSync(file);
    }
    return LockState.held;
  }

  /** Makes the lock again where its folder was taken away and made anew. */
  renew(): void {
    create(this.#path, this.#token);
  }

  release(): void {
    if (readTextIfPresent(this.#path) === this.#token) rmSync(this.#path, { force: true });
  }
}

/** The name appears with its token in it, or not at all: neither a kill nor a full disk leaves a lock that names nobody. */
function create(path: string, token: string): boolean {
  const aside = temporaryName(path);
  try {
    writeFileSync(aside, token);
    linkSync(aside, path);
    return true;
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === "EEXIST") return false;
    if (!WITHOUT_LINKS.has(code ?? "")) throw fileError(thrown, path);
    return createInPlace(path, token);
  } finally {
    rmSync(aside, { force: true });
  }
}

function createInPlace(path: string, token: string): boolean {
  try {
    writeFileSync(path, token, { flag: "wx" });
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === "EEXIST") return false;
    rmSync(path, { force: true });
    throw fileError(thrown, path);
  }
}

/** When a process began, in the units of the system that tells; empty where none does. Numbers of processes are used again. */
function startOf(pid: number): string {
  try {
    // The name before it may hold spaces and brackets; the start is the twentieth field behind it.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isGone(path: string, token: string, silenceMs: number): boolean {
  const [pid = "", host = "", start = ""] = token.split(" ");
  if (!/^[1-9]\d*$/.test(pid)) return isSilent(path, Math.min(silenceMs, SILENCE_NAMELESS_MS));
  if (host !== hostname()) return isSilent(path, Math.min(silenceMs, SILENCE_ELSEWHERE_MS));
  return !isAlive(Number(pid), start) || (silenceMs < Number.POSITIVE_INFINITY && isSilent(path, silenceMs));
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (systemCode(thrown) !== "EPERM") return false;
  }
  const now = startOf(pid);
  return !/^\d+$/.test(start) || now === "" || now === start;
}

/** Compares two times of the same file system, so that a clock that differs from this machine's does no harm. */
function isSilent(path: string, silenceMs: number): boolean {
  const probe = temporaryName(path);
  try {
    writeFileSync(probe, "");
    return statSync(probe).mtimeMs - statSync(path).mtimeMs > silenceMs;
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return false;
    throw fileError(thrown, path);
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Moves a dead lock aside; a living one that was made in the same instant is put back. */
function evict(path: string, dead: string): void {
  const aside = temporaryName(path);
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== dead) linkSync(aside, path);
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code !== "ENOENT" && code !== "EEXIST") throw fileError(thrown, path);
  } finally {
    rmSync(aside, { force: true });
  }
}
