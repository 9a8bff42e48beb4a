/**
 * @file The ledger of looks: one line for every result that was seen of a stretch of market, and for every search. Whoever
 * looks often enough finds something; how often was looked is counted here and nowhere forgotten. It is a file of the
 * project, appended to and never rewritten.
 */
import { appendFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { ensureFolder, fileError, readTextIfPresent } from "../core/index.ts";
import type { BacktestResult } from "./record.ts";

/** What was looked at: symbols of a venue and the bars between two open times, UTC milliseconds. */
const stretchShape = {
  data: z.string(),
  symbols: z.array(z.string()),
  fromMs: z.number(),
  toMs: z.number(),
  timeframe: z.string(),
};

const lookSchema = z.looseObject({
  kind: z.literal("look"),
  ...stretchShape,
  /** Model or rule. */
  subject: z.string(),
  tradeHash: z.string(),
  /** Of one headline period, not annualized; null without variance. */
  sharpe: z.number().nullable(),
  periods: z.number(),
});

const searchSchema = z.looseObject({
  kind: z.literal("search"),
  ...stretchShape,
  study: z.string(),
  trials: z.number(),
  /** Results that were seen inside the trials, all together. */
  looks: z.number(),
});

const entrySchema = z.union([lookSchema, searchSchema]);
export type LedgerLook = z.infer<typeof lookSchema>;
export type LedgerSearch = z.infer<typeof searchSchema>;
export type LedgerEntry = LedgerLook | LedgerSearch;

export const LEDGER_FILE = "ledger.jsonl";

/** Every entry that can be read; a line that can't is counted. None where there is no ledger yet. */
export function readLedger(path: string): { readonly entries: readonly LedgerEntry[]; readonly unreadable: number } {
  const lines = (readTextIfPresent(path) ?? "").split("\n").filter((line) => line !== "");
  const entries: LedgerEntry[] = [];
  for (const line of lines) {
    const parsed = entrySchema.safeParse(jsonOrUndefined(line));
    if (parsed.success) entries.push(parsed.data);
  }
  return { entries, unreadable: lines.length - entries.length };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Appends one entry. Throws FILE_UNWRITABLE or DISK_FULL. */
export function appendLedger(path: string, entry: LedgerEntry): void {
  ensureFolder(dirname(path));
  try {
    appendFileSync(path, `${JSON.stringify(entry)}\n`);
  } catch (thrown) {
    throw fileError(thrown, path);
  }
}

/** A run as an entry. */
export function lookOf(
  result: BacktestResult,
  subject: string,
  record: Pick<LedgerLook, "sharpe" | "periods">,
): LedgerLook {
  const { curve, barMs, instruments, timeframe, dataFingerprint, tradeHash } = result;
  return {
    kind: "look",
    data: dataFingerprint,
    symbols: instruments.map(({ symbol }) => symbol),
    timeframe,
    fromMs: curve.timeMs[0] - barMs,
    toMs: curve.timeMs[curve.length - 1],
    subject,
    tradeHash,
    ...record,
  };
}

export type TrialCount = {
  /** Different results that were seen of these bars, this one included. */
  readonly looks: number;
  /** Searches on these symbols, their trials, and the results seen inside them. */
  readonly searches: number;
  readonly searchTrials: number;
  readonly searchLooks: number;
  /** All that was tried: looks at the unseen bars and looks inside searches. */
  readonly total: number;
  /** Of the looks' Sharpe ratios a period; null under three looks of like length. */
  readonly deviation: number | null;
};

/**
 * What was tried on the market of `own`, which need not be in the ledger yet: looks whose bars overlap with its own in any
 * symbol, each different result once, and all searches on any of its symbols.
 */
export function countTrials(entries: readonly LedgerEntry[], own: LedgerLook): TrialCount {
  const shared = (entry: LedgerEntry): boolean => entry.symbols.some((symbol) => own.symbols.includes(symbol));
  const looks = new Map<string, LedgerLook>([[own.tradeHash, own]]);
  let searches = 0;
  let searchTrials = 0;
  let searchLooks = 0;
  const studies = new Map<string, LedgerSearch>();
  for (const entry of entries) {
    if (!shared(entry)) continue;
    if (entry.kind === "search") studies.set(entry.study, entry);
    else if (entry.fromMs < own.toMs && entry.toMs > own.fromMs && !looks.has(entry.tradeHash)) {
      looks.set(entry.tradeHash, entry);
    }
  }
  for (const { trials, looks: seen } of studies.values()) {
    searches++;
    searchTrials += trials;
    searchLooks += Math.max(trials, seen);
  }
  const ratios = [...looks.values()].flatMap(({ sharpe, periods }) =>
    sharpe !== null && periods >= own.periods / 2 && periods <= own.periods * 2 ? [sharpe] : [],
  );
  return {
    looks: looks.size,
    searches,
    searchTrials,
    searchLooks,
    total: looks.size + searchLooks,
    deviation: ratios.length < 3 ? null : spreadOf(ratios),
  };
}

function spreadOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
