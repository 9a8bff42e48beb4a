/**
 * @file One holder at a time: a lock file that is created exclusively and names its process. A lock whose process has died on
 * this machine is taken over at once; one of another machine when nobody has touched it for minutes.
 */
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import type { Clock } from "./clock.ts";
import { systemCode } from "./errors.ts";
import { fileError, readTextIfPresent, temporaryName } from "./files.ts";
import { freshId } from "./random.ts";

/** After this silence a holder on another machine counts as gone. */
const SILENCE_MS = 300_000;
const TOUCH_INTERVAL_MS = 5_000;

/** Whom a lock belongs to. */
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

  /** The lock at `path`, in a folder that is there; or who holds it. Throws FILE_UNWRITABLE. */
  static take(path: string, clock: Clock): FileLock | LockHolder {
    const token = [process.pid, hostname(), startOf(process.pid), freshId()].join(" ");
    for (;;) {
      if (create(path, token)) return new FileLock(path, token, clock);
      const found = readTextIfPresent(path);
      if (found === undefined) continue;
      const [pid = "", host = "", start = ""] = found.split(" ");
      if (isAlive(path, Number(pid), host, start, clock)) return { pid: Number(pid), host };
      evict(path, found);
    }
  }

  /** Says that the holder is alive, at most every few seconds, and whether the lock is still its own. */
  touch(): LockState {
    const nowMs = this.#clock.elapsedMs();
    if (nowMs - this.#touchedMs < TOUCH_INTERVAL_MS) return LockState.held;
    this.#touchedMs = nowMs;
    const found = readTextIfPresent(this.#path);
    if (found === undefined) return LockState.gone;
    if (found !== this.#token) return LockState.taken;
    const seconds = this.#clock.nowMs() / 1000;
    try {
      utimesSync(this.#path, seconds, seconds);
    } catch (thrown) {
      if (systemCode(thrown) !== "ENOENT") throw fileError(thrown, this.#path);
      return LockState.gone;
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

function create(path: string, token: string): boolean {
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

/** When a process began, in the units of the system that tells; empty where none does. Numbers of processes are used again. */
function startOf(pid: number): string {
  try {
    // The name before it may hold spaces and brackets; the start is the twentieth field behind it.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isAlive(path: string, pid: number, host: string, start: string, clock: Clock): boolean {
  if (host !== hostname()) return clock.nowMs() - touchedMs(path) < SILENCE_MS;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (systemCode(thrown) !== "EPERM") return false;
  }
  const now = startOf(pid);
  return start === "" || now === "" || now === start;
}

function touchedMs(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return Number.NEGATIVE_INFINITY;
    throw fileError(thrown, path);
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
