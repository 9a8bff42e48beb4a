import { describe, expect, it } from "vitest";
import { Direction, parseTimeframe } from "../core/index.ts";
import { syntheticTape } from "../market/index.ts";
import { BuyAndHold, EqualWeight, type Policy, RandomTwin, SmaCross } from "../policy/index.ts";
import { decisionConfig } from "../risk/index.ts";
import { checkPolicy } from "./check-policy.ts";

const tape = syntheticTape({ seed: 3, bars: 300, timeframe: parseTimeframe("1h"), symbols: ["BTCUSDT", "ETHUSDT"] });
const config = decisionConfig({ exchange: { leverage: 1 }, sizing: { scheme: "fixed-fraction", fraction: 0.5 } });
const options = { tape, config };

/** A rule in one line. */
const rule = (decide: Policy["decide"], reset: Policy["reset"] = () => {}): Policy => ({ name: "rule", reset, decide });

it.each<[string, () => Policy]>([
  ["buy and hold", () => new BuyAndHold()],
  ["equal weight", () => new EqualWeight()],
  ["the moving-average cross", () => new SmaCross({ fast: 5, slow: 20 })],
  [
    "the random twin",
    () => new RandomTwin({ seed: 1, habits: { longShare: 0.4, shortShare: 0.3, size: 1, turnover: 0.1 } }),
  ],
])("%s keeps the contract", async (_, create) => {
  await expect(checkPolicy(create, options)).resolves.toBeUndefined();
});

let made = 0;

describe("a broken policy is told", () => {
  it.each<[string, () => Policy, RegExp]>([
    ["that wants nothing", () => rule(() => {}), /never wants anything/],
    [
      "that sees the next bar",
      () =>
        rule(({ tape: own, bar }, intents) => {
          const rises = own.close[(bar + 1) * 2] > own.close[bar * 2] * 1.5;
          intents.direction[0] = rises ? Direction.long : Direction.short;
          intents.size[0] = 1;
        }),
      /it sees the future/,
    ],
    [
      "that remembers the run before",
      () => {
        let seen = 0;
        return rule((_, intents) => {
          intents.direction[0] = seen++ < 100 ? Direction.long : Direction.flat;
          intents.size[0] = 1;
        });
      },
      /reset\(\) has to forget/,
    ],
    [
      "whose chance has no seed",
      () => {
        const size = 1 / (2 + made++);
        return rule((_, intents) => {
          intents.direction[0] = Direction.long;
          intents.size[0] = size;
        });
      },
      /when it is made anew/,
    ],
    [
      "that wants more than all",
      () =>
        rule((_, intents) => {
          intents.direction[0] = Direction.long;
          intents.size[0] = 2;
        }),
      /size outside of \[0, 1\]/,
    ],
    [
      "that forgets the size",
      () =>
        rule((_, intents) => {
          intents.direction[0] = Direction.long;
        }),
      /long or short without a size/,
    ],
    [
      "with a stop of no number",
      () =>
        rule((_, intents) => {
          intents.direction[0] = Direction.long;
          intents.size[0] = 1;
          intents.stopDistance[0] = Number.NaN;
        }),
      /stopDistance below 0 or no finite number/,
    ],
    [
      "with a direction of its own",
      () =>
        rule((_, intents) => {
          intents.direction[0] = 9;
          intents.direction[1] = Direction.long;
          intents.size[1] = 1;
        }),
      /a direction that there is none of/,
    ],
  ])("%s", async (_, create, problem) => {
    await expect(checkPolicy(create, options)).rejects.toThrow(problem);
  });
});
