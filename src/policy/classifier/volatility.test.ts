import { describe, expect, it } from "vitest";
import { defaultInstrument, parseTimeframe, Random } from "../../core/index.ts";
import { createTape, type MarketTape } from "../../market/index.ts";
import { RollingVolatility, VOLATILITY_BARS } from "./volatility.ts";

function randomTape(bars: number, gaps: boolean): MarketTape {
  const tape = createTape([defaultInstrument("AUSDT"), defaultInstrument("BUSDT")], parseTimeframe("1h"), bars);
  const random = new Random(2);
  tape.bars = bars;
  for (let cell = 0; cell < bars * 2; cell++) {
    tape.close[cell] = 100 * Math.exp(0.1 * random.normal());
    tape.present[cell] = gaps && random.uniform() < 0.2 ? 0 : 1;
  }
  return tape;
}

describe("rolling volatility", () => {
  it("is the root mean square of the last returns of a symbol's own bars", () => {
    const tape = randomTape(300, true);
    const volatility = new RollingVolatility(2);
    volatility.feedTo(tape, 299);
    const closes = Array.from({ length: 300 }, (_, t) => t).flatMap((t) =>
      tape.present[t * 2] === 1 ? [tape.close[t * 2]] : [],
    );
    const returns = closes.slice(1).map((close, i) => Math.log(close / closes[i]));
    const last = returns.slice(-VOLATILITY_BARS);
    expect(volatility.of(0)).toBeCloseTo(Math.sqrt(last.reduce((sum, r) => sum + r * r, 0) / last.length), 12);
  });

  it("knows nothing before its window is full, and nothing of later bars", () => {
    const tape = randomTape(400, false);
    const early = new RollingVolatility(2);
    early.feedTo(tape, VOLATILITY_BARS - 1);
    expect(early.of(0)).toBe(0);
    early.feedTo(tape, VOLATILITY_BARS);
    expect(early.of(0)).toBeGreaterThan(0);
    const at300 = new RollingVolatility(2);
    at300.feedTo(tape, 300);
    tape.close.fill(1, 301 * 2);
    const other = new RollingVolatility(2);
    other.feedTo(tape, 300);
    expect(other.of(1)).toBe(at300.of(1));
  });
});
