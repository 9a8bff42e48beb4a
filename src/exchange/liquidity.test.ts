import { expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { resolveExchangeConfig } from "./config.ts";
import { adversePrice, instrumentTerms } from "./instrument-terms.ts";
import { Liquidity } from "./liquidity.ts";
import { handTape, plainInstrument, randomTape, still } from "./testing/hand-tape.ts";

test("volatility and volume are those of the last day's bars, however far one looks at once", () => {
  const tape = randomTape(new Random(3), 3, 200);
  const atOnce = new Liquidity(tape);
  atOnce.extendTo(199);
  const stepwise = new Liquidity(tape);
  for (let t = 0; t < 200; t += 1 + (t % 7)) stepwise.extendTo(t);
  stepwise.extendTo(199);
  expect(stepwise.dailyVolatility).toEqual(atOnce.dailyVolatility);
  expect(stepwise.barVolume).toEqual(atOnce.barVolume);
  let compared = 0;
  for (let t = 0; t < 200; t++) {
    for (let s = 0; s < 3; s++) {
      const volumes: number[] = [];
      const returns: number[] = [];
      for (let u = Math.max(0, t - 23); u <= t; u++) {
        if (tape.present[u * 3 + s] === 0) continue;
        volumes.push(tape.volume[u * 3 + s]);
        if (u > 0 && tape.close[(u - 1) * 3 + s] > 0) {
          returns.push(Math.log(tape.close[u * 3 + s] / tape.close[(u - 1) * 3 + s]));
        }
      }
      const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
      const variance = returns.reduce((a, b) => a + (b - mean) ** 2, 0) / (returns.length - 1);
      const volume = volumes.length > 0 ? volumes.reduce((a, b) => a + b, 0) / volumes.length : 0;
      expect(atOnce.barVolume[t * 3 + s]).toBeCloseTo(volume, 6);
      if (returns.length < 2) continue;
      compared++;
      expect(atOnce.dailyVolatility[t * 3 + s]).toBeCloseTo(Math.sqrt(variance * 24), 7);
    }
  }
  expect(compared, "most rows have a volatility").toBeGreaterThan(400);
});

test("prices move to the grid against the trader and stay where they are on it", () => {
  const ticks = ["0.01", "0.1", "0.5", "0.00001", "5"];
  const terms = instrumentTerms(
    ticks.map((tickSize) => plainInstrument({ tickSize })),
    resolveExchangeConfig(),
  );
  expect(adversePrice(terms, 0, 100.001, true)).toBe(100.01);
  expect(adversePrice(terms, 0, 100.009, false)).toBe(100);
  expect(adversePrice(terms, 1, 60_123.4, true), "on the grid").toBe(60_123.4);
  expect(adversePrice(terms, 1, 60_123.4, false)).toBe(60_123.4);
  expect(adversePrice(terms, 2, 10.2, true)).toBe(10.5);
  expect(adversePrice(terms, 3, 0.123_456_7, false)).toBe(0.12345);
  expect(adversePrice(terms, 4, 12, true)).toBe(15);
  expect(adversePrice(terms, 4, 3, false), "a sale below one tick has no price, least of all one above").toBe(0);
  for (let i = 1; i < 5_000; i++) {
    const price = i / 100;
    expect(adversePrice(terms, 0, price, true)).toBe(price);
    expect(adversePrice(terms, 0, price, false)).toBe(price);
  }
});

test.each([
  ["5m", 288],
  ["1h", 24],
  ["4h", 20],
  ["1d", 20],
])("bars of %s look back over a day, and over twenty bars at least", (timeframe, bars) => {
  expect(new Liquidity(handTape([plainInstrument()], [[still(1)], [still(1)]], timeframe)).windowBars).toBe(bars);
});
