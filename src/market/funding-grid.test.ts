import { describe, expect, it } from "vitest";
import { defaultInstrument, HOUR_MS } from "../core/index.ts";
import { createFunding, type FundingRates } from "./candles.ts";
import { snapFunding, snapText } from "./funding-grid.ts";

const START = Date.UTC(2024, 0, 1);
const contract = defaultInstrument("BTCUSDT");
const rates = (rows: readonly (readonly [tsMs: number, rate: number])[]): FundingRates => {
  const funding = createFunding(rows.length);
  for (const [i, [tsMs, rate]] of rows.entries()) [funding.timeMs[i], funding.rate[i]] = [tsMs, rate];
  return funding;
};
const at = (hours: number, lateMs = 0): number => START + hours * HOUR_MS + lateMs;

describe("funding on the grid", () => {
  it("moves stamps that are late or early by a little", () => {
    const snapped = snapFunding(
      rates([
        [at(0, 18), 1e-4],
        [at(8, -40), 2e-4],
        [at(16), 3e-4],
      ]),
      contract,
      "",
    );
    expect([...snapped.funding.timeMs]).toEqual([at(0), at(8), at(16)]);
    expect([...snapped.funding.rate]).toEqual([1e-4, 2e-4, 3e-4]);
    expect(snapText(snapped)).toEqual(["2 stamps put on the grid, by 40 ms at most"]);
  });

  it("moves stamps that are late by minutes, and leaves those that are later", () => {
    const rows = [
      [at(0, 110_000), 1e-4],
      [at(8, -240_000), 2e-4],
      [at(16, 1_200_000), 3e-4],
    ] as const;
    expect([...snapFunding(rates(rows), contract, "").funding.timeMs]).toEqual([at(0), at(8), at(16, 1_200_000)]);
  });

  it("makes one payment of two stamps of one, and refuses two rates", () => {
    const snapped = snapFunding(
      rates([
        [at(0), 1e-4],
        [at(0, 47), 1.0001e-4],
        [at(8), 1e-4],
      ]),
      contract,
      "",
    );
    expect(snapped.funding.length).toBe(2);
    expect(snapText(snapped).join()).toContain("1 stamps were of a payment that is there already");
    expect(() =>
      snapFunding(
        rates([
          [at(0), 1e-4],
          [at(0, 47), 5e-4],
        ]),
        contract,
        "x.csv",
      ),
    ).toThrow(/two rates, 0.0001 and 0.0005/);
  });

  it("keeps stamps of another interval where they are, on the hour", () => {
    const snapped = snapFunding(
      rates([
        [at(0), 1e-4],
        [at(4, 12), 1e-4],
        [at(8), 1e-4],
      ]),
      contract,
      "",
    );
    expect([...snapped.funding.timeMs]).toEqual([at(0), at(4), at(8)]);
    expect(snapText(snapped).join()).toContain("1 stamps lie beside the contract's grid");
  });

  it("knows a grid that doesn't begin at midnight", () => {
    const shifted = { ...contract, fundingOffsetHours: 4 };
    expect(
      snapFunding(
        rates([
          [at(4, 7), 1e-4],
          [at(12), 1e-4],
        ]),
        shifted,
        "",
      ),
    ).toMatchObject({ beside: 0, moved: 1 });
  });
});
