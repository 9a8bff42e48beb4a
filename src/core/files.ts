/** @file Files are written to a temporary name, flushed, renamed, and their folder flushed: a reader sees the old content or the new, never half. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { systemCode, TidemarkError, toError } from "./errors.ts";
import { freshId } from "./random.ts";

/** Turns a file system failure on `path` into an error of the catalog. */
export function fileError(thrown: unknown, path: string): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const code = systemCode(thrown);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new TidemarkError("DISK_FULL", {
      what: "The disk is full",
      where: path,
      fix: "Free some space and run the command again.",
      cause: thrown,
    });
  }
  return new TidemarkError("FILE_UNWRITABLE", {
    what: `The file can't be written: ${toError(thrown).message}`,
    where: path,
    fix: "Check the folder's permissions, or choose another folder.",
    cause: thrown,
  });
}

/**
 * Makes a folder and those above it that are missing. Level by level, because Node's own recursion never ends where the system
 * answers that a folder's parent is missing although it is there, as below /proc.
 */
export function ensureFolder(path: string): void {
  const missing: string[] = [];
  try {
    for (let folder = resolve(path); !isFolder(folder); folder = dirname(folder)) missing.push(folder);
    for (const folder of missing.reverse()) makeFolder(folder);
  } catch (thrown) {
    throw fileError(thrown, path);
  }
}

/** Throws ENOTDIR where a file stands there. */
function isFolder(path: string): boolean {
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) return dirname(path) === path;
  if (state.isDirectory()) return true;
  throw Object.assign(new Error(`not a folder: ${path}`), { code: "ENOTDIR" });
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (thrown) {
    // Another process may have been faster.
    if (systemCode(thrown) !== "EEXIST" || !isFolder(path)) throw thrown;
  }
}

/** Throws unless files can be written in the folder, so that long work does not find out at its end. Makes the folder. */
export function requireWritable(folder: string): void {
  const probe = temporaryName(join(folder, "probe"));
  writeFileAtomic(probe, "");
  rmSync(probe, { force: true });
}

/** A sibling name for a file that is being written. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}.${freshId()}.tmp`;
}

export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  ensureFolder(dirname(path));
  const temporary = temporaryName(path);
  try {
    const file = openSync(temporary, "w");
    try {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    flushFolder(dirname(path));
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw fileError(thrown, path);
  }
}

/** A rename is lasting only when its folder is flushed too: without it a loss of power may bring back the old name. */
export function flushFolder(folder: string): void {
  // Windows opens no folders, and keeps names by its own journal.
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } catch (thrown) {
    // Some network file systems can't flush a folder; the file itself has been.
    if (systemCode(thrown) !== "EINVAL" && systemCode(thrown) !== "ENOTSUP") throw thrown;
  } finally {
    closeSync(handle);
  }
}

/** The file's text, or undefined where there is no such file. */
export function readTextIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}
