/** @file The one place that knows the SQLite driver. Synchronous; failures come as errors of the catalog. */

import { dirname } from "node:path";
import Libsql from "libsql";
import { ensureFolder, TidemarkError, toError } from "../../core/index.ts";

export type Row = Readonly<Record<string, unknown>>;

export type Statement = {
  run(...values: readonly unknown[]): void;
  get(...values: readonly unknown[]): Row | undefined;
  all(...values: readonly unknown[]): readonly Row[];
  iterate(...values: readonly unknown[]): IterableIterator<Row>;
};

export type Database = {
  readonly path: string;
  exec(sql: string): void;
  pragma(text: string): void;
  prepare(sql: string): Statement;
  /** Runs `work` in one transaction that is rolled back where it throws. */
  transaction(work: () => void): void;
  close(): void;
};

/** @param readOnly whether it was only to be looked at */
function databaseError(thrown: unknown, path: string, readOnly: boolean): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const error = toError(thrown);
  const code = (error as { code?: unknown }).code;
  if (code === "SQLITE_FULL" || /full/i.test(error.message)) {
    return new TidemarkError("DISK_FULL", {
      what: "The disk is full",
      where: path,
      fix: "Free some space; the engine has sent nothing that is not in its journal.",
      cause: thrown,
    });
  }
  if (code === "SQLITE_CORRUPT" || code === "SQLITE_NOTADB" || /malformed|not a database/i.test(error.message)) {
    return new TidemarkError("JOURNAL_CORRUPT", {
      what: `The journal can't be read: ${error.message}`,
      where: path,
      fix: 'Restore it from a copy, or move the state folder away and start with `unknown_positions = "adopt"`.',
      cause: thrown,
    });
  }
  if (readOnly) {
    return new TidemarkError("JOURNAL_UNREADABLE", {
      what: `The journal can't be read just now: ${error.message}`,
      where: path,
      fix: "Try again in a moment: another process makes it or holds it. If that stays, check the folder's permissions.",
      cause: thrown,
    });
  }
  return new TidemarkError("FILE_UNWRITABLE", {
    what: `The journal can't be written: ${error.message}`,
    where: path,
    fix: "Check the folder's permissions, and that nothing else has the file locked.",
    cause: thrown,
  });
}

/** Looks at a database that is being made, and how long between two. */
const LOOKS = 20;
const LOOK_MS = 50;

/** Failures that pass: the file is there, and what belongs to it is not yet. */
function passes(thrown: unknown): boolean {
  return ["SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_READONLY", "SQLITE_PROTOCOL"].some((code) =>
    String((thrown as { code?: unknown }).code).startsWith(code),
  );
}

/** Opened and looked into: a file that another process makes at this very moment may need a few tries. */
function openToRead(path: string): InstanceType<typeof Libsql> {
  for (let look = 1; ; look++) {
    let db: InstanceType<typeof Libsql> | undefined;
    try {
      db = new Libsql(path, { readonly: true, timeout: 5_000 });
      db.prepare("SELECT COUNT(*) FROM sqlite_master").get();
      return db;
    } catch (thrown) {
      db?.close();
      if (look >= LOOKS || !passes(thrown)) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
    }
  }
}

/** Opens or makes a database. `readOnly` never changes a byte of it. */
export function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}): Database {
  const readOnly = options.readOnly === true;
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw databaseError(thrown, path, readOnly);
    }
  };
  if (!readOnly) ensureFolder(dirname(path));
  const db = guarded(() => (readOnly ? openToRead(path) : new Libsql(path, { timeout: 5_000 })));
  return {
    path,
    exec: (sql) => guarded(() => void db.exec(sql)),
    pragma: (text) => guarded(() => void db.pragma(text)),
    prepare: (sql) => {
      const statement = guarded(() => db.prepare(sql));
      return {
        run: (...values) => guarded(() => void statement.run(...values)),
        get: (...values) => guarded(() => statement.get(...values) as Row | undefined),
        all: (...values) => guarded(() => statement.all(...values) as Row[]),
        iterate: (...values) => guarded(() => statement.iterate(...values) as IterableIterator<Row>),
      };
    },
    transaction: (work) =>
      guarded(() => {
        db.exec("BEGIN IMMEDIATE");
        try {
          work();
          db.exec("COMMIT");
        } catch (thrown) {
          try {
            db.exec("ROLLBACK");
          } catch {
            // A full disk may have rolled it back already; the first failure is the one to tell.
          }
          throw thrown;
        }
      }),
    close: () => guarded(() => void db.close()),
  };
}
