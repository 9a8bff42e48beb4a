/** @file What a model has done in its stage, from the journal of the session that ran it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadPolicyModel } from "../../policy/index.ts";
import type { Stage, StageRecord, Standing } from "../../promotion/index.ts";
import { applyEntry, emptyState, JOURNAL_FILE, reproduce, SqliteJournal } from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { decisionOf } from "../models/open.ts";
import { livePolicy } from "../trade/live-policy.ts";
import { paperExchange, stateFolder } from "../trade/settings.ts";
import { StageLedger } from "./stage-ledger.ts";

/** Which sessions a stage trades in; a candidate in none. */
const MODE: Readonly<Record<Stage, string | undefined>> = {
  candidate: undefined,
  paper: "paper",
  shadow: "paper",
  canary: "live",
  live: "live",
};

export type RecordSubject = { readonly name: string; readonly version: string; readonly folder: string };

/** "mode/name-version" of the session that a stage is judged by; undefined where a model of that stage trades nowhere. */
export function sessionOfStage({ name, version }: RecordSubject, stage: Stage): string | undefined {
  const mode = MODE[stage];
  return mode === undefined ? undefined : `${mode}/${name}-${version}`;
}

/**
 * The record since the stage began; undefined where no session of it has a journal. Rejects with JOURNAL_CORRUPT or a MODEL_
 * error. Every decision is made again by the model as it lies on the disk.
 */
export async function sessionRecord(
  context: AppContext,
  config: Config,
  subject: RecordSubject,
  { stage, sinceMs }: Pick<Standing, "stage" | "sinceMs">,
): Promise<StageRecord | undefined> {
  const session = sessionOfStage(subject, stage);
  const path = join(stateFolder(config), session ?? "", JOURNAL_FILE);
  if (session === undefined || !existsSync(path)) return undefined;
  const model = await loadPolicyModel(subject.folder, { threads: config.training.threads });
  const decision = decisionOf(context, config, model.manifest);
  const isPaper = session.startsWith("paper/");
  // Paper fills are drawn by harsher settings than a backtest's: they are held to those.
  const exchange = isPaper ? paperExchange(config, decision.exchange) : decision.exchange;
  const journal = new SqliteJournal(path, { readOnly: true });
  try {
    const ledger = new StageLedger({ sinceMs, exchange });
    const state = emptyState();
    for (const { entry, atMs } of journal.read(0)) {
      applyEntry(state, entry, atMs);
      ledger.take(entry, atMs, state);
    }
    const name = `${subject.name}-${subject.version}`;
    const { decisions, equal } = await reproduce({
      journal,
      rows: name,
      members: [{ name, decision, policy: (live) => livePolicy(model, live) }],
      exchange,
      balance: Number(state.config?.initialBalance ?? "0"),
      sinceMs,
      signal: context.signal,
    });
    return { ...ledger.record(), replayed: decisions, replayedEqual: equal };
  } finally {
    journal.close();
  }
}
