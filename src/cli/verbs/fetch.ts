/** @file `tidemark fetch`: history of a venue into the store; only what is missing is asked for. */
import type { Command } from "commander";
import { type Config } from "../../app/index.ts";
import { DAY_MS, ExitCode, formatDay, parseTimeframe, TidemarkError } from "../../core/index.ts";
import { type Collected, type MarketSource, MarketStore, syntheticSource, venueSource } from "../../market/index.ts";
import { bybitVenue, ccxtVenue, type HistoryVenue } from "../../venues/index.ts";
import { configuredRange, configuredSymbols, DEFAULT_VENUE, dataRoot, syntheticEdge } from "../market-data.ts";
import { countsText } from "../terminal/figures.ts";
import { jointProgress } from "../terminal/joint-progress.ts";
import { addVerb, type CommandContext, type VerbRunner } from "../verb.ts";
import { VERB_SUMMARIES } from "./summaries.ts";

/** How patient a client of a venue is; its own patience where nothing is said. */
type Patience = { readonly timeoutMs?: number; readonly maxAttempts?: number };

/** The venue by name: Bybit by our own client, any other through ccxt. */
function openVenue(config: Config, patience: Patience = {}): HistoryVenue {
  const name = config.data.venue === "auto" ? DEFAULT_VENUE : config.data.venue;
  if (name === "csv") {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "Imported files can't be fetched",
      fix: "Use `tidemark import`, or another --venue.",
    });
  }
  const spot = config.data.kind === "spot";
  if (name === DEFAULT_VENUE) return bybitVenue({ ...patience, category: spot ? "spot" : "linear" });
  return ccxtVenue({ ...patience, id: name, kind: config.data.kind });
}

function sourceOf(context: CommandContext, config: Config): MarketSource {
  const timeframe = parseTimeframe(config.data.timeframe);
  const symbols = configuredSymbols(config);
  if (config.data.venue === "synthetic") {
    const { syntheticSeed, syntheticBars } = config.data;
    return syntheticSource({
      seed: syntheticSeed,
      bars: syntheticBars,
      edge: syntheticEdge(config),
      timeframe,
      symbols,
    });
  }
  const range = configuredRange(config);
  const endMs = range.toMs ?? context.clock.nowMs();
  const fromMs = range.fromMs ?? endMs - config.data.fetchDays * DAY_MS;
  if (fromMs >= endMs) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `The range from ${formatDay(fromMs)} to ${formatDay(endMs)} is empty`,
      fix: "Give --from before --to.",
    });
  }
  const venue = openVenue(config);
  return venueSource({ venue, symbols, timeframe, fromMs, ...(range.toMs === undefined ? {} : { toMs: range.toMs }) });
}

/** Resolves as soon as the configured venue answers at all. Rejects with a VENUE_ error within seconds. */
export async function askVenue(context: CommandContext, config: Config): Promise<void> {
  await openVenue(config, { timeoutMs: 5_000, maxAttempts: 2 }).serverTimeMs(context.signal);
}

/** Gets what the store lacks of the configured history, and tells of each symbol what came. */
export async function fetchHistory(
  context: CommandContext,
  config: Config,
): Promise<{ readonly source: string; readonly sets: readonly Collected[] }> {
  const { output, signal } = context;
  const source = sourceOf(context, config);
  const onProgress = jointProgress(`fetching from ${source.name}`, output.progress.bind(output));
  const collected: Collected[] = await source.collect(new MarketStore(dataRoot(config)), { signal, onProgress });
  output.endProgress();
  for (const { key, symbol, venue, candles, funding, notes } of collected) {
    for (const note of notes) output.note(`${symbol}: ${note}`);
    output.text(`${symbol} ${key?.timeframe ?? ""} (${venue}): ${countsText(candles)}; funding ${countsText(funding)}`);
  }
  return { source: source.name, sets: collected };
}

async function fetchAll(context: CommandContext): Promise<number> {
  const config = context.config();
  const { source, sets } = await fetchHistory(context, config);
  context.output.data({ source, root: dataRoot(config), sets });
  return ExitCode.done;
}

export function registerFetch(program: Command, runner: VerbRunner): void {
  addVerb(
    program,
    {
      name: "fetch",
      summary: VERB_SUMMARIES.fetch,
      details:
        "Only what the store lacks is asked for, and an unfinished bar is never stored. Stopped at any point, it goes on\nwhere it was when run again.",
      settings: [
        ["--symbols <list>", "data.symbols"],
        ["--timeframe <length>", "data.timeframe"],
        ["--venue <name>", "data.venue"],
        ["--kind <kind>", "data.kind"],
        ["--from <date>", "data.from"],
        ["--to <date>", "data.to"],
        ["--days <count>", "data.fetch_days"],
        ["--data-dir <folder>", "data.root"],
      ],
      examples: [
        ["fetch", "the configured symbols, the last 180 days"],
        ["fetch --symbols BTCUSDT,ETHUSDT --timeframe 1h --from 2024-01-01", "two symbols since a date"],
      ],
      run: (context) => fetchAll(context),
    },
    runner,
  );
}
