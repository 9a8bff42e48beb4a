import { expect, test } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { type MarketTape, seriesSpec, syntheticTape } from "../../market/index.ts";
import { seriesDrift } from "./series-drift.ts";

const BARS = 300;
const TRAINED = 200;

/** One symbol, whose series is `valueAt` of the bar, or missing where that is undefined. */
function tapeOf(valueAt: (bar: number) => number | undefined): MarketTape {
  const tape = syntheticTape({ seed: 3, bars: BARS, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT"] });
  const { id, source, cadenceMs, lagMs } = seriesSpec("fear-greed.index");
  const values = Array.from({ length: BARS }, (_, bar) => valueAt(bar));
  return {
    ...tape,
    alternative: {
      series: [{ id, source, cadenceMs, lagMs, licence: "", provenance: "recorded" }],
      value: [Float64Array.from(values, (value) => value ?? 0)],
      age: [Float64Array.from(values, (value) => (value === undefined ? -1 : 1))],
    },
  };
}

const WAVE = (bar: number): number => 50 + 20 * Math.sin(bar / 3);

test("a series that is what it was has not moved", () => {
  const [drift] = seriesDrift(tapeOf(WAVE), 20, TRAINED);
  expect(drift).toMatchObject({ series: "fear-greed.index", missingTrained: 0, missingSince: 0, moved: false });
  expect(drift.outside).toBeLessThan(0.1);
});

test("one outside the training's range has moved, and so has one that is gone; what came before the training doesn't count", () => {
  const [above] = seriesDrift(
    tapeOf((bar) => (bar < 20 ? 500 : WAVE(bar) + (bar >= 250 ? 60 : 0))),
    20,
    TRAINED,
  );
  expect(above.outside).toBeGreaterThan(0.45);
  expect(above.moved).toBe(true);
  const [gone] = seriesDrift(
    tapeOf((bar) => (bar >= TRAINED && bar % 2 === 0 ? undefined : WAVE(bar))),
    20,
    TRAINED,
  );
  expect(gone).toMatchObject({ missingTrained: 0, missingSince: 0.5, moved: true });
});

test("of a series that was never known nothing can be said, and a market without series has none", () => {
  expect(
    seriesDrift(
      tapeOf(() => undefined),
      20,
      TRAINED,
    )[0],
  ).toMatchObject({ outside: null, moved: false });
  const { alternative: _, ...plain } = tapeOf(WAVE);
  expect(seriesDrift(plain, 20, TRAINED)).toEqual([]);
});
