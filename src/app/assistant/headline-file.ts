/** @file A JSON file of headlines, as feed readers and other tools write them. */
import { basename } from "node:path";
import { z } from "zod";
import type { Headline } from "../../assistant/index.ts";
import { plainSymbol } from "../../core/index.ts";
import { linkEntities, scoreByRules } from "../../text/index.ts";
import { readJsonRows, rowTime } from "./json-rows.ts";

const KIND = {
  list: "headlines",
  one: "Headline",
  schema: z.looseObject({
    title: z.string().min(1),
    time: z.union([z.string(), z.number()]).optional(),
    published: z.union([z.string(), z.number()]).optional(),
    publishedMs: z.number().optional(),
    publisher: z.string().optional(),
    source: z.string().optional(),
    symbols: z.array(z.string()).default([]),
    score: z.number().min(-1).max(1).optional(),
  }),
  fix: 'Give a list such as [{"title": "Bitcoin rises", "time": "2026-01-05T10:00", "publisher": "A feed", "symbols": ["BTC"]}].',
};

/** Of a symbol its coin: "BTCUSDT" and "BTC/USDT" are "BTC". */
const baseOf = (symbol: string): string => plainSymbol(symbol).replace(/(?:USDT|USDC|USD|EUR)$/, "");

/**
 * A list of headlines, or an object that holds one under "headlines". Those without a coin are about the coins that their words
 * name, those without a score are scored by the rules. Throws FILE_ or DATA_FORMAT.
 * @param coins that words may name, such as "BTC"
 */
export function readHeadlineFile(path: string, coins: readonly string[]): Headline[] {
  return readJsonRows(path, KIND, (row, refuse) => {
    const { title, time, published, publishedMs, publisher, source, symbols, score } = row;
    return {
      title,
      publisher: publisher ?? source ?? basename(path),
      publishedMs: rowTime(publishedMs ?? time ?? published, refuse),
      coins: symbols.length > 0 ? symbols.map(baseOf) : linkEntities(title, coins),
      score: score ?? scoreByRules(title).score,
    };
  });
}
