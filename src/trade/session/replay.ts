/**
 * @file Paper trading on stored bars and a virtual clock: the engine, its journal and its paper broker as they run live, fed as
 * fast as they go. The fills are those of a backtest of the same range, to the last bit.
 */
import { decimalOfNumber, exactText, type ProgressListener, SimulatedClock, systemClock } from "../../core/index.ts";
import type { ExchangeConfig } from "../../exchange/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { readCell, readMark, sliceTape, tapesBeside } from "../../market/index.ts";
import { PaperBroker } from "../brokers/paper/paper-broker.ts";
import type { LiveDesk } from "../desk/live-desk.ts";
import type { TapeRow } from "../desk/live-tape.ts";
import { ALL_ROWS, ENGINE_DEFAULTS, type EngineConfig } from "../engine/config.ts";
import { Engine } from "../engine/machine.ts";
import type { Journal } from "../journal/record.ts";
import { BarCycle, type Opens } from "./bar-cycle.ts";
import { historyEntry } from "./history.ts";
import { type Member, Portfolio } from "./portfolio.ts";
import { TradeSession } from "./session.ts";

/** A strategy, and the stored bars of its symbols. */
export type ReplayMember = Member & { readonly tape: MarketTape; readonly model?: string };

export type ReplayOptions = {
  /** At least one; all tapes have the same rows. */
  readonly members: readonly ReplayMember[];
  /** Of the account. */
  readonly exchange: ExchangeConfig;
  /** Of the first decision, and the bar after the last one, as in a backtest. */
  readonly from: number;
  readonly to: number;
  readonly balance: number;
  readonly seed: number;
  readonly journal: Journal;
  /** What decided, for the journal: with it every decision can be made again. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
};

export type ReplayResult = {
  readonly tradeHash: string;
  readonly fills: number;
  readonly finalEquity: number;
  readonly orders: number;
  readonly denied: number;
  readonly records: number;
  readonly desk: LiveDesk;
  readonly broker: PaperBroker;
};

/** Without limits and brackets of its own, so that nothing is done that a backtest does not do. */
function replayConfig(members: readonly ReplayMember[], balance: number): EngineConfig {
  const [{ tape }] = members;
  return {
    ...ENGINE_DEFAULTS,
    mode: "paper",
    strategies: members.map((member) => ({
      name: member.name,
      symbols: member.tape.instruments.map(({ symbol }) => symbol),
      barMs: tape.barMs,
      ...(member.model === undefined ? {} : { model: member.model }),
    })),
    ...(members.length === 1 ? {} : { rows: ALL_ROWS }),
    initialBalance: exactText(decimalOfNumber(balance)),
    currency: tape.currency,
    validityShare: 1,
    emergencyStop: 0,
    expiryDays: 0,
    reconcileEveryMs: Math.max(ENGINE_DEFAULTS.reconcileEveryMs, 288 * tape.barMs),
    markEveryMs: tape.barMs,
    limits: {
      ...ENGINE_DEFAULTS.limits,
      dailyLoss: 0,
      maxDrawdown: 0,
      rapidDecline: 0,
      maxRejects: 0,
      staleMs: 0,
      disconnectMs: 0,
    },
  };
}

const BARS_PER_LOOK = 256;

export async function replayPaper(options: ReplayOptions): Promise<ReplayResult> {
  const { members, exchange, from, to, balance, seed, journal, spec, signal, onProgress } = options;
  // Views of what is there; only several have to be brought together.
  const tape = members.length === 1 ? members[0].tape : tapesBeside(members.map((member) => member.tape));
  const clock = new SimulatedClock(tape.timeMs[from] + tape.barMs);
  const histories = members.map((member) => sliceTape(member.tape, 0, from + 1));
  const config = replayConfig(members, balance);
  const name = config.rows ?? config.strategies[0].name;
  const portfolio = new Portfolio({ name, members, histories, room: to + 1, exchange, balance });
  const { live, desk } = portfolio;
  const broker = new PaperBroker({ tape: live.tape, config: exchange, seed, balance, bar: from });
  let denied = 0;
  let orders = 0;
  const session = new TradeSession({
    engine: new Engine(),
    journal,
    broker,
    clock,
    timers: false,
    onEntry: (entry) => {
      portfolio.apply(entry, false);
      if (entry.kind === "denied") denied++;
      if (entry.kind === "intent") orders++;
    },
    onNotify: () => {},
    onFailure: () => {},
  });
  if (spec !== undefined) {
    for (const [i, member] of members.entries()) session.deliver(historyEntry(member.name, histories[i]));
  }
  session.deliver({
    kind: "session",
    id: "replay",
    config,
    capabilities: broker.capabilities,
    accountId: "paper",
    instruments: tape.instruments,
    strategySpec: spec ?? {},
    version: "replay",
    seed,
  });
  session.deliver({ kind: "rules", rules: await broker.rules() });
  session.deliver({ kind: "started", process: "replay" });
  await broker.start(portfolio.symbols, (event) => session.deliver({ kind: "broker", event }));
  await session.idle();
  const cycle = new BarCycle(session, portfolio, broker);
  for (let bar = from; bar < to - 1; bar++) {
    signal?.throwIfAborted();
    const opens = opensOf(tape, bar + 1);
    quoteOpens(session, tape, bar, clock.nowMs());
    await cycle.decide();
    await cycle.open(opens);
    const closeMs = tape.timeMs[bar + 1] + tape.barMs;
    clock.advance(closeMs - clock.nowMs());
    await session.runTimers(closeMs);
    const rows = members.flatMap((member) => rowsOf(member.tape, bar + 1));
    await cycle.close(opens.openMs, rows);
    if (session.failure !== undefined) throw session.failure;
    if ((bar - from + 1) % BARS_PER_LOOK === 0) {
      onProgress?.({ label: "paper", done: bar - from + 1, total: to - 1 - from, unit: "bars" });
      await systemClock.sleep(0, signal);
    }
  }
  broker.closeOut();
  await session.idle();
  desk.closedOut();
  session.stop("the replay has ended");
  if (session.failure !== undefined) throw session.failure;
  return {
    tradeHash: broker.recorder.tradeHash(0),
    fills: broker.recorder.count,
    finalEquity: broker.exchange.book.equity[0],
    orders,
    denied,
    records: journal.lastSeq,
    desk,
    broker,
  };
}

function opensOf(tape: MarketTape, bar: number): Opens {
  const first = bar * tape.symbols;
  const cells = Array.from({ length: tape.symbols }, (_, s) => first + s);
  return {
    openMs: tape.timeMs[bar],
    prices: cells.map((cell) => (tape.present[cell] === 1 ? tape.open[cell] : null)),
    funding: cells.map((cell) => tape.funding[cell]),
    ...(tape.fundingAtOpen === undefined
      ? {}
      : { due: cells.map((cell) => [tape.fundingAtOpen?.[cell] ?? 0, tape.fundingWithin?.[cell] ?? 0] as const) }),
    ...(tape.markOpen === undefined ? {} : { marks: cells.map((cell) => tape.markOpen?.[cell] ?? 0) }),
  };
}

function rowsOf(tape: MarketTape, bar: number): TapeRow[] {
  return Array.from({ length: tape.symbols }, (_, s) => {
    const cell = bar * tape.symbols + s;
    if (tape.present[cell] === 0) return null;
    const { open, high, low, close, volume, funding, rate, alternative } = tape;
    const row = [open[cell], high[cell], low[cell], close[cell], volume[cell], funding[cell]];
    const marks = readMark(tape, cell);
    if (alternative !== undefined) return [...row, rate?.[cell] ?? 1, ...readCell(alternative, cell), ...marks];
    return rate === undefined ? [...row, ...marks] : [...row, rate[cell], ...marks];
  });
}

/** The open is the quote that orders are sent on; where there is none, the last close stands for it. */
function quoteOpens(session: TradeSession, tape: MarketTape, decidedBar: number, nowMs: number): void {
  for (let s = 0; s < tape.symbols; s++) {
    const { symbol } = tape.instruments[s];
    const cell = decidedBar * tape.symbols + s;
    const next = cell + tape.symbols;
    const price = tape.present[next] === 1 ? tape.open[next] : tape.close[cell];
    if (!(price > 0)) continue;
    const text = exactText(decimalOfNumber(price));
    session.quote({ symbol, bid: text, ask: text, last: text, timeMs: nowMs });
  }
}
