/** @file A JSON file of trading signals, as other tools write them. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import type { TradingSignal } from "../../assistant/index.ts";
import { fileError, parseDate, plainSymbol, TidemarkError } from "../../core/index.ts";

const DIRECTIONS: Readonly<Record<string, string>> = {
  long: "long",
  buy: "long",
  "1": "long",
  short: "short",
  sell: "short",
  "-1": "short",
  flat: "flat",
  close: "flat",
  "0": "flat",
  hold: "hold",
};

const rowSchema = z.looseObject({
  symbol: z.string().min(1),
  time: z.union([z.string(), z.number()]).optional(),
  timestamp: z.union([z.string(), z.number()]).optional(),
  timeMs: z.number().optional(),
  direction: z.union([z.string(), z.number()]).optional(),
  signal: z.union([z.string(), z.number()]).optional(),
  side: z.string().optional(),
  size: z.number().min(0).max(1).optional(),
  confidence: z.number().min(0).max(1).optional(),
});

/** A number of 13 digits is milliseconds, of 10 digits seconds. */
function timeOf(value: string | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return value < 1e11 ? value * 1_000 : value;
  return parseDate(value);
}

/** A list of signals, or an object that holds one under "signals". Throws FILE_ or DATA_FORMAT. */
export function readSignalFile(path: string): TradingSignal[] {
  const refuse = (what: string): never => {
    throw new TidemarkError("DATA_FORMAT", {
      what,
      where: path,
      fix: 'Give a list such as [{"symbol": "BTCUSDT", "time": "2026-01-05T10:00", "direction": "long", "confidence": 0.7}].',
    });
  };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (thrown) {
    throw fileError(thrown, path);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse("The file of signals is no JSON");
  }
  const list = Array.isArray(parsed) ? parsed : (parsed as { signals?: unknown } | null)?.signals;
  if (!Array.isArray(list)) return refuse("The file holds no list of signals");
  return list.map((row: unknown, i) => {
    const checked = rowSchema.safeParse(row);
    if (!checked.success)
      return refuse(`Signal ${i + 1}: ${checked.error.issues[0].path.join(".")} ${checked.error.issues[0].message}`);
    const { symbol, time, timestamp, timeMs, direction, signal, side, size, confidence } = checked.data;
    const at = timeOf(timeMs ?? time ?? timestamp);
    const word = String(direction ?? signal ?? side ?? "").toLowerCase();
    if (at === undefined) return refuse(`Signal ${i + 1} has no time`);
    if (DIRECTIONS[word] === undefined)
      return refuse(`Signal ${i + 1} has the direction "${word}"; known are long, short, flat, hold`);
    return {
      symbol: plainSymbol(symbol),
      timeMs: at,
      direction: DIRECTIONS[word],
      source: basename(path),
      ...(size === undefined ? {} : { size }),
      ...(confidence === undefined ? {} : { confidence }),
    };
  });
}
