/**
 * @file A run as a TensorBoard event file: `tensorboard --logdir runs` shows it. Files are only ever appended to; what a
 * crash cuts off is the last record, which readers wait for and pass over.
 *
 * Writes are held back and go out together: at the latest `flushMs` after the one before, with the next call.
 */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { type Clock, ensureFolder, fileError, invariant, systemCode } from "../../core/index.ts";
import { type FlatValue, flattenConfig } from "../flat-config.ts";
import { spreadOf } from "../histogram.ts";
import type { ConfigRecord, RunStatus, Tracker } from "../tracker.ts";
import {
  histogramValue,
  record,
  scalarValue,
  sessionStartEvent,
  summaryEvent,
  textValue,
  versionEvent,
} from "./events.ts";
import { experimentValue, sessionEndValue, sessionStartValue } from "./hparams.ts";
import type { Message } from "./protobuf.ts";

export type TensorBoardOptions = {
  /** The run's folder; its name is the run's name in TensorBoard. */
  readonly folder: string;
  readonly clock: Clock;
  /** Names the session in the table of settings. Default: the name of the folder. */
  readonly group?: string;
  /** Names of the scalars beside the settings in that table. Default: none. */
  readonly figures?: readonly string[];
  /** Default: 5,000. */
  readonly flushMs?: number;
  /** Default: 65,536. */
  readonly flushBytes?: number;
};

export class TensorBoardTracker implements Tracker {
  readonly path: string;
  readonly #clock: Clock;
  readonly #group: string;
  readonly #figures: readonly string[];
  readonly #flushMs: number;
  readonly #flushBytes: number;
  #file: number | undefined;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #flushedAtMs: number;
  /** Of the newest event: what has no step of its own is told there. */
  #step = 0;

  /** Throws FILE_UNWRITABLE or DISK_FULL, here and whenever it writes. */
  constructor(options: TensorBoardOptions) {
    this.#clock = options.clock;
    this.#group = options.group ?? basename(options.folder);
    this.#figures = options.figures ?? [];
    this.#flushMs = options.flushMs ?? 5_000;
    this.#flushBytes = options.flushBytes ?? 65_536;
    this.#flushedAtMs = this.#clock.elapsedMs();
    ensureFolder(options.folder);
    const nowMs = this.#clock.nowMs();
    [this.path, this.#file] = openNew(options.folder, Math.floor(nowMs / 1000));
    this.#add(versionEvent(nowMs));
    this.#flush();
  }

  config(params: ConfigRecord, tags: Readonly<Record<string, string>> = {}): void {
    const settings: ReadonlyMap<string, FlatValue> = new Map([
      ...flattenConfig(params),
      ...Object.entries(tags).map(([name, value]): [string, FlatValue] => [`tag.${name}`, value]),
    ]);
    const nowMs = this.#clock.nowMs();
    const values = [experimentValue(settings, this.#figures, nowMs), sessionStartValue(settings, this.#group, nowMs)];
    this.#add(summaryEvent(nowMs, this.#step, values));
  }

  continued(step: number): void {
    this.#step = step;
    // Readers drop the named step as well.
    this.#add(sessionStartEvent(this.#clock.nowMs(), step + 1));
  }

  scalar(name: string, value: number, step: number): void {
    this.#tell(step, [scalarValue(name, value)]);
  }

  scalars(values: Readonly<Record<string, number>>, step: number): void {
    this.#tell(
      step,
      Object.entries(values).map(([name, value]) => scalarValue(name, value)),
    );
  }

  histogram(name: string, values: ArrayLike<number>, step: number): void {
    const spread = spreadOf(values);
    const told = [histogramValue(name, spread)];
    if (spread.notFinite > 0) told.push(scalarValue(`${name}/notFinite`, spread.notFinite));
    this.#tell(step, told);
  }

  text(name: string, markdown: string): void {
    this.#tell(this.#step, [textValue(name, markdown)]);
  }

  async finish(status: RunStatus): Promise<void> {
    const nowMs = this.#clock.nowMs();
    this.#add(summaryEvent(nowMs, this.#step, [sessionEndValue(status, nowMs)]));
    this.#flush();
    const file = this.#open();
    this.#file = undefined;
    try {
      fsyncSync(file);
      closeSync(file);
    } catch (thrown) {
      throw fileError(thrown, this.path);
    }
  }

  #tell(step: number, values: readonly Message[]): void {
    this.#step = step;
    this.#add(summaryEvent(this.#clock.nowMs(), step, values));
  }

  #add(event: Message): void {
    this.#open();
    const bytes = record(event.encode());
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    const waitedMs = this.#clock.elapsedMs() - this.#flushedAtMs;
    if (this.#heldBytes >= this.#flushBytes || waitedMs >= this.#flushMs) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    this.#flushedAtMs = this.#clock.elapsedMs();
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#open(), bytes, at);
    } catch (thrown) {
      throw fileError(thrown, this.path);
    }
  }

  #open(): number {
    invariant(this.#file !== undefined, "nothing is told to a tracker after its end", this.path);
    return this.#file;
  }
}

/** `events.out.tfevents.<seconds>.<host>.<process>.<number>`; the number makes it new. */
function openNew(folder: string, seconds: number): [path: string, file: number] {
  const stem = `events.out.tfevents.${String(seconds).padStart(10, "0")}.${hostname()}.${process.pid}`;
  for (let n = 0; ; n++) {
    const path = join(folder, `${stem}.${n}`);
    try {
      return [path, openSync(path, "ax")];
    } catch (thrown) {
      if (systemCode(thrown) !== "EEXIST") throw fileError(thrown, path);
    }
  }
}
