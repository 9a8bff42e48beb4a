/** @file Decisions of a past session, made again from its journal with what made them. */
import { type Member, type Reproduced, reproduce } from "../../trade/index.ts";
import type { AppContext } from "../context.ts";
import { withJournal } from "./journals.ts";
import { openSpec } from "./members.ts";
import { type PastSession, pastSession } from "./session-plan.ts";

export type ReproducedSession = Reproduced & { readonly session: string; readonly model: string };

/** Throws JOURNAL_MISSING, MODEL_MISSING, or MODEL_MISMATCH where what lies on the disk is not what decided. */
export async function reproduceSession(
  context: AppContext,
  session: string,
  { sinceMs = 0 }: { /** Earlier decisions are made again, and not counted. */ readonly sinceMs?: number } = {},
): Promise<ReproducedSession> {
  return withJournal(context.config(), session, async (journal) => {
    const past = pastSession(journal, session);
    const { config, exchange, balance } = past;
    const result = await reproduce({
      journal,
      rows: config.rows ?? config.strategies[0].name,
      members: await pastMembers(context, past),
      exchange,
      balance,
      sinceMs,
      onProgress: (done, total) => context.progress({ label: "decisions", done, total, unit: "records" }),
      signal: context.signal,
    });
    context.endProgress();
    return { ...result, session, model: config.strategies.map(({ model, name }) => model ?? name).join(", ") };
  });
}

/** Each opened from what its journal says. */
export async function pastMembers(
  context: AppContext,
  { config, members, instruments }: PastSession,
): Promise<Member[]> {
  const opened: Member[] = [];
  for (const { name, spec, decision } of members) {
    const of = config.strategies.find((strategy) => strategy.name === name);
    const own = (of?.symbols ?? []).flatMap((symbol) => instruments.find((one) => one.symbol === symbol) ?? []);
    const { policy } = await openSpec(context, context.config(), spec, { instruments: own, barMs: of?.barMs ?? 0 });
    opened.push({ name, decision, policy });
  }
  return opened;
}
