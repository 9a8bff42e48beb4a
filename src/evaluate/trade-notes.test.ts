import { describe, expect, it } from "vitest";
import { Direction, parseTimeframe } from "../core/index.ts";
import { type MarketTape, syntheticTape } from "../market/index.ts";
import type { DecisionContext, Policy } from "../policy/index.ts";
import { backtest } from "./backtest.ts";
import { evaluate } from "./evaluation.ts";
import { chartData, FULL_BUDGET } from "./report/chart-data.ts";
import { settings } from "./testing/settings.ts";
import { TradeNotes } from "./trade-notes.ts";

const tape: MarketTape = syntheticTape({
  seed: 4,
  bars: 1_500,
  timeframe: parseTimeframe("15m"),
  symbols: ["BTCUSDT", "ETHUSDT"],
});

const SEEN = Float32Array.from({ length: 4 });

/** Turns around every 40 bars, with a stop, a target and a trailing stop; tells what it has read. */
function turning({ trail = 0 } = {}): Policy {
  return {
    name: "turning",
    reset: () => {},
    decide: ({ bar, tape: market }: DecisionContext, intents) => {
      if (bar % 40 !== 0) return;
      for (let s = 0; s < market.symbols; s++) {
        intents.direction[s] = (bar / 40 + s) % 2 === 0 ? Direction.long : Direction.short;
        intents.size[s] = 0.5;
        intents.stopDistance[s] = 0.02;
        intents.targetDistance[s] = 0.03;
        intents.trailDistance[s] = trail;
        SEEN[s * 2] = bar;
        SEEN[s * 2 + 1] = -s;
      }
    },
    explain: () => ({ value: 7, symbols: [{ reason: "first" }, { reason: "second", probabilities: { long: 0.75 } }] }),
    observed: () => ({ market: SEEN }),
  };
}

async function played(policy: Policy) {
  const notes = new TradeNotes();
  const shared = { tape, config: settings({}, { maxDrawdown: 0.9 }, 0.5), balance: 10_000, seed: 1 };
  const result = await backtest({ ...shared, policy, notes });
  const plain = await backtest({ ...shared, policy });
  expect(result.tradeHash, "notes change nothing").toBe(plain.tradeHash);
  expect(result.trades.length).toBeGreaterThan(40);
  return { notes, result };
}

describe("the why of trades", () => {
  it("is the decision of the bar before the entry, with what was seen, and no other", async () => {
    const { notes, result } = await played(turning());
    for (const trade of result.trades) {
      const note = notes.of(trade);
      expect(note?.bar).toBe(trade.entryBar - 1);
      expect(note?.symbol).toBe(trade.symbol);
      expect(note?.side).toBe(trade.side);
      expect(note?.value).toBe(7);
      expect(note?.explanation?.reason).toBe(trade.symbol === 0 ? "first" : "second");
      expect([...(note?.features ?? [])]).toEqual([trade.entryBar - 1, -trade.symbol]);
      expect(note?.stopDistance).toBe(0.02);
      expect(Math.sign(note?.targetLots ?? 0)).toBe(trade.side === "long" ? 1 : -1);
    }
  });

  it("has stops and targets where the trade was ended by them", async () => {
    const { notes, result } = await played(turning());
    const stopped = result.trades.filter(
      ({ exitReason, exitBar, entryBar }) => exitReason === "stop" && exitBar > entryBar,
    );
    const targeted = result.trades.filter(
      ({ exitReason, exitBar, entryBar }) => exitReason === "target" && exitBar > entryBar,
    );
    expect(Math.min(stopped.length, targeted.length)).toBeGreaterThan(3);
    for (const trade of stopped) {
      const last = notes.levels(trade).at(-1);
      const side = trade.side === "long" ? 1 : -1;
      // A stop fills at its level or beyond.
      expect(side * trade.exitPrice).toBeLessThanOrEqual(side * (last?.stop ?? 0) + 1e-9);
      expect(Math.abs((last?.stop ?? 0) / trade.entryPrice - (1 - side * 0.02))).toBeLessThan(1e-3);
    }
    for (const trade of targeted) {
      expect(Math.abs(trade.exitPrice / (notes.levels(trade).at(-1)?.target ?? 1) - 1)).toBeLessThan(1e-3);
    }
  });

  it("follows a trailing stop, which only tightens, and the page keeps its first and its last step", async () => {
    const { notes, result } = await played(turning({ trail: 0.015 }));
    const trailed = result.trades.filter(({ exitReason, barsHeld }) => exitReason === "trail" && barsHeld > 3);
    expect(trailed.length).toBeGreaterThan(3);
    for (const trade of trailed) {
      const side = trade.side === "long" ? 1 : -1;
      const stops = notes.levels(trade).map(({ stop }) => side * stop);
      expect(stops).toEqual([...stops].sort((a, b) => a - b));
      expect(side * trade.exitPrice).toBeLessThanOrEqual((stops.at(-1) ?? 0) + 1e-9);
    }
    const comparison = { policy: evaluate(result), baselines: [], notes };
    const drawn = chartData(comparison, tape, FULL_BUDGET)
      .prices[0].trades.filter(([, , , , , , reason]) => reason === "trail")
      .reduce((most, trade) => (trade[8].length > most[8].length ? trade : most));
    const levels = drawn[8];
    expect(levels[0][0]).toBe(drawn[0]);
    expect(levels.length).toBeGreaterThan(1);
  });
});
