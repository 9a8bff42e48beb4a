/** @file A JSON file of trading signals, as other tools write them. */
import { basename } from "node:path";
import { z } from "zod";
import type { TradingSignal } from "../../assistant/index.ts";
import { plainSymbol } from "../../core/index.ts";
import { readJsonRows, rowTime } from "./json-rows.ts";

const DIRECTIONS: ReadonlyMap<string, string> = new Map([
  ["long", "long"],
  ["buy", "long"],
  ["1", "long"],
  ["short", "short"],
  ["sell", "short"],
  ["-1", "short"],
  ["flat", "flat"],
  ["close", "flat"],
  ["0", "flat"],
  ["hold", "hold"],
]);

const KIND = {
  list: "signals",
  one: "Signal",
  schema: z.looseObject({
    symbol: z.string().min(1),
    time: z.union([z.string(), z.number()]).optional(),
    timestamp: z.union([z.string(), z.number()]).optional(),
    timeMs: z.number().optional(),
    direction: z.union([z.string(), z.number()]).optional(),
    signal: z.union([z.string(), z.number()]).optional(),
    side: z.string().optional(),
    size: z.number().min(0).max(1).optional(),
    confidence: z.number().min(0).max(1).optional(),
  }),
  fix: 'Give a list such as [{"symbol": "BTCUSDT", "time": "2026-01-05T10:00", "direction": "long", "confidence": 0.7}].',
};

/** A list of signals, or an object that holds one under "signals". Throws FILE_ or DATA_FORMAT. */
export function readSignalFile(path: string): TradingSignal[] {
  return readJsonRows(path, KIND, (row, refuse) => {
    const { symbol, time, timestamp, timeMs, direction, signal, side, size, confidence } = row;
    const word = String(direction ?? signal ?? side ?? "").toLowerCase();
    return {
      symbol: plainSymbol(symbol),
      timeMs: rowTime(timeMs ?? time ?? timestamp, refuse),
      direction:
        DIRECTIONS.get(word) ??
        refuse(`has the direction "${word}"; known are ${[...new Set(DIRECTIONS.values())].join(", ")}`),
      source: basename(path),
      ...(size === undefined ? {} : { size }),
      ...(confidence === undefined ? {} : { confidence }),
    };
  });
}
