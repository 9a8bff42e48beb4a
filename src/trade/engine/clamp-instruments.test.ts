/**
 * @file The clamp over a list of contracts as long and as odd as a venue's real one: the rules go the whole way from the
 * venue's reply through the broker's reading of it, so that what passes here is what the venue would take.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decimal, type DecimalText, decimal, exactText } from "../../core/index.ts";
import { everyday } from "../../core/testing/nightly.ts";
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
    const sides = fc.constantFrom("buy", "sell");
    const property = fc.property(wish, sides, fc.constantFrom("market", "limit"), (one, side, type) => {
      expect(orderProblems(one, side, type)).toEqual([]);
    });
    fc.assert(property, { seed: SEED, numRuns: everyday(3_000) });
  });

  it("puts stops and targets on the grid, towards the entry, on their side of it and above zero", () => {
    const property = fc.property(wish, fc.boolean(), share, share, (one, isLong, near, far) => {
      expect(bracketProblems(one, isLong, near, far)).toEqual([]);
    });
    fc.assert(property, { seed: SEED, numRuns: everyday(2_000) });
  });
});

type Wish = { readonly rules: OrderRules; readonly price: DecimalText; readonly quantity: DecimalText };

/** What does not hold: [condition, what it says]. */
function broken(conditions: ReadonlyArray<readonly [boolean, string]>): string[] {
  return conditions.flatMap(([holds, text]) => (holds ? [] : [text]));
}

function orderProblems(one: Wish, side: "buy" | "sell", type: "market" | "limit"): string[] {
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
  if (!result.ok) return [];
  const { quantity, price = one.price } = result;
  const { lotStep, tick, minQuantity, maxMarketQuantity, maxLimitQuantity, minNotional } = one.rules;
  const again = clampOrder({ ...input, quantity, price: result.price });
  return broken([
    [isPlain(quantity) && onGrid(quantity, lotStep), `${quantity} on ${lotStep}`],
    [decimal(quantity).lte(one.quantity), "never more than wanted"],
    [decimal(quantity).gte(minQuantity), "not below the minimum"],
    [decimal(quantity).lte(type === "market" ? maxMarketQuantity : maxLimitQuantity), "not above the maximum"],
    [decimal(quantity).mul(price).gte(minNotional), "worth what the venue asks for"],
    [result.price === undefined || (isPlain(price) && onGrid(price, tick)), `${price} on ${tick}`],
    [side === "buy" ? decimal(price).lte(one.price) : decimal(price).gte(one.price), "never worse"],
    [decimal(price).minus(one.price).abs().lt(tick), "within a tick"],
    [again.ok && again.quantity === quantity && again.price === result.price, "a second time changes nothing"],
    [again.ok && again.clamps.length === 0, "and tells nothing"],
  ]);
}

function bracketProblems(one: Wish, isLong: boolean, near: number, far: number): string[] {
  const { tick, minPrice } = one.rules;
  const entry = decimal(one.price);
  const side = isLong ? 1 : -1;
  const away = (part: number, way: number): Decimal => entry.mul((1 + (way * part) / 10).toFixed(9));
  const stop = away(near, -side);
  const { stopPrice, targetPrice } = clampBrackets(one.rules, isLong, entry, stop, away(far, side));
  const gridded = [stopPrice, targetPrice].filter((price) => price !== undefined);
  // Where a tick is wider than the distance, the nearest tick on the right side is all that there is.
  const roomy = stop.minus(entry).abs().gt(decimal(tick).mul(3));
  const isLeast = stopPrice === undefined || decimal(stopPrice).lte(minPrice);
  return broken([
    [gridded.every((price) => onGrid(price, tick) && decimal(price).gt(0)), `${gridded.join(" and ")} on ${tick}`],
    [
      isLeast ||
        !roomy ||
        decimal(stopPrice ?? "0")
          .minus(stop)
          .mul(side)
          .gte(0),
      "no larger a loss than planned",
    ],
    [
      isLeast ||
        entry
          .minus(stopPrice ?? "0")
          .mul(side)
          .gt(0),
      "a stop on the side of a loss",
    ],
  ]);
}
