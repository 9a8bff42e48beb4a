import { expect, test } from "vitest";
import { Direction, exactText, FillReason, parseTimeframe, Random, SimulatedClock } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { type CandleRow, type MarketTape, sliceTape, syntheticMarket, tapeFromCandles } from "../../market/index.ts";
import { withMarkHistory } from "../../market/testing/mark-history.ts";
import type { Policy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { resolveRiskConfig } from "../../risk/index.ts";
import { ENGINE_DEFAULTS, type EngineConfig } from "../engine/config.ts";
import type { FeedEvent, MarketFeed } from "../feed.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { BarCycle } from "./bar-cycle.ts";
import { historyEntry } from "./history.ts";
import { LiveLoop } from "./live-loop.ts";
import { openSession } from "./open.ts";
import { replayPaper } from "./replay.ts";
import { reproduce } from "./reproduce.ts";
import { TradeSession } from "./session.ts";

const timeframe = parseTimeframe("1h");
const FROM = 60;
const BALANCE = 10_000;
const exchange = resolveExchangeConfig({ leverage: 50 });

/** Every bar has a mark, so that a feed can tell all of them. */
const TAPE = tapeFromCandles(
  syntheticMarket({ seed: 3, bars: 180, timeframe, symbols: ["BTCUSDT", "ETHUSDT"] }).map((history) =>
    withMarkHistory(history, () => true),
  ),
  timeframe,
);

/** A bar whose mark runs away, far from what is traded: whoever holds anything then is liquidated by the mark alone. */
const WILD = 150;
for (let cell = WILD * TAPE.symbols; cell < (WILD + 1) * TAPE.symbols; cell++) {
  TAPE.markHigh?.set([TAPE.high[cell] * 2], cell);
  TAPE.markLow?.set([TAPE.low[cell] / 2], cell);
}

/** Trades wildly, far beyond what its margin bears. */
const wild = (): Policy => ({
  name: "wild",
  reset: () => {},
  decide: (context, intents) => {
    const random = new Random(11 + context.bar * 7919);
    for (let s = 0; s < intents.size.length; s++) {
      if (random.uniform() > 0.1) continue;
      intents.direction[s] = [Direction.flat, Direction.long, Direction.short][random.below(3)];
      intents.size[s] = random.uniform();
    }
  },
});

const member = {
  name: "wild",
  decision: {
    exchange,
    sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 12 }),
    risk: resolveRiskConfig({ cooldownBars: 2 }),
  },
  policy: () => ({ policy: wild() }),
};

const CONFIG: EngineConfig = {
  ...ENGINE_DEFAULTS,
  mode: "paper",
  strategies: [{ name: "wild", symbols: TAPE.instruments.map(({ symbol }) => symbol), barMs: TAPE.barMs }],
  initialBalance: exactText(`${BALANCE}`),
  currency: "USDT",
  validityShare: 1,
  emergencyStop: 0,
  expiryDays: 0,
  reconcileEveryMs: 288 * TAPE.barMs,
  markEveryMs: TAPE.barMs,
  limits: {
    ...ENGINE_DEFAULTS.limits,
    dailyLoss: 0,
    maxDrawdown: 0,
    rapidDecline: 0,
    maxRejects: 0,
    staleMs: TAPE.barMs,
    disconnectMs: 0,
  },
};

function rowOf(tape: MarketTape, bar: number, s: number, mark: boolean): CandleRow {
  const cell = bar * tape.symbols + s;
  const { open, high, low, close, markOpen = open, markHigh = high, markLow = low, markClose = close } = tape;
  const [o, h, l, c] = mark ? [markOpen, markHigh, markLow, markClose] : [open, high, low, close];
  return [tape.timeMs[bar], o[cell], h[cell], l[cell], c[cell], mark ? 0 : tape.volume[cell]];
}

/** Which marks the stream tells with its bars, and which the venue tells when it is asked. */
type Tells = { readonly pushed: (bar: number) => boolean; readonly asked: (bar: number) => boolean };

/** The bars after `FROM` played through the loop of a live session on paper, at quotes of the next open. */
async function live(history: MarketTape, tells: Tells) {
  const journal = new MemoryJournal();
  const clock = new SimulatedClock(TAPE.timeMs[FROM]);
  const symbols = TAPE.instruments.map(({ symbol }) => symbol);
  const opening = {
    journal,
    config: CONFIG,
    members: [member],
    exchange,
    paper: exchange,
    seed: 5,
    balance: BALANCE,
    room: TAPE.bars,
    history: () => Promise.resolve([history]),
  };
  const { engine, portfolio, paper } = await openSession(opening);
  if (paper === undefined) throw new Error("it is on paper");
  const ended = new AbortController();
  const session = new TradeSession({
    engine,
    journal,
    broker: paper,
    clock,
    timers: false,
    onEntry: (entry) => {
      portfolio.apply(entry, false);
      // As a replay ends: at the last close, before another decision.
      if (entry.kind === "row" && entry.openMs === TAPE.timeMs[TAPE.bars - 1]) ended.abort();
    },
    onNotify: () => {},
    onFailure: (error) => ended.abort(error),
  });
  session.deliver(historyEntry("wild", history));
  session.deliver({
    kind: "session",
    id: "paper/wild",
    config: CONFIG,
    capabilities: paper.capabilities,
    accountId: "paper",
    instruments: TAPE.instruments,
    strategySpec: {},
    version: "1",
    seed: 5,
  });
  session.deliver({ kind: "started", process: "1" });
  session.deliver({ kind: "rules", rules: await paper.rules() });
  await paper.start(symbols, (event) => session.deliver({ kind: "broker", event }));
  const barAt = (ms: number): number => TAPE.timeMs.indexOf(ms);
  const asked: number[] = [];
  const feed: MarketFeed = {
    name: "told",
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    bars: () => Promise.resolve([]),
    marks: ({ symbol, fromMs }) => {
      const bar = barAt(fromMs);
      asked.push(bar);
      return tells.asked(bar)
        ? Promise.resolve([rowOf(TAPE, bar, symbols.indexOf(symbol), true)])
        : Promise.reject(new Error("nobody knows"));
    },
    funding: () => Promise.resolve([]),
    serverTimeMs: () => Promise.resolve(clock.nowMs()),
  };
  const unmarked: string[] = [];
  const loop = new LiveLoop({
    session,
    portfolio,
    cycle: new BarCycle(session, portfolio, paper),
    feed,
    clock,
    graceMs: 1_000,
    staleMs: TAPE.barMs,
    youngMs: TAPE.barMs,
    onRow: (openMs) => tell(barAt(openMs) + 1),
    onUnmarked: (text) => unmarked.push(text),
  });
  const listen = loop.listener();
  /** A bar has closed: it, its mark and the funding before it are told, then the quotes at which the next opens. */
  function tell(bar: number): void {
    const closeMs = TAPE.timeMs[bar] + TAPE.barMs;
    clock.advance(closeMs - clock.nowMs());
    const heard: FeedEvent[] = [];
    for (const [s, symbol] of symbols.entries()) {
      const next = Math.min(TAPE.bars - 1, bar + 1) * TAPE.symbols + s;
      const funding = { symbol, rate: TAPE.funding[next], stampMs: closeMs, final: true };
      const open = exactText(`${TAPE.open[next]}`);
      const mark = exactText(`${TAPE.markOpen?.[next]}`);
      if (tells.pushed(bar)) heard.push({ kind: "mark", symbol, row: rowOf(TAPE, bar, s, true) });
      heard.push({ kind: "funding", funding });
      heard.push({ kind: "quote", quote: { symbol, bid: open, ask: open, last: open, mark, timeMs: closeMs } });
      heard.push({ kind: "bar", symbol, row: rowOf(TAPE, bar, s, false) });
    }
    for (const event of heard) listen(event);
  }
  tell(FROM);
  await loop.run(ended.signal);
  await session.idle();
  return { opening, journal, paper, portfolio, asked, unmarked, failure: session.failure };
}

function replayed(tape: MarketTape) {
  return replayPaper({
    members: [{ ...member, tape }],
    exchange,
    from: FROM,
    to: tape.bars,
    balance: BALANCE,
    seed: 5,
    journal: new MemoryJournal(),
  });
}

const HISTORY = sliceTape(TAPE, 0, FROM);

test("a live session on paper goes by the marks of its feed as a replay of stored ones does, to the last bit, and is read again as it was", async () => {
  const every = { pushed: (bar: number) => bar % 3 !== 0, asked: () => true };
  const { opening, journal, paper, portfolio, asked, unmarked, failure } = await live(HISTORY, every);
  expect(failure).toBeUndefined();
  expect(asked.every((bar) => bar % 3 === 0) && asked.length > 0, "only what was not pushed is asked for").toBe(true);
  expect(unmarked).toEqual([]);
  const stored = await replayed(TAPE);
  const equity = paper.exchange.book.equity[0];
  const fills = Array.from({ length: paper.recorder.count }, (_, i) => paper.recorder.fill(i));
  expect(fills.length).toBeGreaterThan(10);
  expect(fills.at(-1)).toMatchObject({ bar: WILD, reason: FillReason.liquidation });
  // Read again before the replay's closing out, which no session has.
  const again = await openSession(opening);
  expect(again.paper?.exchange.book.equity[0]).toBe(equity);
  expect(again.portfolio.live.tape.markLow?.slice(0, 360)).toEqual(portfolio.live.tape.markLow?.slice(0, 360));
  const decided = await reproduce({ journal, rows: "wild", members: [member], exchange, balance: BALANCE });
  expect([decided.equal, decided.first]).toEqual([decided.decisions, undefined]);
  paper.closeOut();
  expect(paper.recorder.tradeHash(0)).toBe(stored.tradeHash);
  expect(paper.exchange.book.equity[0]).toBe(stored.finalEquity);
});

test("a bar whose mark nobody tells goes by its own prices, which is said once", async () => {
  const { paper, portfolio, unmarked } = await live(HISTORY, { pushed: (bar) => bar < 100, asked: () => false });
  const { tape } = portfolio.live;
  const cells = [99, 100].map((bar) => bar * tape.symbols);
  expect(cells.map((cell) => tape.markHigh?.[cell] === tape.high[cell])).toEqual([false, true]);
  expect(unmarked).toEqual(["No mark price of BTCUSDT, ETHUSDT: nobody knows. Margin goes by the last price there."]);
  const fills = Array.from({ length: paper.recorder.count }, (_, i) => paper.recorder.fill(i));
  expect(fills.filter(({ reason }) => reason === FillReason.liquidation)).toEqual([]);
});

test("a session that began without marks goes on without them", async () => {
  const { markOpen: _o, markHigh: _h, markLow: _l, markClose: _c, markTimes: _t, ...plain } = HISTORY;
  const { journal, portfolio, asked } = await live(plain, { pushed: () => true, asked: () => true });
  expect(portfolio.live.tape.markClose).toBeUndefined();
  expect(asked).toEqual([]);
  const rows = [...journal.read(0)].flatMap(({ entry }) => (entry.kind === "row" ? entry.rows : []));
  expect(new Set(rows.map((row) => row?.length))).toEqual(new Set([6]));
});
