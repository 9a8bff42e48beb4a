/** @file The sources of alternative series, opened with what the environment and .env say. */
import { plainSymbol, splitSymbol } from "../../core/index.ts";
import { MARKET_KEY, type SeriesSpec } from "../../market/index.ts";
import {
  type AlternativeSource,
  alternativeSources,
  type HeadlineSource,
  headlineSources,
  type SourceOptions,
} from "../../venues/index.ts";
import { secretValues } from "../config/environment.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { configuredSymbols } from "./market.ts";

/** Every source there is, those that lack their key too. Throws CONFIG_VALUE for an address that is none. */
export function openSources(
  context: AppContext,
  config: Config,
  more: Partial<SourceOptions> = {},
): readonly AlternativeSource[] {
  return alternativeSources({ environment: sourceEnvironment(context, config), clock: context.clock, ...more });
}

/** Where headlines come from, the feeds of the configuration too. Throws CONFIG_VALUE for an address that is none. */
export function openFeeds(
  context: Pick<AppContext, "environment" | "clock">,
  config: Config,
): readonly HeadlineSource[] {
  return headlineSources({ environment: sourceEnvironment(context, config), clock: context.clock }, config.data.feeds);
}

/** Addresses from the environment, credentials from it or from .env. */
function sourceEnvironment(
  { environment }: Pick<AppContext, "environment">,
  config: Config,
): SourceOptions["environment"] {
  return { ...environment, ...Object.fromEntries(secretValues(environment, config.folder)) };
}

/** The symbols, coins, or the market as a whole that a series is kept for, of the configured symbols. */
export function keysOf({ of }: SeriesSpec, config: Config): readonly string[] {
  if (of === "market") return [MARKET_KEY];
  const symbols = configuredSymbols(config).map(plainSymbol);
  if (of === "symbol") return symbols;
  return [...new Set(symbols.map((symbol) => splitSymbol(symbol).base))];
}
