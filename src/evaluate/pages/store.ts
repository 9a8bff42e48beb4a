/** @file Pages on disk: a folder of their own among the reports, there whole or not at all. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureFolder, fileError, formatDay, temporaryName, writeFileAtomic } from "../../core/index.ts";
import { csvLine } from "../report/escape.ts";

export type PageFiles = {
  /** Absent where the data are all that there is. */
  readonly html?: string;
  /** Everything as data, written beside the page. */
  readonly data: object;
  /** Tables by file name. */
  readonly tables?: Readonly<
    Record<string, { readonly head: readonly string[]; readonly rows: ReadonlyArray<ReadonlyArray<string | number>> }>
  >;
};

export type WrittenPage = { readonly id: string; readonly htmlPath: string };

/** Writes data without a page: `<folder>/<day>-<time>-<kind>-<name>/<kind>.json`. Its id. Throws like `writePage`. */
export function writeResult(folder: string, kind: string, name: string, madeMs: number, data: object): string {
  return writePage(folder, kind, name, madeMs, { data }).id;
}

/** Writes `<folder>/<day>-<time>-<kind>-<name>/`. Throws FILE_UNWRITABLE or DISK_FULL. */
export function writePage(folder: string, kind: string, name: string, madeMs: number, files: PageFiles): WrittenPage {
  ensureFolder(folder);
  const time = new Date(madeMs).toISOString().slice(11, 19).replaceAll(":", "");
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const base = [formatDay(madeMs), time, kind, ...(plain === "" ? [] : [plain])].join("-");
  let id = base;
  for (let n = 2; existsSync(join(folder, id)); n++) id = `${base}-${n}`;
  const target = join(folder, id);
  const temporary = temporaryName(target);
  try {
    if (files.html !== undefined) writeFileAtomic(join(temporary, "report.html"), files.html);
    writeFileAtomic(join(temporary, `${kind}.json`), `${JSON.stringify(files.data, null, 2)}\n`);
    for (const [file, { head, rows }] of Object.entries(files.tables ?? {})) {
      writeFileAtomic(join(temporary, file), [csvLine(head), ...rows.map(csvLine)].join(""));
    }
    try {
      renameSync(temporary, target);
    } catch (thrown) {
      throw fileError(thrown, target);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return { id, htmlPath: join(target, "report.html") };
}
