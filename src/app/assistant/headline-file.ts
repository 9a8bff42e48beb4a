/** @file A JSON file of headlines, as feed readers and other tools write them. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import type { Headline } from "../../assistant/index.ts";
import { fileError, parseDate, plainSymbol, SECOND_MS, TidemarkError } from "../../core/index.ts";
import { linkEntities, scoreByRules } from "../../text/index.ts";

const rowSchema = z.looseObject({
  title: z.string().min(1),
  time: z.union([z.string(), z.number()]).optional(),
  published: z.union([z.string(), z.number()]).optional(),
  publishedMs: z.number().optional(),
  publisher: z.string().optional(),
  source: z.string().optional(),
  symbols: z.array(z.string()).default([]),
  score: z.number().min(-1).max(1).optional(),
});

/** Of a symbol its coin: "BTCUSDT" and "BTC/USDT" are "BTC". */
const baseOf = (symbol: string): string => plainSymbol(symbol).replace(/(?:USDT|USDC|USD|EUR)$/, "");

/** A number of 13 digits is milliseconds, of 10 digits seconds. */
function timeOf(value: string | number | undefined): number | undefined {
  if (typeof value === "number") return value < 1e11 ? value * SECOND_MS : value;
  return value === undefined ? undefined : parseDate(value);
}

/**
 * A list of headlines, or an object that holds one under "headlines". Those without a coin are about the coins that their words
 * name, those without a score are scored by the rules. Throws FILE_ or DATA_FORMAT.
 * @param coins that words may name, such as "BTC"
 */
export function readHeadlineFile(path: string, coins: readonly string[]): Headline[] {
  const refuse = (what: string): never => {
    throw new TidemarkError("DATA_FORMAT", {
      what,
      where: path,
      fix: 'Give a list such as [{"title": "Bitcoin rises", "time": "2026-01-05T10:00", "publisher": "A feed", "symbols": ["BTC"]}].',
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
    return refuse("The file of headlines is no JSON");
  }
  const list = Array.isArray(parsed) ? parsed : (parsed as { headlines?: unknown } | null)?.headlines;
  if (!Array.isArray(list)) return refuse("The file holds no list of headlines");
  return list.map((row: unknown, i) => {
    const checked = rowSchema.safeParse(row);
    if (!checked.success)
      return refuse(`Headline ${i + 1}: ${checked.error.issues[0].path.join(".")} ${checked.error.issues[0].message}`);
    const { title, time, published, publishedMs, publisher, source, symbols, score } = checked.data;
    const at = timeOf(publishedMs ?? time ?? published);
    if (at === undefined || !Number.isFinite(at)) return refuse(`Headline ${i + 1} has no time`);
    return {
      title,
      publisher: publisher ?? source ?? basename(path),
      publishedMs: at,
      coins: symbols.length > 0 ? symbols.map(baseOf) : linkEntities(title, coins),
      score: score ?? scoreByRules(title).score,
    };
  });
}
