/** @file Why a file could not be written: the engine only has words for it, so the file system is asked for its code. */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { fileError, freshId, TidemarkError } from "../../core/index.ts";
import { engineMessage } from "./engine.ts";

/**
 * The catalog's error for a failed write of about `bytes` to `path`: writes as much beside it, and reports what the file
 * system says to that. Where it says nothing, the engine's own words are given.
 */
export function writeFailure(thrown: unknown, path: string, bytes: number): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const probe = `${path}.${freshId()}.tmp`;
  try {
    const file = openSync(probe, "wx");
    try {
      const block = Buffer.alloc(64 * 1024);
      for (let written = 0; written <= bytes; ) written += writeSync(file, block);
    } finally {
      closeSync(file);
    }
  } catch (refusal) {
    return fileError(refusal, path);
  } finally {
    rmSync(probe, { force: true });
  }
  return fileError(new Error(engineMessage(thrown), { cause: thrown }), path);
}
