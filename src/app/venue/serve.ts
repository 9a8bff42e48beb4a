/** @file `tidemark venue`: the local Bybit over the configured market. */
import { formatDay, TidemarkError } from "../../core/index.ts";
import { type MarketTape, storedKeys } from "../../market/index.ts";
import { instrumentsPage, LocalVenue, LocalVenueCore } from "../../venues/index.ts";
import { dataRoot } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { configuredSymbols, openTape } from "../data/market.ts";
import { localMarkets } from "./local-series.ts";
import { venueSettings } from "./settings.ts";

export type ServedVenue = {
  readonly venue: LocalVenue;
  readonly symbols: readonly string[];
  readonly timeframe: string;
  readonly synthetic: boolean;
  /** Market time of the start and of the last bar's end. */
  readonly startMs: number;
  readonly endMs: number;
};

/** Share of the bars that lie before the start where none is configured. */
const HISTORY_SHARE = 0.8;

/** Opens the market and starts the server. The caller closes it. */
export async function serveVenue(context: AppContext, onLog: (line: string) => void): Promise<ServedVenue> {
  const config = storedOrSynthetic(context, context.config());
  const { startMs: wantedMs, listed, ...settings } = venueSettings(config);
  const tape = await openTape(context, config);
  const startMs = startWithin(tape, wantedMs);
  const seed = context.seed();
  const markets = localMarkets(tape);
  const served = new Set(markets.map(({ listing }) => listing.symbol));
  const core = new LocalVenueCore({
    startMs,
    seed,
    markets,
    alsoListed: instrumentsPage(seed, listed).filter(({ symbol }) => !served.has(symbol)),
    market: settings.market,
    accounts: [settings.account],
  });
  const { port, speed, faults } = settings;
  const venue = await LocalVenue.start({ core, seed, port, speed, faults, wall: context.clock, onLog });
  return {
    venue,
    symbols: tape.instruments.map(({ symbol }) => symbol),
    timeframe: tape.timeframe,
    synthetic: tape.instruments.some(({ synthetic }) => synthetic),
    startMs,
    endMs: tape.timeMs[tape.bars - 1] + tape.barMs,
  };
}

/** Where nothing is stored and no venue was named, the made-up market is served, so that the first try works. */
function storedOrSynthetic(context: AppContext, config: Config): Config {
  if (config.data.venue !== "auto") return config;
  const symbols = configuredSymbols(config);
  const stored = storedKeys(dataRoot(config)).some((key) => symbols.includes(key.symbol));
  if (stored) return config;
  context.note("No candles of these symbols are stored: the made-up market is served.");
  return { ...config, data: { ...config.data, venue: "synthetic" } };
}

function startWithin(tape: MarketTape, wantedMs: number | undefined): number {
  const firstMs = tape.timeMs[0] + tape.barMs;
  const lastMs = tape.timeMs[tape.bars - 1];
  const startMs = wantedMs ?? tape.timeMs[Math.floor(tape.bars * HISTORY_SHARE)];
  if (startMs >= firstMs && startMs <= lastMs) return startMs;
  throw new TidemarkError("CONFIG_VALUE", {
    what: `The market can't start at ${formatDay(startMs)}: its candles go from ${formatDay(firstMs)} to ${formatDay(lastMs)}`,
    where: "venue.start",
    fix: "Choose a date between them, or leave it out.",
  });
}
