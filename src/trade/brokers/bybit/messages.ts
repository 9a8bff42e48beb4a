/** @file Messages of the private stream as events of the broker. Rows that can't be read are left out, never guessed. */
import {
  executionRowSchema,
  orderRowSchema,
  positionRowSchema,
  readRows,
  type StreamMessage,
  walletRowSchema,
} from "../../../venues/index.ts";
import type { BrokerEvent } from "../../broker.ts";
import { brokerBalances, brokerExecution, brokerOrder, brokerPosition } from "./translate.ts";

export function streamEvents(
  message: StreamMessage,
  symbols: readonly string[],
  settleCoin: string | undefined,
): BrokerEvent[] {
  const { data } = message;
  const ours = (row: { symbol: string }): boolean => symbols.includes(row.symbol);
  switch (message.topic.split(".")[0]) {
    case "order":
      return readRows(orderRowSchema, data)
        .rows.filter(ours)
        .map((row) => ({ kind: "order", order: brokerOrder(row) }));
    case "execution":
      return readRows(executionRowSchema, data)
        .rows.filter(ours)
        .map((row) => ({ kind: "execution", execution: brokerExecution(row) }));
    case "position":
      return readRows(positionRowSchema, data)
        .rows.filter(ours)
        .map((row) => ({ kind: "position", position: brokerPosition(row) }));
    case "wallet":
      return readRows(walletRowSchema, data)
        .rows.flatMap((row) => brokerBalances(row, settleCoin))
        .map((balance) => ({ kind: "wallet", balance }));
    default:
      return [];
  }
}
