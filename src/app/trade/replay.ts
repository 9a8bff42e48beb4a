/** @file `tidemark paper --replay`: a model's paper session on stored bars, beside the backtest of the same range. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { backtest } from "../../evaluate/index.ts";
import { computeFeatures } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { openPolicy, type PolicyModel, rowsOfTape, selectionOf } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import {
  JOURNAL_FILE,
  type Journal,
  LiveRows,
  type LiveTape,
  MemoryJournal,
  type ReplayResult,
  replayPaper,
  SqliteJournal,
} from "../../trade/index.ts";
import type { AppContext } from "../context.ts";
import { rowsBetween } from "../data/range.ts";
import { openModel } from "../models/open.ts";
import { sessionFolder } from "./settings.ts";

/** Rows that a model's memory and windows may look back on. */
const KEPT_ROWS = 8_192;

/** The model for a tape that grows: features row by row, by the pipeline that trains. */
export function livePolicy(model: PolicyModel, live: LiveTape) {
  const { manifest } = model;
  const rows = new LiveRows(selectionOf(manifest), manifest.normalizer, live.tape, KEPT_ROWS);
  return { policy: openPolicy(model, rows), rows };
}

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
  const paper = await playPaper(run, new MemoryJournal(), signal);
  return {
    name: `paper: ${policy.name}`,
    equal: paper.tradeHash === tested.tradeHash && paper.finalEquity === tested.finalEquity,
    backtestHash: tested.tradeHash,
    paperHash: paper.tradeHash,
    fills: paper.fills,
    orders: paper.orders,
  };
}

function playPaper(
  run: PaperRun,
  journal: Journal,
  signal: AbortSignal | undefined,
  onProgress?: AppContext["progress"],
  id?: string,
): Promise<ReplayResult> {
  return replayPaper({
    ...run,
    ...(id === undefined ? {} : { spec: { model: id, fingerprint: run.model.manifest.features.fingerprint } }),
    policy: (live) => livePolicy(run.model, live),
    journal,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
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

/** Replays a model on the stored bars of a range; its journal is kept like that of any session. */
export async function replayModel(
  context: AppContext,
  given: string,
  range: { readonly from?: string; readonly to?: string },
): Promise<Replayed> {
  const config = context.config();
  const { model, tape, decision, unseen, seed, id } = await openModel(context, config, given);
  const { from, to } = rowsBetween(tape, range, unseen);
  const balance = config.backtest.initialBalance;
  const folder = sessionFolder(config, "replay", id);
  rmSync(folder, { recursive: true, force: true });
  const journal = new SqliteJournal(join(folder, JOURNAL_FILE), { durable: false });
  try {
    const played = await playPaper(
      { model, tape, decision, from, to, balance, seed },
      journal,
      context.signal,
      context.progress,
      id,
    );
    const { tradeHash, fills, orders, denied, records, finalEquity } = played;
    return {
      session: `replay/${id}`,
      folder,
      model: id,
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
