/** @file Closed trades of an asset class in a mode: filtered, in order, summed over the whole filter; curves of several sessions as one. */
import type { BookTrade, SessionBook } from "../../app/index.ts";
import { decimal, exactText, TidemarkError } from "../../core/index.ts";
import type { AssetClass, Columns, History, Mode, Trade } from "../contract/index.ts";
import { Memo } from "./memo.ts";
import { pageOf } from "./paging.ts";

/** Filters of one list whose sums are kept. */
const MOST_FILTERS = 16;

type Sorted = { readonly sorted: readonly BookTrade[]; readonly totals: History["totals"] };
type Wanted = Readonly<Record<"symbol" | "session" | "from" | "to", string | undefined>> & {
  readonly sort: string;
  readonly order: string;
};

type Query = Readonly<Record<string, string | undefined>>;

export class TradeHistory {
  readonly #book: SessionBook;
  /** By the list that the book gives, which is another one when a trade is closed. */
  readonly #history = new WeakMap<readonly BookTrade[], Memo<Sorted>>();

  constructor(book: SessionBook) {
    this.#book = book;
  }

  page(asset: AssetClass, mode: Mode, query: Query): History {
    const { symbol, session, from, to, sort = "exitMs", order = "desc", cursor, limit } = query;
    const wanted = { symbol, session, from, to, sort, order };
    const { sorted, totals } = this.#sorted(this.#book.trades(asset, mode), wanted);
    const currencies = this.#book.list().filter((one) => one.mode === mode && one.assetClasses.includes(asset));
    const page = pageOf(sorted, (_, index) => index, cursor, limit, true);
    return {
      assetClass: asset,
      mode,
      currency: currencies[0]?.currency ?? "",
      items: page.items.map(tradeOf),
      nextCursor: page.nextCursor,
      totals,
    };
  }

  /** A filter of a list is applied, put in order and summed once. */
  #sorted(all: readonly BookTrade[], wanted: Wanted): Sorted {
    let known = this.#history.get(all);
    if (known === undefined) {
      known = new Memo<Sorted>(MOST_FILTERS);
      this.#history.set(all, known);
    }
    return known.get(JSON.stringify(wanted), "", () => {
      const trades = all.filter((trade) => isWanted(trade, wanted));
      return { sorted: sortTrades(trades, wanted.sort, wanted.order), totals: totalsOf(trades) };
    });
  }
}

function isWanted(trade: BookTrade, { symbol, session, from, to }: Wanted): boolean {
  return (
    (symbol === undefined || trade.symbol === symbol) &&
    (session === undefined || trade.session === session) &&
    (from === undefined || trade.exitMs >= Number(from)) &&
    (to === undefined || trade.exitMs < Number(to))
  );
}

function tradeOf(trade: BookTrade): Trade {
  const { session, model, symbol, side, entryMs, exitMs, quantity, entryPrice, exitPrice, exitReason, orders } = trade;
  const { grossProfit, fees, funding, netProfit } = trade;
  return {
    session,
    model,
    symbol,
    side,
    entryMs,
    exitMs,
    quantity,
    entryPrice,
    exitPrice,
    grossProfit,
    fees,
    funding,
    netProfit,
    exitReason,
    orders: [...orders],
  };
}

type Curve = {
  readonly timeMs: readonly number[];
  readonly equity: readonly number[];
  readonly hold: Float64Array;
  readonly flat: Float64Array;
};

/** At each time of any of them, the sum of what each had last. */
export function sumOfCurves(curves: readonly Curve[], budget: string | undefined): Columns {
  const times = [...new Set(curves.flatMap(({ timeMs }) => timeMs))].sort((a, b) => a - b);
  const [sums, hold, flat] = [0, 0, 0].map(() => new Float64Array(times.length));
  for (const curve of curves) {
    const { timeMs } = curve;
    let at = -1;
    for (const [i, time] of times.entries()) {
      while (at + 1 < timeMs.length && timeMs[at + 1] <= time) at++;
      if (at < 0) continue;
      sums[i] += curve.equity[at];
      hold[i] += curve.hold[at];
      flat[i] += curve.flat[at];
    }
  }
  const level = budget === undefined ? Number.NaN : Number(budget);
  return {
    timeMs: Float64Array.from(times),
    equity: sums,
    budget: new Float64Array(times.length).fill(level),
    drawdown: drawdownOf(sums),
    hold,
    flat,
  };
}

const TEXTS = new Set(["symbol", "side", "session", "model", "exitReason"]);
const FIGURES = new Set([
  "entryMs",
  "exitMs",
  "quantity",
  "entryPrice",
  "exitPrice",
  "grossProfit",
  "fees",
  "funding",
  "netProfit",
]);

function sortTrades(trades: readonly BookTrade[], sort: string, order: string): BookTrade[] {
  const sign = order === "asc" ? 1 : -1;
  const key = sort as keyof BookTrade;
  if (TEXTS.has(sort)) return trades.toSorted((a, b) => sign * String(a[key]).localeCompare(String(b[key]), "en"));
  if (!FIGURES.has(sort)) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: `Trades are not sorted by "${sort}"`,
      where: "sort",
      fix: `Choose one of ${[...TEXTS, ...FIGURES].join(", ")}.`,
    });
  }
  return trades.toSorted((a, b) => sign * (Number(a[key]) - Number(b[key])));
}

/** Over every trade of the filter, in exact decimals. */
function totalsOf(trades: readonly BookTrade[]): History["totals"] {
  const sum = (key: "netProfit" | "fees" | "funding") =>
    trades.reduce((total, trade) => total.plus(trade[key]), decimal("0"));
  const profit = sum("netProfit");
  const wins = trades.filter(({ netProfit }) => decimal(netProfit).gt(0)).length;
  return {
    trades: trades.length,
    profit: exactText(profit),
    fees: exactText(sum("fees")),
    funding: exactText(sum("funding")),
    winRate: trades.length === 0 ? null : wins / trades.length,
    expectancy: trades.length === 0 ? null : exactText(profit.div(trades.length).toSignificantDigits(20)),
  };
}

/** Loss from the highest value so far, as a share at or below zero. */
export function drawdownOf(equity: ArrayLike<number>): Float64Array {
  const result = new Float64Array(equity.length);
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < equity.length; i++) {
    peak = Math.max(peak, equity[i]);
    result[i] = peak > 0 ? equity[i] / peak - 1 : 0;
  }
  return result;
}
