/** @file Older records of sessions moved into files: of one that rests, at once; of one that runs, a batch after a bar. */
import { join } from "node:path";
import { type Clock, DAY_MS, toError } from "../../core/index.ts";
import {
  type Archive,
  archiveBatch,
  JOURNAL_FILE,
  lockState,
  SqliteJournal,
  type TradeSession,
  untoldArchive,
} from "../../trade/index.ts";
import type { AppContext } from "../context.ts";
import { requireJournal } from "./journals.ts";

export type Archived = {
  readonly session: string;
  readonly records: number;
  readonly files: ReadonlyArray<Pick<Archive, "file" | "firstSeq" | "lastSeq" | "bytes" | "checksum">>;
  /** Where the records of the journal itself begin now. */
  readonly firstSeq: number;
};

/**
 * Moves what is older than a time and in a snapshot. Each file is told in the journal. Throws JOURNAL_MISSING, STATE_LOCKED
 * where the session runs, and whatever the disk says; what was moved until then stays moved.
 */
export async function archiveJournal(context: AppContext, session: string, beforeMs: number): Promise<Archived> {
  const folder = requireJournal(context.config(), session);
  const lock = lockState(folder, `the archive of ${session}`, context.clock.nowMs());
  try {
    const journal = new SqliteJournal(join(folder, JOURNAL_FILE));
    try {
      const files: Archive[] = [];
      // The session's own time: it goes on where it stood.
      const { lastMs } = journal.span();
      const tell = (): void => {
        const entry = untoldArchive(journal, "journal archive");
        if (entry !== undefined) journal.append([entry], lastMs, true);
      };
      tell();
      for (;;) {
        const moved = await archiveBatch(journal, { beforeMs, most: BATCH, signal: context.signal });
        if (moved === undefined) break;
        files.push(moved);
        tell();
        context.detail(`${moved.file}: records ${moved.firstSeq} to ${moved.lastSeq}`);
      }
      if (files.length > 0) journal.shrink();
      const records = files.reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);
      return { session, records, files: files.map(shown), firstSeq: journal.archived().seq + 1 };
    } finally {
      journal.close();
    }
  } finally {
    lock.release();
  }
}

const BATCH = 50_000;

function shown({ file, firstSeq, lastSeq, bytes, checksum }: Archive): Archived["files"][number] {
  return { file, firstSeq, lastSeq, bytes, checksum };
}

export type SessionArchiveOptions = {
  readonly journal: SqliteJournal;
  readonly session: Pick<TradeSession, "deliver" | "failure">;
  /** The market's time. */
  readonly clock: Clock;
  /** Days that stay in the journal; 0 moves nothing. */
  readonly days: number;
  readonly warn: (text: string) => void;
  /** Records of a batch. */
  readonly most?: number;
};

/** A running session's own: whole days, one batch after a bar at most. One that fails is told, and tried again the next day. */
export class SessionArchive {
  readonly #options: SessionArchiveOptions;
  readonly #stop = new AbortController();
  /** Everything before this was moved, or could not be. */
  #doneMs = Number.NEGATIVE_INFINITY;
  #batch: Promise<void> | undefined;

  constructor(options: SessionArchiveOptions) {
    this.#options = options;
    this.#tell();
  }

  look(): void {
    const { clock, days, session } = this.#options;
    const beforeMs = (Math.floor(clock.nowMs() / DAY_MS) - days) * DAY_MS;
    if (days === 0 || beforeMs <= this.#doneMs || this.#batch !== undefined || session.failure !== undefined) return;
    this.#batch = this.#move(beforeMs).finally(() => {
      this.#batch = undefined;
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#batch;
  }

  /** Breaks off what is under way: the journal has it all the same. */
  async close(): Promise<void> {
    this.#stop.abort(new Error("the session ends"));
    await this.settled();
  }

  async #move(beforeMs: number): Promise<void> {
    const { journal, warn, most } = this.#options;
    const { signal } = this.#stop;
    try {
      const moved = await archiveBatch(journal, { beforeMs, signal, ...(most === undefined ? {} : { most }) });
      if (moved === undefined) this.#doneMs = beforeMs;
      else if (!signal.aborted) this.#tell();
    } catch (thrown) {
      if (signal.aborted) return;
      this.#doneMs = beforeMs;
      warn(`Older records stay in the journal: ${toError(thrown).message}`);
    }
  }

  #tell(): void {
    const { journal, session } = this.#options;
    const entry = session.failure === undefined ? untoldArchive(journal, "engine") : undefined;
    if (entry !== undefined) session.deliver(entry);
  }
}
