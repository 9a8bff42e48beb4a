import { beforeAll, describe, expect, test } from "vitest";
import { Direction, exactText, parseTimeframe, SimulatedClock } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { type CandleRow, type MarketTape, sliceTape, syntheticTape, tapePart } from "../../market/index.ts";
import { type FeatureRows, StrategyPolicy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type RiskConfig, resolveRiskConfig } from "../../risk/index.ts";
import { LiveRows } from "../desk/live-rows.ts";
import { ALL_ROWS, ENGINE_DEFAULTS, type EngineConfig } from "../engine/config.ts";
import type { Entry } from "../engine/entries.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { BarCycle } from "./bar-cycle.ts";
import { historyEntry } from "./history.ts";
import { LiveLoop } from "./live-loop.ts";
import { openSession } from "./open.ts";
import type { Member } from "./portfolio.ts";
import { reproduce } from "./reproduce.ts";
import { TradeSession } from "./session.ts";
import type { LivePolicy } from "./strategy.ts";

const FROM = 260;
const BARS = 420;
const TAPE = syntheticTape({
  seed: 4,
  bars: BARS,
  timeframe: parseTimeframe("1h"),
  symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
});
const SYMBOLS = TAPE.instruments.map(({ symbol }) => symbol);
const EXCHANGE = resolveExchangeConfig({ harsh: true, leverage: 3, slippageModel: "square-root" });
const BALANCE = 10_000;

/** Decides by a memory of all that it has seen, which fades so slowly that no rows that are kept could give it again. */
function remembering(rows: FeatureRows): LivePolicy {
  let memory = new Float64Array(2);
  return {
    name: "remembering",
    reset: ({ bar }) => {
      memory = new Float64Array(2);
      for (let past = bar - 40; past < bar; past++) see(past);
    },
    decide: ({ bar, desk, exchange: { liquidity } }, intents) => {
      see(bar);
      liquidity.extendTo(bar);
      memory[1] += liquidity.dailyVolatility[bar * 2];
      for (let s = 0; s < 2; s++) {
        const wish = Math.sin(memory[s] * 3) + Math.sin(memory[1 - s]) / 3;
        if (Math.abs(wish) < 0.2) continue;
        intents.direction[s] = wish > 0.9 ? Direction.long : wish < -0.9 ? Direction.short : Direction.hold;
        intents.size[s] = Math.min(1, Math.abs(wish) * (desk.equity / BALANCE) * 0.6);
        intents.maxBars[s] = 30;
      }
    },
    explain: () => ({ value: memory[0] + memory[1], symbols: [{}, {}] }),
  };
  function see(bar: number): void {
    const row = rows.at(bar);
    const width = row.length / 2;
    for (let s = 0; s < 2; s++) memory[s] = 0.999 * memory[s] + row[s * width] / 50 + row[s * width + 1] / 50;
  }
}

const NORMALIZER = {
  kind: "zscore",
  clip: 10,
  fittedFromMs: 0,
  fittedToMs: 1,
  fingerprint: "",
  symbols: SYMBOLS,
} as const;
const ALL_LIMITS: Partial<RiskConfig> = {
  turbulentScale: 0.5,
  maxValueAtRisk: 0.06,
  maxCorrelated: 2,
  maxExitBars: 3,
  stopVolatility: 0.8,
  cooldownBars: 3,
};

const decision = (risk: Partial<RiskConfig>) => ({
  exchange: EXCHANGE,
  sizing: resolveSizingConfig({ scheme: "volatility-target" }),
  risk: resolveRiskConfig(risk),
});

/** A recurrent model's way beside a rule of one's own with indicators, under limits that read volatility and correlations. */
let newest: LiveRows;
const MEMBERS: readonly Member[] = [
  {
    name: "a",
    decision: decision(ALL_LIMITS),
    policy: (live) => {
      const normalizer = { ...NORMALIZER, mean: [0, 0, 0, 0], std: [0.4, 0.02, 0.4, 0.02] };
      const rows = new LiveRows(["rsi4", "return5@2h"], normalizer, live.tape, 60);
      newest = rows;
      return { policy: remembering(rows), rows };
    },
  },
  {
    name: "b",
    decision: decision({ cooldownBars: 2 }),
    policy: () => ({
      policy: new StrategyPolicy({
        name: "rule",
        features: ["rsi4", "return12"],
        warmup: 90,
        decide: (symbol) => {
          if (symbol.barsHeld > 9) symbol.flat();
          else if (symbol.close() > symbol.mean(90) && symbol.feature("rsi4") < 0.1) symbol.long(0.9, { stop: 0.03 });
          else if (symbol.bar % 7 === 3) symbol.short(0.5, { target: 0.02 });
        },
      }),
    }),
  },
];

const CONFIG: EngineConfig = {
  ...ENGINE_DEFAULTS,
  mode: "paper",
  strategies: [
    { name: "a", symbols: SYMBOLS.slice(0, 2), barMs: TAPE.barMs },
    { name: "b", symbols: SYMBOLS.slice(2), barMs: TAPE.barMs },
  ],
  rows: ALL_ROWS,
  initialBalance: exactText(String(BALANCE)),
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

function candle({ timeMs, symbols, open, high, low, close, volume }: MarketTape, bar: number, s: number): CandleRow {
  const cell = bar * symbols + s;
  return [timeMs[bar], open[cell], high[cell], low[cell], close[cell], volume[cell]];
}

/** Bars up to row `to` played through the loop of a live session on paper, from wherever the journal stands. */
async function play(journal: MemoryJournal, { room, to = BARS - 1 }: { room: number; to?: number }) {
  const history = () =>
    Promise.resolve(
      [
        [0, 2],
        [2, 1],
      ].map(([s, n]) => tapePart(sliceTape(TAPE, 0, FROM), s, n)),
    );
  const opening = {
    journal,
    config: CONFIG,
    members: MEMBERS,
    exchange: EXCHANGE,
    paper: EXCHANGE,
    seed: 5,
    balance: BALANCE,
    room,
    history,
  };
  const { engine, portfolio, paper, begins } = await openSession(opening);
  if (paper === undefined) throw new Error("it is on paper");
  const { live } = portfolio;
  const first = TAPE.timeMs.indexOf(live.lastOpenMs) + 1;
  const clock = new SimulatedClock(TAPE.timeMs[first]);
  const ended = new AbortController();
  const session = new TradeSession({
    engine,
    journal,
    broker: paper,
    clock,
    timers: false,
    onEntry: (entry) => portfolio.apply(entry, false),
    onNotify: () => {},
    onFailure: (error) => ended.abort(error),
  });
  if (begins !== undefined) {
    for (const [i, rows] of begins.entries()) session.deliver(historyEntry(MEMBERS[i].name, rows));
    session.deliver({
      kind: "session",
      id: "paper/a",
      config: CONFIG,
      capabilities: paper.capabilities,
      accountId: "paper",
      instruments: TAPE.instruments,
      strategySpec: {},
      version: "1",
      seed: 5,
    });
  }
  session.deliver({ kind: "started", process: "1" });
  session.deliver({ kind: "rules", rules: await paper.rules() });
  await paper.start(SYMBOLS, (event) => session.deliver({ kind: "broker", event }));
  await session.idle();
  const loop = new LiveLoop({
    session,
    portfolio,
    cycle: new BarCycle(session, portfolio, paper),
    feed: {
      name: "told",
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      bars: () => Promise.resolve([]),
      funding: () => Promise.resolve([]),
      serverTimeMs: () => Promise.resolve(clock.nowMs()),
    },
    clock,
    graceMs: 1_000,
    staleMs: TAPE.barMs,
    youngMs: TAPE.barMs,
    onRow: (openMs) => {
      const bar = TAPE.timeMs.indexOf(openMs) + 1;
      if (bar > to) ended.abort();
      else tell(bar);
    },
  });
  const listen = loop.listener();
  function tell(bar: number): void {
    const closeMs = TAPE.timeMs[bar] + TAPE.barMs;
    clock.advance(closeMs - clock.nowMs());
    for (const [s, symbol] of SYMBOLS.entries()) {
      const next = Math.min(BARS - 1, bar + 1) * TAPE.symbols + s;
      const open = exactText(String(TAPE.open[next]));
      listen({ kind: "funding", funding: { symbol, rate: TAPE.funding[next], stampMs: closeMs, final: true } });
      listen({ kind: "quote", quote: { symbol, bid: open, ask: open, last: open, timeMs: closeMs } });
      listen({ kind: "bar", symbol, row: candle(TAPE, bar, s) });
    }
  }
  tell(first);
  await loop.run(ended.signal);
  await session.idle();
  expect(session.failure).toBeUndefined();
  return { opening, journal, portfolio, paper };
}

const recordsOf = (journal: MemoryJournal) => [...journal.read(0)];

/** Everything that was decided, and why: what differs between two sessions is in here. */
const decided = (journal: MemoryJournal) =>
  recordsOf(journal).flatMap(({ entry }) =>
    entry.kind === "decision" ? [JSON.stringify([entry.strategy, entry.closeMs, entry.targets, entry.why])] : [],
  );

const fundings = (journal: MemoryJournal) =>
  recordsOf(journal).flatMap(({ entry }) =>
    entry.kind === "broker" && entry.event.kind === "execution" && entry.event.execution.kind === "funding"
      ? [entry.event.execution.executionId]
      : [],
  );

function cutAt(journal: MemoryJournal, records: number): MemoryJournal {
  const kept = new MemoryJournal();
  for (const { entry, atMs, seq } of journal.read(0)) if (seq <= records) kept.append([entry], atMs, true);
  return kept;
}

type Played = Awaited<ReturnType<typeof play>>;

describe("a tape that is full lets its oldest rows go while the session runs", () => {
  let wide: Played;
  let tight: Played;
  let features: LiveRows;
  let drops: ReadonlyArray<{ readonly seq: number; readonly entry: Extract<Entry, { kind: "compacted" }> }>;

  beforeAll(async () => {
    wide = await play(new MemoryJournal(), { room: 2_000 });
    tight = await play(new MemoryJournal(), { room: 30 });
    features = newest;
    drops = recordsOf(tight.journal).flatMap(({ seq, entry }) => (entry.kind === "compacted" ? [{ seq, entry }] : []));
  });

  test("and decides, fills and accounts as one with room for all of them, to the last bit", () => {
    expect(drops.length).toBeGreaterThan(4);
    expect(recordsOf(wide.journal).some(({ entry }) => entry.kind === "compacted")).toBe(false);
    expect(tight.portfolio.live.tape.bars).toBeLessThanOrEqual(FROM + 30);
    expect(wide.portfolio.live.tape.bars).toBe(BARS + 1);
    const orders = recordsOf(wide.journal).filter(({ entry }) => entry.kind === "intent").length;
    expect(orders, "it traded").toBeGreaterThan(40);
    expect(decided(tight.journal)).toEqual(decided(wide.journal));
    expect(tight.paper.recorder.tradeHash(0)).toBe(wide.paper.recorder.tradeHash(0));
    expect(tight.paper.exchange.book.equity[0]).toBe(wide.paper.exchange.book.equity[0]);
    expect(tight.portfolio.desk.book.equity[0]).toBe(wide.portfolio.desk.book.equity[0]);
    expect(fundings(tight.journal), "payments have the names that they would have").toEqual(fundings(wide.journal));
    expect(new Set(fundings(tight.journal)).size).toBe(fundings(tight.journal).length);
  });

  test("its decisions are made again from its journal, bit for bit, rows let go and all", async () => {
    const { journal } = tight;
    const again = await reproduce({ journal, rows: ALL_ROWS, members: MEMBERS, exchange: EXCHANGE, balance: BALANCE });
    expect(again).toEqual({ decisions: 2 * (BARS - FROM), equal: again.decisions, starts: 1, first: undefined });
  });

  test("a process that is killed right before or right after loses nothing, and both go on alike", async () => {
    const { seq } = drops[drops.length >> 1];
    const ends = await Promise.all(
      // The row is complete; so, and let go; and so in a session that has room for all.
      [
        { journal: cutAt(tight.journal, seq - 1), room: 30 },
        { journal: cutAt(tight.journal, seq), room: 30 },
        { journal: cutAt(tight.journal, seq - 1), room: 2_000 },
      ].map(({ journal, room }) => play(journal, { room })),
    );
    const told = ends.map(({ journal, paper, portfolio }) => ({
      decided: decided(journal),
      hash: paper.recorder.tradeHash(0),
      equity: portfolio.desk.book.equity[0],
      fundings: fundings(journal),
    }));
    expect(told[1]).toEqual(told[0]);
    expect(told[2].fundings).toEqual(told[0].fundings);
    // The close at which it died is the one that nobody decided at.
    expect(told[0].decided.length).toBe(2 * (BARS - FROM) - 2);
    for (const { opening, journal, paper } of ends) {
      const again = await openSession({ ...opening, journal });
      expect(again.paper?.recorder.tradeHash(0)).toBe(paper.recorder.tradeHash(0));
      expect(again.portfolio.live.tape.bars).toBeLessThanOrEqual(opening.room === 30 ? FROM + 30 : BARS + 1);
    }
  });

  test("what it keeps are the rows that it began with at least, and the grid that figures are computed on", () => {
    const steps = new Set(drops.map(({ entry }) => entry.rows));
    expect([...steps]).toEqual([24]);
    const { live } = tight.portfolio;
    expect(features.at(live.lastBar - 59).length).toBe(4);
    expect(() => features.at(live.lastBar - 60), "features that nobody asks for are forgotten").toThrow("Invariant");
    expect(live.tape.bars).toBeGreaterThanOrEqual(FROM);
    const at = TAPE.timeMs.indexOf(live.tape.timeMs[0]);
    expect(at).toBe(24 * drops.length);
    const cells = live.lastBar * TAPE.symbols;
    expect(live.tape.close.slice(0, cells)).toEqual(TAPE.close.slice(at * TAPE.symbols, at * TAPE.symbols + cells));
  });
});
