/** @file The contract of the API: the one place where the page touches the server's code, for its types and its pure parts. */

export { decodeColumns } from "../../../src/server/contract/columns.ts";

import type { commandRequestSchema } from "../../../src/server/contract/index.ts";

export type {
  Answer,
  AnswerEvent,
  AnswerFact,
  AssetClass,
  Columns,
  Command,
  Coverage,
  DataSet,
  Decision,
  Dialogue,
  Difference,
  Feature,
  Frame,
  History,
  Indicator,
  Job,
  JobKind,
  LiveChange,
  LogLine,
  MarketSession,
  Model,
  NewJob,
  Order,
  OrderStory,
  Overview,
  Position,
  Promotion,
  Report,
  RequestLimit,
  Result,
  Run,
  RunComparison,
  RunDetail,
  Series,
  Session,
  SessionRisk,
  Study,
  Token,
  Topic,
  Trade,
  TradeEvent,
  Trial,
  Wallet,
  Who,
} from "../../../src/server/contract/index.ts";
export { StreamStore } from "../../../src/server/contract/stream-store.ts";

/** A word to one session. */
export type CommandRequest = (typeof commandRequestSchema)["_output"];
