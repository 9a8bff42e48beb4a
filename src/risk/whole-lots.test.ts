import { assert, double, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { clearIntents, Direction, intentColumns } from "../core/index.ts";
import { resolveExchangeConfig, SimulatedExchange } from "../exchange/index.ts";
import { handTape, plainInstrument, still } from "../exchange/testing/hand-tape.ts";
import { resolveSizingConfig } from "../portfolio/index.ts";
import { resolveRiskConfig } from "./config.ts";
import { DecisionStep } from "./decision-step.ts";

const COSTLESS = { slippageModel: "fixed", baseSlippageBps: 0, leverage: 10, checked: true } as const;

/** Lots that are ordered where `notional` of one symbol is wanted at `price`. */
function ordered(notional: number, price: number, lotStep: string, direction: Direction, multiplier = 1): number {
  const instruments = [plainInstrument({ lotStep, multiplier })];
  const tape = handTape(instruments, [[still(price)], [still(price)]]);
  const exchange = new SimulatedExchange(tape, resolveExchangeConfig(COSTLESS), { accounts: 1, seed: 1 });
  exchange.reset(0, 0, 1_000_000);
  const sizing = resolveSizingConfig({ scheme: "fixed-fraction", fraction: notional / 1_000_000 });
  const step = new DecisionStep(exchange, sizing, resolveRiskConfig());
  const intents = intentColumns(1);
  clearIntents(intents);
  intents.direction[0] = direction;
  intents.size[0] = 1;
  step.apply(0, intents);
  return exchange.book.pending[0] === 1 ? exchange.book.pendingLots[0] : 0;
}

describe("what is wanted is bought in whole lots, and never more than it", () => {
  it.each([
    [2.9, 2],
    [2.5, 2],
    [2.1, 2],
    [0.99, 0],
    [3, 3],
  ])("%s lots are %s, long and short", (wanted, lots) => {
    // A lot of 0.001 at 100 is worth 0.1.
    expect(ordered(wanted * 0.1, 100, "0.001", Direction.long)).toBeCloseTo(lots, 12);
    expect(ordered(wanted * 0.1, 100, "0.001", Direction.short)).toBeCloseTo(-lots, 12);
    expect(ordered(wanted * 1, 100, "0.001", Direction.long, 10), "ten units in a contract").toBeCloseTo(lots, 12);
  });

  it("for every notional, price and step", () => {
    assert(
      property(
        double({ min: 1, max: 900_000, noNaN: true }),
        double({ min: 0.01, max: 10_000, noNaN: true }),
        integer({ min: 0, max: 4 }),
        (notional, rawPrice, decimals) => {
          const price = Math.max(0.01, Math.round(rawPrice * 100) / 100);
          const lotStep = (10 ** -decimals).toFixed(decimals);
          const lot = Number(lotStep) * price;
          const lots = ordered(notional, price, lotStep, Direction.long);
          expect(Number.isInteger(lots)).toBe(true);
          expect(lots * lot, "not more than was wanted").toBeLessThanOrEqual(notional * (1 + 1e-9));
          expect((lots + 1) * lot, "and not a whole lot less").toBeGreaterThan(notional * (1 - 1e-9));
        },
      ),
      { numRuns: 100 },
    );
  });
});
