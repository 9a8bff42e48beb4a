/** @file Where episodes begin when each symbol is to count as much as another. */
import { describe, expect, it } from "vitest";
import { Random } from "../../../core/index.ts";
import { smallMarket } from "../testing/small.ts";
import { balancedStarts } from "./market-draws.ts";

const BARS = 1_600;
const EPISODE = 16;

describe("balanced starts", () => {
  const tape = smallMarket("BTCUSDT", "ETHUSDT");
  // The second symbol has its last 200 bars alone, and every other one of them.
  const present = tape.present.slice();
  for (let t = 0; t < BARS; t++) present[t * 2 + 1] = t >= 1_400 && t % 2 === 0 ? 1 : 0;
  const short = { ...tape, present };
  const starts = (balance: number, range = { from: 0, to: BARS }): number[] => {
    const draw = balancedStarts(short, range, EPISODE, balance);
    const random = new Random(2);
    return Array.from({ length: 4_000 }, () => draw?.(random) ?? Number.NaN);
  };

  it("begin as often in a short history as in a long one", () => {
    const late = starts(1).filter((bar) => bar >= 1_400).length / 4_000;
    // Half of the draws are of the short one, and an eighth of the others fall there too.
    expect(late).toBeCloseTo(0.5 + 0.5 * (184 / 1_584), 1);
    expect(balancedStarts(short, { from: 0, to: BARS }, EPISODE, 0), "every bar counts the same").toBeUndefined();
  });

  it("begin at bars of the symbol alone, where an episode fits into the range", () => {
    // The first symbol has none here.
    const gone = { ...short, present: short.present.map((here, i) => (i % 2 === 0 ? 0 : here)) };
    const draw = balancedStarts(gone, { from: 1_450, to: 1_500 }, EPISODE, 1);
    const random = new Random(3);
    const seen = new Set(Array.from({ length: 400 }, () => draw?.(random) ?? 0));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, i) => 1_450 + 2 * i));
    expect(balancedStarts(gone, { from: 0, to: 1_000 }, EPISODE, 1), "nobody is there").toBeUndefined();
  });
});
