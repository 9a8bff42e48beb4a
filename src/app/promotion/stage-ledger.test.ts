import { describe, expect, it } from "vitest";
import { DAY_MS, Direction, parseTimeframe } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { syntheticTape } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { resolveRiskConfig } from "../../risk/index.ts";
import { applyEntry, emptyState, MemoryJournal, replayPaper } from "../../trade/index.ts";
import { measuredCostBps, modeledCostBps } from "./cost-model.ts";
import { returnsOver, StageLedger } from "./stage-ledger.ts";

const TAPE = syntheticTape({ seed: 4, bars: 400, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
const FROM = 60;
const EXCHANGE = resolveExchangeConfig({ leverage: 3, takerFeeBps: 5.5 });
const STOP = 0.02;

/** In and out by turns, always with a stop. */
const TURNS: Policy = {
  name: "turns",
  reset: () => {},
  decide: ({ bar }, intents) => {
    for (let s = 0; s < intents.size.length; s++) {
      intents.direction[s] = [Direction.long, Direction.flat, Direction.short, Direction.flat][
        (Math.floor(bar / 5) + s) % 4
      ];
      intents.size[s] = 0.5;
      intents.stopDistance[s] = STOP;
    }
  },
};

async function play() {
  const journal = new MemoryJournal();
  const played = await replayPaper({
    members: [
      {
        name: "replay",
        tape: TAPE,
        policy: () => ({ policy: TURNS }),
        decision: {
          exchange: EXCHANGE,
          sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 0.5 }),
          risk: resolveRiskConfig({}),
        },
      },
    ],
    exchange: EXCHANGE,
    from: FROM,
    to: TAPE.bars,
    balance: 10_000,
    seed: 5,
    journal,
  });
  return { journal, played };
}

let once: ReturnType<typeof play> | undefined;
/** Played once for all tests. */
function session(): ReturnType<typeof play> {
  once ??= play();
  return once;
}

function ledgerOf(journal: MemoryJournal, sinceMs: number): StageLedger {
  const ledger = new StageLedger({ sinceMs, exchange: EXCHANGE });
  const state = emptyState();
  for (const { entry, atMs } of journal.read(0)) {
    applyEntry(state, entry, atMs);
    ledger.take(entry, atMs, state);
  }
  return ledger;
}

describe("a stage's record from a journal", () => {
  it("has every trade, whose profits are what the account has gained", async () => {
    const { journal, played } = await session();
    const { trades, drawdown, errors, bracket } = ledgerOf(journal, 0).record();
    expect(trades.length).toBeGreaterThan(40);
    const profit = trades.reduce((sum, trade) => sum + trade.profit, 0);
    expect(profit).toBeCloseTo(played.finalEquity - 10_000, 6);
    expect(drawdown).toBeGreaterThan(0);
    expect(errors).toBe(0);
    expect(bracket).toBeUndefined();
    expect(trades.every(({ approved }) => approved)).toBe(true);
  });

  it("counts results in units of what the stop risked: a stop that is met costs about one", async () => {
    const { journal } = await session();
    const { trades } = ledgerOf(journal, 0).record();
    const worst = Math.min(...trades.map(({ r }) => r));
    expect(worst).toBeGreaterThan(-1.6);
    expect(worst).toBeLessThan(-0.9);
  });

  it("chains days to the account's whole return", async () => {
    const { journal, played } = await session();
    const { dailyReturns } = ledgerOf(journal, 0).record();
    expect(dailyReturns).toHaveLength(
      Math.floor(TAPE.timeMs[TAPE.bars - 1] / DAY_MS) - Math.floor((TAPE.timeMs[FROM] + TAPE.barMs) / DAY_MS),
    );
    const chained = dailyReturns.reduce((product, r) => product * (1 + r), 10_000);
    expect(Math.abs(chained / played.finalEquity - 1)).toBeLessThan(0.02);
  });

  it("is held against another's day by day, without the first and without days that one of them has not", () => {
    const own = new Map([
      [5, 0.5],
      [6, 0.25],
      [7, 0.125],
      [9, -0.25],
    ]);
    const other = new Map([
      [5, 0],
      [6, 0.125],
      [8, 1],
      [9, 0],
    ]);
    expect(returnsOver(own, other)).toEqual([0.125, -0.25]);
    expect(returnsOver(new Map(), other)).toEqual([]);
  });

  it("finds no cost beyond the model where the model's own exchange has filled", async () => {
    const { journal } = await session();
    const { trades } = ledgerOf(journal, 0).record();
    const costs = trades.flatMap(({ costOverModelBps }) => (costOverModelBps === undefined ? [] : [costOverModelBps]));
    expect(costs.length).toBeGreaterThan(40);
    for (const cost of costs) expect(Math.abs(cost)).toBeLessThan(0.05);
  });

  it("begins with the stage", async () => {
    const { journal } = await session();
    const sinceMs = TAPE.timeMs[200];
    const all = ledgerOf(journal, 0).record();
    const late = ledgerOf(journal, sinceMs).record();
    expect(late.fromMs).toBe(sinceMs);
    expect(late.trades.length).toBeLessThan(all.trades.length);
    expect(late.trades.length).toBeGreaterThan(10);
    expect(Math.min(...late.trades.map(({ closedMs }) => closedMs))).toBeGreaterThanOrEqual(sinceMs);
  });
});

describe("the cost of an order", () => {
  it("is its distance from the middle of the quote and its fee", () => {
    const buy = { side: "buy", price: 100.1, fee: 0.05005, notional: 100.1 } as const;
    expect(measuredCostBps(buy, { bid: 99.9, ask: 100.1 })).toBeCloseTo(15, 9);
    expect(measuredCostBps({ ...buy, side: "sell" }, { bid: 99.9, ask: 100.1 })).toBeCloseTo(-5, 9);
  });

  it("is held to spread, slippage, impact and fee of the settings, harsh ones by their mean", () => {
    const config = resolveExchangeConfig({ takerFeeBps: 5, halfSpreadBps: 1, baseSlippageBps: 2 });
    const [instrument] = TAPE.instruments;
    expect(modeledCostBps(config, instrument, 20_000, 0)).toBeCloseTo(1 + 2 + 2 + 5, 9);
    const harsh = resolveExchangeConfig({ takerFeeBps: 5, harsh: true, sizeImpactBpsPer1000: 0 });
    expect(modeledCostBps(harsh, instrument, 1, 0.01)).toBeCloseTo(1 + 8 + 5 + 5, 9);
    expect(modeledCostBps({ ...config, costMultiplier: 2 }, instrument, 20_000, 0)).toBeCloseTo(20, 9);
  });
});
