import { describe, expect, test } from "vitest";
import { exactText, type Instrument } from "../../core/index.ts";
import type { Entry } from "../engine/entries.ts";
import { ACK, Desk, holding } from "../engine/testing/desk.ts";
import { orderVersion, positionVersion } from "../engine/version.ts";
import { ordersView, sessionView } from "./view.ts";

type SessionEntry = Extract<Entry, { kind: "session" }>;

/** Long 1 at 100, a perpetual with 0.5 % maintenance and no fee. */
function held(initialBalance: string): Desk {
  const desk = holding({ initialBalance: exactText(initialBalance) });
  const session = desk.entries.find(({ kind }) => kind === "session") as SessionEntry;
  const instrument = {
    symbol: "BTCUSDT",
    kind: "perpetual",
    maintenanceMarginRate: 0.005,
    takerFeeBps: 0,
  } as Instrument;
  desk.give({ ...session, instruments: [instrument] });
  return desk;
}

const position = (desk: Desk) => sessionView(desk.engine.state).positions[0];

describe("what a session shows of a position", () => {
  test("mark, profit at it, value and asset class; nothing is invented before a quote", () => {
    const desk = held("10000");
    desk.quote("103");
    expect(position(desk)).toMatchObject({
      assetClass: "cryptoFutures",
      strategy: "s",
      markPrice: "103",
      unrealisedProfit: "3",
      notional: "103",
      manual: false,
    });
    desk.engine.state.quotes = {};
    expect(position(desk)).toMatchObject({ markPrice: undefined, unrealisedProfit: undefined, notional: undefined });
    expect(position(desk).liquidationPrice).toBeUndefined();
  });

  test("a short position's profit has the other sign", () => {
    const desk = new Desk();
    desk.want("-2");
    desk.answer(ACK);
    desk.fill("2", "sell");
    desk.quote("103");
    expect(position(desk)).toMatchObject({ quantity: "-2", unrealisedProfit: "-6", notional: "206" });
  });

  test("liquidation lies where equity meets maintenance: the textbook's 904.52 for ten times leverage", () => {
    const desk = new Desk({ initialBalance: exactText("1000.01") });
    const session = desk.entries.find(({ kind }) => kind === "session") as SessionEntry;
    const instrument = { symbol: "BTCUSDT", kind: "perpetual", maintenanceMarginRate: 0.005, takerFeeBps: 0 };
    desk.give({ ...session, instruments: [instrument as Instrument] });
    desk.want("10");
    desk.answer(ACK);
    desk.fill("10", "buy", { price: exactText("1000") });
    desk.quote("1000");
    const { liquidationPrice, liquidationDistance } = position(desk);
    expect(Number(liquidationPrice)).toBeCloseTo(904.5226, 4);
    expect(liquidationDistance).toBeCloseTo(0.0954774, 6);
  });

  test("money enough for any price can't be liquidated; what the venue says counts more than our sum", () => {
    const desk = held("10000");
    desk.quote("100");
    expect(position(desk).liquidationPrice).toBeUndefined();
    desk.event({
      kind: "position",
      position: {
        symbol: "BTCUSDT",
        leg: "both",
        quantity: exactText("1"),
        entryPrice: exactText("100"),
        stopPrice: exactText("95"),
        liquidationPrice: exactText("50"),
        updatedMs: desk.nowMs,
      },
    });
    expect(position(desk)).toMatchObject({ liquidationPrice: "50", liquidationDistance: 0.5 });
  });

  test("classes tell whether they may open", () => {
    const desk = held("10000");
    expect(sessionView(desk.engine.state).classes).toEqual([{ assetClass: "cryptoFutures", open: true }]);
    desk.give({
      kind: "command",
      by: "a",
      reason: "",
      command: "switch-class",
      assetClass: "cryptoFutures",
      open: false,
    });
    expect(sessionView(desk.engine.state).classes).toEqual([{ assetClass: "cryptoFutures", open: false }]);
  });

  test("who holds it, by what and why, is told until it is lifted; what was told of something else is not", () => {
    const desk = held("10000");
    const view = () => sessionView(desk.engine.state).held;
    expect(view()).toBeUndefined();
    desk.give({ kind: "command", command: "flatten", by: "ann", reason: "end of the month" });
    desk.give({ kind: "command", command: "close-position", symbol: "BTCUSDT", by: "bob", reason: "other" });
    expect(view()).toEqual({ command: "flatten", by: "ann", reason: "end of the month", atMs: desk.nowMs });
    desk.give({ kind: "command", command: "resume", by: "ann", reason: "" });
    expect(view()).toBeUndefined();
  });

  test("position and orders carry the version that commands name", () => {
    const desk = held("10000");
    const { state } = desk.engine;
    expect(position(desk).version).toBe(positionVersion("BTCUSDT", state.positions["BTCUSDT"]));
    const [order] = ordersView(state);
    expect(order.version).toBe(orderVersion(state.orders[order.clientOrderId]));
  });

  test("an order that was shown before is shown as it is now, whatever of it has changed", () => {
    const desk = new Desk();
    desk.want("1");
    const shown = () => ordersView(desk.engine.state)[0];
    const fresh = () => ordersView(structuredClone(desk.engine.state))[0];
    const versions = new Set([shown().version]);
    for (const change of [
      () => desk.answer(ACK),
      () => desk.fill("0.4", "buy"),
      () => desk.fill("0.6", "buy", { price: exactText("101") }),
    ]) {
      change();
      expect(shown()).toEqual(fresh());
      expect(shown(), "nothing has changed since").toBe(shown());
      versions.add(shown().version);
    }
    expect(shown()).toMatchObject({ filled: "1", averagePrice: "100.6", life: "filled" });
    expect(versions.size).toBe(4);
  });
});
