/** Paper and live trading: the engine, its journal, its brokers. */
export type * from "./broker.ts";
export { brokerError } from "./broker-error.ts";
export { type BybitBrokerOptions, bybitBroker } from "./brokers/bybit/broker.ts";
export { PaperBroker } from "./brokers/paper/paper-broker.ts";
export { LiveDesk } from "./desk/live-desk.ts";
export { LiveRows } from "./desk/live-rows.ts";
export { LiveTape } from "./desk/live-tape.ts";
export { applyEntry } from "./engine/apply.ts";
export {
  type Actor,
  type Command,
  type CommandOrder,
  type CommandRecord,
  type CommandStatus,
  subjectOf,
} from "./engine/command.ts";
export { ALL_ROWS, ENGINE_DEFAULTS, type EngineConfig, rowsNamed, type TradeMode } from "./engine/config.ts";
export type { BudgetView, DecisionWhy, SymbolWhy } from "./engine/decision-why.ts";
export type { Entry } from "./engine/entries.ts";
export { type EngineState, emptyState } from "./engine/state.ts";
export type * from "./feed.ts";
export { type BybitFeedOptions, bybitFeed } from "./feeds/bybit-feed.ts";
export { type PolledFeedOptions, polledFeed } from "./feeds/polled-feed.ts";
export { type ArchiveOptions, type ArchiveStep, archiveBatch } from "./journal/archive/archive-batch.ts";
export type { Archive } from "./journal/archive/archive-files.ts";
export { untoldArchive } from "./journal/archive/archived-entry.ts";
export {
  type ComparedTrade,
  compareRecords,
  DIFFERENCE_PARTS,
  type RecordComparison,
  type TradeDifference,
  type TradingRecord,
} from "./journal/compare.ts";
export { foldedSnapshot, foldJournal } from "./journal/fold.ts";
export { MemoryJournal } from "./journal/memory-journal.ts";
export { OrderIndex } from "./journal/order-index.ts";
export { type OrderStory, orderStory } from "./journal/order-story.ts";
export type { Journal, JournalRecord } from "./journal/record.ts";
export { JOURNAL_FILE, SqliteJournal } from "./journal/sqlite-journal.ts";
export { type JournalTrade, journalTrades, TradeReader } from "./journal/trades.ts";
export { type JournalReport, verifyJournal } from "./journal/verify.ts";
export { type MetricsServer, SessionMetrics, serveMetrics } from "./metrics/metrics.ts";
export { emailChannel, telegramChannel, webhookChannel } from "./notify/channels.ts";
export { noticeOf } from "./notify/notices.ts";
export { type NoticeChannel, Notifier } from "./notify/notifier.ts";
export type * from "./order-rules.ts";
export { BarCycle } from "./session/bar-cycle.ts";
export { type ControlServer, KILL_FILE, serveControl } from "./session/control.ts";
export { askEngine, type EngineStream, type FollowOptions, followEngine } from "./session/control-client.ts";
export {
  type CommandRequest,
  type ControlRequest,
  checkCommandOrder,
  type OrderAsked,
  type StreamedRecord,
} from "./session/control-protocol.ts";
export { historyEntry, tapeOfHistory } from "./session/history.ts";
export { LiveLoop } from "./session/live-loop.ts";
export { openLog } from "./session/log.ts";
export { type LogLine, readLog } from "./session/log-file.ts";
export { openSession } from "./session/open.ts";
export type { Member } from "./session/portfolio.ts";
export type { PositionView } from "./session/position-view.ts";
export { type ReplayMember, replayPaper } from "./session/replay.ts";
export { type DecisionDifference, type Reproduced, type ReproduceOptions, reproduce } from "./session/reproduce.ts";
export { TradeSession } from "./session/session.ts";
export { lockState } from "./session/state-lock.ts";
export {
  commandsView,
  type OrderView,
  ordersView,
  type SessionView,
  sessionEquity,
  sessionView,
} from "./session/view.ts";
export { type DayResult, simulateDay } from "./simulation/day.ts";
export { type DeathResult, deaths, dieAt } from "./simulation/every-write.ts";
export { faultsThatShow, PLANTED_FAULTS, PLANTED_SPOT_FAULTS, type PlantedFault } from "./simulation/faults.ts";
