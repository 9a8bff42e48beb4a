/** @file What was tried on a market: the project's ledger of looks and searches, and why a test is shorter than asked for. */
import { join } from "node:path";
import { DAY_MS, formatDay, toError } from "../../core/index.ts";
import {
  appendLedger,
  type BacktestResult,
  countTrials,
  type Evaluation,
  LEDGER_FILE,
  type LedgerLook,
  type LedgerSearch,
  lookOf,
  type RangeCut,
  readLedger,
  type TrialCount,
} from "../../evaluate/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { storedRanges } from "../data/ranges.ts";

export function ledgerPath(config: Config): string {
  return join(config.folder, LEDGER_FILE);
}

/** Notes the run in the ledger and counts all that was tried on its bars. A ledger that can't be written is a warning. */
export function countLook(
  context: AppContext,
  config: Config,
  { result, statistics: s }: Evaluation,
  subject: string,
): TrialCount {
  const sharpe = s.sharpe === null ? null : s.sharpe / Math.sqrt(s.periodsPerYear);
  const own = lookOf(result, subject, { sharpe, periods: s.count });
  const path = ledgerPath(config);
  const { entries, unreadable } = readLedger(path);
  if (unreadable > 0) context.warn(`${unreadable} lines of ${path} can't be read: what they counted is not counted.`);
  const known = entries.some((entry) => entry.kind === "look" && isSameLook(entry, own));
  if (!known && result.fills.length > 0) {
    try {
      appendLedger(path, own);
    } catch (thrown) {
      context.warn(`This look could not be noted in the ledger: ${toError(thrown).message}`);
    }
  }
  return countTrials(entries, own);
}

/** Where a search looked, and how often. */
type Searched = Pick<LedgerSearch, "data" | "symbols" | "timeframe" | "fromMs" | "toMs" | "study" | "trials" | "looks">;

/** A search is counted by whatever is tested on its market later. A ledger that can't be written is a warning. */
export function noteSearch(context: AppContext, config: Config, searched: Searched): void {
  try {
    appendLedger(ledgerPath(config), { kind: "search", ...searched });
  } catch (thrown) {
    context.warn(`This search could not be noted in the ledger: ${toError(thrown).message}`);
  }
}

/** The same of one whose trials were played on the bars of a tape before `to`. */
export function noteSearchOn(
  context: AppContext,
  config: Config,
  tape: MarketTape,
  count: Pick<Searched, "study" | "trials" | "looks">,
  to = tape.bars,
): void {
  noteSearch(context, config, {
    data: tape.fingerprint,
    symbols: tape.instruments.map(({ symbol }) => symbol),
    timeframe: tape.timeframe,
    fromMs: tape.timeMs[0],
    toMs: tape.timeMs[to - 1],
    ...count,
  });
}

function isSameLook(a: LedgerLook, b: LedgerLook): boolean {
  return a.tradeHash === b.tradeHash && a.fromMs === b.fromMs && a.toMs === b.toMs;
}

/** What was asked for; open ends are absent. */
export type AskedRange = { readonly fromMs?: number; readonly toMs?: number };

/** Undefined where all that was asked for was tested. */
export async function rangeCut(
  config: Config,
  tape: MarketTape,
  asked: AskedRange,
  result: BacktestResult,
): Promise<RangeCut | undefined> {
  const { curve, barMs } = result;
  const fromMs = curve.timeMs[0] - barMs;
  const toMs = curve.timeMs[curve.length - 1];
  const slack = Math.max(DAY_MS, 2 * barMs);
  const late = asked.fromMs !== undefined && fromMs - asked.fromMs > slack;
  const early = asked.toMs !== undefined && asked.toMs - toMs > slack;
  if (!late && !early) return undefined;
  const stored = await storedRanges(dataRoot(config), tape);
  const reasons = stored.flatMap(({ symbol, firstMs, lastMs }) => [
    ...(late && firstMs - (asked.fromMs ?? 0) > slack ? [`${symbol} begins ${formatDay(firstMs)}`] : []),
    ...(early && (asked.toMs ?? 0) - lastMs > slack ? [`${symbol} ends ${formatDay(lastMs)}`] : []),
  ]);
  if (reasons.length === 0) reasons.push("the features and the network need the bars before it to warm up");
  return { askedFromMs: asked.fromMs ?? null, askedToMs: asked.toMs ?? null, reasons };
}
