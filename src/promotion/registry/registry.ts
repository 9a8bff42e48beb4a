/**
 * @file The registry of a model: `registry.jsonl` in its folder, one event a line, appended and flushed under a lock, each
 * chained to the one before. What stands where is a fold over it; the pointer file beside it is a copy for quick
 * readers and is made anew from the log whenever it is in doubt.
 */
import { closeSync, fsyncSync, openSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  type Clock,
  ensureFolder,
  FileLock,
  fileError,
  readTextIfPresent,
  systemClock,
  TidemarkError,
  writeFileAtomic,
} from "../../core/index.ts";
import { type EventBody, GENESIS, hashOf, type RegistryEvent, type Subject } from "./event.ts";
import { type Pointers, RegistryState } from "./state.ts";

const LOG = "registry.jsonl";
const POINTERS = "stages.json";
const LOCK = "registry.lock";
/** Another process appends in milliseconds. */
const LOCK_WAIT_MS = 10_000;
const LOCK_POLL_MS = 25;

type Loaded = { readonly state: RegistryState; readonly events: readonly RegistryEvent[]; readonly bytes: number };

export class Registry {
  readonly folder: string;
  readonly #clock: Clock;

  /**
   * @param folder of the model, `models/<name>`
   * @param clock the market's, as in the journals of sessions; locks are in this machine's time
   */
  constructor(folder: string, clock: Clock) {
    this.folder = folder;
    this.#clock = clock;
  }

  /** The market's time. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Throws REGISTRY_CORRUPT with the line that was altered, torn in the middle or left out. */
  read(): { readonly state: RegistryState; readonly events: readonly RegistryEvent[] } {
    return load(this.folder);
  }

  /** Throws REGISTRY_REFUSED, REGISTRY_CORRUPT, REGISTRY_LOCKED, FILE_UNWRITABLE or DISK_FULL; then nothing has changed. */
  async append(subject: Subject, actor: string, body: EventBody): Promise<RegistryEvent> {
    ensureFolder(this.folder);
    const lock = await this.#lock();
    try {
      const { state, events, bytes } = load(this.folder);
      const unsealed = {
        ...subject,
        ...body,
        seq: events.length,
        // A clock that was put back must not put a step before the one that it follows: what counts from a stage's beginning
        // would see nothing until then.
        timeMs: Math.max(this.#clock.nowMs(), events.at(-1)?.timeMs ?? 0),
        actor,
        previous: events.at(-1)?.hash ?? GENESIS,
      };
      // What is stored is what was hashed: values that JSON leaves out must not count.
      const stored = JSON.parse(JSON.stringify(unsealed)) as Omit<RegistryEvent, "hash">;
      const event = { ...stored, hash: hashOf(stored) } as RegistryEvent;
      state.apply(event);
      appendLine(join(this.folder, LOG), `${JSON.stringify(event)}\n`, bytes);
      writePointers(this.folder, state, event);
      return event;
    } finally {
      lock.release();
    }
  }

  /** Makes the pointer file anew from the log. */
  rebuild(): void {
    const { state, events } = load(this.folder);
    const last = events.at(-1);
    if (last !== undefined) writePointers(this.folder, state, last);
  }

  async #lock(): Promise<FileLock> {
    const path = join(this.folder, LOCK);
    for (let waited = 0; ; waited += LOCK_POLL_MS) {
      const lock = FileLock.take(path, systemClock);
      if (lock instanceof FileLock) return lock;
      if (waited >= LOCK_WAIT_MS) {
        throw new TidemarkError("REGISTRY_LOCKED", {
          what: `Process ${lock.pid} on ${lock.host} holds the registry`,
          where: path,
          fix: "Wait until it has ended, and try again.",
        });
      }
      await systemClock.sleep(LOCK_POLL_MS);
    }
  }
}

function load(folder: string): Loaded {
  const path = join(folder, LOG);
  const text = readTextIfPresent(path) ?? "";
  // A last line without its end was being written when the power went: it never happened.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const state = new RegistryState();
  const events: RegistryEvent[] = [];
  let previous = GENESIS;
  for (const [i, line] of whole.split("\n").slice(0, -1).entries()) {
    const event = parsed(line, path, i);
    const { hash, ...rest } = event;
    if (event.seq !== i || event.previous !== previous || hashOf(rest) !== hash) {
      throw corrupt(path, i, "it does not continue the chain");
    }
    try {
      state.apply(event);
    } catch (thrown) {
      throw thrown instanceof TidemarkError ? corrupt(path, i, thrown.message) : thrown;
    }
    events.push(event);
    previous = hash;
  }
  const head = readHead(folder);
  // The chain can't tell that its end was cut off; what was known of the end elsewhere can.
  if (head !== undefined && events[head.seq]?.hash !== head.hash) {
    throw corrupt(path, events.length, `it ends before event ${head.seq}, which has been seen`);
  }
  return { state, events, bytes: Buffer.byteLength(whole) };
}

type Head = { readonly seq: number; readonly hash: string };

/** The last event that the pointer file knows of; undefined where the file is missing or is none. */
function readHead(folder: string): Head | undefined {
  try {
    const { head } = JSON.parse(readTextIfPresent(join(folder, POINTERS)) ?? "{}") as { head?: Partial<Head> };
    return typeof head?.seq === "number" && typeof head.hash === "string" ? (head as Head) : undefined;
  } catch {
    return undefined;
  }
}

function parsed(line: string, path: string, i: number): RegistryEvent {
  try {
    return JSON.parse(line) as RegistryEvent;
  } catch {
    throw corrupt(path, i, "it is no JSON");
  }
}

function appendLine(path: string, line: string, whole: number): void {
  try {
    const file = openSync(path, "a");
    try {
      // Takes away a half-written last line, if there is one.
      truncateSync(path, whole);
      const bytes = Buffer.from(line);
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw fileError(thrown, path);
  }
}

function writePointers(folder: string, state: RegistryState, { seq, hash }: RegistryEvent): void {
  const classes = [...new Set(state.standings().map(({ assetClass }) => assetClass))].sort();
  const pointers: Record<string, Pointers> = {};
  for (const assetClass of classes) pointers[assetClass] = state.pointers(assetClass);
  writeFileAtomic(
    join(folder, POINTERS),
    `${JSON.stringify({ head: { seq, hash }, assetClasses: pointers }, null, 2)}\n`,
  );
}

function corrupt(path: string, index: number, reason: string): TidemarkError {
  return new TidemarkError("REGISTRY_CORRUPT", {
    what: `The registry is damaged: line ${index + 1} is not what was written: ${reason}`,
    where: `${path}:${index + 1}`,
    fix: "Restore the file from a backup. Nothing is promoted, and nothing trades by it, until then.",
  });
}
