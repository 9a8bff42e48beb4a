/**
 * @file Decisions of a past session made again from its journal alone: the same rows, the same fills, the same account, and
 * then the policy, sizing and risk as they ran. What comes out is held against what stands there, bit for bit. Where a
 * session was started anew, the strategy is built anew from what was written until then, as it was.
 */
import { canonicalJson, InvariantError } from "../../core/index.ts";
import type { ExchangeConfig } from "../../exchange/index.ts";
import type { Entry, Target } from "../engine/entries.ts";
import type { Journal, JournalRecord } from "../journal/record.ts";
import { historiesOf } from "./history.ts";
import { type Member, Portfolio } from "./portfolio.ts";

type Decision = Extract<Entry, { kind: "decision" }>;

export type Reproduced = {
  readonly decisions: number;
  readonly equal: number;
  /** How often the session was started. */
  readonly starts: number;
  /** The first that came out otherwise. */
  readonly first: DecisionDifference | undefined;
};

export type DecisionDifference = {
  readonly seq: number;
  readonly strategy: string;
  readonly closeMs: number;
  /** What differs, such as "targets.0.lots", and both values as JSON. */
  readonly path: string;
  readonly journal: string;
  readonly again: string;
};

export type ReproduceOptions = {
  readonly journal: Journal;
  /** Name of the rows of all strategies; that of the strategy where there is one. */
  readonly rows: string;
  readonly members: readonly Member[];
  readonly exchange: ExchangeConfig;
  readonly balance: number;
  /** Decisions at earlier closes are made, so that the policy remembers them, and not counted. */
  readonly sinceMs?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
};

export async function reproduce(options: ReproduceOptions): Promise<Reproduced> {
  const { journal, signal, onProgress } = options;
  let played = build(options);
  /** Who began to think after which record. */
  const begins = new Map<number, string>();
  for (const { entry } of journal.read(0)) {
    if (entry.kind === "decision" && entry.saw !== undefined) begins.set(entry.saw, entry.strategy);
  }
  let decisions = 0;
  let equal = 0;
  let starts = 0;
  let first: DecisionDifference | undefined;
  let thought: boolean | undefined;
  let seq = 0;
  for (const record of journal.read(0)) {
    const { entry } = record;
    const thinker = begins.get(seq);
    if (thinker !== undefined) thought = await played.strategyNamed(thinker)?.think();
    seq = record.seq;
    if (entry.kind === "started") {
      starts++;
      // What the process before it had in memory is gone: everything comes from the journal.
      if (starts > 1) played = rebuild({ ...options, members: underRules(options.members, entry) }, seq);
      thought = undefined;
    }
    const strategy = entry.kind === "decision" ? played.strategyNamed(entry.strategy) : undefined;
    if (entry.kind !== "decision" || strategy === undefined) {
      move(played, entry);
      continue;
    }
    thought ??= await strategy.think();
    const targets = thought ? strategy.size() : [];
    thought = undefined;
    const difference = differenceOf(record as JournalRecord & { entry: Decision }, targets, strategy.why());
    if (entry.closeMs >= (options.sinceMs ?? 0)) {
      decisions++;
      if (difference === undefined) equal++;
      else first ??= difference;
    }
    if (difference !== undefined) played.desk.apply(entry, true);
    onProgress?.(seq, journal.lastSeq);
    signal?.throwIfAborted();
  }
  return { decisions, equal, starts, first };
}

/** A process that takes a session up decides by the rules that its configuration has then. */
function underRules(members: readonly Member[], { decisions }: Extract<Entry, { kind: "started" }>): Member[] {
  return members.map((member) => ({
    ...member,
    decision: (decisions?.[member.name] as Member["decision"] | undefined) ?? member.decision,
  }));
}

/** What an account does with an entry while the session runs. */
function move(portfolio: Portfolio, entry: Entry): void {
  if (entry.kind === "missed" || entry.kind === "row" || entry.kind === "open") catchUp(portfolio);
  portfolio.apply(entry, false);
}

function catchUp(portfolio: Portfolio): void {
  portfolio.desk.closeBar();
  portfolio.observe();
}

function build({ journal, rows, members, exchange, balance }: ReproduceOptions): Portfolio {
  const histories = historiesOf(
    journal,
    members.map(({ name }) => name),
  );
  if (histories === undefined) throw new InvariantError(`the journal holds the rows that ${rows} began with`);
  return new Portfolio({ name: rows, members, histories, room: rowsIn(journal), exchange, balance });
}

/** The most rows that were there at once beside those that the session began with, and room for two more. */
export function rowsIn(journal: Pick<Journal, "read">): number {
  let [rows, most] = [0, 0];
  let begun = false;
  for (const { entry } of journal.read(0)) {
    if (entry.kind === "compacted") rows -= entry.rows;
    const isRow = entry.kind === "row" && !entry.late;
    if (entry.kind === "open" || (isRow && !begun)) rows++;
    if (entry.kind === "open" || isRow) begun = entry.kind === "open";
    most = Math.max(most, rows);
  }
  return most + 2;
}

/** As a session is taken up: decisions are read, not made. */
function rebuild(options: ReproduceOptions, until: number): Portfolio {
  const portfolio = build(options);
  for (const { entry, seq } of options.journal.read(0)) {
    if (seq >= until) break;
    replayed(portfolio, entry);
  }
  portfolio.desk.closeBar();
  return portfolio;
}

/** One entry of a journal that is taken up again. */
export function replayed(portfolio: Portfolio, entry: Entry): void {
  if (entry.kind === "decision" || entry.kind === "missed" || entry.kind === "row" || entry.kind === "open") {
    catchUp(portfolio);
  }
  portfolio.apply(entry, true);
}

function differenceOf(
  { seq, entry }: JournalRecord & { readonly entry: Decision },
  targets: readonly Target[],
  why: Decision["why"],
): DecisionDifference | undefined {
  // Journals from before decisions told their reasons are held to their targets.
  const known = { targets: entry.targets, ...(entry.why === undefined ? {} : { why: entry.why }) };
  const made = { targets, ...(entry.why === undefined ? {} : { why }) };
  const found = firstDifference("", JSON.parse(JSON.stringify(known)), JSON.parse(JSON.stringify(made)));
  return found === undefined ? undefined : { seq, strategy: entry.strategy, closeMs: entry.closeMs, ...found };
}

/** The first place where two values of JSON differ, in the order of the first one's keys. */
export function firstDifference(
  path: string,
  journal: unknown,
  again: unknown,
): { readonly path: string; readonly journal: string; readonly again: string } | undefined {
  if (isNode(journal) && isNode(again) && Array.isArray(journal) === Array.isArray(again)) {
    for (const key of new Set([...Object.keys(journal), ...Object.keys(again)])) {
      const found = firstDifference(path === "" ? key : `${path}.${key}`, journal[key], again[key]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const [a, b] = [journal, again].map((value) => (value === undefined ? "nothing" : canonicalJson(value)));
  return a === b ? undefined : { path, journal: a, again: b };
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
