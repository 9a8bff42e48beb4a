/** @file What the assistant may know of this machine: stored candles, reports, sessions, models, the catalog of features. */
import { existsSync } from "node:fs";
import {
  type AssistantData,
  GLOSSARY,
  type GlossaryEntry,
  type ModelCard,
  type PerformanceCard,
  type SessionCard,
  type SymbolCandles,
  type TradingSignal,
} from "../../assistant/index.ts";
import { parseTimeframe, timeframeMs } from "../../core/index.ts";
import { listReports, unavailable } from "../../evaluate/index.ts";
import { describeFamilies } from "../../features/index.ts";
import { loadTape, type StoredKey, SYNTHETIC_VENUE, storedKeys } from "../../market/index.ts";
import { manifestInstruments, readManifest } from "../../policy/index.ts";
import { dataRoot, modelsFolder, reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { findModel, modelNames } from "../models/folders.ts";
import { entriesOf, listJournals } from "../trade/journals.ts";
import { sessionStatus } from "../trade/sessions.ts";
import { readSignalFile } from "./signal-file.ts";

/** Decisions of a session that count as its latest signals. */
const MOST_DECISIONS = 20;

export type AssistantDataOptions = {
  /** JSON file of signals; those of the sessions where absent. */
  readonly signalsFile?: string;
  /** Store to read from; the configured one where absent. */
  readonly root?: string;
};

/** Of several sets of a symbol the configured timeframe first, then the longest bars up to an hour, then what there is. */
function preferred(keys: readonly StoredKey[], config: Config): StoredKey | undefined {
  const rank = (key: StoredKey): number => {
    if (key.timeframe === config.data.timeframe) return 0;
    const ms = timeframeMs(key.timeframe);
    return ms <= 3_600_000 ? 1 + 1 / ms : 2 + ms;
  };
  const venue = config.data.venue;
  const own = keys.filter((key) => key.venue === venue);
  return [...(own.length > 0 ? own : keys)].sort((a, b) => rank(a) - rank(b))[0];
}

export class StoredAssistantData implements AssistantData {
  readonly #config: Config;
  readonly #root: string;
  readonly #signals: readonly TradingSignal[] | undefined;

  /** Throws DATA_FORMAT for a file of signals that can't be read. */
  constructor(config: Config, options: AssistantDataOptions = {}) {
    this.#config = config;
    this.#root = options.root ?? dataRoot(config);
    this.#signals = options.signalsFile === undefined ? undefined : readSignalFile(options.signalsFile);
  }

  #keys(): readonly StoredKey[] {
    return existsSync(this.#root) ? storedKeys(this.#root) : [];
  }

  symbols(): readonly string[] {
    return [...new Set(this.#keys().map(({ symbol }) => symbol))];
  }

  async candles(symbol: string): Promise<SymbolCandles | undefined> {
    const key = preferred(
      this.#keys().filter((one) => one.symbol === symbol),
      this.#config,
    );
    if (key === undefined) return undefined;
    const tape = await loadTape({
      root: this.#root,
      venue: key.venue,
      symbols: [symbol],
      timeframe: parseTimeframe(key.timeframe),
      instrumentKind: key.kind,
    });
    const part = (column: Float64Array): Float64Array => column.subarray(0, tape.bars);
    const [instrument] = tape.instruments;
    return {
      symbol,
      source: key.venue,
      quote: instrument.quote,
      barMs: tape.barMs,
      isSynthetic: key.venue === SYNTHETIC_VENUE,
      timeMs: part(tape.timeMs),
      open: part(tape.open),
      high: part(tape.high),
      low: part(tape.low),
      close: part(tape.close),
      volume: part(tape.volume),
      ...((tape.fundingStamps?.[0]?.length ?? 0) > 0 ? { funding: part(tape.funding) } : {}),
    };
  }

  signals(): readonly TradingSignal[] {
    return this.#signals ?? this.#decisions();
  }

  /** What the models of sessions decided last, from the journals. */
  #decisions(): TradingSignal[] {
    const config = this.#config;
    return listJournals(config).flatMap(({ session }) =>
      entriesOf(config, session)
        .flatMap(({ entry }) =>
          entry.kind === "decision"
            ? entry.targets.map(({ symbol, quantity }) => ({
                symbol,
                timeMs: entry.closeMs,
                direction: Number(quantity) > 0 ? "long" : Number(quantity) < 0 ? "short" : "flat",
                source: `${entry.strategy} in ${session}`,
              }))
            : [],
        )
        .slice(-MOST_DECISIONS),
    );
  }

  performance(): readonly PerformanceCard[] {
    return listReports(reportsFolder(this.#config)).reports.map(({ id, policy, synthetic, verdict }) => {
      const { statistics } = policy;
      const noSharpe = unavailable(statistics, "year");
      return {
        name: policy.name,
        source: `report ${id}`,
        fromMs: statistics.fromMs,
        toMs: statistics.toMs,
        isInSample: verdict.inSample !== null,
        isSynthetic: synthetic,
        totalReturn: statistics.totalReturn,
        maxDrawdown: statistics.maxDrawdown,
        sharpe: noSharpe === null ? statistics.sharpe : null,
        ...(noSharpe === null ? {} : { noSharpe }),
        winRate: statistics.winRate,
        trades: statistics.trades,
        costShare: statistics.costShare ?? undefined,
        headline: verdict.headline,
      };
    });
  }

  async sessions(): Promise<readonly SessionCard[]> {
    const config = this.#config;
    const cards: SessionCard[] = [];
    for (const { session } of listJournals(config)) {
      const { running, result } = await sessionStatus(config, session);
      cards.push({
        session,
        mode: result.mode,
        status: result.status,
        causes: Object.keys(result.causes),
        isRunning: running,
        equity: Number(result.equity),
        dayEquity: Number(result.dayEquity),
        peakEquity: Number(result.peakEquity),
        fees: Number(result.fees),
        asOfMs: result.lastRowMs,
        positions: result.positions.map((one) => ({
          symbol: one.symbol,
          side: one.quantity.startsWith("-") ? "short" : "long",
          quantity: one.quantity.replace("-", ""),
          stop: one.stopPrice ?? null,
        })),
      });
    }
    return cards;
  }

  models(): readonly ModelCard[] {
    return modelNames(modelsFolder(this.#config)).map((name) => {
      const manifest = readManifest(findModel(this.#config, name));
      return {
        name,
        trainedToMs: manifest.provenance.trainToMs,
        symbols: manifestInstruments(manifest).map(({ symbol }) => symbol),
        timeframe: manifest.timeframe,
      };
    });
  }

  glossary(): readonly GlossaryEntry[] {
    const barMs = timeframeMs(parseTimeframe(this.#config.data.timeframe));
    const families = describeFamilies(barMs).map(({ pattern, description, source }) => ({
      term: pattern.replaceAll("#", ""),
      text: description,
      source: source === "" ? "catalog of features" : `catalog of features; ${source}`,
    }));
    // A word of trading is explained before the feature of the same name.
    const words = new Set(GLOSSARY.map(({ term }) => term.toLowerCase()));
    return [...GLOSSARY, ...families.filter(({ term }) => !words.has(term.toLowerCase()))];
  }
}
