/** @file The trades of a test by context: what an approval of sessions and regimes is made from. */
import type { MarketTape } from "../../market/index.ts";
import { contextName } from "../../policy/index.ts";
import { regimesOf } from "../groups.ts";
import type { BacktestResult } from "../record.ts";

/** Of one session by regime: how many trades, and sums of their net returns of notional and of the squares. */
export type ContextTrades = {
  readonly name: string;
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
};

/** A trade belongs to the context that was known when it was decided: the close before its entry. */
export function contextTrades({ trades, from, to }: BacktestResult, tape: MarketTape): ContextTrades[] {
  if (trades.length === 0) return [];
  const regimes = regimesOf(tape, from, to);
  const found = new Map<string, { n: number; sum: number; squares: number }>();
  for (const { entryBar, symbol, netReturn } of trades) {
    const decided = Math.max(from, entryBar - 1);
    const name = contextName(tape.timeMs[decided] + tape.barMs, regimes[(decided - from) * tape.symbols + symbol]);
    const own = found.get(name) ?? { n: 0, sum: 0, squares: 0 };
    found.set(name, own);
    own.n++;
    own.sum += netReturn;
    own.squares += netReturn ** 2;
  }
  return [...found].map(([name, own]) => ({ name, ...own })).sort((a, b) => a.name.localeCompare(b.name));
}
