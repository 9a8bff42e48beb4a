export {
  AnswerMode,
  type ChatAnswer,
  Chatbot,
  type ChatbotOptions,
  type ChatEvent,
  ChatPhase,
} from "./chatbot.ts";
export { type AssistantScore, evaluateAssistant } from "./evaluate/evaluate.ts";
export { evaluateScripted, SCRIPTS, type Script, type ScriptedScore } from "./evaluate/scripted.ts";
export { type Fact, FactUnit } from "./fact.ts";
export { GLOSSARY } from "./glossary.ts";
export { loadMarketChatbot, type MarketChatbot, type MarketChatbotOptions } from "./load.ts";
export { mcpFetch } from "./mcp/http.ts";
export {
  AGENT_JOBS,
  type AgentDraft,
  type AgentJob,
  type AgentOrder,
  type JobDesk,
} from "./mcp/job-tools.ts";
export { mcpServer, serveStdio } from "./mcp/server.ts";
export type { CandleRow } from "./memory-data.ts";
export { type EndpointOptions, endpointModel } from "./models/endpoint.ts";
export type { LanguageModel } from "./models/language-model.ts";
export { type LlamaOptions, llamaModel } from "./models/llama.ts";
export { Device } from "./models/llama-runtime.ts";
export type {
  AlternativeReading,
  AssistantData,
  DecisionCard,
  GlossaryEntry,
  Headline,
  ModelCard,
  PerformanceCard,
  SessionCard,
  SymbolCandles,
  TradingSignal,
} from "./tools/data.ts";
