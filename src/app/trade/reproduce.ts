/** @file Decisions of a past session, made again from its journal with the model that made them. */
import { decimal, TidemarkError } from "../../core/index.ts";
import { loadPolicyModel } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { type Entry, type Reproduced, reproduce } from "../../trade/index.ts";
import type { AppContext } from "../context.ts";
import { findModel } from "../models/folders.ts";
import { withJournal } from "./journals.ts";
import { livePolicy } from "./replay.ts";

export type ReproducedSession = Reproduced & { readonly session: string; readonly model: string };

/** Throws JOURNAL_MISSING, MODEL_MISSING, or MODEL_MISMATCH where the model is not the one that decided. */
export async function reproduceSession(context: AppContext, session: string): Promise<ReproducedSession> {
  const config = context.config();
  return withJournal(config, session, async (journal) => {
    let begin: Extract<Entry, { kind: "session" }> | undefined;
    for (const { entry } of journal.read(0)) {
      if (entry.kind !== "session") continue;
      begin = entry;
      break;
    }
    const { model: id, fingerprint, decision } = begin?.strategySpec ?? {};
    if (begin === undefined || typeof id !== "string" || decision === undefined) {
      throw new TidemarkError("JOURNAL_MISSING", {
        what: "The journal does not say which model decided",
        where: session,
        fix: "Sessions and replays of this version do: run it again.",
      });
    }
    const model = await loadPolicyModel(findModel(config, id), { threads: config.training.threads });
    if (model.manifest.features.fingerprint !== fingerprint) {
      throw new TidemarkError("MODEL_MISMATCH", {
        what: `"${id}" sees other features than the model that decided`,
        where: session,
        fix: "Put the version back that the session ran with; `tidemark models show` tells its features.",
      });
    }
    const result = await reproduce({
      journal,
      strategy: begin.config.strategies[0].name,
      decision: decision as DecisionConfig,
      balance: decimal(begin.config.initialBalance).toNumber(),
      policy: (live) => livePolicy(model, live),
      onProgress: (done, total) => context.progress({ label: "decisions", done, total, unit: "records" }),
      signal: context.signal,
    });
    context.endProgress();
    return { ...result, session, model: id };
  });
}
