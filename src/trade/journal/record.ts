/** @file A record of the journal and the chain that holds records together: altering one breaks every one behind it. */
import { sha256Hex } from "../../core/index.ts";
import type { Entry } from "../engine/entries.ts";

export type JournalRecord = {
  /** 1, 2, 3 ... without a gap. */
  readonly seq: number;
  readonly atMs: number;
  readonly entry: Entry;
};

/** As it is stored: `body` is the entry's JSON, `chain` covers the record and all before it. */
export type StoredRecord = {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly body: string;
  readonly chain: string;
};

/** The chain before the first record. */
export const GENESIS = "";

/** SHA-256 of the chain before and of everything in the record. */
export function chainOf(before: string, seq: number, atMs: number, kind: string, body: string): string {
  return sha256Hex(`${before}\n${seq}\n${atMs}\n${kind}\n${body}`);
}

export type SnapshotRecord = { readonly seq: number; readonly atMs: number; readonly state: string };

/** Where the engine writes. Everything is synchronous: when `append` returns, what must be durable is. */
export type Journal = {
  /** The last record's number, 0 for an empty journal. */
  readonly lastSeq: number;
  /**
   * Appends in one transaction, on the disk where `durable`. Throws DISK_FULL or FILE_UNWRITABLE; then nothing was written and
   * nothing may follow from the entries.
   */
  append(entries: readonly Entry[], atMs: number, durable: boolean): void;
  /** Records with a number above `seq`, in their order. */
  read(seq: number): Iterable<JournalRecord>;
  /** The newest snapshot of the state whose checksum holds. */
  snapshot(): SnapshotRecord | undefined;
  writeSnapshot(state: string, seq: number, atMs: number): void;
  close(): void;
};
