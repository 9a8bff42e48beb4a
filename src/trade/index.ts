/** Paper and live trading: the engine, its journal, its brokers. */
export type * from "./broker.ts";
export { brokerError } from "./broker-error.ts";
export type * from "./feed.ts";
export type * from "./order-rules.ts";
