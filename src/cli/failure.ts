/** @file How a failure is told: what is wrong, where, what to do, its code; the stack only with --verbose. */
import { ExitCode, fileError, systemCode, TidemarkError, toError } from "../core/index.ts";
import type { Output } from "./terminal/output.ts";

const FILE_SYSTEM_CODES = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EISDIR"]);

/** Failures of the file system that reached the top become errors of the catalog. */
function known(thrown: unknown): TidemarkError | undefined {
  if (thrown instanceof TidemarkError) return thrown;
  const code = systemCode(thrown);
  if (code === undefined || !FILE_SYSTEM_CODES.has(code)) return undefined;
  return fileError(thrown, (thrown as NodeJS.ErrnoException).path ?? "unknown file");
}

/**
 * Tells the failure and returns the exit code that it stands for.
 * @param options.jsonToo whether it is the command's whole result with --json
 */
export function reportFailure(
  thrown: unknown,
  output: Output,
  options: { jsonToo: boolean } = { jsonToo: true },
): number {
  output.endProgress();
  const color = output.errorPalette;
  const error = known(thrown);
  const what = error?.what ?? toError(thrown).message;
  const fix =
    error?.fix ??
    (error === undefined
      ? "This is a defect of Tidemark. Run it again with --verbose and report the stack."
      : undefined);
  const lines = [
    `${color.red("error:")} ${what}`,
    ...(error?.where === undefined ? [] : [`  where: ${error.where}`]),
    ...(fix === undefined ? [] : [`  fix:   ${fix}`]),
    `  code:  ${color.dim(error?.code ?? "UNEXPECTED")}`,
  ];
  output.error(lines.join("\n"));
  if (output.verbose) output.error(color.dim(stackOf(thrown)));
  if (options.jsonToo) output.data({ error: { code: error?.code ?? "UNEXPECTED", what, where: error?.where, fix } });
  return error?.exitCode ?? ExitCode.unexpected;
}

function stackOf(thrown: unknown): string {
  const error = toError(thrown);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`;
}
