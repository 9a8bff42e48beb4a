/** @file One writer of a store at a time: who comes later waits, but not for ever, and not for one that is silent. */
import { dirname } from "node:path";
import { type Clock, ensureFolder, FileLock, type LockHolder, LockState, TidemarkError } from "../../core/index.ts";

/** A holder touches its lock before every file; after this silence it counts as gone, though its process may live. */
const SILENCE_MS = 60_000;
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
  readonly #lock: FileLock;

  private constructor(path: string, lock: FileLock) {
    this.#path = path;
    this.#lock = lock;
  }

  /** Waits for the lock at `path`. Rejects with STORE_LOCKED when patience runs out. */
  static async acquire(path: string, options: LockOptions): Promise<StoreLock> {
    ensureFolder(dirname(path));
    for (let polls = 0; ; polls++) {
      const lock = FileLock.take(path, options.clock, polls % SILENCE_POLLS === 0 ? SILENCE_MS : undefined);
      if (lock instanceof FileLock) return new StoreLock(path, lock);
      if (polls * POLL_MS >= options.patienceMs) throw lockedError(path, lock, options.patienceMs);
      await options.clock.sleep(POLL_MS);
    }
  }

  /** Tells waiting writers that the holder is alive. Throws STORE_LOCKED where the lock is its own no more. */
  touch(): void {
    if (this.#lock.touch(0) === LockState.held) return;
    throw new TidemarkError("STORE_LOCKED", {
      what: "Another process took over the store's lock while this one was writing",
      where: this.#path,
      fix: "Run the command again.",
    });
  }

  release(): void {
    this.#lock.release();
  }
}

function lockedError(path: string, { pid, host }: LockHolder, patienceMs: number): TidemarkError {
  return new TidemarkError("STORE_LOCKED", {
    what: `Another process is writing to the store, and was still at it after ${Math.round(patienceMs / 1000)} s`,
    where: pid === 0 ? path : `${path}, held by process ${pid} on ${host}`,
    fix: "Wait until it has finished, or delete the lock file if no such process runs.",
  });
}
