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

function databaseError(thrown: unknown, path: string): TidemarkError {
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
  return new TidemarkError("FILE_UNWRITABLE", {
    what: `The journal can't be written: ${error.message}`,
    where: path,
    fix: "Check the folder's permissions, and that nothing else has the file locked.",
    cause: thrown,
  });
}

/** Opens or makes a database. `readOnly` never changes a byte of it. */
export function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}): Database {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw databaseError(thrown, path);
    }
  };
  if (options.readOnly !== true) ensureFolder(dirname(path));
  const db = guarded(() => new Libsql(path, { readonly: options.readOnly === true, timeout: 5_000 }));
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
