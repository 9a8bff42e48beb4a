/** Paper and live trading: the engine, its journal, its brokers. */
export type * from "./broker.ts";
export { brokerError } from "./broker-error.ts";
export { type BybitBrokerOptions, bybitBroker } from "./brokers/bybit/broker.ts";
export { PaperBroker } from "./brokers/paper/paper-broker.ts";
export { LiveDesk } from "./desk/live-desk.ts";
export { LiveRows } from "./desk/live-rows.ts";
export { LiveTape } from "./desk/live-tape.ts";
export type * from "./feed.ts";
export { type BybitFeedOptions, bybitFeed } from "./feeds/bybit-feed.ts";
export { MemoryJournal } from "./journal/memory-journal.ts";
export { JOURNAL_FILE, SqliteJournal } from "./journal/sqlite-journal.ts";
export { type JournalReport, verifyJournal } from "./journal/verify.ts";
export type * from "./order-rules.ts";
export { type ReplayOptions, type ReplayResult, replayPaper } from "./session/replay.ts";
export { type DayResult, simulateDay } from "./simulation/day.ts";
export { PLANTED_FAULTS, type PlantedFault } from "./simulation/faults.ts";
