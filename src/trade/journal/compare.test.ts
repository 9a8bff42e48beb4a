import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimal, exactText, HOUR_MS } from "../../core/index.ts";
import { everyday } from "../../core/testing/nightly.ts";
import { type ComparedTrade, compareRecords, DIFFERENCE_PARTS, type TradingRecord } from "./compare.ts";

/** With consistent figures: long unless told, held from hour to hour. */
function trade(
  over: Partial<Record<keyof ComparedTrade, string | number>> & { from: number; to: number },
): ComparedTrade {
  const {
    from,
    to,
    side = "long",
    quantity = "2",
    entryPrice = "100",
    exitPrice = "110",
    fees = "1",
    funding = "0",
  } = over;
  const way = side === "long" ? 1 : -1;
  const gross = decimal(String(exitPrice)).minus(String(entryPrice)).mul(String(quantity)).mul(way);
  return {
    symbol: String(over.symbol ?? "BTCUSDT"),
    side: side as "long" | "short",
    entryMs: from * HOUR_MS,
    exitMs: to * HOUR_MS,
    quantity: exactText(String(quantity)),
    entryPrice: exactText(String(entryPrice)),
    exitPrice: exactText(String(exitPrice)),
    grossProfit: exactText(gross),
    fees: exactText(String(fees)),
    funding: exactText(String(funding)),
    netProfit: exactText(gross.minus(String(fees)).plus(String(funding))),
    exitReason: String(over.exitReason ?? "ours"),
  };
}

function record(name: string, trades: readonly ComparedTrade[], over: Partial<TradingRecord> = {}): TradingRecord {
  return { name, barMs: HOUR_MS, trades, rows: new Map(), refusals: [], ...over };
}

/** The parts that are not zero, as numbers. */
async function partsOf(a: TradingRecord, b: TradingRecord): Promise<Record<string, number>> {
  const { parts } = await compareRecords(a, b);
  return Object.fromEntries(
    DIFFERENCE_PARTS.map((part) => [part, Number(parts[part])] as const).filter(([, value]) => value !== 0),
  );
}

const rows = (hash: string) => new Map([[`BTCUSDT@${9 * HOUR_MS}`, hash]]);

const A = trade({ from: 10, to: 20 });

describe("what two records differ in has its cause", () => {
  test.each([
    ["nothing", trade({ from: 10, to: 20 }), {}],
    ["a worse entry", trade({ from: 10, to: 20, entryPrice: "101" }), { price: -2 }],
    ["a worse exit", trade({ from: 10, to: 20, exitPrice: "108" }), { price: -4 }],
    ["an entry three bars later", trade({ from: 13, to: 20, entryPrice: "104" }), { timing: -8 }],
    ["an exit at another time for the same reason", trade({ from: 10, to: 22, exitPrice: "111" }), { timing: 2 }],
    [
      "a stop where the other closed by decision",
      trade({ from: 10, to: 15, exitPrice: "95", exitReason: "stop" }),
      { signal: -30 },
    ],
    ["a fee", trade({ from: 10, to: 20, fees: "1.5" }), { fee: -0.5 }],
    ["funding", trade({ from: 10, to: 20, funding: "-0.3" }), { funding: -0.3 }],
    ["half the size", trade({ from: 10, to: 20, quantity: "1" }), { size: -10 }],
    [
      "half the size at a worse entry",
      trade({ from: 10, to: 20, quantity: "1", entryPrice: "101" }),
      { size: -10, price: -1 },
    ],
  ])("%s", async (_what, b, expected) => {
    expect(await partsOf(record("a", [A]), record("b", [b]))).toEqual(expected);
  });

  test("a trade that one has alone is a signal, a refusal with its code, or other data", async () => {
    const alone = record("a", [A]);
    expect(await partsOf(alone, record("b", []))).toEqual({ signal: -19 });
    expect(await partsOf(record("b", []), alone)).toEqual({ signal: 19 });
    const refusals = [{ symbol: "BTCUSDT", atMs: 10 * HOUR_MS + 5, code: "GATE_QUOTE_AGE" }];
    const refused = await compareRecords(alone, record("b", [], { refusals }));
    expect([refused.parts.refusal, refused.trades[0].why]).toEqual(["-19", "b was refused: GATE_QUOTE_AGE"]);
    const other = await compareRecords(alone, record("b", [], { refusals: [{ ...refusals[0], symbol: "ETHUSDT" }] }));
    expect(other.parts.signal).toBe("-19");
    expect(await partsOf({ ...alone, rows: rows("1") }, record("b", [], { rows: rows("2") }))).toEqual({ data: -19 });
    expect(await partsOf({ ...alone, rows: rows("1") }, record("b", [], { rows: rows("1") }))).toEqual({ signal: -19 });
  });

  test("a short trade's entry counts the other way; another side is another trade", async () => {
    const a = trade({ from: 1, to: 3, side: "short", entryPrice: "110", exitPrice: "100" });
    const b = trade({ from: 1, to: 3, side: "short", entryPrice: "109", exitPrice: "100" });
    expect(await partsOf(record("a", [a]), record("b", [b]))).toEqual({ price: -2 });
    const { matched, onlyA, onlyB } = await compareRecords(record("a", [a]), record("b", [trade({ from: 1, to: 3 })]));
    expect([matched, onlyA, onlyB]).toEqual([0, 1, 1]);
  });
});

const price = fc.integer({ min: 1, max: 10_000_000 }).map((n) => exactText(String(n / 1_000)));
const money = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => exactText(String(n / 10_000)));
/** Any figures, also ones that don't follow from each other, as averages of several fills don't to the last digit. */
const anyTrade = fc.record({
  symbol: fc.constantFrom("BTCUSDT", "ETHUSDT"),
  side: fc.constantFrom("long" as const, "short" as const),
  entryMs: fc.integer({ min: 0, max: 40 * HOUR_MS }),
  held: fc.integer({ min: 1, max: 5 * HOUR_MS }),
  quantity: price,
  entryPrice: price,
  exitPrice: price,
  grossProfit: money,
  fees: money,
  funding: money,
  netProfit: money,
  exitReason: fc.constantFrom("ours", "stop"),
});
const anyRecord = fc
  .tuple(
    fc.array(anyTrade, { maxLength: 12 }),
    fc.array(fc.record({ symbol: fc.constant("BTCUSDT"), atMs: fc.nat(40 * HOUR_MS), code: fc.constant("X") }), {
      maxLength: 3,
    }),
  )
  .map(([trades, refusals]) =>
    record(
      "r",
      trades.map(({ held, ...rest }) => ({ ...rest, exitMs: rest.entryMs + held })),
      { refusals },
    ),
  );

test("the parts add up exactly, trade by trade and over all, and every trade is told once", async () => {
  await fc.assert(
    fc.asyncProperty(anyRecord, anyRecord, async (a, b) => {
      const compared = await compareRecords(a, b);
      const sum = (parts: (typeof compared)["parts"]) =>
        exactText(DIFFERENCE_PARTS.reduce((total, part) => total.plus(parts[part]), decimal("0")));
      for (const one of compared.trades) expect(sum(one.parts)).toBe(one.difference);
      expect(sum(compared.parts)).toBe(compared.difference);
      const told = (side: "a" | "b") => compared.trades.flatMap((one) => (one[side] === undefined ? [] : [one[side]]));
      expect(new Set(told("a"))).toEqual(new Set(a.trades));
      expect(told("a")).toHaveLength(a.trades.length);
      expect(told("b")).toHaveLength(b.trades.length);
    }),
    { numRuns: everyday(300), seed: 7 },
  );
});
