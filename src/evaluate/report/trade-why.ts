/** @file The why of a drawn trade as the page keeps it: what was seen and wanted, what became of it, where stop and target stood. */
import type { Comparison } from "../evaluation.ts";
import { refusalText } from "../refusal-text.ts";
import type { BracketLevel, TradeNotes } from "../trade-notes.ts";
import type { Trade } from "../trades.ts";
import { significant } from "./downsample.ts";

export type TradeWhy = {
  /** The decision's time, seconds after the start. */
  readonly at: number;
  readonly size: number;
  /** Notional for size 1 by the scheme, and what was left after the limits, account currency; null where unbounded. */
  readonly scheme: number | null;
  readonly allowed: number | null;
  readonly lots: number;
  /** What the limits said, in words. */
  readonly verdicts: readonly string[];
  /** Distances of the order as shares, and bars; 0 for none. */
  readonly stop: number;
  readonly target: number;
  readonly trail: number;
  readonly maxBars: number;
  readonly value?: number;
  readonly probabilities?: Readonly<Record<string, number>>;
  readonly figures?: Readonly<Record<string, number>>;
  readonly reason?: string;
  /** `[F]` of the decision's bar, in deviations from the training part's mean. */
  readonly features?: readonly number[];
};

/** Second, stop and target; 0 for none. */
export type LevelPoint = readonly [number, number, number];

/** Changes of stop and target that are drawn for a trade. */
const MOST_LEVELS = 40;

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, significant(value)]));
}

const finite = (value: number): number | null => (Number.isFinite(value) ? significant(value) : null);

/** Undefined where the decision was not noted. @param seconds of a bar's close after the start */
export function tradeWhy(
  { notes, features: named }: Comparison,
  trade: Trade,
  seconds: (bar: number) => number,
): TradeWhy | undefined {
  const note = notes?.of(trade);
  if (note === undefined) return undefined;
  const { value, explanation, features } = note;
  // Of a window of bars the newest is what the decision was made at.
  const newest = named === undefined ? undefined : features?.subarray(features.length - named.names.length);
  return {
    at: seconds(note.bar),
    size: significant(note.size, 4),
    scheme: finite(note.schemeNotional),
    allowed: finite(note.allowedNotional),
    lots: significant(note.targetLots),
    verdicts: note.verdicts.map((name) => refusalText(`risk.${name}`)),
    stop: significant(note.stopDistance, 4),
    target: significant(note.targetDistance, 4),
    trail: significant(note.trailDistance, 4),
    maxBars: note.maxBars,
    ...(value === undefined ? {} : { value: significant(value, 4) }),
    ...(explanation?.probabilities === undefined ? {} : { probabilities: rounded(explanation.probabilities) }),
    ...(explanation?.figures === undefined ? {} : { figures: rounded(explanation.figures) }),
    ...(explanation?.reason === undefined ? {} : { reason: explanation.reason }),
    ...(newest === undefined ? {} : { features: Array.from(newest, (z) => significant(z, 3)) }),
  };
}

/** Where stop and target stood, from the entry on. A stop that moves often keeps its first, its last and even steps between. */
export function levelPoints(
  notes: TradeNotes | undefined,
  trade: Trade,
  seconds: (bar: number) => number,
  entrySecond: number,
): LevelPoint[] {
  if (notes === undefined) return [];
  const all = notes.levels(trade).filter(({ stop, target }) => stop !== 0 || target !== 0);
  const levels = all.length > 0 ? thinned(all) : bracketsOf(notes, trade);
  return levels.map(({ bar, stop, target }, i) => [
    i === 0 ? entrySecond : seconds(bar),
    significant(stop),
    significant(target),
  ]);
}

function thinned(levels: readonly BracketLevel[]): readonly BracketLevel[] {
  if (levels.length <= MOST_LEVELS) return levels;
  return Array.from(
    { length: MOST_LEVELS },
    (_, i) => levels[Math.round((i * (levels.length - 1)) / (MOST_LEVELS - 1))],
  );
}

/** Of a trade that ended in the bar of its entry, where no close saw its brackets: as the order named them. */
function bracketsOf(notes: TradeNotes, trade: Trade): BracketLevel[] {
  const note = notes.of(trade);
  if (note === undefined || trade.exitBar !== trade.entryBar) return [];
  const side = trade.side === "long" ? 1 : -1;
  const tighter = note.stopDistance === 0 ? note.trailDistance : note.stopDistance;
  const stop = tighter === 0 ? 0 : trade.entryPrice * (1 - side * tighter);
  const target = note.targetDistance === 0 ? 0 : trade.entryPrice * (1 + side * note.targetDistance);
  return stop === 0 && target === 0 ? [] : [{ bar: trade.entryBar, stop, target }];
}
