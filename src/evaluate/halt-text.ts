/** @file Limits that left nothing but closing, in plain words: when, at what loss, and what became of what was held. */
import { formatMinute } from "../core/index.ts";
import { formatFigure, formatPrice } from "./format.ts";
import { type Halt, type HaltName, heldAt } from "./halts.ts";
import type { BacktestResult } from "./record.ts";
import { EXIT_TEXT } from "./report/exit-text.ts";
import type { Trade } from "./trades.ts";

type Told = Pick<BacktestResult, "halts" | "trades" | "instruments" | "currency" | "curve">;

export const HALT_TEXT: Readonly<Record<HaltName, string>> = {
  closeOnly: "close-only is set",
  maxDrawdown: "the greatest drawdown was reached",
  dailyLoss: "the day's loss was reached",
};

/** Positions that one sentence names. */
const NAMED = 3;

/** "BTCUSDT long, closed 2024-05-01 13:00 at 61,234.50 by its own decision (-52.10 USDT)". */
export function heldText({ instruments, currency }: Told, trade: Trade): string {
  const end =
    trade.exitReason === "final"
      ? `kept to the end of the test (${signed(trade.netProfit, currency)})`
      : `closed ${formatMinute(trade.exitMs)} at ${formatPrice(trade.exitPrice)} by ${EXIT_TEXT[trade.exitReason]} (${signed(trade.netProfit, currency)})`;
  return `${instruments[trade.symbol].symbol} ${trade.side}, ${end}`;
}

function signed(value: number, currency: string): string {
  return `${value > 0 ? "+" : ""}${formatFigure(value, "money")} ${currency}`;
}

/** Whether the last decision of the run still found it so. */
export function lastedToTheEnd({ toMs }: Halt, { curve }: Pick<Told, "curve">): boolean {
  return toMs >= curve.timeMs[Math.max(0, curve.length - 2)];
}

function bars(count: number): string {
  return count === 1 ? "one bar" : `${formatFigure(count, "count")} bars`;
}

/** "for the 4 bars to the end of the test". */
function lastedText(halt: Halt, result: Told): string {
  return lastedToTheEnd(halt, result)
    ? `for the ${bars(halt.bars)} to the end of the test`
    : `for ${bars(halt.bars)}, until ${formatMinute(halt.toMs)} UTC`;
}

function holdingText(halt: Halt, result: Told): string {
  const held = heldAt(halt, result.trades);
  if (held.length === 0) return "Nothing was held then.";
  const named = held.slice(0, NAMED).map((trade) => heldText(result, trade));
  const more = held.length > NAMED ? `; and ${formatFigure(held.length - NAMED, "count")} more` : "";
  return `Held then: ${named.join("; ")}${more}.`;
}

/** A sentence or two for each limit that struck: its first stretch, how often it struck, and its last. */
export function haltSentences(result: Told): string[] {
  return Object.values(result.halts).map(({ stretches, bars: all, first: [halt], last }) => {
    const found = `risk.${halt.code}; ${formatFigure(halt.equity, "money")} ${result.currency}, ${formatFigure(halt.drawdown, "change")} from the peak`;
    const text =
      `At ${formatMinute(halt.fromMs)} UTC ${HALT_TEXT[halt.code]} (${found}): only closing was allowed ` +
      `${lastedText(halt, result)}. ${holdingText(halt, result)}`;
    if (stretches === 1) return text;
    return (
      `${text} It struck ${formatFigure(stretches, "count")} times, for ${bars(all)} in all; the last time at ` +
      `${formatMinute(last.fromMs)} UTC, ${lastedText(last, result)}. ${holdingText(last, result)}`
    );
  });
}
