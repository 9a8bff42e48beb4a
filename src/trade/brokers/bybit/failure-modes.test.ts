/**
 * @file The known ways in which trading on Bybit goes wrong, by their numbers, as far as the protocol is concerned: what the
 * engine makes of them is tested with the engine. The real client and the real sockets run against the local venue.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exactText } from "../../../core/index.ts";
import type { BrokerEvent, BrokerExecution, BrokerOrder, OrderRequest } from "../../broker.ts";
import { type LocalPlace, localPlace } from "../../testing/local-place.ts";
import { streamEvents } from "./messages.ts";
import { brokerExecution, brokerOrder } from "./translate.ts";

let place: LocalPlace;
let count = 0;
beforeEach(async () => {
  place = await localPlace();
  place.quote("100", "100.1");
});
afterEach(async () => {
  await place.broker.stop();
  await place.close();
});

const start = (): Promise<void> => place.broker.start(["BTCUSDT"], (event) => place.events.push(event));
const order = (over: Partial<OrderRequest> = {}): OrderRequest => ({
  clientOrderId: `f-${++count}`,
  symbol: "BTCUSDT",
  side: "buy",
  purpose: "entry",
  type: "market",
  timeInForce: "ioc",
  quantity: exactText("0.1"),
  reduceOnly: false,
  ...over,
});
const resting = (over: Partial<OrderRequest> = {}): OrderRequest =>
  order({ type: "limit", timeInForce: "gtc", price: exactText("99"), ...over });
const close = (over: Partial<OrderRequest> = {}): OrderRequest =>
  order({ side: "sell", purpose: "exit", reduceOnly: true, ...over });
const of = <K extends BrokerEvent["kind"]>(kind: K): Extract<BrokerEvent, { kind: K }>[] =>
  place.events.filter((event): event is Extract<BrokerEvent, { kind: K }> => event.kind === kind);
const executions = (): BrokerExecution[] => of("execution").map(({ execution }) => execution);
const orders = (id: string): BrokerOrder[] =>
  of("order").flatMap((event) => (event.order.clientOrderId === id ? [event.order] : []));
const ups = (): number => of("connection").filter(({ state }) => state === "up").length;
const fault = (
  kind: "drop-reply" | "mute-reply" | "status-after" | "drop-push" | "reorder-push" | "ret-code",
  on: string,
  value?: number,
): unknown =>
  place.control({ action: "fault", rule: { kind, on, times: 1, ...(value === undefined ? {} : { value }) } });
const CREATE = "/v5/order/create";
const venueOrders = (): unknown[] => [
  ...(place.control({ action: "audit", account: "1" }) as { orders: unknown[] }).orders,
];

const translated = (topic: string, row: unknown): unknown[] =>
  streamEvents({ topic, type: undefined, data: [row], timeMs: 1, generation: 1 }, ["BTCUSDT"], "USDT");

describe("failure modes of Bybit", () => {
  it.each([
    ["drop-reply", undefined],
    ["mute-reply", undefined],
    ["status-after", 502],
  ] as const)(
    "1: an order whose reply is lost (%s) is unknown, is sent once, and is found by its id",
    async (kind, value) => {
      await start();
      fault(kind, CREATE, value);
      const sent = order();
      expect((await place.broker.submit(sent)).outcome).toBe("unknown");
      expect(venueOrders(), "no blind second send").toHaveLength(1);
      expect(await place.broker.orderByClientId("BTCUSDT", sent.clientOrderId)).toMatchObject({ status: "filled" });
    },
  );

  it("2: an id that the venue has is an order that was accepted, and its venue id is adopted", async () => {
    await start();
    const sent = order();
    const first = await place.broker.submit(sent);
    const second = await place.broker.submit(sent);
    expect(first.outcome === "acknowledged" ? first.orderId : "").not.toBe("");
    expect(second).toEqual({ ...first, duplicate: true });
  });

  it("3: an acceptance that comes after a refusal or a time-out is told as it is", async () => {
    await start();
    place.control({ action: "fault", rule: { kind: "delay-request", on: CREATE, times: 1, value: 700 } });
    const sent = resting();
    expect((await place.broker.submit(sent)).outcome).toBe("unknown");
    expect(await place.broker.orderByClientId("BTCUSDT", sent.clientOrderId), "not yet there").toBeUndefined();
    await place.until(() => orders(sent.clientOrderId).some(({ status }) => status === "new"), "the late acceptance");
  });

  it("4, 6: what a stream did not tell, across a reconnect or in a healthy connection, is in the executions", async () => {
    await start();
    fault("drop-push", "private execution");
    await place.broker.submit(order());
    place.control({ action: "close-streams", stream: "private" });
    await place.until(() => ups() === 2, "the second connection");
    expect(of("gap")).toHaveLength(1);
    expect(executions(), "the stream never told it").toEqual([]);
    expect((await place.broker.executionsSince("time:0")).executions).toHaveLength(1);
    await place.broker.submit(order());
    await place.until(() => executions().length === 1, "the new connection is subscribed");
  });

  it("5: an authentication that is never answered is given up, and the next one serves", async () => {
    place.control({ action: "fault", rule: { kind: "mute-auth", times: 1 } });
    await start();
    await place.broker.submit(order());
    await place.until(() => executions().length === 1, "the fill");
    expect(of("connection").find(({ state }) => state === "up")?.generation).toBe(2);
  });

  it("7: a fill that comes before its order and before the acknowledgement is told all the same", async () => {
    await start();
    place.control({ action: "fault", rule: { kind: "delay-reply", on: CREATE, times: 1, value: 200 } });
    const sent = order();
    const outcome = place.broker.submit(sent);
    await place.until(() => executions().length === 1, "the fill");
    expect((await outcome).outcome).toBe("acknowledged");
    await place.until(() => orders(sent.clientOrderId).length > 0, "the order");
  });

  it.each([60_000, -3_000])(
    "8: a clock that is off by %d ms is told, corrected, and no harm comes of it",
    async (ms) => {
      await start();
      place.control({ action: "clock-skew", ms });
      const sent = order();
      expect(await place.broker.submit(sent)).toMatchObject({ outcome: "rejected", code: "clock" });
      expect(venueOrders()).toEqual([]);
      await place.until(() => of("clock").some(({ offsetMs }) => Math.abs(offsetMs - ms) < 1_000), "the new offset");
      expect(of("trouble").map(({ code }) => code)).toContain("clock");
    },
  );

  it("9: hedge mode that was switched on elsewhere is a refusal of its own, and is found", async () => {
    await start();
    expect((await place.broker.accountMode()).positionMode).toBe("one-way");
    place.control({ action: "hedge", account: "1", on: true });
    expect(await place.broker.submit(order())).toMatchObject({ outcome: "rejected", code: "position-mode" });
    expect((await place.broker.accountMode()).positionMode).toBe("hedge");
    expect((await place.broker.submit(order())).outcome, "with the leg named").toBe("acknowledged");
  });

  it("10: in hedge mode the empty leg does not hide the other", async () => {
    place.control({ action: "hedge", account: "1", on: true });
    await start();
    await place.broker.submit(order({ side: "sell" }));
    const legs = await place.broker.positions();
    expect(legs.map(({ leg, quantity }) => [leg, quantity])).toEqual([
      ["long", "0"],
      ["short", "-0.1"],
    ]);
    await place.broker.submit(close({ side: "buy" }));
    expect(
      (await place.broker.positions()).map(({ quantity }) => quantity),
      "closed in its own leg",
    ).toEqual(["0", "0"]);
  });

  it("11: a close of what a stop has closed already is told as such", async () => {
    await start();
    await place.broker.submit(order({ stopPrice: exactText("95") }));
    place.quote("94", "94.1");
    expect(await place.broker.submit(close())).toMatchObject({ outcome: "rejected", code: "reduce-only" });
  });

  it("12: funding is its own kind: it changes no position and no order", async () => {
    await start();
    await place.broker.submit(order());
    place.venue.advance(8 * 3_600_000 + 1);
    await place.until(() => executions().some(({ kind }) => kind === "funding"), "funding");
    const funding = executions().find(({ kind }) => kind === "funding");
    expect(funding).toMatchObject({ orderId: "", clientOrderId: "", quantity: "0.1", feeCurrency: "USDT" });
    expect(Number(funding?.fee), "a long pays where the rate is above zero").toBeGreaterThan(0);
    const [leg] = await place.broker.positions();
    expect(leg.quantity).toBe("0.1");
  });

  it("13: the fill of the venue's own stop says what it is, and closes the position", async () => {
    await start();
    await place.broker.submit(order({ stopPrice: exactText("95"), targetPrice: exactText("110") }));
    place.quote("94", "94.1");
    await place.until(() => executions().length === 2, "the stop");
    expect(executions()[1]).toMatchObject({ role: "stop", clientOrderId: "", side: "sell", kind: "trade" });
    const [leg] = await place.broker.positions();
    expect(leg.quantity).toBe("0");
  });

  it("14: an amendment of an order that is gone, or during a reconnect, is no false rejection", async () => {
    await start();
    const sent = resting();
    await place.broker.submit(sent);
    place.control({ action: "close-streams", stream: "private" });
    const moved = { clientOrderId: sent.clientOrderId, symbol: "BTCUSDT", price: exactText("98.5") };
    expect((await place.broker.amend(moved)).outcome).toBe("acknowledged");
    expect((await place.broker.amend(moved)).outcome, "the same again").toBe("unchanged");
    await place.broker.cancel({ symbol: "BTCUSDT", clientOrderId: sent.clientOrderId });
    expect(await place.broker.amend(moved)).toMatchObject({ outcome: "rejected", code: "not-found" });
  });

  it("15: an order is found while history lags, and after the venue has forgotten its recent ones", async () => {
    await start();
    const sent = resting();
    place.control({ action: "history-lag", ms: 60_000 });
    await place.broker.submit(sent);
    const find = async (): Promise<string | undefined> =>
      (await place.broker.orderByClientId("BTCUSDT", sent.clientOrderId))?.status;
    expect(await find()).toBe("new");
    await place.broker.cancel({ symbol: "BTCUSDT", clientOrderId: sent.clientOrderId });
    expect(await find(), "among the recent ones").toBe("cancelled");
    place.venue.advance(120_000);
    place.control({ action: "restart" });
    expect(await find(), "in the history").toBe("cancelled");
  });

  it("16: a cancel that a fill has overtaken says that the order is gone, and the order says filled", async () => {
    await start();
    const sent = resting();
    await place.broker.submit(sent);
    place.quote("98", "98.1");
    const told = await place.broker.cancel({ symbol: "BTCUSDT", clientOrderId: sent.clientOrderId });
    expect(told.outcome).toBe("gone");
    expect((await place.broker.orderByClientId("BTCUSDT", sent.clientOrderId))?.status).toBe("filled");
  });

  it("17: an order that is cancelled after a part of it was filled keeps that part", async () => {
    await start();
    const sent = resting({ quantity: exactText("50") });
    await place.broker.submit(sent);
    place.control({ action: "quote", symbol: "BTCUSDT", bid: "99", ask: "99.1", volume: "100" });
    await place.broker.cancel({ symbol: "BTCUSDT", clientOrderId: sent.clientOrderId });
    const found = await place.broker.orderByClientId("BTCUSDT", sent.clientOrderId);
    expect(found).toMatchObject({ status: "cancelled", filled: "10", quantity: "50" });
    const [leg] = await place.broker.positions();
    expect(leg.quantity).toBe("10");
  });

  it.each([
    [{ quantity: exactText("0.1005") }, "quantity-grid"],
    [{ type: "limit", timeInForce: "gtc", price: exactText("99.05") }, "price-grid"],
    [{ type: "limit", timeInForce: "gtc", price: exactText("150") }, "price-band"],
    [{ quantity: exactText("0.01") }, "min-notional"],
    [{ quantity: exactText("9000") }, "insufficient-funds"],
    [{ trigger: { price: exactText("90"), when: "rises", by: "last" } }, "trigger-crossed"],
    [{ stopPrice: exactText("120") }, "trigger-crossed"],
  ] as const)("18: %o is refused as %s", async (over, code) => {
    await start();
    expect(await place.broker.submit(order(over))).toMatchObject({ outcome: "rejected", code });
  });

  it("20: brackets of the same price change nothing, and half a change keeps the other half", async () => {
    await start();
    await place.broker.submit(order({ stopPrice: exactText("95"), targetPrice: exactText("110") }));
    const request = { symbol: "BTCUSDT", held: "long", quantity: exactText("0.1"), clientOrderId: "p" } as const;
    expect(await place.broker.protect({ ...request, stopPrice: exactText("95") })).toEqual({ outcome: "unchanged" });
    await place.broker.protect({ ...request, stopPrice: exactText("96") });
    expect((await place.broker.positions())[0]).toMatchObject({ stopPrice: "96", targetPrice: "110" });
    expect(await place.broker.protect({ ...request, stopPrice: exactText("105") })).toMatchObject({
      code: "trigger-crossed",
    });
  });

  it("21: cancel-all leaves stops where it is told to, and takes conditional entries either way", async () => {
    await start();
    await place.broker.submit(order({ stopPrice: exactText("95") }));
    await place.broker.submit(order({ trigger: { price: exactText("103"), when: "rises", by: "last" } }));
    await place.broker.submit(resting());
    await place.broker.cancelAll({ keepProtective: true });
    expect((await place.broker.openOrders()).map(({ role }) => role)).toEqual(["stop"]);
    await place.broker.cancelAll({ keepProtective: false });
    expect(await place.broker.openOrders()).toEqual([]);
  });

  it("24: a limit and a ban are told with their end, and nothing is sent while the ban lasts", async () => {
    await start();
    fault("ret-code", CREATE, 10006);
    expect(await place.broker.submit(order())).toMatchObject({ outcome: "rejected", code: "rate-limited" });
    place.control({ action: "ban", ms: 60_000 });
    expect(await place.broker.submit(order())).toMatchObject({ outcome: "rejected", code: "banned" });
    const again = await place.broker.submit(order());
    expect(again, "refused here, for ten minutes").toMatchObject({
      code: "banned",
      message: expect.stringContaining("nothing was sent") as string,
    });
    expect(of("trouble").map(({ code }) => code)).toContain("banned");
    await expect(place.broker.positions()).rejects.toMatchObject({ code: "VENUE_FORBIDDEN" });
  });

  it("25: missing fields and new words are read as far as they go, and never throw", () => {
    expect(translated("order", { symbol: "BTCUSDT", orderId: "1", orderStatus: "Dreaming" })).toMatchObject([
      { order: { status: "unknown" } },
    ]);
    expect(translated("execution", { symbol: "BTCUSDT", execId: "1", execType: "CorporateAction" })).toMatchObject([
      { execution: { kind: "unknown" } },
    ]);
    expect(translated("position", { symbol: "BTCUSDT", size: "0", side: null })).toMatchObject([
      { position: { quantity: "0" } },
    ]);
    for (const odd of [null, 7, "x", {}, { symbol: 5 }, { orderId: "1" }]) expect(translated("order", odd)).toEqual([]);
    expect(translated("greeks", {})).toEqual([]);
  });

  it("26: spot orders never borrow", async () => {
    const spot = await localPlace({ category: "spot" });
    spot.quote("100", "100.1");
    await spot.broker.start(["BTCUSDT"], (event) => spot.events.push(event));
    const told = await spot.broker.submit(order({ side: "sell", quantity: exactText("1") }));
    expect(told).toMatchObject({ outcome: "rejected", code: "insufficient-funds" });
    await spot.broker.stop();
    await spot.close();
  });

  it("19: a spot market buy names base coins, and what may be sold is less by the fee", async () => {
    const spot = await localPlace({ category: "spot" });
    spot.quote("100", "100.1");
    await spot.broker.start(["BTCUSDT"], (event) => spot.events.push(event));
    await spot.broker.submit(order({ quantity: exactText("0.5") }));
    const [held] = await spot.broker.positions();
    expect(held.quantity, "0.5 less a thousandth").toBe("0.4995");
    const sale = { side: "sell", purpose: "exit", quantity: exactText("0.5") } as const;
    expect(await spot.broker.submit(order(sale))).toMatchObject({ code: "insufficient-funds" });
    expect((await spot.broker.submit(order({ ...sale, quantity: held.quantity }))).outcome).toBe("acknowledged");
    await spot.broker.stop();
    await spot.close();
  });

  it("28: a position that the venue closed by itself is told by its kind: liquidation and deleveraging", async () => {
    await start();
    await place.broker.submit(order());
    place.control({ action: "deleverage", account: "1", symbol: "BTCUSDT" });
    await place.until(() => executions().length === 2, "the deleveraging");
    expect(executions()[1]).toMatchObject({ kind: "adl", role: "adl", side: "sell", quantity: "0.1" });
    await place.broker.submit(order({ quantity: exactText("900") }));
    place.quote("88", "88.1");
    await place.until(() => executions().some(({ kind }) => kind === "liquidation"), "the liquidation");
    const [leg] = await place.broker.positions();
    expect(leg.quantity, "and asking shows it flat").toBe("0");
  });

  it("reads a row of every status and kind that the venue documents", () => {
    const row = {
      symbol: "BTCUSDT",
      orderId: "1",
      category: "",
      orderLinkId: "",
      parentOrderLinkId: "",
      side: "Buy",
      orderType: "Market",
      price: "",
      qty: "1",
      avgPrice: "",
      leavesQty: "",
      cumExecQty: "0",
      cumExecFee: "",
      triggerPrice: "",
      stopOrderType: "",
      createType: "",
      cancelType: "",
      rejectReason: "EC_NoError",
      reduceOnly: false,
      positionIdx: 0,
      createdTime: 1,
      updatedTime: 1,
    };
    const statuses = [
      "New",
      "PartiallyFilled",
      "Untriggered",
      "Rejected",
      "PartiallyFilledCanceled",
      "Filled",
      "Cancelled",
      "Triggered",
      "Deactivated",
    ];
    expect(statuses.map((orderStatus) => brokerOrder({ ...row, orderStatus }).status)).not.toContain("unknown");
    expect(brokerOrder({ ...row, orderStatus: "Cancelled", rejectReason: "EC_PostOnlyWillTakeLiquidity" }).status).toBe(
      "rejected",
    );
    const execution = {
      symbol: "BTCUSDT",
      execId: "1",
      category: "",
      orderId: "",
      orderLinkId: "",
      parentOrderLinkId: "",
      side: "Sell",
      execPrice: "1",
      execQty: "1",
      execFee: "-0.1",
      feeCurrency: "",
      isMaker: true,
      closedSize: "",
      createType: "",
      stopOrderType: "",
      execTime: 1,
      seq: 1,
    };
    const kinds = ["Trade", "Funding", "AdlTrade", "BustTrade", "Delivery", "BlockTrade", "MovePosition"];
    expect(kinds.map((execType) => brokerExecution({ ...execution, execType }).kind)).not.toContain("unknown");
    expect(brokerExecution({ ...execution, execType: "Trade" }).fee, "a rebate is received").toBe("-0.1");
  });
});
