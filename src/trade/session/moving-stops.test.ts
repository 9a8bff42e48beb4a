import { describe, expect, test } from "vitest";
import {
  Direction,
  decimalOfNumber,
  exactText,
  FillReason,
  parseTimeframe,
  Random,
  SimulatedClock,
} from "../../core/index.ts";
import { backtest } from "../../evaluate/index.ts";
import { type ExchangeConfig, resolveExchangeConfig } from "../../exchange/index.ts";
import { sliceTape, syntheticTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../../risk/index.ts";
import type { AmendOutcome } from "../broker.ts";
import { ENGINE_DEFAULTS, type EngineConfig } from "../engine/config.ts";
import type { Entry } from "../engine/entries.ts";
import { Engine } from "../engine/machine.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { BarCycle } from "./bar-cycle.ts";
import { Portfolio } from "./portfolio.ts";
import { TradeSession } from "./session.ts";
import { BarVenue } from "./testing/bar-venue.ts";

const MADE = syntheticTape({ seed: 9, bars: 300, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
/** A grid so fine that it makes no difference which way a stop is rounded. */
const TAPE = { ...MADE, instruments: MADE.instruments.map((one) => ({ ...one, tickSize: "0.000001" })) };
const FROM = 60;
const BALANCE = 1e6;
const FREE = {
  takerFeeBps: 0,
  slippageModel: "fixed",
  baseSlippageBps: 0,
  participationCap: 0,
  fundingMultiplier: 0,
  leverage: 3,
} as const;

type Brackets = { readonly stop: number; readonly trail?: number; readonly target?: number; readonly maxBars?: number };

/** Enters, turns, reduces and closes by chance; every position has the same brackets. */
function wild({ stop, trail = 0, target = 0, maxBars = 0 }: Brackets): Policy {
  return {
    name: "wild",
    reset: () => {},
    decide: ({ bar }, intents) => {
      const random = new Random(bar * 7919 + 3);
      for (let s = 0; s < intents.size.length; s++) {
        const [act, way, size] = [random.uniform(), random.below(5), random.uniform()];
        if (act > 0.15) continue;
        intents.direction[s] = way === 0 ? Direction.flat : way % 2 === 0 ? Direction.long : Direction.short;
        intents.size[s] = 0.2 + 0.8 * size;
        intents.stopDistance[s] = stop;
        intents.trailDistance[s] = trail;
        intents.targetDistance[s] = target;
        intents.maxBars[s] = maxBars;
      }
    },
  };
}

function decisionOf(exchange: Partial<ExchangeConfig>): DecisionConfig {
  return {
    exchange: resolveExchangeConfig({ ...FREE, ...exchange }),
    sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 0.3 }),
    risk: resolveRiskConfig({}),
  };
}

/** The engine as it trades live, against a venue of bars. */
async function live(
  brackets: Brackets,
  exchange: Partial<ExchangeConfig>,
  failProtection?: () => AmendOutcome | undefined,
) {
  const decision = decisionOf(exchange);
  const { breakEvenDistance: distance, profitLockShare: lockShare } = decision.exchange;
  const symbols = TAPE.instruments.map(({ symbol }) => symbol);
  const config: EngineConfig = {
    ...ENGINE_DEFAULTS,
    mode: "live",
    strategies: [{ name: "s", symbols, barMs: TAPE.barMs }],
    initialBalance: exactText(String(BALANCE)),
    currency: "USDT",
    validityShare: 1,
    emergencyStop: 0,
    reconcileEveryMs: 1e12,
    limits: { ...ENGINE_DEFAULTS.limits, dailyLoss: 0, maxDrawdown: 0, rapidDecline: 0, staleMs: 0, disconnectMs: 0 },
    ...(distance > 0 ? { breakEven: { distance, lockShare } } : {}),
  };
  const clock = new SimulatedClock(TAPE.timeMs[FROM] + TAPE.barMs);
  const venue = new BarVenue({ tape: TAPE, ...(failProtection === undefined ? {} : { failProtection }) });
  const portfolio = new Portfolio({
    name: "s",
    members: [{ name: "s", decision, policy: () => ({ policy: wild(brackets) }) }],
    histories: [sliceTape(TAPE, 0, FROM + 1)],
    room: TAPE.bars,
    exchange: decision.exchange,
    balance: BALANCE,
  });
  const entries: Entry[] = [];
  const session = new TradeSession({
    engine: new Engine(),
    journal: new MemoryJournal(),
    broker: venue,
    clock,
    timers: false,
    onEntry: (entry) => {
      entries.push(entry);
      portfolio.apply(entry, false);
    },
    onNotify: () => {},
    onFailure: () => {},
  });
  session.deliver({
    kind: "session",
    id: "live/s",
    config,
    capabilities: venue.capabilities,
    accountId: "bars",
    instruments: TAPE.instruments,
    strategySpec: {},
    version: "",
    seed: 1,
  });
  session.deliver({ kind: "rules", rules: await venue.rules() });
  session.deliver({ kind: "started", process: "1" });
  await venue.start(symbols, (event) => session.deliver({ kind: "broker", event }));
  await session.idle();
  const cycle = new BarCycle(session, portfolio, venue);
  for (let bar = FROM + 1; bar < TAPE.bars; bar++) {
    const cells = symbols.map((_, s) => bar * TAPE.symbols + s);
    for (const [s, symbol] of symbols.entries()) {
      const price = exactText(decimalOfNumber(TAPE.open[cells[s]]));
      session.quote({ symbol, bid: price, ask: price, last: price, timeMs: clock.nowMs() });
    }
    await cycle.decide();
    await cycle.open({ openMs: TAPE.timeMs[bar], prices: cells.map((cell) => TAPE.open[cell]), funding: [0, 0] });
    while (venue.open(bar)) await session.idle();
    // Stops that come with an order are corrected to the price that it filled at.
    clock.advance(2_000);
    await session.runTimers(clock.nowMs());
    venue.play();
    await session.idle();
    clock.advance(TAPE.timeMs[bar] + TAPE.barMs - clock.nowMs());
    await session.runTimers(clock.nowMs());
    const rows = cells.map((cell) => [
      TAPE.open[cell],
      TAPE.high[cell],
      TAPE.low[cell],
      TAPE.close[cell],
      TAPE.volume[cell],
      0,
    ]);
    await cycle.close(TAPE.timeMs[bar], rows);
    if (session.failure !== undefined) throw session.failure;
  }
  return { venue, entries, session };
}

const ROLE: Partial<Record<FillReason, string>> = { [FillReason.target]: "target" };

/** Every fill in one line: when, what, how much, at which price, and whether the venue's protection did it. */
async function tested(brackets: Brackets, exchange: Partial<ExchangeConfig>) {
  const config = decisionOf(exchange);
  const range = { from: FROM, to: TAPE.bars };
  const result = await backtest({ tape: TAPE, policy: wild(brackets), config, ...range, balance: BALANCE, seed: 1 });
  return result.fills.flatMap(({ reason, symbol, lots, price, tsMs }) => {
    if (reason === FillReason.final) return [];
    const protects = reason === FillReason.stop || reason === FillReason.trail;
    const { symbol: name, lotStep } = TAPE.instruments[symbol];
    const role = protects ? "stop" : (ROLE[reason] ?? "ours");
    return [`${tsMs} ${name} ${role} ${(lots * Number(lotStep)).toFixed(3)} ${price.toFixed(3)}`];
  });
}

describe("stops that move, live, are where the backtest has them", () => {
  test.each([
    ["a fixed stop and a target", { stop: 0.02, target: 0.02 }, {}],
    ["a trailing stop", { stop: 0.03, trail: 0.012 }, {}],
    ["break-even", { stop: 0.03 }, { breakEvenDistance: 0.006 }],
    ["profit locked in step by step", { stop: 0.03 }, { breakEvenDistance: 0.004, profitLockShare: 0.5 }],
    ["a time stop", { stop: 0.05, maxBars: 9 }, {}],
    [
      "all of them",
      { stop: 0.02, trail: 0.015, target: 0.03, maxBars: 12 },
      { breakEvenDistance: 0.008, profitLockShare: 0.3 },
    ],
  ] satisfies ReadonlyArray<readonly [string, Brackets, Partial<ExchangeConfig>]>)(
    "%s",
    async (_what, brackets, exchange) => {
      const expected = await tested(brackets, exchange);
      const { venue } = await live(brackets, exchange);
      const found = venue.executions.map(
        ({ timeMs, symbol, role, side, quantity, price }) =>
          `${timeMs} ${symbol} ${role} ${(Number(quantity) * (side === "buy" ? 1 : -1)).toFixed(3)} ${Number(price).toFixed(3)}`,
      );
      expect(expected.length).toBeGreaterThan(60);
      expect(found.sort()).toEqual(expected.sort());
    },
  );

  test("a move that fails is tried again in time, while the stop that was there stands", async () => {
    let asked = 0;
    const fails = (): AmendOutcome | undefined =>
      ++asked % 2 === 1 ? { outcome: "rejected", code: "other", message: "busy" } : undefined;
    const [brackets, exchange] = [{ stop: 0.03, trail: 0.012 }, {}];
    const { venue, entries } = await live(brackets, exchange, fails);
    expect(venue.moved).toBeGreaterThan(50);
    expect(entries.filter((entry) => entry.kind === "alarm" && entry.code === "coverage.refused").length).toBe(
      Math.ceil(asked / 2),
    );
    // The stops of an order that fills are told right behind it.
    expect(entries.flatMap((entry) => (entry.kind === "covered" ? [entry.nakedMs] : [])).every((ms) => ms === 0)).toBe(
      true,
    );
    expect(entries.filter(({ kind }) => kind === "flatten")).toEqual([]);
    expect(venue.executions.length).toBe((await tested(brackets, exchange)).length);
    // Journaled before it is asked for.
    const unasked = entries.filter((entry, at) => {
      if (entry.kind !== "protected") return false;
      const { symbol } = entry.request;
      const before = entries.slice(0, at).findLast((one) => one.kind === "protecting" && one.request.symbol === symbol);
      return before?.kind !== "protecting" || JSON.stringify(before.request) !== JSON.stringify(entry.request);
    });
    expect(unasked).toEqual([]);
  });
});
