/** @file From the configuration to a MarketTape: which venue, which timeframe, which range. */

import { parseDate, parseTimeframe, plainSymbol, TidemarkError, type Timeframe } from "../../core/index.ts";
import {
  type EdgeOption,
  isMultiple,
  loadTape,
  type MarketTape,
  type SetKey,
  type SyntheticOptions,
  storedKeys,
  syntheticTape,
} from "../../market/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

/** The venue that is fetched from and preferred where the configuration says "auto". */
export const DEFAULT_VENUE = "bybit";

export function configuredSymbols(config: Config): string[] {
  return [...new Set(config.data.symbols.map(plainSymbol))];
}

/** The configured range as UTC milliseconds; absent ends are open. */
export function configuredRange(config: Config): { fromMs?: number; toMs?: number } {
  const { from, to } = config.data;
  return {
    ...(from === undefined ? {} : { fromMs: parseDate(from) }),
    ...(to === undefined ? {} : { toMs: parseDate(to) }),
  };
}

/** The one venue whose stored history covers all symbols; the default venue wins where several do. */
function storedVenue(keys: readonly SetKey[], symbols: readonly string[], root: string): string {
  const venues = [...new Set(keys.map((key) => key.venue))];
  const able = venues.filter((venue) =>
    symbols.every((symbol) => keys.some((key) => key.venue === venue && key.symbol === symbol)),
  );
  if (able.length <= 1 || able.includes(DEFAULT_VENUE))
    return able.find((v) => v === DEFAULT_VENUE) ?? able[0] ?? DEFAULT_VENUE;
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `${symbols.join(", ")} are stored from several venues: ${able.join(", ")}`,
    where: root,
    fix: "Choose one with --venue.",
  });
}

/**
 * The configured timeframe, or the only stored one where symbols were named on the command line, no timeframe was, and
 * the configured one can't be made of it. What is chosen is said.
 */
function storedTimeframe(context: AppContext, config: Config, keys: readonly SetKey[]): Timeframe {
  const wanted = parseTimeframe(config.data.timeframe);
  const freely =
    !config.overridden.has("data.timeframe") &&
    (config.overridden.has("data.symbols") || !config.explicit.has("data.timeframe"));
  const stored = [...new Set(keys.map((key) => key.timeframe))];
  const possible = stored.some((timeframe) => timeframe === wanted || isMultiple(timeframe, wanted));
  if (!freely || possible || stored.length !== 1) return wanted;
  context.warn(`no ${wanted} candles of these symbols are stored; the stored ${stored[0]} candles are used.`);
  return stored[0];
}

/** The planted edge that the configuration asks for. */
export function syntheticEdge(config: Config): EdgeOption {
  return { strength: config.data.syntheticEdge, signal: config.data.syntheticSignal };
}

/** The made-up market. */
export function syntheticSettings(config: Config): SyntheticOptions {
  const { syntheticSeed: seed, syntheticBars: bars, timeframe } = config.data;
  return {
    seed,
    bars,
    timeframe: parseTimeframe(timeframe),
    symbols: configuredSymbols(config),
    edge: syntheticEdge(config),
  };
}

/** The market that the configuration describes; a made-up one says so. */
export function openTape(context: AppContext, config: Config): Promise<MarketTape> {
  if (config.data.venue === "synthetic") context.note("Synthetic market: made up from a seed, no real prices.");
  return readTape(context, config);
}

/** The same for a caller that has said already whose market it is. */
export async function readTape(context: AppContext, config: Config): Promise<MarketTape> {
  const symbols = configuredSymbols(config);
  if (config.data.venue === "synthetic") {
    return syntheticTape(syntheticSettings(config));
  }
  const root = dataRoot(config);
  const keys = storedKeys(root).filter((key) => symbols.includes(key.symbol));
  const venue = config.data.venue === "auto" ? storedVenue(keys, symbols, root) : config.data.venue;
  const timeframe = storedTimeframe(
    context,
    config,
    keys.filter((key) => key.venue === venue),
  );
  return loadTape({ root, venue, symbols, timeframe, ...configuredRange(config), onNote: context.warn });
}
