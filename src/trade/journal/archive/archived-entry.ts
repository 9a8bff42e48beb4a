/** @file What the journal says of a file that its older records were moved to. */
import type { Input } from "../../engine/entries.ts";
import type { SqliteJournal } from "../sqlite-journal.ts";

/**
 * The entry that tells of the newest file; undefined where it has been told. A process that died between moving and telling
 * has left it to the next.
 */
export function untoldArchive(journal: SqliteJournal, by: string): Extract<Input, { kind: "archived" }> | undefined {
  if (journal.tellsNewest()) return undefined;
  const newest = journal.archives().at(-1);
  if (newest === undefined) return undefined;
  const { firstSeq, lastSeq, file, checksum } = newest;
  return { kind: "archived", firstSeq, lastSeq, file, checksum, by };
}
