import { describe, expect, it } from "vitest";
import {
  autoregressive,
  type ChoosePosition,
  hiddenRegime,
  type KnownSeries,
  lastMove,
  meanReverting,
  sine,
} from "./known-series.ts";
import { bestPolicy } from "./linear-market.ts";
import type { Series } from "./series.ts";

/** Mean reward a step of a policy over a whole series. */
function play(known: KnownSeries, series: Series, choose: ChoosePosition): number {
  let position = 0;
  let total = 0;
  for (let t = 0; t < series.moves.length; t++) {
    const wanted = choose(t, position);
    total += wanted * series.moves[t] - known.cost * Math.abs(wanted - position);
    position = wanted;
  }
  return total / series.moves.length;
}

/** Reward a step of the best policy by cost, from an independent program: a grid of 201 points, about 0.1 % exact. */
const REFERENCE: ReadonlyArray<readonly [KnownSeries, number]> = [
  [autoregressive(0), 0.00460659],
  [autoregressive(0.0005), 0.004291],
  [autoregressive(0.001), 0.004003],
  [autoregressive(0.002), 0.003499],
  [autoregressive(0.005), 0.002385],
  [autoregressive(0.01), 0.00125],
  [meanReverting(0), 0.183047],
  [meanReverting(0.05), 0.1717],
  [meanReverting(0.1), 0.1634],
  [meanReverting(0.2), 0.1503],
  [meanReverting(0.5), 0.1223],
  [meanReverting(1), 0.0905],
  [sine(0), 0.079842],
  [sine(0.05), 0.075842],
  [sine(0.2), 0.063842],
  [sine(0.5), 0.039842],
  [hiddenRegime(), 0.0455],
];

describe("the optimum of a known series", () => {
  it.each(REFERENCE.map(([known, value]) => [known.name, known, value] as const))(
    "agrees with an independent program: %s",
    (name, known, value) => {
      // The Bayes filter was simulated there, with a standard error of 0.0004.
      const tolerance = name === "hidden-regime" ? 0.0008 : value * 0.001;
      expect(Math.abs(known.optimum() - value)).toBeLessThan(tolerance);
    },
  );

  it("has a closed form without costs: persistence * deviation * sqrt(2 / pi)", () => {
    const deviation = 0.01 / Math.sqrt(1 - 0.25);
    const closed = 0.5 * deviation * Math.sqrt(2 / Math.PI);
    expect(Math.abs(autoregressive(0).optimum() / closed - 1)).toBeLessThan(5e-4);
  });

  it.each([
    [autoregressive(0), 0.01],
    [autoregressive(0.002), 0.01],
    [meanReverting(0.2), 0.015],
    [sine(0.2), 1e-5],
    [hiddenRegime(), 0.03],
  ] as const)("is what the best policy earns on a long series", (known, tolerance) => {
    const series = known.series(1_000_000, 17);
    const earned = play(known, series, known.best(series));
    expect(Math.abs(earned / known.optimum() - 1), known.name).toBeLessThan(tolerance);
  });

  it("falls with the last move alone to a third, which is what memory is worth", () => {
    const known = hiddenRegime();
    const series = known.series(1_000_000, 18);
    const earned = play(known, series, lastMove(series));
    // 0.0154 by the independent program, standard error 0.0004.
    expect(Math.abs(earned - 0.0154)).toBeLessThan(0.0015);
  });

  it("can't be beaten by a neighbor of the best policy", () => {
    const known = meanReverting(0.2);
    const series = known.series(400_000, 19);
    const best = play(known, series, known.best(series));
    for (const band of [0, 0.5, 1.5, 2.5]) {
      // Short above the band, long below it, and otherwise what is held.
      const earned = play(known, series, (row, position) => {
        const x = series.observed[row];
        return x > band ? -1 : x < -band ? 1 : position;
      });
      expect(earned, `band ${band}`).toBeLessThan(best);
    }
  });
});

/** The state at which a short position turns long. */
function turningPoint(persistence: number, noise: number, drift: number, cost: number): number {
  const { choose } = bestPolicy({ persistence, noise, drift, cost });
  const rising = Math.sign(drift);
  for (let x = 0; x < 100; x += 0.005) if (choose(rising * x * noise, -1) === 1) return x;
  return Number.POSITIVE_INFINITY;
}

describe("the best policy of a linear market", () => {
  // Turning points by the same independent program, to one cell of its grid.
  it.each([
    [0.05, 0.46],
    [0.1, 0.69],
    [0.2, 1.03],
    [0.5, 1.61],
    [1, 2.18],
  ])("turns a position of the mean-reverting price at the right distance: cost %d", (cost, distance) => {
    expect(Math.abs(turningPoint(0.9, 1, -0.1, cost) - distance)).toBeLessThan(0.15);
  });

  it("never returns to flat once it holds something", () => {
    const { choose } = bestPolicy({ persistence: 0.9, noise: 1, drift: -0.1, cost: 0.2 });
    for (let x = -8; x <= 8; x += 0.01) {
      expect(choose(x, 1)).not.toBe(0);
      expect(choose(x, -1)).not.toBe(0);
    }
  });
});
