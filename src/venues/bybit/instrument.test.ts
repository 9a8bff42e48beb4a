import { describe, expect, it } from "vitest";
import { linearInstrument } from "./instrument.ts";
import { linearSchema, riskLimitSchema } from "./reply.ts";

const [CONTRACT] = linearSchema.parse({
  list: [
    {
      symbol: "ACMEUSDT",
      baseCoin: "ACME",
      quoteCoin: "USDT",
      contractType: "LinearPerpetual",
      fundingInterval: 240,
      priceFilter: { tickSize: "0.010" },
      lotSizeFilter: { qtyStep: "0.1", minNotionalValue: "5" },
      leverageFilter: { maxLeverage: "25.00" },
    },
  ],
}).list;

const ladder = (scale: number) =>
  riskLimitSchema.parse({
    list: [
      {
        symbol: "ACMEUSDT",
        riskLimitValue: "50000",
        maintenanceMargin: 0.04 * scale,
        initialMargin: 0.08 * scale,
        maxLeverage: "12.50",
        mmDeduction: "500",
      },
      {
        symbol: "ACMEUSDT",
        riskLimitValue: "25000",
        maintenanceMargin: `${0.02 * scale}`,
        initialMargin: `${0.04 * scale}`,
        maxLeverage: "25.00",
        mmDeduction: "",
      },
    ],
  }).list;

describe("a contract of Bybit", () => {
  it.each([1, 100])("has the ladder of its risk limits, lowest first, in margins times %d", (scale) => {
    const instrument = linearInstrument(CONTRACT, "bybit", ladder(scale));
    expect(instrument.maintenanceMarginRate).toBe(0.02);
    expect(instrument.maintenanceTiers).toEqual([
      { upToNotional: 25_000, rate: 0.02, deduction: 0, maxLeverage: 25 },
      { upToNotional: 50_000, rate: 0.04, deduction: 500, maxLeverage: 12.5 },
    ]);
    expect(instrument).not.toHaveProperty("guessed");
    expect(instrument).toMatchObject({ fundingIntervalHours: 4, tickSize: "0.01" });
  });

  it("keeps half of the opening margin where no ladder is told, and says that it is a guess", () => {
    const instrument = linearInstrument(CONTRACT, "bybit", []);
    expect(instrument.maintenanceMarginRate).toBe(0.02);
    expect(instrument).not.toHaveProperty("maintenanceTiers");
    expect(instrument.guessed).toHaveProperty("maintenanceMarginRate");
  });
});
