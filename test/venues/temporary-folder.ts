/** @file Small helpers that several tests of market data share. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for one test, and its removal. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "tidemark-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
