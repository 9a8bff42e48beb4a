/** @file Statistics of round trips, after all their costs. Null where there is nothing to divide by. */
import type { Trade } from "../trades.ts";
import { mean, quantile, quotient } from "./moments.ts";

export type TradeStatistics = {
  readonly trades: number;
  readonly longTrades: number;
  readonly shortTrades: number;
  /** Share of trades with a net profit above 0. */
  readonly winRate: number | null;
  /** Sum of net wins over the sum of net losses. Null without a loss. */
  readonly profitFactor: number | null;
  /** Mean net profit of a trade, quote currency. */
  readonly expectancy: number | null;
  /** Mean net return of a trade on its entry notional. */
  readonly expectancyReturn: number | null;
  readonly averageWin: number | null;
  readonly averageLoss: number | null;
  /** Average win over average loss, both as magnitudes. */
  readonly payoffRatio: number | null;
  readonly bestTrade: number | null;
  readonly worstTrade: number | null;
  readonly medianBarsHeld: number | null;
  readonly longestLosingStreak: number;
  /** How trades ended: close, stop, target, liquidation, final, ... */
  readonly exits: Readonly<Record<string, number>>;
};

export function tradeStatistics(trades: readonly Trade[]): TradeStatistics {
  const net = trades.map((trade) => trade.netProfit);
  const wins = net.filter((profit) => profit > 0);
  const losses = net.filter((profit) => profit < 0);
  const averageWin = mean(wins);
  const averageLoss = mean(losses);
  const exits: Record<string, number> = {};
  for (const { exitReason } of trades) exits[exitReason] = (exits[exitReason] ?? 0) + 1;
  return {
    trades: trades.length,
    longTrades: trades.filter((trade) => trade.side === "long").length,
    shortTrades: trades.filter((trade) => trade.side === "short").length,
    winRate: quotient(wins.length, trades.length),
    profitFactor: losses.length === 0 ? null : quotient(total(wins), -total(losses)),
    expectancy: mean(net),
    expectancyReturn: mean(trades.map((trade) => trade.netReturn)),
    averageWin,
    averageLoss,
    payoffRatio: averageWin === null || averageLoss === null ? null : quotient(averageWin, -averageLoss),
    bestTrade: net.length === 0 ? null : net.reduce((best, profit) => Math.max(best, profit)),
    worstTrade: net.length === 0 ? null : net.reduce((worst, profit) => Math.min(worst, profit)),
    medianBarsHeld: quantile(
      trades.map((trade) => trade.barsHeld),
      0.5,
    ),
    longestLosingStreak: longestStreak(net),
    exits,
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function longestStreak(net: readonly number[]): number {
  let longest = 0;
  let streak = 0;
  for (const profit of net) {
    streak = profit < 0 ? streak + 1 : 0;
    longest = Math.max(longest, streak);
  }
  return longest;
}
