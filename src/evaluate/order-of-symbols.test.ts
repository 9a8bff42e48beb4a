import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Direction, type IntentColumns, Random } from "../core/index.ts";
import { randomTape } from "../exchange/testing/hand-tape.ts";
import { randomConfig } from "../exchange/testing/random-session.ts";
import { MARK_COLUMNS, type MarketTape } from "../market/index.ts";
import { BuyAndHold, type DecisionContext, EqualWeight, type Policy, RandomTwin, SmaCross } from "../policy/index.ts";
import { resolveSizingConfig, SizingScheme } from "../portfolio/index.ts";
import { resolveRiskConfig } from "../risk/index.ts";
import { backtest } from "./backtest.ts";
import type { BacktestResult } from "./record.ts";

const COLUMNS = [
  "open",
  "high",
  "low",
  "close",
  "volume",
  "funding",
  "present",
  "rate",
  "fundingAtOpen",
  "fundingWithin",
  ...MARK_COLUMNS,
] as const;

/** The tape with its symbols in another order: symbol `order[s]` comes to place `s`. */
function permuted(tape: MarketTape, order: readonly number[]): MarketTape {
  const S = tape.symbols;
  const columns = COLUMNS.flatMap((name) => {
    const own = tape[name];
    if (own === undefined) return [];
    const moved = own.slice();
    for (let cell = 0; cell < own.length; cell++) moved[cell] = own[cell - (cell % S) + order[cell % S]];
    return [[name, moved] as const];
  });
  return { ...tape, instruments: order.map((s) => tape.instruments[s]), ...Object.fromEntries(columns) };
}

/** Wants something of every symbol now and then, by the symbol's name and not by its place. */
class Whims implements Policy {
  readonly name = "whims";
  #random: Random[] = [];

  reset({ tape }: DecisionContext): void {
    this.#random = tape.instruments.map(({ symbol }) => new Random(5).fork(symbol));
  }

  decide({ tape }: DecisionContext, intents: IntentColumns): void {
    for (let s = 0; s < tape.symbols; s++) {
      const random = this.#random[s];
      intents.direction[s] = [Direction.hold, Direction.hold, Direction.flat, Direction.long, Direction.short][
        random.below(5)
      ];
      intents.size[s] = random.uniform();
      intents.stopDistance[s] = random.below(3) * 0.02;
      intents.maxBars[s] = random.below(2) * random.below(30);
    }
  }
}

/** Fills of a symbol, which must be the same to the bit but for the money that sums of other symbols went into. */
function told({ fills, instruments }: BacktestResult): Record<string, unknown[]> {
  const by: Record<string, unknown[]> = {};
  for (const { symbol, bar, lots, price, reason } of fills) {
    (by[instruments[symbol].symbol] ??= []).push({ bar, lots, price, reason });
  }
  return by;
}

const HABIT = { longShare: 0.4, shortShare: 0.3, size: 1, turnover: 0.2 };
const SCHEMES = Object.values(SizingScheme);

describe("the order in which symbols are named changes nothing", () => {
  const rules: ReadonlyArray<readonly [name: string, create: () => Policy, leastShortOfMargin: number]> = [
    ["buy-and-hold", () => new BuyAndHold(), 0],
    ["equal-weight", () => new EqualWeight(), 0],
    ["sma-cross", () => new SmaCross({ fast: 3, slow: 8 }), 0],
    ["whims", () => new Whims(), 1],
    ["the unskilled twin", () => new RandomTwin({ seed: 3, habits: HABIT }), 0],
  ];

  test.each(rules)("for %s", async (_, create, least) => {
    const market = fc.record({
      seed: fc.integer(),
      shuffle: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
      scheme: fc.constantFrom(...SCHEMES),
      concurrent: fc.constantFrom(0, 0, 2),
      leverage: fc.constantFrom(0, 0, 1.5),
    });
    let fills = 0;
    let short = 0;
    await fc.assert(
      fc.asyncProperty(market, async ({ seed, shuffle, scheme, concurrent, leverage }) => {
        const random = new Random(seed);
        const tape = randomTape(random, 4, 60);
        tape.volume.forEach((volume, cell) => (tape.volume[cell] = volume + tape.present[cell]));
        const config = {
          exchange: randomConfig(random, { maintenanceMarginRate: 0 }),
          sizing: resolveSizingConfig({ scheme, fraction: 1 }),
          risk: resolveRiskConfig({ maxConcurrent: concurrent, maxTotalLeverage: leverage }),
        };
        const order = [0, 1, 2, 3].sort((a, b) => shuffle[a] - shuffle[b] || a - b);
        const play = (on: MarketTape): Promise<BacktestResult> =>
          backtest({ tape: on, policy: create(), config, balance: 10_000, seed: 7 });
        const [one, other] = [await play(tape), await play(permuted(tape, order))];
        expect(told(other), `seed ${seed}, order ${order.join("")}`).toEqual(told(one));
        expect(Math.abs(other.finalEquity - one.finalEquity)).toBeLessThanOrEqual(1e-9 * (10_000 + one.finalEquity));
        expect(other.refusals).toEqual(one.refusals);
        fills += one.fills.length;
        short += (one.refusals["exchange.clampedByMargin"] ?? 0) + (one.refusals["exchange.refusedMargin"] ?? 0);
      }),
      { numRuns: 60, seed: 20_260_104 },
    );
    expect(fills, "they traded").toBeGreaterThan(100);
    expect(short >= least, "margin was short at times").toBe(true);
  });
});
