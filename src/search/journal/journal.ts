/**
 * @file A journal file: read as far as it is written, appended to under its lock, flushed to the disk before anything
 * counts as done. Several processes, Optuna among them, may write one file. A last line that was cut short by a crash is
 * no operation; the next writer removes it.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { ensureFolder, fileError, TidemarkError, toError } from "../../core/index.ts";
import { type LockOptions, withFileLock } from "./file-lock.ts";
import type { Operation } from "./operations.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";
import { type JournalLine, JournalState } from "./replay.ts";

const NEWLINE = 10;

/** What a transaction writes, and what it tells its caller. */
export type Transaction<T> = { readonly operations: readonly Operation[]; readonly result: T };

export class Journal {
  readonly path: string;
  /** Names this writer in every line. */
  readonly workerId: string;
  readonly state = new JournalState();
  readonly #lock: LockOptions;
  /** Bytes that were applied: always the end of a whole line. */
  #offset = 0;
  #lines = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(path: string, workerId: string, lock: LockOptions) {
    this.path = path;
    this.workerId = workerId;
    this.#lock = lock;
    this.sync();
  }

  /** Reads what was written since, by anyone. Throws STUDY_CORRUPT. */
  sync(): void {
    if (!existsSync(this.path)) return;
    const file = openSync(this.path, "r");
    try {
      this.#read(file);
    } finally {
      closeSync(file);
    }
  }

  /**
   * Builds operations from the newest state while nobody else can write, appends them and applies them. Transactions of
   * one journal run one after the other. Throws STUDY_LOCKED, STUDY_CORRUPT, FILE_UNWRITABLE, DISK_FULL.
   */
  transact<T>(build: (state: JournalState) => Transaction<T>): Promise<T> {
    const run = (): Promise<T> => {
      this.#create();
      return withFileLock(this.path, this.#lock, () => this.#transact(build));
    };
    const done = this.#queue.then(run, run);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** The lock of a file can be taken only where the file is. */
  #create(): void {
    if (existsSync(this.path)) return;
    try {
      ensureFolder(dirname(this.path));
      closeSync(openSync(this.path, "a"));
    } catch (thrown) {
      throw fileError(thrown, this.path);
    }
  }

  #transact<T>(build: (state: JournalState) => Transaction<T>): T {
    let file: number;
    try {
      file = openSync(this.path, "a+");
    } catch (thrown) {
      throw fileError(thrown, this.path);
    }
    try {
      this.#read(file);
      const { operations, result } = build(this.state);
      if (operations.length > 0) this.#append(file, operations);
      return result;
    } finally {
      closeSync(file);
    }
  }

  #append(file: number, operations: readonly Operation[]): void {
    const text = operations.map((operation) => `${pythonJson({ ...operation, worker_id: this.workerId })}\n`).join("");
    try {
      // Whatever stands behind the last whole line was cut short by a crash.
      if (fstatSync(file).size > this.#offset) ftruncateSync(file, this.#offset);
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } catch (thrown) {
      throw fileError(thrown, this.path);
    }
    this.#read(file);
  }

  /** Applies all whole lines behind the offset. */
  #read(file: number): void {
    const size = fstatSync(file).size;
    if (size < this.#offset) throw this.#corrupt(`the file shrank from ${this.#offset} to ${size} bytes`);
    if (size === this.#offset) return;
    const bytes = Buffer.alloc(size - this.#offset);
    const length = readSync(file, bytes, 0, bytes.length, this.#offset);
    const end = bytes.lastIndexOf(NEWLINE, length - 1) + 1;
    for (let start = 0; start < end; ) {
      const next = bytes.indexOf(NEWLINE, start) + 1;
      const parsed = this.#parse(bytes.toString("utf8", start, next - 1));
      // A damaged last line is a torn one; with more lines behind it the file is damaged.
      if (parsed === undefined && next === length) return;
      if (parsed === undefined) throw this.#corrupt("the line is not valid JSON");
      try {
        this.state.apply(parsed);
      } catch (thrown) {
        throw this.#corrupt(toError(thrown).message);
      }
      this.#lines++;
      this.#offset += next - start;
      start = next;
    }
  }

  #parse(text: string): JournalLine | undefined {
    try {
      const parsed = parsePythonJson(text);
      return parsed !== null && typeof parsed === "object" ? (parsed as JournalLine) : undefined;
    } catch (thrown) {
      if (thrown instanceof SyntaxError) return undefined;
      throw thrown;
    }
  }

  #corrupt(reason: string): TidemarkError {
    return new TidemarkError("STUDY_CORRUPT", {
      what: `The study's journal can't be read: ${reason}`,
      where: `${this.path}:${this.#lines + 1}`,
      fix: "Restore the file, or delete the named line and those behind it.",
    });
  }
}
