/**
 * @file The why of trades, for a report: what the policy saw and wanted when it opened a position, what sizing and limits
 * made of it, and where its stop and target stood bar by bar. Kept for orders that leave flat or change sides alone.
 */
import { Direction } from "../core/index.ts";
import type { SimulatedExchange } from "../exchange/index.ts";
import type { Policy, SymbolExplanation } from "../policy/index.ts";
import { type DecisionLog, type DecisionRow, verdictNames } from "../risk/index.ts";
import type { Trade } from "./trades.ts";

export type TradeNote = {
  /** The decision was made at the close of this bar. */
  readonly bar: number;
  readonly symbol: number;
  readonly side: "long" | "short";
  /** Wanted size, 0 to 1; notional that the scheme allows for size 1, and what was left after the limits. */
  readonly size: number;
  readonly schemeNotional: number;
  readonly allowedNotional: number;
  /** Signed lots. */
  readonly targetLots: number;
  readonly verdicts: readonly string[];
  /** Of the order that went out: shares of the entry price, and bars; 0 for none. */
  readonly stopDistance: number;
  readonly targetDistance: number;
  readonly trailDistance: number;
  readonly maxBars: number;
  /** The policy's estimate of the state's value, where it has one. */
  readonly value?: number;
  readonly explanation?: SymbolExplanation;
  /** `[F]` normalized features of the symbol at the decision, where the policy reads some. */
  readonly features?: Float32Array;
};

/** Stop and target of a position at the close of a bar, prices; 0 for none. A trailing stop where it stood is the stop. */
export type BracketLevel = { readonly bar: number; readonly stop: number; readonly target: number };

/** Receives what a recorded run decides and holds. Memory grows with trades and with moves of stops, not with bars. */
export class TradeNotes {
  readonly #notes: TradeNote[][] = [];
  readonly #levels: LevelColumns[] = [];

  /**
   * After the decisions of one bar, before its orders are filled.
   * @param log of this bar alone
   */
  decided(policy: Policy, exchange: SimulatedExchange, log: DecisionLog): void {
    for (let i = 0; i < log.count; i++) {
      const row = log.row(i);
      const { sent, heldLots, targetLots, symbol } = row;
      const opens = sent && targetLots !== 0 && Math.sign(targetLots) !== Math.sign(heldLots);
      if (opens) this.#of(symbol).push(noteOf(policy, exchange, row));
    }
  }

  /** After a bar was played: where the brackets of what is held stand. */
  played(exchange: SimulatedExchange, bar: number): void {
    const { book, tape } = exchange;
    for (let s = 0; s < tape.symbols; s++) {
      const lots = book.lots[s];
      if (lots === 0) continue;
      const fixed = book.stopPrice[s];
      const trail = book.trailDistance[s];
      const side = Math.sign(lots);
      const trailing = trail === 0 ? 0 : book.trailExtreme[s] * (1 - side * trail);
      // Of both the tighter one counts.
      const stop = fixed === 0 || trailing === 0 ? fixed + trailing : side * Math.max(side * fixed, side * trailing);
      (this.#levels[s] ??= new LevelColumns()).add(bar, book.entryBar[s], stop, book.targetPrice[s]);
    }
  }

  #of(symbol: number): TradeNote[] {
    return (this.#notes[symbol] ??= []);
  }

  /** The decision that opened a trade; undefined where nothing was noted. */
  of({ symbol, entryBar, side }: Trade): TradeNote | undefined {
    const notes = this.#notes[symbol] ?? [];
    let low = 0;
    let high = notes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (notes[middle].bar < entryBar) low = middle + 1;
      else high = middle;
    }
    const note = notes[low - 1];
    return note?.side === side ? note : undefined;
  }

  /** Every change of stop or target while a trade was held, by bar; none for one that ended in its first bar. */
  levels({ symbol, entryBar, exitBar }: Trade): BracketLevel[] {
    return this.#levels[symbol]?.between(entryBar, exitBar) ?? [];
  }
}

/** Rows of one symbol, one wherever something changes. */
class LevelColumns {
  #bars = new Int32Array(64);
  #stops = new Float64Array(64);
  #targets = new Float64Array(64);
  #length = 0;
  #entry = -1;

  add(bar: number, entryBar: number, stop: number, target: number): void {
    const last = this.#length - 1;
    if (last >= 0 && entryBar === this.#entry && stop === this.#stops[last] && target === this.#targets[last]) return;
    if (this.#length === this.#bars.length) {
      const grown = this.#length * 2;
      const bars = new Int32Array(grown);
      const stops = new Float64Array(grown);
      const targets = new Float64Array(grown);
      bars.set(this.#bars);
      stops.set(this.#stops);
      targets.set(this.#targets);
      [this.#bars, this.#stops, this.#targets] = [bars, stops, targets];
    }
    this.#entry = entryBar;
    this.#bars[this.#length] = bar;
    this.#stops[this.#length] = stop;
    this.#targets[this.#length] = target;
    this.#length++;
  }

  between(from: number, to: number): BracketLevel[] {
    let row = 0;
    let high = this.#length;
    while (row < high) {
      const middle = (row + high) >> 1;
      if (this.#bars[middle] < from) row = middle + 1;
      else high = middle;
    }
    const found: BracketLevel[] = [];
    for (; row < this.#length && this.#bars[row] < to; row++) {
      found.push({ bar: this.#bars[row], stop: this.#stops[row], target: this.#targets[row] });
    }
    return found;
  }
}

function noteOf(policy: Policy, { book, tape }: SimulatedExchange, row: DecisionRow): TradeNote {
  const { symbol: s } = row;
  const explained = policy.explain?.();
  const explanation = explained?.symbols[s];
  const features = featuresOf(policy, s, tape.symbols);
  return {
    bar: row.bar,
    symbol: s,
    side: row.direction === Direction.long ? "long" : "short",
    size: row.size,
    schemeNotional: row.schemeNotional,
    allowedNotional: row.allowedNotional,
    targetLots: row.targetLots,
    verdicts: verdictNames(row.verdicts),
    stopDistance: book.pendingStopDistance[s],
    targetDistance: book.pendingTargetDistance[s],
    trailDistance: book.pendingTrailDistance[s],
    maxBars: book.pendingMaxBars[s],
    ...(explained?.value === undefined ? {} : { value: explained.value }),
    ...(explanation === undefined ? {} : { explanation }),
    ...(features === undefined ? {} : { features }),
  };
}

/** The symbol's part of what the network read, its whole window of bars. */
function featuresOf(policy: Policy, symbol: number, symbols: number): Float32Array | undefined {
  const market = policy.observed?.()["market"];
  if (market === undefined || market.length === 0) return undefined;
  const width = market.length / symbols;
  return market.slice(symbol * width, (symbol + 1) * width);
}
