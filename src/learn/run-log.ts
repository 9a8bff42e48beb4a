/** @file The run's own record: one JSON object a line, always written, whatever else tracks the run. */
import { appendFileSync } from "node:fs";
import { dirname } from "node:path";
import { ensureFolder, fileError } from "../core/index.ts";

export class RunLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    ensureFolder(dirname(path));
  }

  /** Throws FILE_UNWRITABLE or DISK_FULL. */
  write(record: Readonly<Record<string, unknown>>): void {
    try {
      appendFileSync(this.#path, `${JSON.stringify(record)}\n`);
    } catch (thrown) {
      throw fileError(thrown, this.#path);
    }
  }
}
