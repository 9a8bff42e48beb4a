/** @file What the assistant may know of this machine: stored candles, reports, sessions, models, the catalog of features. */
import { existsSync } from "node:fs";
import {
  type AlternativeReading,
  type AssistantData,
  type DecisionCard,
  GLOSSARY,
  type GlossaryEntry,
  type Headline,
  type ModelCard,
  type PerformanceCard,
  type SessionCard,
  type SymbolCandles,
  type TradingSignal,
} from "../../assistant/index.ts";
import { type Clock, parseTimeframe, splitSymbol, systemClock, TidemarkError, timeframeMs } from "../../core/index.ts";
import { listReports } from "../../evaluate/index.ts";
import { describeFamilies } from "../../features/index.ts";
import { loadTape, type StoredKey, SYNTHETIC_VENUE, storedKeys } from "../../market/index.ts";
import { manifestInstruments, readManifest } from "../../policy/index.ts";
import type { Entry } from "../../trade/index.ts";
import { dataRoot, modelsFolder, reportsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import { quotedHeadlines } from "../data/headlines.ts";
import { findModel, modelNames } from "../models/folders.ts";
import { newestEntries, sessionNames } from "../trade/journals.ts";
import { sessionStatus } from "../trade/sessions.ts";
import {
  decisionCards,
  decisionSignals,
  MOST_DECISIONS,
  MOST_EXPLAINED,
  performanceCard,
  preferredSet,
  sessionCard,
} from "./cards.ts";
import { readHeadlineFile } from "./headline-file.ts";
import { readSignalFile } from "./signal-file.ts";
import { storedReadings } from "./stored-alternative.ts";

export type AssistantDataOptions = {
  /** JSON file of signals; those of the sessions where absent. */
  readonly signalsFile?: string;
  /** Store to read from; the configured one where absent. */
  readonly root?: string;
  /** JSON file of headlines. */
  readonly headlinesFile?: string;
  /** Alternative series are told as they were known by this clock. */
  readonly clock?: Clock;
};

export class StoredAssistantData implements AssistantData {
  readonly #config: Config;
  readonly #root: string;
  readonly #signals: readonly TradingSignal[] | undefined;
  readonly #headlines: readonly Headline[] | undefined;
  readonly #clock: Clock;

  /** Throws DATA_FORMAT for a file of signals or headlines that can't be read. */
  constructor(config: Config, options: AssistantDataOptions = {}) {
    this.#config = config;
    this.#root = options.root ?? dataRoot(config);
    this.#signals = options.signalsFile === undefined ? undefined : readSignalFile(options.signalsFile);
    this.#clock = options.clock ?? systemClock;
    if (options.root === undefined) this.nowMs = () => this.#clock.nowMs();
    const { headlinesFile } = options;
    this.#headlines = headlinesFile === undefined ? undefined : readHeadlineFile(headlinesFile, this.#coins());
  }

  #keys(): readonly StoredKey[] {
    return existsSync(this.#root) ? storedKeys(this.#root) : [];
  }

  symbols(): readonly string[] {
    return [...new Set(this.#keys().map(({ symbol }) => symbol))];
  }

  async candles(symbol: string): Promise<SymbolCandles | undefined> {
    const { venue, timeframe } = this.#config.data;
    const own = this.#keys().filter((one) => one.symbol === symbol);
    const key = preferredSet(own, venue, timeframe);
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

  async signals(): Promise<readonly TradingSignal[]> {
    if (this.#signals !== undefined) return this.#signals;
    return this.#ofSessions(MOST_DECISIONS, decisionSignals);
  }

  decisions(): Promise<readonly DecisionCard[]> {
    return this.#ofSessions(MOST_EXPLAINED, decisionCards);
  }

  /** What the newest decisions of each session say, from the journals. */
  async #ofSessions<T>(
    most: number,
    make: (session: string, entries: readonly Entry[]) => readonly T[],
  ): Promise<readonly T[]> {
    const config = this.#config;
    const made: T[] = [];
    for (const session of sessionNames(config)) {
      made.push(...make(session, await newestEntries(config, session, "decision", most)));
    }
    return made;
  }

  /** Undefined of a file that a user brought: it may be as old as they like. */
  nowMs?: () => number;

  performance(): readonly PerformanceCard[] {
    return listReports(reportsFolder(this.#config)).reports.map(performanceCard);
  }

  async sessions(): Promise<readonly SessionCard[]> {
    const config = this.#config;
    const cards: SessionCard[] = [];
    for (const session of sessionNames(config)) {
      const { running, result } = await sessionStatus(config, session);
      cards.push(sessionCard(session, running, result));
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

  async alternative(): Promise<readonly AlternativeReading[] | undefined> {
    try {
      return await storedReadings(this.#root, this.#clock.nowMs());
    } catch (thrown) {
      // What is wrong with one store ends no conversation about the others.
      if (thrown instanceof TidemarkError) return undefined;
      throw thrown;
    }
  }

  /** Those of the file that was given, or else those that were recorded. */
  async headlines(): Promise<readonly Headline[] | undefined> {
    if (this.#headlines !== undefined) return this.#headlines;
    try {
      return await quotedHeadlines(this.#root, this.#coins(), this.#clock.nowMs());
    } catch (thrown) {
      if (thrown instanceof TidemarkError) return undefined;
      throw thrown;
    }
  }

  /** Of the symbols that there are candles of. */
  #coins(): string[] {
    return this.symbols().map((symbol) => splitSymbol(symbol).base);
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
