/** @file The rows that a session began with, as an entry of its journal: what decisions were warmed up on can be read again. */
import { deflateSync, inflateSync } from "node:zlib";
import { bytesOf, type Timeframe } from "../../core/index.ts";
import { createTape, type MarketTape } from "../../market/index.ts";
import type { Input } from "../engine/entries.ts";

type HistoryEntry = Extract<Input, { kind: "history" }>;

const COLUMNS = ["timeMs", "open", "high", "low", "close", "volume", "funding"] as const;
/** Only where the tape has them. */
const OPTIONAL = ["rate", "fundingAtOpen", "fundingWithin"] as const;

/** Columns as float64, deflated, in base64. */
export function historyEntry(strategy: string, tape: MarketTape): HistoryEntry {
  const cells = tape.bars * tape.symbols;
  const parts = COLUMNS.map((name) => bytesOf(tape[name].slice(0, name === "timeMs" ? tape.bars : cells)));
  const extra = OPTIONAL.filter((name) => tape[name] !== undefined);
  const more = extra.map((name) => bytesOf((tape[name] as Float64Array).slice(0, cells)));
  const data = deflateSync(Buffer.concat([...parts, tape.present.slice(0, cells), ...more])).toString("base64");
  return {
    kind: "history",
    strategy,
    instruments: tape.instruments,
    timeframe: tape.timeframe,
    bars: tape.bars,
    ...(extra.length === 0 ? {} : { extra }),
    data,
  };
}

export function tapeOfHistory({ instruments, timeframe, bars, extra = [], data }: HistoryEntry): MarketTape {
  const known = createTape(instruments, timeframe as Timeframe, bars);
  const added = Object.fromEntries(extra.map((name) => [name, new Float64Array(bars * instruments.length)]));
  const tape: MarketTape = { ...known, ...added };
  const bytes = inflateSync(Buffer.from(data, "base64"));
  const cells = bars * instruments.length;
  let offset = 0;
  for (const name of COLUMNS) {
    const length = (name === "timeMs" ? bars : cells) * 8;
    // A copy, since the slice need not begin at a multiple of eight.
    tape[name].set(new Float64Array(Uint8Array.from(bytes.subarray(offset, offset + length)).buffer));
    offset += length;
  }
  tape.present.set(bytes.subarray(offset, offset + cells));
  offset += cells;
  for (const name of extra) {
    tape[name]?.set(new Float64Array(Uint8Array.from(bytes.subarray(offset, offset + cells * 8)).buffer));
    offset += cells * 8;
  }
  tape.bars = bars;
  return tape;
}
