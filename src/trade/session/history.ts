/** @file The rows that a session began with, as an entry of its journal: what decisions were warmed up on can be read again. */
import { deflateSync, inflateSync } from "node:zlib";
import { bytesOf, type Timeframe } from "../../core/index.ts";
import { createTape, type MarketTape } from "../../market/index.ts";
import type { Input } from "../engine/entries.ts";

type HistoryEntry = Extract<Input, { kind: "history" }>;

const COLUMNS = ["timeMs", "open", "high", "low", "close", "volume", "funding"] as const;

/** Columns as float64, deflated, in base64. */
export function historyEntry(strategy: string, tape: MarketTape): HistoryEntry {
  const cells = tape.bars * tape.symbols;
  const parts = COLUMNS.map((name) => bytesOf(tape[name].slice(0, name === "timeMs" ? tape.bars : cells)));
  const data = deflateSync(Buffer.concat([...parts, tape.present.slice(0, cells)])).toString("base64");
  return {
    kind: "history",
    strategy,
    instruments: tape.instruments,
    timeframe: tape.timeframe,
    bars: tape.bars,
    data,
  };
}

export function tapeOfHistory({ instruments, timeframe, bars, data }: HistoryEntry): MarketTape {
  const tape = createTape(instruments, timeframe as Timeframe, bars);
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
  tape.bars = bars;
  return tape;
}
