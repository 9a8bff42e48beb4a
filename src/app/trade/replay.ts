/** @file `tidemark paper --replay`: a model's paper session on stored bars, beside the backtest of the same range. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { backtest } from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import { type MarketTape, tapePart } from "../../market/index.ts";
import { openPolicy, type PolicyModel, requireMatch, rowsOfTape, selectionOf } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { JOURNAL_FILE, MemoryJournal, type ReplayMember, replayPaper, SqliteJournal } from "../../trade/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { withAlternative } from "../data/alternative.ts";
import { openTape } from "../data/market.ts";
import { rowAt, rowsBetween } from "../data/range.ts";
import { livePolicy } from "./live-policy.ts";
import { type AskedMembers, type Candidate, candidates, openMember, type SessionMember } from "./members.ts";
import { accountExchange, sessionName, specOf } from "./session-plan.ts";
import { sessionFolder } from "./settings.ts";

export type PaperRun = {
  readonly model: PolicyModel;
  readonly tape: MarketTape;
  readonly decision: DecisionConfig;
  readonly from: number;
  readonly to: number;
  readonly balance: number;
  readonly seed: number;
};

export type PaperParity = {
  readonly name: string;
  readonly equal: boolean;
  readonly backtestHash: string;
  readonly paperHash: string;
  readonly fills: number;
  readonly orders: number;
};

/** The same model through the backtest and through a paper session on a virtual clock: one trade hash. */
export async function paperParity(run: PaperRun, signal?: AbortSignal): Promise<PaperParity> {
  const { model, tape, decision, from, to, balance, seed } = run;
  const features = computeFeatures(tape, selectionOf(model.manifest));
  const policy = openPolicy(model, rowsOfTape(features, model.manifest.normalizer));
  const tested = await backtest({ tape, policy, config: decision, from, to, balance, seed });
  const paper = await replayPaper({
    members: [{ name: "replay", tape, decision, policy: (live) => livePolicy(model, live) }],
    exchange: decision.exchange,
    from,
    to,
    balance,
    seed,
    journal: new MemoryJournal(),
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    name: `paper: ${policy.name}`,
    equal: paper.tradeHash === tested.tradeHash && paper.finalEquity === tested.finalEquity,
    backtestHash: tested.tradeHash,
    paperHash: paper.tradeHash,
    fills: paper.fills,
    orders: paper.orders,
  };
}

export type Replayed = {
  readonly session: string;
  readonly folder: string;
  readonly model: string;
  readonly bars: number;
  readonly tradeHash: string;
  readonly fills: number;
  readonly orders: number;
  readonly denied: number;
  readonly records: number;
  readonly initialBalance: number;
  readonly finalEquity: number;
};

/** The stored bars of all, cut into those of each; rows that nobody's training has seen. */
async function openTogether(
  context: AppContext,
  config: Config,
  found: readonly Candidate[],
): Promise<{ members: Array<SessionMember & { tape: MarketTape }>; unseen: { from: number; to: number } }> {
  const venues = new Set(found.flatMap(({ instruments }) => instruments?.map(({ venue }) => venue) ?? []));
  const named = config.overridden.has("data.venue") || venues.size !== 1;
  const data = {
    ...config.data,
    symbols: found.flatMap(({ symbols }) => symbols),
    timeframe: found[0].timeframe,
    ...(named ? {} : { venue: [...venues][0] }),
  };
  // Series are joined to each one's own symbols.
  const tape = await openTape(context, { ...config, data, features: { ...config.features, list: ["candle.body"] } });
  const members: Array<SessionMember & { tape: MarketTape }> = [];
  let seen = 0;
  for (const [i, one] of found.entries()) {
    const from = found.slice(0, i).reduce((sum, { symbols }) => sum + symbols.length, 0);
    const part = found.length === 1 ? tape : tapePart(tape, from, one.symbols.length);
    const member = await openMember(context, config, one, part.instruments);
    const own = await withAlternative(context, config, member.selection, part);
    if (one.manifest !== undefined) {
      requireMatch(one.manifest, own, one.what);
      seen = Math.max(seen, rowAt(tape, one.manifest.provenance.trainToMs) + 1 + config.splits.embargoBars);
    }
    seen = Math.max(seen, member.needBars);
    members.push({ ...member, tape: own });
  }
  return { members, unseen: { from: Math.min(seen, tape.bars), to: tape.bars } };
}

/** Replays strategies on the stored bars of a range; the journal is kept like that of any session. */
export async function replayStored(
  context: AppContext,
  asked: AskedMembers & { readonly name?: string },
  range: { readonly from?: string; readonly to?: string },
): Promise<Replayed> {
  const config = context.config();
  const found = candidates(context, config, asked);
  const { members, unseen } = await openTogether(context, config, found);
  const [{ tape }] = members;
  const { from, to } = rowsBetween(tape, range, unseen);
  const balance = config.backtest.initialBalance;
  const exchange = accountExchange(context, config, "live", members);
  const seed = config.seed ?? found[0].manifest?.provenance.seed ?? 0;
  const id = sessionName(found, asked.name);
  const folder = sessionFolder(config, "replay", id);
  rmSync(folder, { recursive: true, force: true });
  const journal = new SqliteJournal(join(folder, JOURNAL_FILE), { durable: false });
  try {
    const played = await replayPaper({
      members: members.map((member): ReplayMember => ({ ...member, model: member.what })),
      exchange,
      spec: specOf(members, exchange),
      from,
      to,
      balance,
      seed,
      journal,
      signal: context.signal,
      onProgress: context.progress,
    });
    const { tradeHash, fills, orders, denied, records, finalEquity } = played;
    return {
      session: `replay/${id}`,
      folder,
      model: members.map(({ what }) => what).join(", "),
      bars: to - from,
      tradeHash,
      fills,
      orders,
      denied,
      records,
      initialBalance: balance,
      finalEquity,
    };
  } finally {
    context.endProgress();
    journal.close();
  }
}
