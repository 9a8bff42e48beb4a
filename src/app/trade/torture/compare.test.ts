import { describe, expect, it } from "vitest";
import type { EngineState, Entry } from "../../../trade/index.ts";
import { type Audit, compareWithVenue } from "./compare.ts";

/** Bought 0.3 at 100 in two parts, sold 0.1 at 110, paid 0.05 of funding: a session and a venue that agree. */
const BUY = { orderId: "v1", orderLinkId: "b1", symbol: "AUSDT", side: "Buy", qty: "0.3", cumExecQty: "0.3" };
const SELL = { orderId: "v2", orderLinkId: "s1", symbol: "AUSDT", side: "Sell", qty: "0.1", cumExecQty: "0.1" };
const STOP = { orderId: "v3", orderLinkId: "", symbol: "AUSDT", side: "Sell", qty: "0.2", cumExecQty: "0" };
const part = (execId: string, order: typeof BUY, execQty: string, execPrice: string, execFee: string) => ({
  execId,
  orderLinkId: order.orderLinkId,
  symbol: order.symbol,
  side: order.side,
  execType: "Trade",
  execQty,
  execPrice,
  execFee,
});

function venue(): Audit {
  return {
    orders: [
      { ...BUY, createType: "CreateByUser" },
      { ...SELL, createType: "CreateByUser" },
      { ...STOP, createType: "CreateByStopLoss" },
    ],
    executions: [
      part("e1", BUY, "0.1", "100", "0.01"),
      part("e2", BUY, "0.2", "100", "0.02"),
      part("e3", SELL, "0.1", "110", "0.011"),
      { ...part("f1", BUY, "0.2", "100", "0.05"), orderLinkId: "", side: "", execType: "Funding" },
    ],
    positions: [{ symbol: "AUSDT", side: "Buy", size: "0.2" }],
    // 1,000 and a profit of 1, less fees of 0.041 and funding of 0.05.
    wallet: { USDT: "1000.909" },
  };
}

const intent = (order: typeof BUY): unknown => ({
  kind: "intent",
  request: {
    clientOrderId: order.orderLinkId,
    symbol: order.symbol,
    side: order.side.toLowerCase(),
    quantity: order.qty,
  },
});
const execution = (row: Audit["executions"][number]): unknown => ({
  kind: "broker",
  event: {
    kind: "execution",
    execution: {
      executionId: row.execId,
      clientOrderId: row.orderLinkId,
      symbol: row.symbol,
      side: row.side === "" ? "buy" : row.side.toLowerCase(),
      kind: row.execType === "Funding" ? "funding" : "trade",
      quantity: row.execQty,
      price: row.execPrice,
      fee: row.execFee,
    },
  },
});

const journal = (): Entry[] =>
  [
    intent(BUY),
    ...venue().executions.slice(0, 2).map(execution),
    { kind: "covered", symbol: "AUSDT", nakedMs: 400 },
    intent(SELL),
    // Told by the stream and again by a snapshot: booked once.
    ...venue().executions.slice(2).map(execution),
    execution(venue().executions[2]),
  ] as Entry[];

const session = (over: object = {}): EngineState =>
  ({
    orders: { b1: { life: "filled", filled: "0.3" }, s1: { life: "filled", filled: "0.1" } },
    positions: { AUSDT: { quantity: "0.2", nakedMs: 0 } },
    traded: "-19",
    fees: "0.041",
    funding: "-0.05",
    realised: "1",
    config: { initialBalance: "1000", currency: "USDT" },
    ...over,
  }) as unknown as EngineState;

const differences = (change: { journal?: Entry[]; session?: EngineState; venue?: Audit }): readonly string[] =>
  compareWithVenue(change.journal ?? journal(), change.session ?? session(), change.venue ?? venue()).differences;

const without = (index: number): Entry[] => journal().filter((_, i) => i !== index);

describe("a journal beside its venue", () => {
  it("agrees to the last digit, and tells what was compared", () => {
    expect(compareWithVenue(journal(), session(), venue())).toEqual({
      orders: 3,
      executions: 4,
      duplicates: 0,
      differences: [],
      longestNakedMs: 400,
    });
  });

  it.each<[name: string, change: (audit: Audit) => void, told: RegExp]>([
    [
      "an order more",
      (v) => v.orders.push({ ...v.orders[0], orderLinkId: "x9" }),
      /^order x9 at the venue has no intent/,
    ],
    ["one without a client id", (v) => void (v.orders[0].orderLinkId = ""), /^order v1 at the venue has no client id/],
    [
      "another quantity",
      (v) => void (v.orders[1].qty = "0.10000001"),
      /^quantity of s1: .* 0\.1, the venue 0\.10000001/,
    ],
    ["another side", (v) => void (v.orders[1].side = "Buy"), /^order s1: Buy AUSDT at the venue, intended sell/],
    [
      "a part that we don't know",
      (v) => void (v.orders[0].cumExecQty = "0.4"),
      /^filled of b1: .* 0\.3, the venue 0\.4/,
    ],
    ["an order less", (v) => void v.orders.shift(), /^order b1 is filled in the journal and not at the venue/],
    [
      "an execution more",
      (v) => v.executions.push({ ...v.executions[0], execId: "e9" }),
      /^execution e9 .* not in the journal/,
    ],
    ["an execution less", (v) => void v.executions.splice(1, 1), /^execution e2 is not at the venue/],
    ["another price", (v) => void (v.executions[0].execPrice = "100.1"), /^price of execution e1/],
    ["another fee", (v) => void (v.executions[0].execFee = "0.0100000001"), /^fee of execution e1/],
    ["funding for a trade", (v) => void (v.executions[3].execType = "Trade"), /^execution f1: funding is Trade/],
    [
      "an execution of another order",
      (v) => void (v.executions[2].orderLinkId = "b1"),
      /^execution e3 belongs to another/,
    ],
    ["another position", (v) => void (v.positions[0].size = "0.20000001"), /^position of AUSDT/],
    ["a position on the other side", (v) => void (v.positions[0].side = "Sell"), /^position of AUSDT: .* -0\.2$/],
    [
      "a position that is not ours",
      (v) => v.positions.push({ symbol: "BUSDT", side: "Buy", size: "1" }),
      /^position of BUSDT/,
    ],
    [
      "cash",
      (v) => void (v.wallet["USDT"] = "1000.90900001"),
      /^cash: the journal has 1000\.909, the venue 1000\.90900001/,
    ],
    ["no cash at all", (v) => void delete v.wallet["USDT"], /^cash/],
  ])("names %s at the venue", (_, change, told) => {
    const audit = venue();
    change(audit);
    expect(differences({ venue: audit })).toContainEqual(expect.stringMatching(told));
  });

  it("counts what came twice", () => {
    const audit = venue();
    audit.orders.push({ ...audit.orders[0], orderId: "v9" });
    audit.executions.push({ ...audit.executions[0] });
    const compared = compareWithVenue(journal(), session(), audit);
    expect(compared.duplicates).toBe(2);
    expect(compared.differences).toEqual(
      expect.arrayContaining(["b1 is at the venue more than once", "e1 is at the venue more than once"]),
    );
  });

  it.each<[name: string, over: object, told: RegExp]>([
    [
      "an order that is not settled",
      { orders: { ...session().orders, n1: { life: "unknown", filled: "0" } } },
      /^order n1 is not settled: unknown/,
    ],
    [
      "an order that only the journal has",
      { orders: { ...session().orders, n1: { life: "working", filled: "0" } } },
      /^order n1 is working in the journal/,
    ],
    ["a position without a stop", { positions: { AUSDT: { quantity: "0.2", nakedMs: 5 } } }, /^AUSDT has no stop/],
    ["traded value", { traded: "-19.00000001" }, /^traded value/],
    ["fees", { fees: "0.042" }, /^fees/],
    ["funding", { funding: "0.05" }, /^funding/],
    ["a session that never began", { config: undefined }, /^the journal has no session/],
  ])("names %s in the journal", (_, over, told) => {
    expect(differences({ session: session(over) })).toContainEqual(expect.stringMatching(told));
  });

  it("names a lost record: an intent, an execution", () => {
    expect(differences({ journal: without(0) })).toContain("order b1 at the venue has no intent in the journal");
    expect(differences({ journal: without(1) })).toEqual([
      "filled of b1: the journal has 0.2, the venue 0.3",
      "execution e1 (Trade AUSDT) is not in the journal",
    ]);
  });

  it("keeps the longest time without a stop", () => {
    const more = [...journal(), { kind: "covered", symbol: "AUSDT", nakedMs: 7_000 } as Entry];
    expect(compareWithVenue(more, session(), venue()).longestNakedMs).toBe(7_000);
  });
});
