/** @file The errors of file imports. */
import { systemCode, TidemarkError, toError } from "../../../core/index.ts";

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
