/**
 * @file The clamp over a list of contracts as long and as odd as a venue's real one: the rules go the whole way from the
 * venue's reply through the broker's reading of it, so that what passes here is what the venue would take.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, exactText } from "../../core/index.ts";
import { instrumentsPage, LocalVenueCore, linearContractSchema } from "../../venues/index.ts";
import { orderRules } from "../brokers/bybit/rules.ts";
import type { OrderRules } from "../order-rules.ts";
import { clampBrackets, clampOrder } from "./clamp.ts";

const SEED = 20_250_717;
const COUNT = 3_000;

/** Every contract that the venue lists, read page by page. */
function listedRules(): OrderRules[] {
  const venue = new LocalVenueCore({
    startMs: 0,
    seed: 1,
    markets: [],
    accounts: [],
    alsoListed: instrumentsPage(SEED, COUNT),
  });
  const rules: OrderRules[] = [];
  for (let cursor = ""; ; ) {
    const parameters = { category: "linear", limit: "1000", ...(cursor === "" ? {} : { cursor }) };
    const page = venue.call(undefined, "GET", "/v5/market/instruments-info", parameters).result as {
      list: unknown[];
      nextPageCursor: string;
    };
    rules.push(...page.list.map((row) => orderRules(linearContractSchema.parse(row), undefined)));
    if (page.nextPageCursor === "") return rules;
    cursor = page.nextPageCursor;
  }
}

const rules = listedRules();
const isPlain = (text: string): boolean => /^\d+(?:\.\d+)?$/.test(text);
const onGrid = (text: string, step: string): boolean => decimal(text).mod(step).isZero();
const share = fc.double({ min: 0.2, max: 3, noNaN: true });

/** A contract, a price somewhere in its range and a wanted value, as text with more digits than any grid has. */
const wish = fc
  .record({
    index: fc.integer({ min: 0, max: COUNT - 1 }),
    level: share,
    worth: fc.double({ min: -1, max: 6, noNaN: true }),
  })
  .map(({ index, level, worth }) => {
    const one = rules[index];
    const price = decimal(one.maxPrice).div(20).mul(level.toFixed(9));
    const quantity = decimal((10 ** worth).toFixed(9))
      .div(price)
      .toSignificantDigits(12);
    return { rules: one, price: exactText(price), quantity: exactText(quantity) };
  });

describe("the clamp over thousands of contracts", () => {
  it("knows prices from a hundred-millionth to ten thousands, and steps that are no powers of ten", () => {
    expect(rules).toHaveLength(COUNT);
    const ticks = rules.map(({ tick }) => tick);
    expect(ticks.some((tick) => decimal(tick).lt("1e-9")) && ticks.some((tick) => decimal(tick).gte("1"))).toBe(true);
    expect(ticks.some((tick) => tick.endsWith("5"))).toBe(true);
    expect(
      rules.some(({ lotStep }) => decimal(lotStep).gte(1000)) && rules.some(({ lotStep }) => lotStep === "0.001"),
    ).toBe(true);
  });

  it("gives quantities and prices on the grid, within all bounds, plain, never more and never worse than wanted", () => {
    const property = fc.property(
      wish,
      fc.constantFrom("buy", "sell"),
      fc.constantFrom("market", "limit"),
      (one, side, type) => {
        const input = {
          rules: one.rules,
          side,
          type,
          quantity: one.quantity,
          price: type === "limit" ? one.price : undefined,
          reference: one.price,
          reduceOnly: false,
          held: exactText("0"),
        } as const;
        const result = clampOrder(input);
        if (!result.ok) return;
        const { quantity, price } = result;
        expect(isPlain(quantity) && onGrid(quantity, one.rules.lotStep), `${quantity} on ${one.rules.lotStep}`).toBe(
          true,
        );
        expect(decimal(quantity).lte(one.quantity), "never more than wanted").toBe(true);
        expect(decimal(quantity).gte(one.rules.minQuantity)).toBe(true);
        expect(
          decimal(quantity).lte(type === "market" ? one.rules.maxMarketQuantity : one.rules.maxLimitQuantity),
        ).toBe(true);
        if (price !== undefined) {
          expect(isPlain(price) && onGrid(price, one.rules.tick), `${price} on ${one.rules.tick}`).toBe(true);
          expect(side === "buy" ? decimal(price).lte(one.price) : decimal(price).gte(one.price), "never worse").toBe(
            true,
          );
          expect(decimal(price).minus(one.price).abs().lt(one.rules.tick), "and within a tick").toBe(true);
        }
        expect(
          decimal(quantity)
            .mul(price ?? one.price)
            .gte(one.rules.minNotional),
          "worth what the venue asks for",
        ).toBe(true);
        const again = clampOrder({ ...input, quantity, price });
        expect(again, "and a second time changes nothing").toMatchObject({ ok: true, quantity, price, clamps: [] });
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 3_000 });
  });

  it("puts stops and targets on the grid, towards the entry, at least a tick from it and above zero", () => {
    const property = fc.property(wish, fc.boolean(), share, share, (one, isLong, near, far) => {
      const entry = decimal(one.price);
      const away = (part: number, side: number): ReturnType<typeof decimal> =>
        entry.mul((1 + (side * part) / 10).toFixed(9));
      const side = isLong ? 1 : -1;
      const stop = away(near, -side);
      const target = away(far, side);
      const { stopPrice, targetPrice } = clampBrackets(one.rules, isLong, entry, stop, target);
      for (const price of [stopPrice, targetPrice]) {
        if (price !== undefined)
          expect(onGrid(price, one.rules.tick) && decimal(price).gt(0), `${price} on ${one.rules.tick}`).toBe(true);
      }
      // Where a tick is wider than the distance, the nearest tick on the right side is all that there is.
      const roomy = stop.minus(entry).abs().gt(decimal(one.rules.tick).mul(3));
      if (stopPrice !== undefined && roomy)
        expect(decimal(stopPrice).minus(stop).mul(side).gte(0), "no larger a loss").toBe(true);
      if (stopPrice !== undefined && decimal(stopPrice).gt(one.rules.minPrice)) {
        expect(entry.minus(stopPrice).mul(side).gt(0), "on the side of a loss").toBe(true);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: 2_000 });
  });
});
