/** @file Why a policy did not trade, in words, from what was wanted and what was refused. */
import type { ORDER_OUTCOMES } from "../exchange/index.ts";
import type { VERDICT_NAMES } from "../risk/index.ts";
import { formatFigure } from "./format.ts";
import type { HaltName } from "./halts.ts";
import type { BacktestResult } from "./record.ts";

type Unhindered = "none" | "filled" | "amended";
type Code =
  | `risk.${(typeof VERDICT_NAMES)[number]}`
  | `withheld.${HaltName}`
  | `exchange.${Exclude<(typeof ORDER_OUTCOMES)[number], Unhindered>}`;

/** What the gate and the exchange say, for people; codes that stop an order altogether first. None may be without words. */
const REASONS: Readonly<Record<Code, string>> = {
  "risk.minNotional": "the position would have been below the venue's least order",
  "risk.belowOneLot": "the position would have been less than one lot",
  "risk.noBudget": "sizing left nothing for the symbol",
  "risk.spotShort": "spot can't be sold short",
  "risk.shortDisabled": "shorting is switched off",
  "risk.symbolAbsent": "the symbol had no bar",
  "risk.closeOnly": "only closing was allowed",
  "risk.maxDrawdown": "the greatest drawdown was reached",
  "risk.dailyLoss": "the day's loss was reached",
  "withheld.closeOnly": "nothing new was asked for while only closing was allowed",
  "withheld.maxDrawdown": "nothing new was asked for after the greatest drawdown was reached",
  "withheld.dailyLoss": "nothing new was asked for after the day's loss was reached",
  "risk.cooldown": "the symbol was cooling down after a trade",
  "risk.maxConcurrent": "as many positions as allowed were open",
  "risk.liquidated": "the account was liquidated",
  "risk.withinBand": "the change was smaller than the band",
  "risk.positionNotional": "the position was cut to its greatest notional",
  "risk.orderLoss": "the position was cut to the greatest loss at its stop",
  "risk.totalLeverage": "the position was cut to the greatest total leverage",
  "risk.componentRisk": "the position was cut to its greatest part of the portfolio's value at risk",
  "risk.marginalRisk": "the position was cut to what it may add to the portfolio's value at risk",
  "risk.exitTime": "the position was cut to what can be closed in time",
  "risk.exitCost": "the position was cut to what can be closed at the allowed cost",
  "risk.valueAtRisk": "the position was cut to the portfolio's value at risk",
  "risk.drawdownScaled": "the position was made smaller in a drawdown",
  "risk.turbulent": "the position was made smaller while the symbol was wilder than usual",
  "risk.positionShare": "the position was cut to its greatest share of equity",
  "risk.venueShare": "the position was cut to what one venue may hold",
  "risk.stressLoss": "the position was cut to the greatest loss in a move of all prices",
  "risk.correlated": "the position was cut to what may win and lose together",
  "exchange.clampedByMargin": "the margin allowed a part only",
  "exchange.clampedByVolume": "its share of the volume allowed a part only",
  "exchange.partial": "a part was filled, by chance",
  "exchange.refusedAbsent": "the symbol had no bar at the open",
  "exchange.refusedMinNotional": "the order was below the venue's least at the open",
  "exchange.refusedMargin": "there was no margin for it",
  "exchange.refusedVolume": "its share of the volume was less than the least order",
  "exchange.refusedPartial": "what filled by chance was less than the least order",
  "exchange.refusedSpotShort": "spot can't be sold short",
  "exchange.refusedTimeStop": "the position had reached its greatest age",
  "exchange.refusedLiquidated": "the account was liquidated",
  "exchange.refusedBelowTick": "the sale would have filled below one tick",
  "exchange.refusedExpired": "the contract had expired",
};

const MOST_REASONS = 3;

/** A code in words; one that is not known here stands as it is. */
export function refusalText(code: string): string {
  return (REASONS as Readonly<Record<string, string>>)[code] ?? code;
}

/** Why nothing was traded. */
export function idleText({ wanted, refusals, config }: Pick<BacktestResult, "wanted" | "refusals" | "config">): string {
  const asked = wanted.long + wanted.short;
  const all = asked + wanted.flat + wanted.hold;
  if (asked === 0) {
    return all === 0
      ? "It was never asked for a decision."
      : `It wanted no position in any of its ${formatFigure(all, "count")} decisions: ${formatFigure(wanted.hold, "count")} were to hold, ${formatFigure(wanted.flat, "count")} to be flat.`;
  }
  const found = Object.entries(refusals)
    .filter(([code]) => !code.startsWith("withheld."))
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_REASONS)
    .map(([code, count]) => `${refusalText(code)} (${code}, ${formatFigure(count, "count")} times)`);
  const text = `It wanted a position ${formatFigure(asked, "count")} times and got none`;
  if (found.length === 0) return `${text}: every size was 0.`;
  const scheme = schemeOf(config);
  const help =
    refusals["risk.minNotional"] !== undefined || refusals["risk.belowOneLot"] !== undefined
      ? ` A larger balance, or larger sizes (sizing.scheme is ${scheme ?? "set so"}), would trade.`
      : "";
  return `${text}: ${found.join("; ")}.${help}`;
}

function schemeOf(config: unknown): string | undefined {
  const { sizing } = config as { sizing?: { scheme?: string } };
  return sizing?.scheme;
}
