/** @file Small candle files for tests: a seeded walk, written the way venues write them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../src/core/index.ts";

export type WalkOptions = { readonly bars: number; readonly barMs?: number; readonly seed?: number };

/** Rows "timestamp,open,high,low,close,volume" from 2025-01-01, oldest first, under a header. */
export function walkRows({ bars, barMs = 300_000, seed = 1 }: WalkOptions): string[] {
  const random = new Random(seed);
  const rows: string[] = [];
  let close = 100;
  for (let i = 0; i < bars; i++) {
    const open = close;
    close = open * Math.exp(0.002 * random.normal());
    const high = Math.max(open, close) * 1.0005;
    const low = Math.min(open, close) * 0.9995;
    const prices = [open, high, low, close].map((price) => price.toFixed(4));
    rows.push([Date.UTC(2025, 0, 1) + i * barMs, ...prices, (10 + 5 * random.uniform()).toFixed(3)].join(","));
  }
  return rows;
}

export const HEADER = "timestamp,open,high,low,close,volume";

/** Writes a walk and returns the file's path. */
export function writeWalk(folder: string, name: string, options: WalkOptions): string {
  const path = join(folder, name);
  writeFileSync(path, `${[HEADER, ...walkRows(options)].join("\n")}\n`);
  return path;
}
