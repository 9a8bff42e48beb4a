/** @file Profit by weekday and hour of the exit, in UTC. */
import type { Trade } from "../api/contract.ts";

const HOURS_A_CELL = 2;

/** `[7][12]`, Monday first, two hours a cell; null where no trade was closed. */
export function profitByTime(trades: readonly Pick<Trade, "exitMs" | "netProfit">[]): (number | null)[][] {
  const cells: (number | null)[][] = Array.from({ length: 7 }, () =>
    Array.from({ length: 24 / HOURS_A_CELL }, () => null),
  );
  for (const { exitMs, netProfit } of trades) {
    const at = new Date(exitMs);
    const row = cells[(at.getUTCDay() + 6) % 7];
    const column = Math.floor(at.getUTCHours() / HOURS_A_CELL);
    row[column] = (row[column] ?? 0) + Number(netProfit);
  }
  return cells;
}
