import { describe, expect, test } from "vitest";
import { Direction, parseTimeframe, Random } from "../../core/index.ts";
import { backtest } from "../../evaluate/index.ts";
import { type ExchangeConfig, resolveExchangeConfig } from "../../exchange/index.ts";
import { type MarketTape, syntheticMarket, syntheticTape, tapeFromCandles, withoutMarks } from "../../market/index.ts";
import { withMarkHistory } from "../../market/testing/mark-history.ts";
import type { Policy } from "../../policy/index.ts";
import { SmaCross } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, type RiskConfig, resolveRiskConfig } from "../../risk/index.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { replayPaper } from "./replay.ts";

/** Trades wildly by the seed, with stops of its own, so that every path of the exchange is walked. */
function wild(seed: number): Policy {
  return {
    name: "wild",
    reset: () => {},
    decide: (context, intents) => {
      const random = new Random(seed + context.bar * 7919);
      for (let s = 0; s < intents.size.length; s++) {
        if (random.uniform() > 0.1) continue;
        intents.direction[s] = [Direction.flat, Direction.long, Direction.short][random.below(3)];
        intents.size[s] = random.uniform();
        intents.stopDistance[s] = random.uniform() * 0.02;
        intents.targetDistance[s] = random.uniform() < 0.5 ? random.uniform() * 0.02 : 0;
        intents.trailDistance[s] = random.uniform() < 0.3 ? random.uniform() * 0.02 : 0;
        intents.maxBars[s] = random.uniform() < 0.3 ? 20 : 0;
      }
    },
  };
}

const TAPE = syntheticTape({
  seed: 3,
  bars: 400,
  timeframe: parseTimeframe("1h"),
  symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"],
});

function decision(exchange: Partial<ExchangeConfig>, fraction: number, risk: Partial<RiskConfig> = {}): DecisionConfig {
  return {
    exchange: resolveExchangeConfig(exchange),
    sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction }),
    risk: resolveRiskConfig({ cooldownBars: 2, ...risk }),
  };
}

async function both(tape: MarketTape, make: () => Policy, config: DecisionConfig, balance = 10_000) {
  const range = { from: 60, to: tape.bars };
  const tested = await backtest({ tape, policy: make(), config, ...range, balance, seed: 5 });
  const journal = new MemoryJournal();
  const paper = await replayPaper({
    members: [{ name: "replay", tape, decision: config, policy: () => ({ policy: make() }) }],
    exchange: config.exchange,
    ...range,
    balance,
    seed: 5,
    journal,
  });
  return { tested, paper, journal };
}

describe("paper on stored bars", () => {
  test.each([
    ["brackets and harsh fills", { harsh: true, leverage: 5 }, 1],
    ["liquidation", { leverage: 50 }, 20],
    ["profits that are locked in", { leverage: 3, breakEvenDistance: 0.004, profitLockShare: 0.5 }, 1],
    ["stops by volatility", { leverage: 3, breakEvenDistance: 0.01 }, 1, { stopVolatility: 0.4 }],
  ] as const)("gives the backtest's trade hash: %s", async (...[, exchange, fraction, risk]) => {
    const { tested, paper } = await both(TAPE, () => wild(11), decision(exchange, fraction, risk));
    expect(tested.fills.length).toBeGreaterThan(20);
    expect(paper.tradeHash).toBe(tested.tradeHash);
    expect(paper.finalEquity).toBe(tested.finalEquity);
  });

  test("mark prices liquidate on paper as they do in a backtest, and whoever reads the journal again stands where it stood", async () => {
    const histories = syntheticMarket({
      seed: 3,
      bars: 700,
      timeframe: parseTimeframe("1h"),
      symbols: ["BTCUSDT", "ETHUSDT"],
    });
    const marked = tapeFromCandles(
      histories.map((history, s) => withMarkHistory(history, (i) => (i + s) % 5 !== 0)),
      parseTimeframe("1h"),
    );
    const config = decision({ leverage: 50 }, 20);
    const { tested, paper } = await both(marked, () => wild(11), config);
    expect(paper.tradeHash).toBe(tested.tradeHash);
    expect(paper.finalEquity).toBe(tested.finalEquity);
    const { tested: unmarked } = await both(withoutMarks(marked, 2), () => wild(11), config);
    expect(unmarked.tradeHash, "the marks mattered").not.toBe(tested.tradeHash);
    for (const name of ["lots", "equity", "unrealised", "marginUsed"] as const) {
      expect([...paper.desk.book[name]], name).toEqual([...paper.broker.exchange.book[name]]);
    }
  });

  test("a rule gives the backtest's trade hash", async () => {
    const config = decision({}, 1);
    const { tested, paper } = await both(TAPE, () => new SmaCross({ fast: 5, slow: 20, longOnly: false }), config);
    expect(paper.tradeHash).toBe(tested.tradeHash);
  });

  test("the desk, folded from the journal, has the columns of the simulated exchange", async () => {
    const { paper } = await both(TAPE, () => wild(4), decision({ harsh: true }, 1));
    const { book } = paper.broker.exchange;
    for (const [name, column] of Object.entries(book)) {
      if (!ArrayBuffer.isView(column) || name === "stream" || name === "episode") continue;
      expect([...paper.desk.book[name as "lots"]], name).toEqual([...(column as Float64Array)]);
    }
  });
});
