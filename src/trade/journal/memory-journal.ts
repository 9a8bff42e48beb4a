/**
 * @file A journal in memory that loses, in a crash, what a real disk may lose: the end of what was not flushed, cut at any
 * record. What was flushed stays. The chain is kept as on disk, so that a cut in the middle would show.
 */
import { InvariantError, type Random } from "../../core/index.ts";
import type { Entry } from "../engine/entries.ts";
import { chainOf, GENESIS, type Journal, type JournalRecord, type SnapshotRecord } from "./record.ts";

type Kept = { readonly seq: number; readonly atMs: number; readonly kind: string; readonly body: string };

export class MemoryJournal implements Journal {
  readonly #records: Kept[] = [];
  #flushed = 0;
  #snapshot: SnapshotRecord | undefined;
  /** Appends that fail from now on, as on a full disk. */
  full = false;
  flushes = 0;

  get lastSeq(): number {
    return this.#records.length;
  }

  append(entries: readonly Entry[], atMs: number, durable: boolean): void {
    if (this.full) throw new InvariantError("a full disk takes no record");
    for (const entry of entries) {
      const { kind, ...rest } = entry;
      this.#records.push({ seq: this.#records.length + 1, atMs, kind, body: JSON.stringify(rest) });
    }
    if (durable) {
      this.#flushed = this.#records.length;
      this.flushes++;
    }
  }

  *read(seq: number): Iterable<JournalRecord> {
    for (let i = seq; i < this.#records.length; i++) {
      const { atMs, kind, body } = this.#records[i];
      yield { seq: i + 1, atMs, entry: Object.assign(JSON.parse(body) as object, { kind }) as Entry };
    }
  }

  snapshot(): SnapshotRecord | undefined {
    return this.#snapshot;
  }

  writeSnapshot(state: string, seq: number, atMs: number): void {
    this.#snapshot = { seq, atMs, state };
  }

  /** The power goes: a part of what was not flushed is gone. */
  crash(random: Random): void {
    this.cut(random.below(this.#records.length - this.#flushed + 1));
  }

  /** The power goes, and of what was not flushed only so many records are there. */
  cut(kept = 0): void {
    this.#records.length = this.#flushed + kept;
    this.#flushed = this.#records.length;
    if (this.#snapshot !== undefined && this.#snapshot.seq > this.#records.length) this.#snapshot = undefined;
  }

  /** The chain over all records. */
  head(): string {
    return this.#records.reduce((chain, r) => chainOf(chain, r.seq, r.atMs, r.kind, r.body), GENESIS);
  }

  close(): void {}
}
