/** @file The assistant for programs: `loadMarketChatbot`. */
import { configValueError } from "../core/index.ts";
import { Chatbot } from "./chatbot.ts";
import { GLOSSARY } from "./glossary.ts";
import { type CandleRow, MemoryData } from "./memory-data.ts";
import { type EndpointOptions, endpointModel } from "./models/endpoint.ts";
import type { LanguageModel } from "./models/language-model.ts";
import { type LlamaOptions, llamaModel } from "./models/llama.ts";
import type { Headline, TradingSignal } from "./tools/data.ts";

export type MarketChatbotOptions = Partial<LlamaOptions> & {
  readonly marketData?: readonly CandleRow[];
  readonly signals?: readonly TradingSignal[];
  readonly headlines?: readonly Headline[];
  /** Pairs of question and answer that are remembered; 5 where absent. */
  readonly maxHistory?: number;
  /** A language model on a server, in place of one in this process. */
  readonly endpoint?: EndpointOptions;
  /** Whether the language model also plans which figures are looked up; true where absent. */
  readonly isPlanning?: boolean;
};

function modelOf({ endpoint, modelPath, ...rest }: MarketChatbotOptions): LanguageModel | undefined {
  if (modelPath !== undefined) {
    if (endpoint !== undefined) throw configValueError("endpoint", endpoint.url, "absent where modelPath is given");
    return llamaModel({ ...rest, modelPath });
  }
  for (const key of ["baseModel", "adapter"] as const) {
    if (rest[key] !== undefined) throw configValueError(key, rest[key], "absent without modelPath");
  }
  return endpoint === undefined ? undefined : endpointModel(endpoint);
}

/** A chatbot over candles and signals that a program hands over. */
export class MarketChatbot extends Chatbot {
  readonly #memory: MemoryData;

  constructor(options: MarketChatbotOptions, memory: MemoryData) {
    const model = modelOf(options);
    const { maxHistory, isPlanning } = options;
    super({
      data: memory,
      ...(maxHistory === undefined ? {} : { maxHistory }),
      ...(isPlanning === undefined ? {} : { isPlanning }),
      ...(model === undefined ? {} : { model }),
    });
    this.#memory = memory;
  }

  /** Replaces the candles. Throws CONFIG_VALUE and keeps the old ones where rows are wrong. */
  updateMarketData(rows: readonly CandleRow[]): void {
    this.#memory.replaceCandles(rows);
  }

  /** Replaces the headlines. */
  updateHeadlines(headlines: readonly Headline[]): void {
    this.#memory.replaceHeadlines(headlines);
  }

  /** Replaces the signals. */
  updateSignals(signals: readonly TradingSignal[]): void {
    this.#memory.replaceSignals(signals);
  }
}

/**
 * Throws CONFIG_VALUE for wrong rows or a wrong history, ASSISTANT_FILE and ASSISTANT_RUNTIME for a model in this process that
 * can't be used. A chatbot with such a model is closed with `close()`.
 */
export function loadMarketChatbot(options: MarketChatbotOptions = {}): MarketChatbot {
  return new MarketChatbot(options, new MemoryData(options.marketData, options.signals, GLOSSARY, options.headlines));
}
