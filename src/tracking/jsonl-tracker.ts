/**
 * @file The run's own record: one JSON object a line, always written, whatever else tracks the run. Every line goes to
 * the file at once; a crash can tear the last one only, and a continued run removes the torn rest before it goes on.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Clock, ensureFolder, fileError, invariant } from "../core/index.ts";
import { spreadOf } from "./histogram.ts";
import { numberText, type RunRecord } from "./run-record.ts";
import type { ConfigRecord, RunStatus, Tracker } from "./tracker.ts";

export type JsonlOptions = {
  readonly path: string;
  readonly clock: Clock;
};

export class JsonlTracker implements Tracker {
  readonly path: string;
  readonly #clock: Clock;
  #file: number | undefined;

  /** Throws FILE_UNWRITABLE or DISK_FULL, here and whenever it writes. */
  constructor(options: JsonlOptions) {
    this.path = options.path;
    this.#clock = options.clock;
    ensureFolder(dirname(options.path));
    try {
      this.#file = openSync(options.path, "a+");
      removeTornLine(this.#file);
    } catch (thrown) {
      throw fileError(thrown, options.path);
    }
  }

  config(params: ConfigRecord, tags: Readonly<Record<string, string>> = {}): void {
    this.#write({ kind: "config", timeMs: this.#clock.nowMs(), params, tags });
  }

  continued(step: number): void {
    this.#write({ kind: "continued", timeMs: this.#clock.nowMs(), step });
  }

  scalar(name: string, value: number, step: number): void {
    this.#write({ kind: "scalars", timeMs: this.#clock.nowMs(), step, values: { [name]: value } });
  }

  scalars(values: Readonly<Record<string, number>>, step: number): void {
    this.#write({ kind: "scalars", timeMs: this.#clock.nowMs(), step, values });
  }

  histogram(name: string, values: ArrayLike<number>, step: number): void {
    this.#write({ kind: "histogram", timeMs: this.#clock.nowMs(), step, name, spread: spreadOf(values) });
  }

  text(name: string, markdown: string): void {
    this.#write({ kind: "text", timeMs: this.#clock.nowMs(), name, markdown });
  }

  async finish(status: RunStatus): Promise<void> {
    this.#write({ kind: "finish", timeMs: this.#clock.nowMs(), status });
    const file = this.#open();
    this.#file = undefined;
    try {
      fsyncSync(file);
      closeSync(file);
    } catch (thrown) {
      throw fileError(thrown, this.path);
    }
  }

  #write(record: RunRecord): void {
    const bytes = Buffer.from(`${JSON.stringify(record, numberText)}\n`);
    const file = this.#open();
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } catch (thrown) {
      throw fileError(thrown, this.path);
    }
  }

  #open(): number {
    invariant(this.#file !== undefined, "nothing is told to a tracker after its end", this.path);
    return this.#file;
  }
}

/** Cuts the file after its last line break. */
function removeTornLine(file: number): void {
  const block = Buffer.alloc(65_536);
  const { size } = fstatSync(file);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - block.length);
    const read = readSync(file, block, 0, end - from, from);
    const lineBreak = block.subarray(0, read).lastIndexOf(0x0a);
    if (lineBreak >= 0) {
      if (from + lineBreak + 1 < size) ftruncateSync(file, from + lineBreak + 1);
      return;
    }
    end = from;
  }
  if (size > 0) ftruncateSync(file, 0);
}
