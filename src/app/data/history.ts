/** @file History of a venue into the store; only what is missing is asked for. */
import { DAY_MS, formatDay, parseTimeframe, TidemarkError } from "../../core/index.ts";
import { type Collected, type MarketSource, MarketStore, syntheticSource, venueSource } from "../../market/index.ts";
import { type BybitOptions, bybitVenue, ccxtVenue, type HistoryVenue } from "../../venues/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { jointProgress } from "./joint-progress.ts";
import { configuredRange, configuredSymbols, DEFAULT_VENUE, syntheticSettings } from "./market.ts";

/** Where a client of a venue finds it and how patient it is; its own patience where nothing is said. */
type Patience = Pick<BybitOptions, "timeoutMs" | "maxAttempts" | "onRetry" | "environment">;

/** The venue by name: Bybit by our own client, any other through ccxt. */
function openVenue(config: Config, patience: Patience): HistoryVenue {
  const name = venueName(config);
  if (name === "csv") {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "Imported files can't be fetched",
      fix: "Use `tidemark import`, or another --venue.",
    });
  }
  const { kind } = config.data;
  if (kind !== "spot" && kind !== "perpetual") {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `No venue is asked for history of a ${kind}`,
      where: "data.kind",
      fix: "Import its files with `tidemark import`, or fetch with --kind perpetual or --kind spot.",
    });
  }
  if (name === DEFAULT_VENUE) return bybitVenue({ ...patience, category: kind === "spot" ? "spot" : "linear" });
  return ccxtVenue({ ...patience, id: name, kind });
}

function sourceOf(context: AppContext, config: Config): MarketSource {
  const timeframe = parseTimeframe(config.data.timeframe);
  const symbols = configuredSymbols(config);
  if (config.data.venue === "synthetic") {
    return syntheticSource(syntheticSettings(config));
  }
  return venueSource({
    venue: openVenue(config, { environment: context.environment, onRetry: tellingRetries(context, venueName(config)) }),
    symbols,
    timeframe,
    marks: config.data.markPrice,
    ...fetchedRange(config, context.clock.nowMs()),
  });
}

/** Says once what several symbols find out at the same time: that the venue does not answer, and which try comes next. */
function tellingRetries(context: AppContext, venue: string): NonNullable<BybitOptions["onRetry"]> {
  let last = "";
  return ({ reason, attempt, maxAttempts }) => {
    const text = `${venue}: ${reason}; try ${attempt} of ${maxAttempts}`;
    if (text !== last) context.note(text);
    last = text;
  };
}

/** What a fetch asks for. Throws USAGE_ARGUMENT for a range that is empty. */
export function fetchedRange(config: Config, nowMs: number): { readonly fromMs: number; readonly toMs?: number } {
  const range = configuredRange(config);
  const endMs = range.toMs ?? nowMs;
  const fromMs = range.fromMs ?? endMs - config.data.fetchDays * DAY_MS;
  if (fromMs < endMs) return { fromMs, ...(range.toMs === undefined ? {} : { toMs: range.toMs }) };
  throw new TidemarkError("USAGE_ARGUMENT", {
    what: `The range from ${formatDay(fromMs)} to ${formatDay(endMs)} is empty`,
    fix: "Give --from before --to.",
  });
}

/** The venue that the configuration names. */
export function venueName(config: Config): string {
  return config.data.venue === "auto" ? DEFAULT_VENUE : config.data.venue;
}

/** Resolves as soon as the configured venue answers at all. Rejects with a VENUE_ error within seconds. */
export async function askVenue({ environment, signal }: AppContext, config: Config): Promise<void> {
  await openVenue(config, { environment, timeoutMs: 5_000, maxAttempts: 2 }).serverTimeMs(signal);
}

/** Gets what the store lacks of the configured history. */
export async function fetchHistory(
  context: AppContext,
  config: Config,
): Promise<{ readonly source: string; readonly sets: readonly Collected[] }> {
  const { signal } = context;
  const source = sourceOf(context, config);
  const onProgress = jointProgress(`fetching from ${source.name}`, context.progress);
  const sets: Collected[] = await source.collect(new MarketStore(dataRoot(config)), { signal, onProgress });
  context.endProgress();
  for (const { symbol, notes } of sets) for (const note of notes) context.note(`${symbol}: ${note}`);
  return { source: source.name, sets };
}
