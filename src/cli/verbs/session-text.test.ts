import { expect, test } from "vitest";
import { exactText } from "../../core/index.ts";
import type { PositionView } from "../../trade/index.ts";
import { positionsText } from "./session-text.ts";

const position = (change: Partial<PositionView>): PositionView => ({
  symbol: "ETHUSDT",
  assetClass: "crypto-futures",
  strategy: "edge-1",
  quantity: exactText("0.34"),
  entryPrice: exactText("2902.0900000001"),
  entryMs: 0,
  markPrice: exactText("2924.42"),
  markMs: 0,
  notional: exactText("994.3028"),
  unrealisedProfit: exactText("7.5922"),
  liquidationPrice: undefined,
  liquidationDistance: undefined,
  stopPrice: exactText("2611.8810000000003"),
  targetPrice: undefined,
  manual: false,
  nakedMs: 0,
  barsHeld: 12,
  version: "1",
  ...change,
});

const cells = (change: Partial<PositionView>): string[] =>
  positionsText([position(change)], 200)
    .split("\n")[1]
    .split(/\s{2,}/);

test("positions are printed with the digits that anybody reads", () => {
  expect(cells({})).toEqual(["ETHUSDT", "0.34", "2902.09", "2924.42", "7.59", "2611.881", "-", "12", "-"]);
  expect(cells({ entryPrice: exactText("0.0000084123456789") })[2]).toBe("0.0000084123457");
});

test("a missing stop is shouted, a distant liquidation is not", () => {
  expect(cells({ stopPrice: undefined, nakedMs: 4_000 })[5]).toContain("NONE for");
  expect(cells({ liquidationDistance: 0.125 })[8]).toBe("12.5 %");
  expect(cells({ liquidationDistance: 301.6 })[8]).toBe("far");
});
