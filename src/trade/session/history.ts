/** @file The rows that a session began with, as an entry of its journal: what decisions were warmed up on can be read again. */
import { deflateSync, inflateSync } from "node:zlib";
import { bytesOf, type Timeframe } from "../../core/index.ts";
import { createTape, MARK_COLUMNS, type MarketTape, mapColumns, missingColumns } from "../../market/index.ts";
import type { Entry, Input } from "../engine/entries.ts";

type HistoryEntry = Extract<Input, { kind: "history" }>;

const COLUMNS = ["timeMs", "open", "high", "low", "close", "volume", "funding"] as const;
/** Only where the tape has them. */
const OPTIONAL = ["rate", "fundingAtOpen", "fundingWithin", ...MARK_COLUMNS] as const;

/** Columns as float64, deflated, in base64; what a tape need not have is behind the rest, alternative series last. */
export function historyEntry(strategy: string, tape: MarketTape): HistoryEntry {
  const cells = tape.bars * tape.symbols;
  const parts = COLUMNS.map((name) => bytesOf(tape[name].slice(0, name === "timeMs" ? tape.bars : cells)));
  const extra = OPTIONAL.filter((name) => tape[name] !== undefined);
  const { alternative } = tape;
  const optional = extra.map((name) => tape[name] as Float64Array);
  const joined = [...(alternative?.value ?? []), ...(alternative?.age ?? [])];
  const more = [...optional, ...joined].map((own) => bytesOf(own.slice(0, cells)));
  const data = deflateSync(Buffer.concat([...parts, tape.present.slice(0, cells), ...more])).toString("base64");
  return {
    kind: "history",
    strategy,
    instruments: tape.instruments,
    timeframe: tape.timeframe,
    bars: tape.bars,
    ...(extra.length === 0 ? {} : { extra }),
    data,
    ...(alternative === undefined ? {} : { alternative: alternative.series }),
  };
}

export function tapeOfHistory({
  instruments,
  timeframe,
  bars,
  extra = [],
  data,
  alternative,
}: HistoryEntry): MarketTape {
  const cells = bars * instruments.length;
  const known = createTape(instruments, timeframe as Timeframe, bars);
  const added = Object.fromEntries(extra.map((name) => [name, new Float64Array(cells)]));
  const tape: MarketTape = { ...known, ...added };
  const bytes = inflateSync(Buffer.from(data, "base64"));
  let offset = 0;
  const next = (length: number): Float64Array => {
    // A copy, since the slice need not begin at a multiple of eight.
    const read = new Float64Array(Uint8Array.from(bytes.subarray(offset, offset + 8 * length)).buffer);
    offset += 8 * length;
    return read;
  };
  for (const name of COLUMNS) tape[name].set(next(name === "timeMs" ? bars : cells));
  tape.present.set(bytes.subarray(offset, offset + cells));
  offset += cells;
  for (const name of extra) tape[name]?.set(next(cells));
  tape.bars = bars;
  if (alternative === undefined) return tape;
  const empty = missingColumns(alternative, cells, (length) => new Float64Array(length));
  // All values come before all ages, in the order in which they are mapped.
  return { ...tape, alternative: mapColumns(empty, () => next(cells)) };
}

/** The rows that each of the strategies began with, or undefined where the journal lacks those of any. */
export function historiesOf(
  journal: { read(seq: number): Iterable<{ readonly entry: Entry }> },
  strategies: readonly string[],
): MarketTape[] | undefined {
  const found = new Map<string, MarketTape>();
  for (const { entry } of journal.read(0)) {
    if (entry.kind === "history") found.set(entry.strategy, tapeOfHistory(entry));
    if (found.size === strategies.length) break;
  }
  const tapes = strategies.flatMap((name) => found.get(name) ?? []);
  return tapes.length === strategies.length ? tapes : undefined;
}
