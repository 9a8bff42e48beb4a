import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canonicalJson, exactText, TidemarkError } from "../../core/index.ts";
import { applyEntry } from "../engine/apply.ts";
import type { Entry } from "../engine/entries.ts";
import { emptyState } from "../engine/state.ts";
import { SqliteJournal } from "./sqlite-journal.ts";
import { verifyJournal } from "./verify.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tidemark-journal-"));
  path = join(folder, "journal.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (n: number): Entry => ({
  kind: "quote",
  quote: { symbol: `S${n}`, bid: exactText("1"), ask: exactText("2"), last: exactText("1.5"), timeMs: n },
});

function filled(count: number): void {
  const journal = new SqliteJournal(path);
  for (let n = 1; n <= count; n++) journal.append([entry(n)], n, n % 3 === 0);
  journal.close();
}

/** Changes the file behind the journal's back. */
function tamper(sql: string): void {
  const db = new Libsql(path);
  db.exec("DROP TRIGGER records_stay; DROP TRIGGER records_remain");
  db.exec(sql);
  db.close();
}

function problems(): readonly string[] {
  const journal = new SqliteJournal(path, { readOnly: true });
  const found = verifyJournal(journal).problems.map(({ seq, what }) => `${seq} ${what}`);
  journal.close();
  return found;
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof TidemarkError ? thrown.code : String(thrown);
  }
  return "nothing was thrown";
}

describe("the journal", () => {
  test("gives back what was written, in its order, after it was opened again", () => {
    filled(10);
    const journal = new SqliteJournal(path);
    expect([...journal.read(7)].map(({ seq, atMs, entry: read }) => [seq, atMs, read])).toEqual([
      [8, 8, entry(8)],
      [9, 9, entry(9)],
      [10, 10, entry(10)],
    ]);
    journal.append([entry(11), entry(12)], 11, true);
    expect(journal.lastSeq).toBe(12);
    journal.close();
    expect(problems()).toEqual([]);
  });

  test("names a record that was altered", () => {
    filled(10);
    tamper("UPDATE records SET body = replace(body, '1.5', '1.6') WHERE seq = 4");
    expect(problems()).toEqual([expect.stringMatching(/^4 the quote .* was altered$/)]);
    const journal = new SqliteJournal(path);
    expect(codeOf(() => [...journal.read(0)])).toBe("JOURNAL_CORRUPT");
    journal.close();
  });

  test.each([
    [1, 0],
    [4, 3],
    [10, 9],
  ])("is not read where record %d was altered, from record %d on", (altered, from) => {
    filled(10);
    tamper(`UPDATE records SET body = replace(body, '1.5', '1.6') WHERE seq = ${altered}`);
    const journal = new SqliteJournal(path);
    expect(codeOf(() => [...journal.read(from)])).toBe("JOURNAL_CORRUPT");
    expect([...journal.read(altered)]).toHaveLength(10 - altered);
    journal.close();
  });

  test.each([
    ["a time", "UPDATE records SET at_ms = at_ms + 1 WHERE seq = 6"],
    ["a kind", "UPDATE records SET kind = 'mark' WHERE seq = 6"],
    ["a chain", "UPDATE records SET chain = 'abc' WHERE seq = 6"],
  ])("names a record of which %s was altered", (_what, sql) => {
    filled(10);
    tamper(sql);
    expect(problems()[0]).toMatch(/^6 /);
  });

  test("names records that are missing", () => {
    filled(10);
    tamper("DELETE FROM records WHERE seq IN (5, 6)");
    expect(problems()[0]).toBe("5 records 5 to 6 are missing");
  });

  test("refuses to change or remove a record", () => {
    filled(3);
    const db = new Libsql(path);
    expect(() => db.exec("UPDATE records SET body = '{}' WHERE seq = 2")).toThrow(/never changed/);
    expect(() => db.exec("DELETE FROM records WHERE seq = 2")).toThrow(/archived/);
    db.close();
  });

  test("a full disk is told, and nothing of the entries is in the file", () => {
    const journal = new SqliteJournal(path);
    journal.append([entry(1)], 1, true);
    journal.limitPages(14);
    const many = Array.from({ length: 500 }, (_, n) => entry(n));
    expect(codeOf(() => journal.append(many, 2, true))).toBe("DISK_FULL");
    expect([...journal.read(0)]).toHaveLength(1);
    expect(journal.lastSeq).toBe(1);
    journal.close();
  });

  test("a snapshot that does not hold is passed over, one that differs from the fold is named", () => {
    filled(10);
    const state = emptyState();
    const journal = new SqliteJournal(path);
    for (const { entry: read, atMs, seq } of journal.read(0)) {
      applyEntry(state, read, atMs);
      if (seq === 5) journal.writeSnapshot(canonicalJson(state), 5, atMs);
    }
    journal.writeSnapshot(canonicalJson({ ...state, session: "other" }), 10, 10);
    expect(journal.snapshot()?.seq).toBe(10);
    journal.close();
    expect(problems()).toEqual(["10 the snapshot is not what the records give"]);
    tamper("UPDATE snapshots SET state = 'x' WHERE seq = 10");
    const again = new SqliteJournal(path);
    expect(again.snapshot()?.seq, "the older one").toBe(5);
    again.close();
  });
});

describe("a snapshot of a record that is not there", () => {
  test("is never begun at, is named, and no session goes on from it", () => {
    filled(10);
    const journal = new SqliteJournal(path);
    journal.writeSnapshot(canonicalJson({ ...emptyState(), seq: 12 }), 12, 12);
    expect(journal.snapshot()).toBeUndefined();
    journal.close();
    const lost = "a snapshot is of record 12, and the journal ends at 10: records are lost";
    expect(problems()).toEqual([`10 ${lost}`]);
    expect(() => new SqliteJournal(path)).toThrow(/A snapshot is of record 12, .* records are lost/);
    expect(codeOf(() => new SqliteJournal(path))).toBe("JOURNAL_CORRUPT");
    new SqliteJournal(path, { readOnly: true }).close();
  });
});

describe("a journal that another process is making", () => {
  test("is empty while its tables are not there, and is read once they are", () => {
    new Libsql(path).close();
    const db = new Libsql(path);
    db.pragma("journal_mode = WAL");
    db.exec("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT");
    const bare = new SqliteJournal(path, { readOnly: true });
    expect([[...bare.read(0)], bare.lastSeq, bare.snapshot(), bare.span().records]).toEqual([[], 0, undefined, 0]);
    expect(verifyJournal(bare).problems).toEqual([]);
    bare.close();
    db.close();
    filled(3);
    const made = new SqliteJournal(path, { readOnly: true });
    expect([...made.read(0)]).toHaveLength(3);
    made.close();
  });

  test("that can't be read is told as that, and not as one that can't be written", () => {
    expect(() => new SqliteJournal(join(folder, "none", "journal.sqlite"), { readOnly: true })).toThrow(
      expect.objectContaining({ code: "JOURNAL_UNREADABLE" }) as Error,
    );
    writeFileSync(path, "no database, and longer than the hundred bytes of a header ".repeat(20));
    expect(() => new SqliteJournal(path, { readOnly: true })).toThrow(
      expect.objectContaining({ code: "JOURNAL_CORRUPT" }) as Error,
    );
  });
});
