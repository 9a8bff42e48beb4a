import { describe, expect, test } from "vitest";
import { FillReason } from "../core/index.ts";
import { resolveExchangeConfig } from "./config.ts";
import { instrumentTerms, leverageCuts, maintenanceMargin } from "./instrument-terms.ts";
import { AccountStatus } from "./outcome.ts";
import { handExchange } from "./testing/hand-exchange.ts";
import { oneSymbolTape, plainInstrument, still } from "./testing/hand-tape.ts";

/** The first steps of a ladder as venues publish it: the deduction makes it continuous. */
const TIERS = [
  { upToNotional: 10_000, rate: 0.005, deduction: 0, maxLeverage: 100 },
  { upToNotional: 50_000, rate: 0.02, deduction: 150, maxLeverage: 50 },
  { upToNotional: 200_000, rate: 0.1, deduction: 4_150, maxLeverage: 10 },
];

describe("maintenance margin", () => {
  test("follows the venue's tiers by position value, the fee to close included", () => {
    const instrument = plainInstrument({ maintenanceTiers: TIERS, takerFeeBps: 10 });
    const terms = instrumentTerms([instrument], resolveExchangeConfig());
    const at = (notional: number): number => maintenanceMargin(terms, 0, notional) - notional * 0.001;
    expect(at(10_000)).toBeCloseTo(50, 9);
    expect(at(10_000.01), "no step at the edge").toBeCloseTo(50, 2);
    expect(at(50_000)).toBeCloseTo(850, 9);
    expect(at(100_000)).toBeCloseTo(5_850, 9);
    expect(at(1_000_000), "the last tier goes on").toBeCloseTo(95_850, 9);
    const flat = instrumentTerms([instrument], resolveExchangeConfig({ maintenanceMarginRate: 0.01 }));
    expect(maintenanceMargin(flat, 0, 100_000), "a configured rate stands for all of them").toBeCloseTo(1_100, 9);
    const spot = instrumentTerms([plainInstrument({ kind: "spot", maintenanceTiers: TIERS })], resolveExchangeConfig());
    expect(maintenanceMargin(spot, 0, 100_000)).toBe(0);
  });

  test("liquidates a large position earlier than a small one", () => {
    // Long 100 at 1,000 on 10,000: equity 10,000 + 100 (p - 1,000) meets 0.1 * 100 p - 4,150 at p = 85,850 / 90.
    const bars = [still(1_000), still(1_000), [1_000, 1_000, 900, 990]] as const;
    const tiered = handExchange(oneSymbolTape(bars, { maintenanceTiers: TIERS }), {}, 10_000);
    tiered.order(100_000);
    tiered.advance(2);
    expect(tiered.recorder.fill(1)).toMatchObject({ price: 953.88, reason: FillReason.liquidation });
    const flat = handExchange(oneSymbolTape(bars), {}, 10_000);
    flat.order(100_000);
    flat.advance(2);
    expect(flat.recorder.fill(1), "0.5 % of everything: 90,000 / 99.5").toMatchObject({ price: 904.52 });
  });

  test("counts the fee to close: 10 bps of it liquidate a little earlier", () => {
    const bars = [still(1_000), still(1_000), [1_000, 1_000, 850, 990]] as const;
    const { exchange, recorder, order, advance } = handExchange(oneSymbolTape(bars, { takerFeeBps: 10 }), {}, 1_000);
    order(9_000);
    advance(2);
    // 1,000 - 9 of fee + 9 (p - 1,000) = (0.005 + 0.001) * 9 p
    expect(recorder.fill(1).price).toBeCloseTo(Math.floor((8_009 / (9 * 0.994)) * 100) / 100, 9);
    expect(exchange.book.status[0]).toBe(AccountStatus.liquidated);
  });
});

test("a contract that allows less leverage than was asked for is named", () => {
  const instruments = [
    plainInstrument({ maxLeverage: 10 }),
    plainInstrument({ maxLeverage: 50 }, "BBBUSDT"),
    plainInstrument({ kind: "spot", maxLeverage: 1 }, "CCCUSDT"),
  ];
  expect(leverageCuts(instruments, resolveExchangeConfig({ leverage: 20 }))).toEqual([
    "AAAUSDT allows a leverage of 10, not the 20 asked for.",
  ]);
  expect(leverageCuts(instruments, resolveExchangeConfig({ leverage: 10 }))).toEqual([]);
});

test("currency pairs are traded on margin, at the leverage of their contract", () => {
  const { exchange, order, advance } = handExchange(
    oneSymbolTape([still(1.1), still(1.1), still(1.1)], { kind: "forex", maxLeverage: 30, lotStep: "1000" }),
    { leverage: 200 },
    1_000,
  );
  order(40);
  advance();
  expect(exchange.book.lots[0], "30 times 1,000 buys 27 lots of 1,100").toBe(27);
  expect(exchange.book.marginUsed[0]).toBeCloseTo((27 * 1_100) / 30, 9);
});
