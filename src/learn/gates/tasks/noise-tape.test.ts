import { describe, expect, it } from "vitest";
import { noiseTape } from "./noise-tape.ts";

const OPTIONS = { bars: 60_000, symbols: 3, deviation: 0.0015, seed: 4 } as const;

describe("the noise market", () => {
  const tape = noiseTape(OPTIONS);
  const returnsOf = (s: number): Float64Array =>
    tape.timeMs.map((_, t) => tape.close[t * OPTIONS.symbols + s] / tape.open[t * OPTIONS.symbols + s] - 1);
  const returns = [0, 1, 2].map(returnsOf);
  const correlation = (a: Float64Array, b: Float64Array, lag: number): number => {
    let sum = 0;
    for (let t = lag; t < a.length; t++) sum += a[t - lag] * b[t];
    return sum / (a.length - lag) / OPTIONS.deviation ** 2;
  };

  it("has returns of the deviation asked for, whose expectation is zero", () => {
    for (const r of returns) {
      const mean = r.reduce((a, b) => a + b, 0) / r.length;
      expect(Math.abs(mean)).toBeLessThan((4 * OPTIONS.deviation) / Math.sqrt(r.length));
      expect(Math.abs(Math.sqrt(correlation(r, r, 0)) - 1)).toBeLessThan(0.02);
    }
  });

  it("has nothing to learn: no return goes with an earlier one, its size, or another symbol's", () => {
    const bound = 4 / Math.sqrt(tape.bars);
    const [a, b] = returns;
    const sizes = a.map((x) => Math.abs(x) - OPTIONS.deviation * Math.sqrt(2 / Math.PI));
    for (const lag of [1, 2, 12, 288]) {
      expect(Math.abs(correlation(a, a, lag))).toBeLessThan(bound);
      expect(Math.abs(correlation(sizes, sizes, lag))).toBeLessThan(bound);
      expect(Math.abs(correlation(sizes, a, lag))).toBeLessThan(bound);
    }
    expect(Math.abs(correlation(a, b, 0))).toBeLessThan(bound);
    expect(Math.abs(correlation(a, b, 1))).toBeLessThan(bound);
  });

  it("has bars that are bars, and says that it is synthetic", () => {
    expect(tape.instruments.every((instrument) => instrument.synthetic)).toBe(true);
    let outside = 0;
    for (let i = 0; i < tape.bars * 3; i++) {
      const highest = Math.max(tape.open[i], tape.close[i]);
      const lowest = Math.min(tape.open[i], tape.close[i]);
      outside += tape.high[i] < highest || tape.low[i] > lowest ? 1 : 0;
    }
    expect(outside, "bars whose open or close lies outside their range").toBe(0);
  });
});
