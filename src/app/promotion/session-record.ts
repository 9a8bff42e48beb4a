/** @file What a model has done in its stage, from the journal of the session that ran it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Stage, StageRecord, Standing } from "../../promotion/index.ts";
import { applyEntry, emptyState, JOURNAL_FILE, reproduce, SqliteJournal } from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { pastMembers } from "../trade/reproduce.ts";
import { type PastSession, pastSession } from "../trade/session-plan.ts";
import { stateFolder } from "../trade/settings.ts";
import { returnsOver, StageLedger } from "./stage-ledger.ts";

/** Which sessions a stage trades in; a candidate in none. */
const MODE: Readonly<Record<Stage, string | undefined>> = {
  candidate: undefined,
  paper: "paper",
  shadow: "shadow",
  canary: "live",
  live: "live",
};

export type RecordSubject = { readonly name: string; readonly version: string; readonly folder: string };

/**
 * "mode/name-version" of the session that a stage is judged by; undefined where a model of that stage trades nowhere. Where no
 * session ran for it to be beside, a shadow is judged by its paper session.
 */
export function sessionOfStage(config: Config, { name, version }: RecordSubject, stage: Stage): string | undefined {
  const mode = MODE[stage];
  if (mode === undefined) return undefined;
  const own = `${mode}/${name}-${version}`;
  const paper = `paper/${name}-${version}`;
  return mode === "shadow" && !hasJournal(config, own) && hasJournal(config, paper) ? paper : own;
}

function hasJournal(config: Config, session: string): boolean {
  return existsSync(join(stateFolder(config), session, JOURNAL_FILE));
}

export type StageSession = {
  /** "mode/name-version". */
  readonly id: string;
  /** 0 where it has no journal yet. */
  readonly records: number;
  readonly lastMs: number;
  /** Of a shadow: the session that it runs beside. */
  readonly beside?: string;
};

/** What a stage is judged by; undefined of a candidate. Throws JOURNAL_CORRUPT. */
export function stageSession(config: Config, subject: RecordSubject, stage: Stage): StageSession | undefined {
  const id = sessionOfStage(config, subject, stage);
  if (id === undefined) return undefined;
  if (!hasJournal(config, id)) return { id, records: 0, lastMs: 0 };
  const journal = new SqliteJournal(join(stateFolder(config), id, JOURNAL_FILE), { readOnly: true });
  try {
    const { lastSeq } = journal;
    const { beside } = pastSession(journal, id);
    let lastMs = 0;
    for (const { atMs } of journal.read(Math.max(0, lastSeq - 1))) lastMs = atMs;
    return { id, records: lastSeq, lastMs, ...(beside === undefined ? {} : { beside }) };
  } finally {
    journal.close();
  }
}

/**
 * The record since the stage began; undefined where no session of it has a journal. Rejects with JOURNAL_CORRUPT or a MODEL_
 * error. Every decision is made again by the model as it lies on the disk.
 * @param pace how much faster than this machine the market runs: latencies are this machine's
 */
export async function sessionRecord(
  context: AppContext,
  config: Config,
  subject: RecordSubject,
  { stage, sinceMs }: Pick<Standing, "stage" | "sinceMs">,
  pace = 1,
): Promise<StageRecord | undefined> {
  const session = sessionOfStage(config, subject, stage);
  if (session === undefined || !hasJournal(config, session)) return undefined;
  const { journal, past, ledger } = playedLedger(config, session, sinceMs);
  try {
    const { decisions, equal } = await reproduce({
      journal,
      rows: past.config.rows ?? past.config.strategies[0].name,
      members: await pastMembers(context, past),
      exchange: past.exchange,
      balance: past.balance,
      sinceMs,
      signal: context.signal,
    });
    const { latencyP99Ms, ...record } = ledger.record();
    return {
      ...record,
      ...(latencyP99Ms === undefined ? {} : { latencyP99Ms: latencyP99Ms / pace }),
      ...(past.beside === undefined ? {} : { overChampion: overChampion(config, past.beside, ledger, sinceMs) }),
      replayed: decisions,
      replayedEqual: equal,
    };
  } finally {
    journal.close();
  }
}

type Played = { readonly journal: SqliteJournal; readonly past: PastSession; readonly ledger: StageLedger };

/** The journal of a session, open, read through once into a ledger. The caller closes it. */
function playedLedger(config: Config, session: string, sinceMs: number): Played {
  const journal = new SqliteJournal(join(stateFolder(config), session, JOURNAL_FILE), { readOnly: true });
  try {
    const past = pastSession(journal, session);
    const ledger = new StageLedger({ sinceMs, exchange: past.exchange });
    const state = emptyState();
    for (const { entry, atMs } of journal.read(0)) {
      applyEntry(state, entry, atMs);
      ledger.take(entry, atMs, state);
    }
    return { journal, past, ledger };
  } catch (thrown) {
    journal.close();
    throw thrown;
  }
}

/**
 * `[days]` own return less the champion's, on the whole days that both have seen. Nothing can be paired with an account that
 * several strategies share.
 */
function overChampion(config: Config, session: string, own: StageLedger, sinceMs: number): readonly number[] {
  if (!hasJournal(config, session)) return [];
  const { journal, past, ledger } = playedLedger(config, session, sinceMs);
  journal.close();
  if (past.members.length > 1) return [];
  return returnsOver(own.days, ledger.days);
}
