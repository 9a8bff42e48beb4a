/**
 * @file The returns that each trial kept, one little-endian float64 a period in `returns/<number>.f64` beside the journal.
 * A search must be judged by all that it tried (Bailey and Lopez de Prado, "The deflated Sharpe ratio", 2014), so the
 * returns of pruned trials are kept too.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, TidemarkError, writeFileAtomic } from "../core/index.ts";
import type { Trial } from "./trial.ts";

/** The trial's user attribute that names its file, relative to the study's folder. */
export const RETURNS_ATTRIBUTE = "returns";

/** Writes a trial's returns. Returns the path relative to the study's folder. Throws FILE_UNWRITABLE, DISK_FULL. */
export function writeReturns(folder: string, number: number, returns: Float64Array): string {
  const relative = `returns/${number}.f64`;
  writeFileAtomic(join(folder, relative), bytesOf(returns));
  return relative;
}

/** A trial's returns, or undefined where it kept none. Throws STUDY_CORRUPT where its file is gone or cut short. */
export function readReturns(folder: string, trial: Trial): Float64Array | undefined {
  const relative = trial.userAttributes[RETURNS_ATTRIBUTE];
  if (typeof relative !== "string") return undefined;
  const path = join(folder, relative);
  const bytes = existsSync(path) ? readFileSync(path) : undefined;
  if (bytes === undefined || bytes.length % Float64Array.BYTES_PER_ELEMENT !== 0) {
    throw new TidemarkError("STUDY_CORRUPT", {
      what: `The returns of trial ${trial.number} are ${bytes === undefined ? "missing" : "cut short"}`,
      where: path,
      fix: "Restore the file: without the returns of every trial the search can't be judged.",
    });
  }
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
