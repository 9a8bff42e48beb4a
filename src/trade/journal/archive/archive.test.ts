import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../core/index.ts";
import type { Entry } from "../../engine/entries.ts";
import { ACK, type Desk, holding } from "../../engine/testing/desk.ts";
import { foldJournal } from "../fold.ts";
import { JOURNAL_FILE, SqliteJournal } from "../sqlite-journal.ts";
import { verifyJournal } from "../verify.ts";
import { type ArchiveStep, archiveBatch } from "./archive-batch.ts";
import { untoldArchive } from "./archived-entry.ts";

const ROOT = mkdtempSync(join(tmpdir(), "tidemark-archive-"));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));
let folders = 0;
const folder = (): string => join(ROOT, String(++folders));

function traded(): Desk {
  const desk = holding();
  desk.want("0.5");
  desk.answer(ACK);
  desk.fill("0.5", "sell", { executionId: "less" });
  desk.pass(3_000);
  desk.fill("0.5", "sell", { clientOrderId: "", role: "stop", executionId: "out" });
  desk.pass(3_000);
  return desk;
}

const { entries: ENTRIES } = traded();
/** One millisecond apart, from 1. */
const LAST = ENTRIES.length;

const opened = (at: string, readOnly = false): SqliteJournal =>
  new SqliteJournal(join(at, JOURNAL_FILE), { durable: false, readOnly });

/** A journal of all that was traded, with snapshots of these records. */
function journalAt(at: string, snapshots: readonly number[] = [LAST]): SqliteJournal {
  const journal = opened(at);
  for (const [i, entry] of ENTRIES.entries()) {
    journal.append([entry], i + 1, true);
    if (snapshots.includes(i + 1)) journal.writeSnapshot(JSON.stringify(foldJournal(journal)), i + 1, i + 1);
  }
  return journal;
}

const all = (journal: SqliteJournal): string => JSON.stringify([...journal.read(0)]);
const problems = (journal: SqliteJournal): string[] =>
  verifyJournal(journal).problems.map(({ seq, what }) => `${seq} ${what}`);

async function archiveAll(journal: SqliteJournal, most: number, beforeMs = Number.MAX_SAFE_INTEGER): Promise<number> {
  let files = 0;
  while ((await archiveBatch(journal, { beforeMs, most, group: 3 })) !== undefined) files++;
  return files;
}

/** All but the last two thirds are in files. */
async function partly(at: string): Promise<SqliteJournal> {
  const journal = journalAt(at);
  await archiveAll(journal, 7, Math.floor(LAST / 3));
  return journal;
}

describe("older records in files", () => {
  it.each([4, 10_000])("read, fold and check as before, in files of %i records", async (most) => {
    const whole = journalAt(folder());
    const at = folder();
    const journal = journalAt(at);
    const [before, state] = [all(whole), canonicalJson(foldJournal(whole))];
    const files = await archiveAll(journal, most);
    expect(files).toBe(Math.ceil((LAST - 1) / most));
    expect(
      journal.page(0, 10).map(({ seq }) => seq),
      "what was moved is not in the journal any more",
    ).toEqual([LAST]);
    expect(all(journal)).toBe(before);
    expect(canonicalJson(foldJournal(journal))).toBe(state);
    expect(verifyJournal(journal)).toMatchObject({ records: LAST, archives: files, lastSeq: LAST, problems: [] });
    expect(journal.span()).toEqual({ records: LAST, firstMs: 1, lastMs: LAST });
    for (const seq of [0, 1, 3, LAST - 2, LAST - 1, LAST])
      expect(JSON.stringify([...journal.read(seq)]), `behind ${seq}`).toBe(JSON.stringify([...whole.read(seq)]));
    const some = [LAST, 1, 5, LAST + 3, 4];
    expect(journal.at(some)).toEqual(whole.at(some));
    whole.close();
    journal.close();
    // Another process, and further records.
    const again = opened(at);
    again.append([ENTRIES[0]], LAST + 1, true);
    expect([...again.read(LAST - 1)].map(({ seq }) => seq)).toEqual([LAST, LAST + 1]);
    expect(problems(again)).toEqual([]);
    again.shrink();
    expect(all(again).startsWith(before.slice(0, -1))).toBe(true);
    again.close();
  });

  it("are those before the time, before the newest snapshot, and no more than a batch", async () => {
    const journal = journalAt(folder(), [5, 9]);
    expect(await archiveBatch(journal, { beforeMs: 1 })).toBeUndefined();
    expect(await archiveBatch(journal, { beforeMs: 4 })).toMatchObject({
      firstSeq: 1,
      lastSeq: 3,
      firstMs: 1,
      lastMs: 3,
    });
    expect(await archiveBatch(journal, { beforeMs: 1e9, most: 2 })).toMatchObject({ firstSeq: 4, lastSeq: 5 });
    expect(await archiveBatch(journal, { beforeMs: 1e9 })).toMatchObject({ firstSeq: 6, lastSeq: 9 });
    expect(await archiveBatch(journal, { beforeMs: 1e9 })).toBeUndefined();
    expect(problems(journal)).toEqual([]);
    journal.close();
    const without = journalAt(folder(), []);
    expect(await archiveBatch(without, { beforeMs: 1e9 }), "nothing begins anywhere else").toBeUndefined();
    without.close();
  });

  it("survive a kill between any two steps: nothing is lost or doubled, and the next process ends what was begun", async () => {
    const at = folder();
    const journal = journalAt(at);
    const [before, state] = [all(journal), canonicalJson(foldJournal(journal))];
    const killed: Array<{ step: ArchiveStep; at: string }> = [];
    const onStep = (step: ArchiveStep): void => {
      const copy = folder();
      // What the disk holds at this instant, half written files included.
      cpSync(at, copy, { recursive: true });
      killed.push({ step, at: copy });
    };
    await archiveBatch(journal, { beforeMs: Number.MAX_SAFE_INTEGER, most: 8 });
    await archiveBatch(journal, { beforeMs: Number.MAX_SAFE_INTEGER, most: 8, group: 3, onStep });
    journal.close();
    expect(new Set(killed.map(({ step }) => step)).size).toBe(7);
    for (const { step, at: copy } of killed) {
      const next = opened(copy);
      expect(all(next), step).toBe(before);
      expect(canonicalJson(foldJournal(next)), step).toBe(state);
      expect(problems(next), step).toEqual([]);
      // Other batches than those that were begun.
      await archiveAll(next, 1_000);
      expect(all(next), step).toBe(before);
      expect(problems(next), step).toEqual([]);
      expect(readdirSync(join(copy, "archive")).sort(), "no leftovers").toEqual(
        next.archives().map(({ file }) => file),
      );
      expect(next.page(0, 1)[0].seq).toBe(LAST);
      next.close();
    }
  });

  it("stay in the journal where the file is not written whole, and where it is not what was written", async () => {
    const at = folder();
    const journal = journalAt(at);
    const before = all(journal);
    const stop = new AbortController();
    stop.abort(new Error("the session ends"));
    await expect(archiveBatch(journal, { beforeMs: 1e9, signal: stop.signal })).rejects.toThrow("the session ends");
    expect(readdirSync(join(at, "archive"))).toEqual([]);
    const spoil = (step: ArchiveStep): void => {
      if (step !== "placed") return;
      const [file] = readdirSync(join(at, "archive"));
      truncateSync(join(at, "archive", file), 100);
    };
    await expect(archiveBatch(journal, { beforeMs: 1e9, onStep: spoil })).rejects.toThrow("torn");
    expect([journal.archived().seq, journal.archives()]).toEqual([0, []]);
    rmSync(join(at, "archive"), { recursive: true });
    writeFileSync(join(at, "archive"), "no folder");
    await expect(archiveBatch(journal, { beforeMs: 1e9 })).rejects.toMatchObject({ code: "FILE_UNWRITABLE" });
    rmSync(join(at, "archive"));
    expect(all(journal)).toBe(before);
    await archiveAll(journal, 9);
    expect(all(journal)).toBe(before);
    journal.close();
  });

  it("are read on by one that was in the middle of them when they were moved", async () => {
    const at = folder();
    const journal = journalAt(at);
    const before = all(journal);
    const reader = opened(at, true);
    const seen: unknown[] = [];
    for (const record of reader.read(0)) {
      seen.push(record);
      if (seen.length === 5) await archiveAll(journal, 6);
    }
    expect(JSON.stringify(seen)).toBe(before);
    reader.close();
    journal.close();
  });

  it("are told by the journal once, by the next process where the first died before", async () => {
    const journal = journalAt(folder());
    expect(untoldArchive(journal, "a")).toBeUndefined();
    for (let files = 1; files <= 2; files++) {
      const moved = await archiveBatch(journal, { beforeMs: 1e9, most: 5 });
      const entry = untoldArchive(journal, "a") as Entry;
      const { firstSeq, lastSeq, file, checksum } = { ...moved };
      expect(entry).toEqual({ kind: "archived", firstSeq, lastSeq, file, checksum, by: "a" });
      const state = canonicalJson({ ...foldJournal(journal), seq: 0, nowMs: 0 });
      journal.append([entry], LAST, true);
      expect(canonicalJson({ ...foldJournal(journal), seq: 0, nowMs: 0 }), "it changes nothing").toBe(state);
      expect(untoldArchive(journal, "a")).toBeUndefined();
    }
    journal.close();
  });

  it("are not given to a program that does not know of them", async () => {
    const journal = journalAt(folder());
    const schema = (): unknown => {
      const db = new Libsql(journal.path, { readonly: true });
      const row: unknown = db.prepare("SELECT value FROM meta WHERE key = 'schema'").get();
      db.close();
      return row;
    };
    expect(schema()).toMatchObject({ value: "1" });
    await archiveAll(journal, 100);
    expect(schema()).toMatchObject({ value: "2" });
    journal.close();
  });
});

describe("a file that is not what the journal says", () => {
  const damage: ReadonlyArray<readonly [string, (path: string) => void, RegExp]> = [
    ["is missing", (path) => rmSync(path), /^1 the archive .* is missing$/],
    [
      "is cut",
      (path) => truncateSync(path, 200),
      /^1 the archive .* has 200 bytes in place of \d+: it is torn or was altered$/,
    ],
    [
      "is altered",
      (path) => {
        const bytes = readFileSync(path);
        bytes[60] ^= 1;
        writeFileSync(path, bytes);
      },
      /^1 the archive .* has another checksum: it is torn or was altered$/,
    ],
  ];

  it.each(damage)("because it %s is named, and what comes behind it holds", async (_what, spoil, said) => {
    const at = folder();
    const journal = await partly(at);
    const [{ file, lastSeq }] = journal.archives();
    journal.close();
    spoil(join(at, "archive", file));
    const again = opened(at, true);
    const found = problems(again);
    expect(found[0]).toMatch(said);
    expect(found.filter((line) => Number(line.split(" ")[0]) > lastSeq)).toEqual([]);
    expect(() => all(again)).toThrow(expect.objectContaining({ code: "JOURNAL_CORRUPT" }) as Error);
    expect(() => again.at([1])).toThrow(/records 1 to /);
    expect([...again.read(lastSeq)].length, "the rest is read").toBe(LAST - lastSeq);
    again.close();
  });

  it("as it stands in another's place is named", async () => {
    const at = folder();
    const journal = await partly(at);
    const [first, second] = journal.archives().map(({ file }) => join(at, "archive", file));
    journal.close();
    renameSync(first, `${first}.x`);
    renameSync(second, first);
    renameSync(`${first}.x`, second);
    const again = opened(at, true);
    const found = problems(again);
    expect(found.filter((line) => line.includes("the archive"))).toHaveLength(2);
    again.close();
  });
});
