import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { everyday } from "../core/testing/nightly.ts";
import { randomTape } from "./testing/hand-tape.ts";
import { randomConfig } from "./testing/random-session.ts";
import { realTape } from "./testing/real-tape.ts";
import { type Played, playSideBySide } from "./testing/side-by-side.ts";

function playWild(seed: number, bars: number): Played {
  const random = new Random(seed);
  const tape = randomTape(random, 1 + random.below(4), bars + 2);
  const config = randomConfig(random, { checked: true });
  // The square-root model refuses a symbol that never has a volume.
  if (config.slippageModel === "square-root") tape.volume.forEach((v, i) => (tape.volume[i] = v + tape.present[i]));
  return playSideBySide({ tape, config, random, seed, from: 0, bars, idle: 0.5 });
}

test("the kernel agrees with the plain reference on hundreds of random sessions, at night on thousands", () => {
  const reasons = new Set<number>();
  let fills = 0;
  let liquidated = 0;
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, bars) => {
      const played = playWild(seed, bars);
      fills += played.fills;
      liquidated += played.liquidated ? 1 : 0;
      for (const reason of played.reasons) reasons.add(reason);
    }),
    { numRuns: everyday(1_500), seed: 20_260_101 },
  );
  expect(reasons.size, "every reason of a fill occurred").toBe(9);
  expect(fills, "the sessions traded").toBeGreaterThan(everyday(20_000));
  expect(liquidated, "some sessions ended in liquidation").toBeGreaterThan(everyday(50));
});

const CANDLES = fileURLToPath(new URL("../../../shared/data/candles-5m/", import.meta.url));

describe.skipIf(!existsSync(CANDLES))("real candles (needs ../shared/data)", () => {
  test("the kernel agrees with the plain reference through the crash of 2025-10-10", () => {
    // 21:00 to 22:00 UTC holds a bar in which XRP moves 31 %.
    const tape = realTape(CANDLES, Date.UTC(2025, 9, 9), Date.UTC(2025, 9, 12));
    const crash = Math.round((Date.UTC(2025, 9, 10, 21) - tape.timeMs[0]) / tape.barMs);
    expect(tape.bars, "three days of five-minute bars").toBe(864);
    let liquidated = 0;
    for (let seed = 1; seed <= everyday(60); seed++) {
      const random = new Random(seed);
      const config = randomConfig(random, { checked: true, leverage: 10 });
      const played = playSideBySide({ tape, config, random, seed, from: crash - 30, bars: 50, idle: 0.95 });
      liquidated += played.liquidated ? 1 : 0;
    }
    expect(liquidated, "ten times leverage does not survive it everywhere").toBeGreaterThanOrEqual(everyday(3));
  });
});
