import { describe, expect, it } from "vitest";
import { InstrumentKind, TidemarkError } from "../../core/index.ts";
import { type Candles, candlesFromRows } from "../candles.ts";
import { type ContractFacts, contractFor, guessText, withSaidTerms } from "./birth.ts";

const FACTS: ContractFacts = { venue: "csv", symbol: "BTCUSDT", kind: "perpetual", calendar: "24/7" };

const bars = (...prices: number[]): Candles =>
  candlesFromRows(prices.map((price, i) => [i * 60_000, price, price * 1.01, price * 0.99, price, 1]));
const flat = (...prices: number[]): Candles =>
  candlesFromRows(prices.map((price, i) => [i * 60_000, price, price, price, price, 1]));
const born = (candles: Candles, facts: Partial<ContractFacts> = {}) =>
  contractFor({ ...FACTS, ...facts }, candles, undefined, {}, "x.csv");

const minimum = (symbol: string): readonly [string, number] => {
  const { quote, minNotional } = born(bars(1), { symbol });
  return [quote, minNotional];
};

describe("a contract that is born of a file", () => {
  it.each([
    [[60_000.1, 61_000.5]],
    [[8.41e-6, 9.99e-6]],
    [[3.011e-9, 3.2e-9]],
    [[2.025e-5, 1.015e-5]],
    [[56_100, 55_529]],
    [[100, 100]],
    [[3e-13, 4.25e-13]],
    [[0.1 + 0.2, 0.7 + 0.1]],
    [[450_000, 612_000.5]],
  ])("has steps that cost nothing at prices of %j", (prices) => {
    const { tickSize, lotStep, minNotional } = born(flat(...prices));
    const lowest = Math.min(...prices);
    expect(Number(tickSize)).toBeLessThanOrEqual(1e-4 * lowest);
    for (const price of prices) {
      const ticks = price / Number(tickSize);
      expect(Math.abs(ticks - Math.round(ticks)) / ticks, `${price} lies on the grid`).toBeLessThan(1e-9);
    }
    expect(Number(lotStep) * Math.max(...prices)).toBeLessThanOrEqual(0.01 * minNotional);
    expect(tickSize, "plain decimals").toMatch(/^0\.0*1$/);
  });

  it("doesn't take noise of binary floats for precision", () => {
    expect(born(flat(0.1 + 0.2, 178.30000000000001)).tickSize).toBe("0.00000001");
  });

  it("has the smallest order in the size of its quote", () => {
    expect(minimum("ADABTC")).toEqual(["BTC", 0.0001]);
    expect(minimum("USDJPY")).toEqual(["JPY", 500]);
    expect(minimum("BTCKRW")).toEqual(["KRW", 5000]);
    expect(minimum("AUDCHF")).toEqual(["CHF", 5]);
    expect(minimum("AUDNZD")).toEqual(["NZD", 5]);
  });

  it("says what was guessed and from what, and nothing of what was said", () => {
    const contract = contractFor(FACTS, bars(100), undefined, { tickSize: "0.5", takerFeeBps: 3 }, "x.csv");
    expect(contract).toMatchObject({ tickSize: "0.5", takerFeeBps: 3 });
    expect(contract.guessed).toMatchObject({ lotStep: "the size of the prices", makerFeeBps: "usual for perpetual" });
    expect(Object.keys(contract.guessed ?? {})).not.toContain("tickSize");
    expect(guessText(contract)).toContain("smallest order 5 USDT (about 5 USD in USDT)");
    expect(born(bars(100), { symbol: "ACME" }).guessed).toMatchObject({ quote: "the symbol names no currency" });
  });

  it("keeps its terms when other history of it comes", () => {
    const first = born(bars(60_000));
    expect(contractFor(FACTS, bars(0.06), first, {}, "old.csv")).toEqual(first);
  });

  it("takes maintenance as half of the opening margin where nothing else is known", () => {
    expect(born(bars(1))).toMatchObject({ maxLeverage: 25, maintenanceMarginRate: 0.02 });
    expect(contractFor(FACTS, bars(1), undefined, { maxLeverage: 50 }, "")).toMatchObject({
      maintenanceMarginRate: 0.01,
    });
    expect(born(bars(1), { symbol: "EURUSD", kind: "forex" })).toMatchObject({ maxLeverage: 30 });
    expect(born(bars(1), { kind: "spot" })).toMatchObject({
      maxLeverage: 1,
      maintenanceMarginRate: 0,
      takerFeeBps: 10,
    });
  });

  it.each(Object.values(InstrumentKind))("is made anew where it becomes %s", (kind) => {
    const perpetual = born(bars(100));
    const changed = withSaidTerms(perpetual, { kind });
    const fresh = born(bars(100), { kind });
    const { guessed: _, ...terms } = changed;
    const { guessed: __, ...wanted } = fresh;
    expect(terms).toEqual(wanted);
  });

  it("drops a venue's ladder of margin where one rate is said", () => {
    const tiers = [{ upToNotional: 1e6, rate: 0.005, deduction: 0, maxLeverage: 100 }];
    const known = { ...born(bars(100)), maintenanceTiers: tiers };
    expect(withSaidTerms(known, { maintenanceMarginRate: 0.01 })).not.toHaveProperty("maintenanceTiers");
    expect(withSaidTerms(known, { takerFeeBps: 1 })).toHaveProperty("maintenanceTiers", tiers);
  });

  it.each<readonly [string, Parameters<typeof contractFor>[3], RegExp]>([
    ["a tick beyond the price", { tickSize: "0.00001" }, /tick 0\.00001 is 120 % of the lowest price/],
    ["funding of a spot holding", { kind: "spot", fundingIntervalHours: 8 }, /has no funding/],
    ["leverage of a spot holding", { kind: "spot", maxLeverage: 5 }, /no leverage/],
    ["margin that leaves no room", { maintenanceMarginRate: 0.04, maxLeverage: 25 }, /leaves no room/],
    ["a fee beyond reason", { takerFeeBps: 5000 }, /fee of 5000 bps/],
  ])("is refused with %s", (_name, said, what) => {
    const refuse = (): unknown =>
      contractFor({ ...FACTS, kind: said.kind ?? "perpetual" }, flat(8.3e-6), undefined, said, "x.csv");
    expect(refuse).toThrow(what);
    expect(refuse).toThrow(TidemarkError);
  });
});
