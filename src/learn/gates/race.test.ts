import { expect, it } from "vitest";
import { type RaceOptions, type RaceResult, raceToShare } from "./race.ts";

/** A clock that ticks once whenever it is asked. */
function ticking(): () => number {
  let seconds = 0;
  return () => seconds++;
}

async function first(options: Omit<RaceOptions, "seed" | "cpuSeconds">): Promise<RaceResult> {
  for await (const result of raceToShare({ seed: 1, cpuSeconds: ticking(), ...options })) return result;
  throw new Error("a race has tasks");
}

it("a race ends where the last hundred episodes reach the share, and counts the time of each update once", async () => {
  const told: number[] = [];
  const onProgress = (_: string, steps: number): void => void told.push(steps);
  const pole = await first({ share: 0.03, onProgress });
  expect(pole).toMatchObject({ task: "cart-pole", encoder: "mlp", reached: true });
  // An untrained pole stands for some twenty steps of 500; a hundred episodes are two thousand steps and more.
  expect(pole.steps).toBeGreaterThan(1_500);
  expect(pole.steps).toBeLessThan(12_000);
  expect(pole.share).toBeGreaterThanOrEqual(0.03);
  expect(pole.share).toBeLessThan(0.3);
  expect(pole.cpuSeconds, "one tick for each update of 256").toBe(pole.steps / 256);
  expect(told).toEqual(Array.from({ length: pole.steps / 256 }, (_, i) => 256 * (i + 1)));
});

it("a race that its budget ends says so, task by task", async () => {
  const found: RaceResult[] = [];
  const options = { seed: 1, share: 0.9, effort: 0, cpuSeconds: ticking() };
  for await (const result of raceToShare(options)) {
    found.push(result);
    if (found.length === 2) break;
  }
  expect(found).toEqual([
    { task: "cart-pole", encoder: "mlp", steps: 256, cpuSeconds: 1, share: 0, reached: false },
    { task: "ou-0.2", encoder: "mlp", steps: 4_096, cpuSeconds: 1, share: 0, reached: false },
  ]);
});
