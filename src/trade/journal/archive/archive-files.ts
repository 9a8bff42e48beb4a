/**
 * @file The older records of a journal, read from the files that hold them. The journal says what each file has to be: a file
 * that is missing, torn or altered is named before anything in it is believed.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { TidemarkError, toError } from "../../../core/index.ts";
import type { StoredRecord } from "../record.ts";
import { RecordFile } from "./record-file.ts";

/** Beside the journal. */
const ARCHIVE_FOLDER = "archive";

/** What the journal knows of a file that holds its records from `firstSeq` to `lastSeq`. */
export type Archive = {
  readonly file: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly bytes: number;
  /** SHA-256 of the file. */
  readonly checksum: string;
  /** Of the record before its first, and of its last. */
  readonly chainBefore: string;
  readonly chain: string;
};

const BLOCK = 1 << 20;

export class ArchiveFiles {
  readonly folder: string;
  /** Files that were found to be what they have to be. */
  readonly #sound = new Set<string>();

  /** @param journal the path of the journal that they belong to */
  constructor(journal: string) {
    this.folder = join(dirname(journal), ARCHIVE_FOLDER);
  }

  pathOf({ file }: Pick<Archive, "file">): string {
    return join(this.folder, file);
  }

  /** What is wrong with the file; undefined where it is what the journal says. */
  fault(archive: Archive): string | undefined {
    if (this.#sound.has(archive.file)) return undefined;
    const path = this.pathOf(archive);
    if (!existsSync(path)) return "is missing";
    const { size } = statSync(path);
    if (size !== archive.bytes) return `has ${size} bytes in place of ${archive.bytes}: it is torn or was altered`;
    if (checksumOf(path) !== archive.checksum) return "has another checksum: it is torn or was altered";
    this.#sound.add(archive.file);
    return undefined;
  }

  /** Its records with a number above `seq`. Throws JOURNAL_CORRUPT where the file is not what it has to be. */
  *records(archive: Archive, seq: number): Iterable<StoredRecord> {
    const fault = this.fault(archive);
    if (fault !== undefined) throw corrupt(archive, this.pathOf(archive), fault);
    yield* this.unchecked(archive, seq);
  }

  /** The same of a file that may be damaged, as far as it can be read. */
  *unchecked(archive: Archive, seq: number): Iterable<StoredRecord> {
    const path = this.pathOf(archive);
    let file: RecordFile | undefined;
    try {
      file = new RecordFile(path);
      let last = archive.firstSeq - 1;
      for (const [g, rows] of file.groups.entries()) {
        last += rows;
        if (last <= seq) continue;
        for (const record of file.group(g)) if (record.seq > seq) yield record;
      }
    } catch (thrown) {
      throw thrown instanceof TidemarkError
        ? thrown
        : corrupt(archive, path, `can't be read: ${toError(thrown).message}`);
    } finally {
      file?.close();
    }
  }
}

function checksumOf(path: string): string {
  const hash = createHash("sha256");
  const block = Buffer.alloc(BLOCK);
  const file = openSync(path, "r");
  try {
    for (let count = readSync(file, block); count > 0; count = readSync(file, block))
      hash.update(block.subarray(0, count));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

function corrupt(archive: Archive, path: string, what: string): TidemarkError {
  return new TidemarkError("JOURNAL_CORRUPT", {
    what: `The archive with the records ${archive.firstSeq} to ${archive.lastSeq} ${what}`,
    where: path,
    fix: "Put a copy of this very file in its place; what the venue holds is not affected.",
  });
}
