/** @file The assistant for programs: `loadMarketChatbot`. */
import { Chatbot } from "./chatbot.ts";
import { GLOSSARY } from "./glossary.ts";
import { type CandleRow, MemoryData } from "./memory-data.ts";
import { type EndpointOptions, endpointPhraser } from "./phrasers/endpoint.ts";
import type { TradingSignal } from "./tools/data.ts";

export type MarketChatbotOptions = {
  readonly marketData?: readonly CandleRow[];
  readonly signals?: readonly TradingSignal[];
  /** Pairs of question and answer that are remembered; 5 where absent. */
  readonly maxHistory?: number;
  /** A language model for the words; the analyst's own where absent. */
  readonly endpoint?: EndpointOptions;
};

/** A chatbot over candles and signals that a program hands over. */
export class MarketChatbot extends Chatbot {
  readonly #memory: MemoryData;

  constructor(options: MarketChatbotOptions, memory: MemoryData) {
    super({
      data: memory,
      ...(options.maxHistory === undefined ? {} : { maxHistory: options.maxHistory }),
      ...(options.endpoint === undefined ? {} : { phraser: endpointPhraser(options.endpoint) }),
    });
    this.#memory = memory;
  }

  /** Replaces the candles. Throws CONFIG_VALUE and keeps the old ones where rows are wrong. */
  updateMarketData(rows: readonly CandleRow[]): void {
    this.#memory.replaceCandles(rows);
  }

  /** Replaces the signals. */
  updateSignals(signals: readonly TradingSignal[]): void {
    this.#memory.replaceSignals(signals);
  }
}

/** Throws CONFIG_VALUE for wrong rows or a wrong history. */
export function loadMarketChatbot(options: MarketChatbotOptions = {}): MarketChatbot {
  return new MarketChatbot(options, new MemoryData(options.marketData, options.signals, GLOSSARY));
}
