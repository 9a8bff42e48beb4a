/** @file The market of the demonstration: the user's files, else Bybit where it answers at once, else a synthetic one. */
import { resolve } from "node:path";
import { DAY_MS, parseTimeframe, TidemarkError } from "../../core/index.ts";
import { MarketStore, venueSource } from "../../market/index.ts";
import { bybitVenue } from "../../venues/index.ts";
import { dataRoot } from "../config/folders.ts";
import { type Config, configOf } from "../config/load.ts";
import type { FileConfig } from "../config/schema.ts";
import type { AppContext } from "../context.ts";
import { importFiles } from "./import.ts";
import { jointProgress } from "./joint-progress.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"];
/** How long Bybit may take to answer at all. */
const ANSWER_WITHIN_MS = 5_000;
const DAYS = 90;
const BAR_MS = 300_000;
/** Strong enough to be found in a minute and to pay its costs; no real market is so kind. */
const PLANTED_EDGE = 0.3;

export type DemoMarket = {
  /** The configuration with this market in it. */
  readonly config: Config;
  /** One plain sentence: whose candles these are. */
  readonly told: string;
};

function withData(config: Config, data: Partial<FileConfig["data"]>): Config {
  const plain = { ...config.resolved.data, ...data };
  const { overridden } = config;
  return { ...configOf({ ...config.resolved, data: plain }, config.folder), overridden };
}

/** The candles of a folder that the user has. */
export async function marketOfFolder(context: AppContext, config: Config, folder: string): Promise<DemoMarket> {
  const { imported, failures } = await importFiles(context, config, [resolve(context.folder, folder)], {});
  if (failures.length > 0) throw failures[0];
  const symbols = [...new Set(imported.map(({ symbol }) => symbol))];
  const timeframe = imported[0].key?.timeframe ?? config.data.timeframe;
  return {
    config: withData(config, { venue: "csv", symbols, timeframe }),
    told: `Your candles from ${folder}: ${symbols.join(" ")}, ${timeframe} bars.`,
  };
}

/** The last days of the five perpetuals from Bybit; undefined, with the reason told, where it doesn't answer. */
async function marketOfBybit(context: AppContext, config: Config): Promise<DemoMarket | string> {
  const { signal, environment } = context;
  try {
    const nowMs = await bybitVenue({ environment, timeoutMs: ANSWER_WITHIN_MS, maxAttempts: 1 }).serverTimeMs(signal);
    const fromMs = nowMs - DAYS * DAY_MS;
    const source = venueSource({
      venue: bybitVenue({ environment }),
      symbols: SYMBOLS,
      timeframe: parseTimeframe("5m"),
      fromMs,
    });
    const onProgress = jointProgress("fetching from Bybit", context.progress);
    await source.collect(new MarketStore(dataRoot(config)), { signal, onProgress });
    context.endProgress();
    const from = String(Math.ceil(fromMs / BAR_MS) * BAR_MS);
    return {
      config: withData(config, { venue: "bybit", kind: "perpetual", symbols: SYMBOLS, timeframe: "5m", from }),
      told: `Real candles from Bybit: the last ${DAYS} days of ${SYMBOLS.join(" ")}, 5m bars.`,
    };
  } catch (thrown) {
    context.endProgress();
    if (!(thrown instanceof TidemarkError) || !thrown.code.startsWith("VENUE_")) throw thrown;
    return thrown.what;
  }
}

/** Bybit's market, or a synthetic one that says so. */
export async function marketOfVenue(context: AppContext, config: Config): Promise<DemoMarket> {
  const found = await marketOfBybit(context, config);
  if (typeof found !== "string") return found;
  const bars = config.overridden.has("data.synthetic_bars") ? config.data.syntheticBars : (DAYS * DAY_MS) / BAR_MS;
  const days = Math.round((bars * BAR_MS) / DAY_MS);
  return {
    config: withData(config, {
      venue: "synthetic",
      kind: "perpetual",
      symbols: SYMBOLS,
      timeframe: "5m",
      synthetic_bars: bars,
      synthetic_edge: PLANTED_EDGE,
      synthetic_signal: "volume",
    }),
    told:
      `No real candles: ${found}.\n` +
      `Instead a SYNTHETIC market: ${days} days of five made-up symbols with a planted edge (volume foretells returns with a ` +
      `correlation of ${PLANTED_EDGE}), so that there is something to learn. It says nothing about real markets.`,
  };
}
