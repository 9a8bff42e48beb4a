import { describe, expect, test } from "vitest";
import { exactText } from "../../core/index.ts";
import type { Broker, LeverageOutcome, OrderRules } from "../../trade/index.ts";
import { setLeverages } from "./leverage.ts";

function venue(...outcomes: LeverageOutcome[]) {
  const asked: string[] = [];
  const broker = {
    capabilities: { name: "test" },
    setLeverage: (symbol: string, leverage: string) => {
      asked.push(`${symbol} ${leverage}`);
      return Promise.resolve(outcomes.length > 1 ? outcomes.shift() : outcomes[0]);
    },
  } as unknown as Broker;
  return { broker, asked };
}

const RULES = [
  { symbol: "BTCUSDT", maxLeverage: exactText("100"), leverageStep: exactText("0.01") },
  { symbol: "NEWUSDT", maxLeverage: exactText("2.5"), leverageStep: exactText("0.01") },
] as unknown as OrderRules[];

describe("leverage is set before anything is sent", () => {
  test("for every symbol, no higher than its contract allows", async () => {
    const { broker, asked } = venue({ outcome: "set" });
    await setLeverages(broker, RULES, 3);
    expect(asked).toEqual(["BTCUSDT 3", "NEWUSDT 2.5"]);
  });

  test("again where a reply was lost: set twice it is the same", async () => {
    const { broker, asked } = venue({ outcome: "unknown", reason: "timed out" }, { outcome: "unchanged" });
    await setLeverages(broker, RULES, 3);
    expect(asked).toEqual(["BTCUSDT 3", "BTCUSDT 3", "NEWUSDT 2.5"]);
  });

  test.each([
    ["VENUE_REJECTED", { outcome: "rejected", code: "leverage", message: "it can't be that high" }],
    ["VENUE_UNREACHABLE", { outcome: "unknown", reason: "timed out" }],
  ] as const)("%s where it is not", async (code, outcome) => {
    const { broker } = venue(outcome);
    await expect(setLeverages(broker, RULES, 3)).rejects.toMatchObject({
      code,
      message: expect.stringContaining("BTCUSDT could not be set to 3") as string,
    });
  });
});
