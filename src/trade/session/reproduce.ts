/**
 * @file Decisions of a past session made again from its journal alone: the same rows, the same fills, the same account, and
 * then the policy, sizing and risk as they ran. What comes out is held against what stands there, bit for bit. Where a
 * session was started anew, the strategy is built anew from what was written until then, as it was.
 */
import { canonicalJson, InvariantError } from "../../core/index.ts";
import type { Policy } from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { LiveDesk } from "../desk/live-desk.ts";
import type { LiveRows } from "../desk/live-rows.ts";
import { LiveTape } from "../desk/live-tape.ts";
import type { Entry, Target } from "../engine/entries.ts";
import type { Journal, JournalRecord } from "../journal/record.ts";
import { tapeOfHistory } from "./history.ts";
import { Strategy } from "./strategy.ts";

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
  readonly closeMs: number;
  /** What differs, such as "targets.0.lots", and both values as JSON. */
  readonly path: string;
  readonly journal: string;
  readonly again: string;
};

export type ReproduceOptions = {
  readonly journal: Journal;
  readonly strategy: string;
  readonly decision: DecisionConfig;
  readonly balance: number;
  /** Decisions at earlier closes are made, so that the policy remembers them, and not counted. */
  readonly sinceMs?: number;
  readonly policy: (live: LiveTape) => { readonly policy: Policy; readonly rows?: LiveRows };
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
};

export async function reproduce(options: ReproduceOptions): Promise<Reproduced> {
  const { journal, signal, onProgress } = options;
  let played = build(options);
  /** Where the policy of each decision began to think. */
  const begins = new Set<number>();
  for (const { entry } of journal.read(0)) {
    if (entry.kind === "decision" && entry.strategy === options.strategy && entry.saw !== undefined)
      begins.add(entry.saw);
  }
  let decisions = 0;
  let equal = 0;
  let starts = 0;
  let first: DecisionDifference | undefined;
  let thought: boolean | undefined;
  let seq = 0;
  for (const record of journal.read(0)) {
    const { entry } = record;
    if (begins.has(seq)) thought = await played.think();
    seq = record.seq;
    if (entry.kind === "started") {
      starts++;
      // What the process before it had in memory is gone: everything comes from the journal.
      if (starts > 1) played = rebuild(options, seq);
      thought = undefined;
    }
    if (entry.kind === "decision" && entry.strategy === options.strategy) {
      thought ??= await played.think();
      const targets = thought ? played.size() : [];
      thought = undefined;
      const difference = differenceOf(record as JournalRecord & { entry: Decision }, targets, played.why());
      if (entry.closeMs >= (options.sinceMs ?? 0)) {
        decisions++;
        if (difference === undefined) equal++;
        else first ??= difference;
      }
      if (difference !== undefined) played.desk.apply(entry, true);
      onProgress?.(seq, journal.lastSeq);
      signal?.throwIfAborted();
      continue;
    }
    move(played, entry);
  }
  return { decisions, equal, starts, first };
}

/** What the desk does with an entry while the session runs. */
function move(strategy: Strategy, entry: Entry): void {
  if (entry.kind === "missed" || entry.kind === "row" || entry.kind === "open") {
    strategy.desk.closeBar();
    strategy.observe();
  }
  rescale(strategy, entry);
  strategy.desk.apply(entry, false);
  strategy.apply(entry);
}

function build({ journal, strategy: name, decision, balance, policy }: ReproduceOptions): Strategy {
  for (const { entry } of journal.read(0)) {
    if (entry.kind !== "history" || entry.strategy !== name) continue;
    const tape = tapeOfHistory(entry);
    const live = new LiveTape(tape, tape.bars + rowsAfter(journal, name));
    const desk = new LiveDesk(name, live, decision.exchange);
    desk.reset(balance);
    return new Strategy({ name, live, desk, decision, ...policy(live) });
  }
  throw new InvariantError(`the journal holds the rows that ${name} began with`);
}

function rowsAfter(journal: Journal, name: string): number {
  let rows = 2;
  for (const { entry } of journal.read(0)) {
    if ((entry.kind === "row" || entry.kind === "open") && entry.strategy === name) rows++;
  }
  return rows;
}

/** As a session is taken up: decisions are read, not made. */
function rebuild(options: ReproduceOptions, until: number): Strategy {
  const strategy = build(options);
  for (const { entry, seq } of options.journal.read(0)) {
    if (seq >= until) break;
    replayed(strategy, entry);
  }
  strategy.desk.closeBar();
  return strategy;
}

/** One entry of a journal that is taken up again. */
export function replayed(strategy: Strategy, entry: Entry): void {
  if (entry.kind === "decision" || entry.kind === "missed" || entry.kind === "row" || entry.kind === "open") {
    strategy.desk.closeBar();
    strategy.observe();
  }
  rescale(strategy, entry);
  strategy.desk.apply(entry, true);
  strategy.apply(entry);
}

function rescale(strategy: Strategy, entry: Entry): void {
  if (entry.kind === "scale" && entry.strategy === strategy.name) strategy.scale = entry.factor;
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
  return found === undefined ? undefined : { seq, closeMs: entry.closeMs, ...found };
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
