/** @file The errors of file imports. */
import { systemCode, TidemarkError, toError } from "../../../core/index.ts";

/** What to do about a column of times that can't be read. */
export const TIME_HINT =
  "Name the column of times with `--columns`, and its unit with `--time-unit` where it counts from 1970; dates are read in most orders, such as 2024-01-31, 31.01.2024, Jan 31, 2024 and 20240131.";

export function formatError(where: string, what: string, fix: string, cause?: unknown): TidemarkError {
  return new TidemarkError("DATA_FORMAT", { what, where, fix, ...(cause === undefined ? {} : { cause }) });
}

/** An error in one field of one line. */
export function fieldError(path: string, line: number, column: string, reason: string, fix: string): TidemarkError {
  return formatError(`${path}, line ${line}, column "${column}"`, `The file has a value that can't be: ${reason}`, fix);
}

export function unreadableError(path: string, thrown: unknown): TidemarkError {
  const absent = systemCode(thrown) === "ENOENT";
  return new TidemarkError("DATA_MISSING", {
    what: absent ? "There is no such file" : `The file can't be read: ${toError(thrown).message}`,
    where: path,
    fix: absent ? "Check the path." : "Check that it is a file that you may read.",
    cause: thrown,
  });
}
