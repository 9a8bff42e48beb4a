/** @file Sessions, positions, orders, decisions and wallet, as the book of sessions has them. */
import type { AppContext, BookDecision, BookSession, NextDayRisk, SessionBook } from "../../app/index.ts";
import { holdCurve, nextDayRisk, RISK_TAIL } from "../../app/index.ts";
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
  TradeEvent,
  Wallet,
} from "../contract/index.ts";
import { ASSET_CLASSES, MODES } from "../contract/index.ts";
import { Memo } from "./memo.ts";
import { type Page, pageOf } from "./paging.ts";
import { drawdownOf, sumOfCurves, TradeHistory } from "./trade-history.ts";

const LOG_LEVELS = ["info", "warn", "error"] as const;
const MOST_LINES = 500;
type Query = Readonly<Record<string, string | undefined>>;

export class TradingResources {
  readonly #book: SessionBook;
  readonly #history: TradeHistory;
  readonly #context: AppContext;
  readonly #curves = new Memo<Columns>();
  readonly #held = new Memo<Float64Array>();
  readonly #risks = new Memo<NextDayRisk>();

  constructor(book: SessionBook, context: AppContext) {
    this.#book = book;
    this.#history = new TradeHistory(book);
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

  /** Columns timeMs, equity, drawdown; what holding its symbols and what nothing would have made of its start. */
  equity(id: string): Columns {
    this.#known(id);
    const { timeMs, equity } = this.#book.equity(id);
    return {
      timeMs: Float64Array.from(timeMs),
      equity: Float64Array.from(equity),
      drawdown: drawdownOf(equity),
      ...this.#baselines(id),
    };
  }

  /** Columns hold and flat, over the session's own times. */
  #baselines(id: string): { readonly hold: Float64Array; readonly flat: Float64Array } {
    const { symbols, initialBalance } = this.#known(id);
    const { timeMs } = this.#book.equity(id);
    const balance = Number(initialBalance);
    const hold = this.#held.get(id, `${timeMs.length} ${timeMs[0]} ${symbols.join()}`, () =>
      holdCurve(
        timeMs,
        [...new Set(symbols)].map((symbol) => this.#book.bars(id, symbol)),
        balance,
      ),
    );
    return { hold, flat: new Float64Array(timeMs.length).fill(balance) };
  }

  /** Columns timeMs, equity, budget, drawdown, hold, flat: sessions of the class in the mode, summed; each counts from its first bar on. */
  classEquity(asset: AssetClass, mode: Mode): Columns {
    const curves = this.#book
      .list()
      .filter((one) => one.mode === mode && one.assetClasses.length === 1 && one.assetClasses[0] === asset)
      .map(({ id }) => ({ id, ...this.#book.equity(id), ...this.#baselines(id) }));
    const budget = this.wallet().items.find((one) => one.assetClass === asset && one.mode === mode)?.budget;
    const mark = `${budget ?? ""} ${curves.map(({ id, timeMs }) => `${id} ${timeMs.length}`).join(" ")}`;
    return this.#curves.get(`${asset} ${mode}`, mark, () => sumOfCurves(curves, budget));
  }

  history(asset: AssetClass, mode: Mode, query: Query): History {
    return this.#history.page(asset, mode, query);
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
