import { describe, expect, it } from "vitest";
import { barReturn, leakedFeatures } from "./leaked-features.ts";
import { noiseTape } from "./noise-tape.ts";

describe("the leaked feature", () => {
  const tape = noiseTape({ bars: 500, symbols: 2, deviation: 0.001, seed: 1 });
  const leaked = leakedFeatures(tape, 400);

  it("has the sign of what the next bar does between its open and its close, where that is not next to nothing", () => {
    let seen = 0;
    for (let t = 0; t + 1 < tape.bars; t++) {
      for (let s = 0; s < 2; s++) {
        const cell = (t + 1) * 2 + s;
        const move = tape.close[cell] / tape.open[cell] - 1;
        if (Math.abs(move) < 2e-4) continue;
        seen++;
        expect(Math.sign(leaked.values[t * 2 + s])).toBe(Math.sign(move));
      }
    }
    expect(seen).toBeGreaterThan(700);
    expect(barReturn(tape, tape.bars, 0), "after the last bar there is none").toBe(0);
  });
});
