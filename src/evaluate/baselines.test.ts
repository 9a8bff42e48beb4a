import { describe, expect, it } from "vitest";
import { type Instrument, Random } from "../core/index.ts";
import { type HandBar, handTape, plainInstrument } from "../exchange/testing/hand-tape.ts";
import type { MarketTape } from "../market/index.ts";
import { BuyAndHold, EqualWeight, RandomTwin, redrawProbability, SmaCross } from "../policy/index.ts";
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

/** Before the final close-out. */
const lastExposure = ({ curve }: BacktestResult): number => curve.exposure[curve.length - 2];

const spot = plainInstrument({ kind: "spot", maxLeverage: 1, maintenanceMarginRate: 0 }, "SPOT");
const perpetual = plainInstrument({}, "PERP");

describe("the random rule", () => {
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
