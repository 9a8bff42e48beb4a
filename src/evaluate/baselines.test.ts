import { describe, expect, it } from "vitest";
import { Direction, type Instrument, Random } from "../core/index.ts";
import { type HandBar, handTape, plainInstrument } from "../exchange/testing/hand-tape.ts";
import type { MarketTape } from "../market/index.ts";
import { BuyAndHold, EqualWeight, type Policy, RandomTwin, redrawProbability, SmaCross } from "../policy/index.ts";
import { randomTwinOf, twinConfig } from "./baselines.ts";
import type { BacktestResult } from "./record.ts";
import { run, settings } from "./testing/settings.ts";

/** Hourly bars that wander, each with the same volume. */
function wandering(instruments: readonly Instrument[], bars: number, seed: number, volume = 1e9): MarketTape {
  const random = new Random(seed);
  const prices = instruments.map(() => 100);
  const rows = Array.from({ length: bars }, () =>
    instruments.map((_, s): HandBar => {
      const open = prices[s];
      const close = Math.round(100 * open * Math.exp(0.003 * random.normal())) / 100;
      prices[s] = close;
      return [open, Math.max(open, close), Math.min(open, close), close, volume];
    }),
  );
  return handTape(instruments, rows);
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Before the final close-out. */
const lastExposure = ({ curve }: BacktestResult): number => curve.exposure[curve.length - 2];

/** Holds fifty bars at full size, then nothing for fifty. */
const halfTime: Policy = {
  name: "half",
  reset: () => {},
  decide: ({ bar, exchange, tape }, intents) => {
    for (let s = 0; s < tape.symbols; s++) {
      const wanted = Math.floor(bar / 50) % 2 === 0;
      if (wanted === (exchange.book.lots[s] !== 0)) continue;
      intents.direction[s] = wanted ? Direction.long : Direction.flat;
      intents.size[s] = 1;
    }
  },
};

const spot = plainInstrument({ kind: "spot", maxLeverage: 1, maintenanceMarginRate: 0 }, "SPOT");
const perpetual = plainInstrument({}, "PERP");

describe("the random twin's size", () => {
  it.each([
    ["a perpetual", [perpetual], 0.9],
    ["spot, which has no leverage", [spot], 0.9],
    ["both at once", [spot, perpetual], 0.45],
  ])("is the policy's with %s", async (_name, instruments, fraction) => {
    const tape = wandering(instruments, 4_000, 4);
    const config = settings({ leverage: 3 }, { allowShort: false }, fraction);
    const judged = await run(tape, halfTime, config);
    let exposure = 0;
    const seeds = 6;
    for (let seed = 0; seed < seeds; seed++) {
      const twin = await run(tape, new RandomTwin(randomTwinOf(judged, seed, config.exchange)), twinConfig(config));
      exposure += mean(twin.curve.exposure) / seeds;
    }
    const own = mean(judged.curve.exposure);
    expect(own, "half the time, 0.9 of equity").toBeCloseTo(0.45, 1);
    expect(exposure / own).toBeGreaterThan(0.9);
    expect(exposure / own).toBeLessThan(1.1);
  });

  it("is of each symbol its own: what the policy never held, the twin never holds", async () => {
    const tape = wandering([spot, perpetual], 1_000, 5);
    const config = settings({ leverage: 3 }, {}, 0.9);
    const onlySpot: Policy = {
      name: "spot only",
      reset: () => {},
      decide: (context, intents) => {
        void halfTime.decide(context, intents);
        intents.direction[1] = Direction.hold;
      },
    };
    const judged = await run(tape, onlySpot, config);
    const twin = await run(tape, new RandomTwin(randomTwinOf(judged, 1, config.exchange)), twinConfig(config));
    expect(twin.fills.length).toBeGreaterThan(4);
    expect(new Set(twin.fills.map(({ symbol }) => symbol))).toEqual(new Set([0]));
  });

  it("never changes its mind where the policy never traded or always held one side", () => {
    expect(redrawProbability({ longShare: 1, shortShare: 0, size: 1, turnover: 0.1 })).toBe(0);
    expect(redrawProbability({ longShare: 0, shortShare: 0, size: 0, turnover: 0 })).toBe(0);
    // Half long, half flat: two draws differ by half a position on average.
    expect(redrawProbability({ longShare: 0.5, shortShare: 0, size: 0.5, turnover: 0.01 })).toBeCloseTo(0.04, 12);
    expect(redrawProbability({ longShare: 0.5, shortShare: 0, size: 0.1, turnover: 1 })).toBe(1);
  });
});

describe("a rule whose order fills in part", () => {
  const thin = { slippageModel: "linear", sizeImpactBpsPer1000: 0, participationCap: 0.1 } as const;
  const unlucky = { harsh: true, harshPartialProbability: 1, harshExtraSlippageBps: 0, harshLatencyShare: 0 } as const;

  it.each([
    ["buy-and-hold", () => new BuyAndHold()],
    ["equal-weight", () => new EqualWeight()],
  ] as const)("%s asks until it has what it wanted, whether volume or chance is short", async (_name, rule) => {
    // Five units a bar of the hundred that it wants: twenty bars.
    const tape = wandering([perpetual], 24, 6, 50);
    const result = await run(tape, rule(), settings(thin));
    expect(result.fills.length).toBeGreaterThan(15);
    expect(lastExposure(result)).toBeGreaterThan(0.9);
    const lucky = wandering([perpetual, spot], 24, 6);
    expect(lastExposure(await run(lucky, rule(), settings(unlucky)))).toBeGreaterThan(0.9);
  });

  it("buy-and-hold trades no more once it has bought, wherever prices go", async () => {
    const tape = wandering([perpetual, spot], 2_000, 7, 200);
    const result = await run(tape, new BuyAndHold(), settings(thin));
    const bought = result.fills.filter(({ reason }) => reason === 0);
    expect(bought.length).toBeGreaterThan(2);
    expect(bought[bought.length - 1].bar).toBeLessThan(20);
  });

  it("a cross and a twin fill up their side as well", async () => {
    const tape = wandering([perpetual], 400, 8, 200);
    const cross = await run(tape, new SmaCross({ fast: 20, slow: 60 }), settings(thin));
    expect(Math.max(...cross.curve.exposure)).toBeGreaterThan(0.85);
    const habits = { longShare: 1, shortShare: 0, size: 1, turnover: 0 };
    expect(lastExposure(await run(tape, new RandomTwin({ seed: 1, habits }), settings(thin)))).toBeGreaterThan(0.85);
  });
});
