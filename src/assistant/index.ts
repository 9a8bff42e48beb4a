export { AnswerMode, type ChatAnswer, Chatbot, type ChatbotOptions } from "./chatbot.ts";
export { type AssistantScore, evaluateAssistant } from "./evaluate/evaluate.ts";
export { type Fact, FactUnit } from "./fact.ts";
export { GLOSSARY } from "./glossary.ts";
export { loadMarketChatbot, type MarketChatbot, type MarketChatbotOptions } from "./load.ts";
export { mcpFetch } from "./mcp/http.ts";
export { mcpServer, serveStdio } from "./mcp/server.ts";
export type { CandleRow } from "./memory-data.ts";
export { type EndpointOptions, endpointPhraser, type Phraser } from "./phrasers/endpoint.ts";
export type {
  AssistantData,
  GlossaryEntry,
  ModelCard,
  PerformanceCard,
  SessionCard,
  SymbolCandles,
  TradingSignal,
} from "./tools/data.ts";
