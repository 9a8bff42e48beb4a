/** @file The health of a PPO training as lamps, each with its rule, from the curves that it wrote. */
import type { Columns } from "../api/contract.ts";

export type Lamp = {
  readonly name: string;
  readonly state: "good" | "warn" | "bad" | "off";
  /** What is there now. */
  readonly text: string;
  readonly rule: string;
};

/** Values that are there, in their order. */
function known(columns: Columns, name: string): number[] {
  return Array.from(columns[name] ?? []).filter((value) => !Number.isNaN(value));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)];
}

/** The last updates count, not the last one alone. */
const RECENT = 5;
const recent = (values: readonly number[]): number => median(values.slice(-RECENT));

function lamp(name: string, rule: string, value: number, isBad: boolean, isOff = Number.isNaN(value)): Lamp {
  const text = isOff ? "not there yet" : value.toPrecision(3);
  return { name, rule, text, state: isOff ? "off" : isBad ? "warn" : "good" };
}

/** `share` is how much of the run is done; `targetKl` its own setting, 0 where it has none. */
export function lampsOf(columns: Columns, share: number, targetKl: number): Lamp[] {
  const kl = recent(known(columns, "policy/approximateKl"));
  const clip = recent(known(columns, "policy/clipFraction"));
  const explained = recent(known(columns, "value/explainedVariance"));
  const entropies = known(columns, "policy/entropy");
  const entropy = recent(entropies) / (entropies[0] ?? Number.NaN);
  const speeds = known(columns, "speed/stepsPerSecond");
  const speed = recent(speeds) / median(speeds);
  const validation = known(columns, "validation/meanReward");
  const training = known(columns, "rollout/meanReward");
  const limit = targetKl > 0 ? 1.5 * targetKl : 0.05;
  const broken = Object.entries(columns).filter(([, values]) =>
    values.some((value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY),
  );
  const falls =
    validation.length > RECENT && validation.slice(-RECENT).every((value, i, all) => i === 0 || value < all[i - 1]);
  const rises = training.length > 20 && recent(training) > median(training.slice(-20, -10));
  return [
    lamp("KL of an update", `at most ${limit.toPrecision(2)}`, kl, kl > limit),
    lamp("Clipped share", "between 0.01 and 0.3", clip, clip < 0.01 || clip > 0.3),
    lamp("Explained variance", "above 0 after a tenth of the run", explained, share > 0.1 && explained < 0),
    lamp("Entropy, of its start", "above 0.05 until half-way", entropy, share < 0.5 && entropy < 0.05),
    lamp("Speed, of its median", "above 0.5", speed, speed < 0.5),
    {
      name: "Validation",
      rule: "doesn't fall five times while training rises",
      state: validation.length === 0 ? "off" : falls && rises ? "bad" : "good",
      text:
        validation.length === 0 ? "not there yet" : falls && rises ? "falls while training rises" : "follows training",
    },
    {
      name: "Finite numbers",
      rule: "all of them",
      state: broken.length > 0 ? "bad" : "good",
      text: broken.length > 0 ? broken.map(([name]) => name).join(", ") : "all",
    },
  ];
}
