/** @file Sessions, positions, orders, histories and wallet, as the book of sessions has them. */
import type { AppContext, BookDecision, BookSession, BookTrade, NextDayRisk, SessionBook } from "../../app/index.ts";
import { nextDayRisk, RISK_TAIL } from "../../app/index.ts";
import { type Decimal, decimal, exactText, formatTimeframe, TidemarkError } from "../../core/index.ts";
import { type DecisionWhy, readLog } from "../../trade/index.ts";
import type {
  AssetClass,
  Columns,
  Decision,
  History,
  LogLine,
  Mode,
  Order,
  OrderStory,
  Overview,
  Position,
  Session,
  SessionRisk,
  Trade,
  TradeEvent,
  Wallet,
} from "../contract/index.ts";
import { ASSET_CLASSES, MODES } from "../contract/index.ts";
import { Memo } from "./memo.ts";
import { type Page, pageOf } from "./paging.ts";

const LOG_LEVELS = ["info", "warn", "error"] as const;
const MOST_LINES = 500;
/** Filters of one list whose sums are kept. */
const MOST_FILTERS = 16;

type Sorted = { readonly sorted: readonly BookTrade[]; readonly totals: History["totals"] };
type Wanted = Readonly<Record<"symbol" | "session" | "from" | "to", string | undefined>> & {
  readonly sort: string;
  readonly order: string;
};

type Query = Readonly<Record<string, string | undefined>>;

export class TradingResources {
  readonly #book: SessionBook;
  readonly #context: AppContext;
  readonly #curves = new Memo<Columns>();
  readonly #risks = new Memo<NextDayRisk>();
  /** By the list that the book gives, which is another one when a trade is closed. */
  readonly #history = new WeakMap<readonly BookTrade[], Memo<Sorted>>();

  constructor(book: SessionBook, context: AppContext) {
    this.#book = book;
    this.#context = context;
  }

  sessions(): Session[] {
    return this.#book.list().map(sessionOf);
  }

  session(id: string): Session {
    return sessionOf(this.#known(id));
  }

  positions(): Position[] {
    return this.sessions().flatMap(({ running, positions }) => (running ? positions : []));
  }

  orders(id: string): Order[] {
    this.#known(id);
    return this.#book.orders(id).map((order) => ({ session: id, ...order }));
  }

  story(id: string, order: string): OrderStory {
    this.#known(id);
    const story = this.#book.story(id, order);
    if (story === undefined) {
      throw new TidemarkError("JOURNAL_MISSING", {
        what: `The session has no order "${order}"`,
        where: id,
        fix: "`tidemark orders` and `tidemark journal export` show the ids.",
      });
    }
    const { clientOrderId, lines, entries } = story;
    return {
      session: id,
      clientOrderId,
      lines: [...lines],
      records: entries.map(({ seq, atMs, entry }) => ({ seq, atMs, kind: entry.kind, entry })),
    };
  }

  decisions(id: string, { symbol, cursor, limit }: Query): Page<Decision> {
    this.#known(id);
    const found = this.#book.decisions(id);
    const wanted =
      symbol === undefined ? found : found.filter(({ entry }) => entry.targets.some((one) => one.symbol === symbol));
    const page = pageOf(wanted.toReversed(), ({ seq }) => seq, cursor, limit);
    return { ...page, items: page.items.map((one) => decisionOf(id, one)) };
  }

  events(id: string, { kind, symbol, level, cursor, limit }: Query): Page<TradeEvent> {
    this.#known(id);
    const all = this.#book.events(id);
    const isWhole = kind === undefined && symbol === undefined && level === undefined;
    const wanted = isWhole
      ? all
      : all.filter(
          (one) =>
            (kind === undefined || one.kind === kind) &&
            (symbol === undefined || one.symbol === symbol) &&
            (level === undefined || one.level === level),
        );
    const page = pageOf(wanted.toReversed(), ({ seq }) => seq, cursor, limit);
    return { ...page, items: page.items.map((one) => ({ session: id, ...one })) };
  }

  /** Newest first; with a level, lines of that level and above. */
  log(id: string, level = "info"): LogLine[] {
    this.#known(id);
    const least = LOG_LEVELS.findIndex((one) => one === level);
    if (least < 0) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `"${level.slice(0, 40)}" is no level`,
        where: "level",
        fix: `Choose one of ${LOG_LEVELS.join(", ")}.`,
      });
    }
    return readLog(this.#book.folderOf(id))
      .filter((line) => LOG_LEVELS.indexOf(line.level) >= least)
      .slice(-MOST_LINES)
      .toReversed();
  }

  /** Of every session that has a day behind it, those that run first. */
  risk(): { tail: number; items: SessionRisk[] } {
    const sessions = this.#book.list().toSorted((a, b) => Number(b.view.running) - Number(a.view.running));
    const items = sessions.map(({ id, mode, currency, view, timeframeMs }) => {
      const { timeMs, equity } = this.#book.equity(id);
      const mark = `${timeMs.length}`;
      const risk = this.#risks.get(id, mark, () =>
        nextDayRisk(
          timeMs.map((openMs) => openMs + timeframeMs),
          equity,
        ),
      );
      return { session: id, mode, currency, equity: view.equity, ...risk };
    });
    return { tail: RISK_TAIL, items: items.filter(({ days }) => days > 0) };
  }

  /** Columns timeMs, equity, drawdown. */
  equity(id: string): Columns {
    this.#known(id);
    const { timeMs, equity } = this.#book.equity(id);
    return { timeMs: Float64Array.from(timeMs), equity: Float64Array.from(equity), drawdown: drawdownOf(equity) };
  }

  /** Columns timeMs, equity, budget, drawdown: sessions of the class in the mode, summed; each counts from its first bar on. */
  classEquity(asset: AssetClass, mode: Mode): Columns {
    const curves = this.#book
      .list()
      .filter((one) => one.mode === mode && one.assetClasses.length === 1 && one.assetClasses[0] === asset)
      .map(({ id }) => ({ id, ...this.#book.equity(id) }));
    const budget = this.wallet().items.find((one) => one.assetClass === asset && one.mode === mode)?.budget;
    const mark = `${budget ?? ""} ${curves.map(({ id, timeMs }) => `${id} ${timeMs.length}`).join(" ")}`;
    return this.#curves.get(`${asset} ${mode}`, mark, () => sumOfCurves(curves, budget));
  }

  history(asset: AssetClass, mode: Mode, query: Query): History {
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

  /** Budgets as the configuration says; without the scheme of budgets a class may use its whole wallet. */
  wallet(): Wallet {
    const { scheme, budget } = this.#context.config().sizing;
    const items: Wallet["items"] = [];
    for (const mode of MODES) {
      for (const assetClass of ASSET_CLASSES) {
        const sessions = this.#book
          .list()
          .filter(
            (one) =>
              one.mode === mode &&
              one.view.running &&
              one.assetClasses.length === 1 &&
              one.assetClasses[0] === assetClass,
          );
        if (sessions.length === 0) continue;
        const wallet = sumOf(sessions.map(({ view }) => view.cash));
        const inUse = sumOf(sessions.flatMap(({ positions }) => positions.map(({ notional = "0" }) => notional)));
        const allocation = budget.allocation[assetClass];
        const given = scheme === "budget" ? decimal(String(allocation)) : wallet;
        const left = [given.minus(inUse), wallet.minus(inUse)].reduce((a, b) => (a.lt(b) ? a : b));
        items.push({
          mode,
          assetClass,
          currency: sessions[0].currency,
          budget: exactText(given),
          wallet: exactText(wallet),
          inUse: exactText(inUse),
          usableNow: left.gt(0) ? exactText(left) : "0",
          allocation,
        });
      }
    }
    return { items };
  }

  cells(sessions: readonly Session[]): Overview["cells"] {
    const cells: Overview["cells"] = [];
    for (const mode of MODES) {
      for (const assetClass of ASSET_CLASSES) {
        const found = sessions.filter(
          (one) => one.mode === mode && one.assetClasses.length === 1 && one.assetClasses[0] === assetClass,
        );
        if (found.length === 0) continue;
        const sum = (key: "equity" | "dayProfit"): string =>
          exactText(found.reduce((total, one) => total.plus(one[key]), decimal("0")));
        const positions = found.flatMap((one) => one.positions);
        cells.push({
          assetClass,
          mode,
          currency: found[0].currency,
          sessions: found.length,
          equity: sum("equity"),
          dayProfit: sum("dayProfit"),
          positions: positions.length,
          naked: positions.filter(({ nakedMs }) => nakedMs > 0).length,
        });
      }
    }
    return cells;
  }

  #known(id: string): BookSession {
    const found = this.#book.get(id);
    if (found !== undefined) return found;
    throw new TidemarkError("JOURNAL_MISSING", {
      what: `There is no session "${id}"`,
      fix: "`tidemark journal ls` lists the sessions.",
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

type Curve = { readonly timeMs: readonly number[]; readonly equity: readonly number[] };

/** At each time of any of them, the sum of what each had last. */
function sumOfCurves(curves: readonly Curve[], budget: string | undefined): Columns {
  const times = [...new Set(curves.flatMap(({ timeMs }) => timeMs))].sort((a, b) => a - b);
  const sums = new Float64Array(times.length);
  for (const { timeMs, equity } of curves) {
    let at = -1;
    for (const [i, time] of times.entries()) {
      while (at + 1 < timeMs.length && timeMs[at + 1] <= time) at++;
      if (at >= 0) sums[i] += equity[at];
    }
  }
  const level = budget === undefined ? Number.NaN : Number(budget);
  return {
    timeMs: Float64Array.from(times),
    equity: sums,
    budget: new Float64Array(times.length).fill(level),
    drawdown: drawdownOf(sums),
  };
}

function sumOf(figures: readonly string[]): Decimal {
  return figures.reduce((total, figure) => total.plus(figure), decimal("0"));
}

function sessionOf(one: BookSession): Session {
  const { id, mode, name, model, view, currency, timeframeMs, symbols, assetClasses, positions } = one;
  return {
    id,
    mode,
    name,
    model,
    account: view.account,
    currency,
    timeframe: timeframeMs === 0 ? "" : formatTimeframe(timeframeMs),
    symbols: [...symbols],
    assetClasses: [...assetClasses],
    status: view.status,
    causes: view.causes,
    running: view.running,
    connected: view.connected,
    reconciled: view.reconciled,
    initialBalance: one.initialBalance,
    equity: view.equity,
    cash: view.cash,
    fees: view.fees,
    funding: view.funding,
    dayEquity: view.dayEquity,
    dayProfit: one.dayProfit,
    peakEquity: view.peakEquity,
    startedMs: one.startedMs,
    lastRowMs: view.lastRowMs,
    seq: view.records,
    lastRecordMs: one.lastRecordMs,
    positions: positions.map((position) => ({
      session: id,
      symbol: position.symbol,
      assetClass: position.assetClass,
      quantity: position.quantity,
      entryPrice: position.entryPrice,
      markPrice: position.markPrice ?? null,
      unrealised: position.unrealisedProfit ?? null,
      notional: position.notional ?? null,
      liquidationPrice: position.liquidationPrice ?? null,
      liquidationDistance: position.liquidationDistance ?? null,
      manual: position.manual,
      stopPrice: position.stopPrice ?? null,
      targetPrice: position.targetPrice ?? null,
      nakedMs: position.nakedMs,
      barsHeld: position.barsHeld,
      version: position.version,
    })),
    classes: [...view.classes],
    working: view.working.map((order) => ({ session: id, ...order })),
    limits: one.limits ?? null,
  };
}

function decisionOf(session: string, { seq, atMs, entry, outcomes }: BookDecision): Decision {
  return {
    session,
    seq,
    atMs,
    closeMs: entry.closeMs,
    targets: entry.targets.map(({ symbol, quantity, stopDistance, targetDistance, regime }) => ({
      symbol,
      quantity,
      stopDistance,
      targetDistance,
      regime: regime ?? null,
    })),
    why: entry.why === undefined ? null : whyOf(entry.why),
    outcomes: [...outcomes],
  };
}

function whyOf({ value, symbols }: DecisionWhy): NonNullable<Decision["why"]> {
  return {
    value: value ?? null,
    symbols: symbols.map(({ probabilities, figures, verdicts, ...rest }) => ({
      ...rest,
      verdicts: [...verdicts],
      ...(probabilities === undefined ? {} : { probabilities: { ...probabilities } }),
      ...(figures === undefined ? {} : { figures: { ...figures } }),
    })),
  };
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
function drawdownOf(equity: ArrayLike<number>): Float64Array {
  const result = new Float64Array(equity.length);
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < equity.length; i++) {
    peak = Math.max(peak, equity[i]);
    result[i] = peak > 0 ? equity[i] / peak - 1 : 0;
  }
  return result;
}
