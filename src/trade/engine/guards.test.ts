import { describe, expect, test } from "vitest";
import { exactText } from "../../core/index.ts";
import { applyEntry } from "./apply.ts";
import { clientOrderId, GUARD_ENDS, isGuardId } from "./client-order-id.ts";
import type { Effect } from "./entries.ts";
import { Engine } from "./machine.ts";
import { emptyState } from "./state.ts";
import { brief, cancels, guarded, requests, SpotDesk } from "./testing/spot-desk.ts";

const ID = clientOrderId({ mode: "live", strategy: "gone", symbol: "BTCUSDT", timeMs: 1e12, leg: "p", attempt: 0 });

describe("stop and target that are orders of their own", () => {
  test("are placed after the fill, the stop first, by ids that tell what they are", () => {
    const desk = new SpotDesk();
    desk.buy();
    expect(desk.open.map((id) => desk.engine.state.orders[id].request)).toMatchObject([
      { protects: "stop", side: "sell", quantity: "1", reduceOnly: true, trigger: { price: "95", when: "falls" } },
    ]);
    const [stop] = desk.open;
    expect(isGuardId(stop) && stop.endsWith(GUARD_ENDS.stop) && stop.length <= 36).toBe(true);
    expect(brief(desk.accept(stop))).toEqual([["target", "sell", "1", "110"]]);
    expect(desk.engine.state.positions["BTCUSDT"].venue).toEqual({ stopPrice: "95", targetPrice: undefined });
  });

  test.each([["stop"], ["target"]] as const)("one that filled takes the other along: the %s", (leg) => {
    const desk = guarded();
    const [fills, left] = leg === "stop" ? [desk.stop, desk.target] : [desk.target, desk.stop];
    expect(cancels(desk.filled(fills))).toEqual([left]);
    expect(desk.held).toBe("0");
    const written = desk.entries.findIndex((e) => e.kind === "cancelling" && e.request.clientOrderId === left);
    expect(written, "the cancel is in the journal").toBeGreaterThan(0);
  });

  test("one that filled in part leaves the pair at the size of what is held", () => {
    const desk = guarded();
    desk.execute(desk.target, "0.4");
    const placed = desk.tell(desk.target, { status: "cancelled", filled: exactText("0.4") });
    expect(brief(placed)).toEqual([["stop", "sell", "0.6", "95"]]);
    expect(cancels(placed), "the old stop stands until the new one does").toEqual([]);
    const [next] = requests(placed);
    const after = desk.accept(next.clientOrderId);
    expect(cancels(after)).toEqual([desk.stop]);
    expect(brief(after)).toEqual([["target", "sell", "0.6", "110"]]);
  });

  test.each([
    [
      "an order of ours",
      (desk: SpotDesk) => {
        const [exit] = requests(desk.want("0"));
        desk.accept(exit.clientOrderId);
        return [
          ...desk.execute(exit.clientOrderId, "1"),
          ...desk.tell(exit.clientOrderId, { status: "filled", filled: exactText("1") }),
        ];
      },
    ],
    [
      "a flattening",
      (desk: SpotDesk) => {
        const [exit] = requests(desk.give({ kind: "command", command: "flatten", by: "test", reason: "" }));
        desk.accept(exit.clientOrderId);
        return desk.execute(exit.clientOrderId, "1");
      },
    ],
    ["a liquidation", (desk: SpotDesk) => desk.execute("", "1", { kind: "liquidation", role: "liquidation" })],
    [
      "a sale outside",
      (desk: SpotDesk) => {
        const orders = [desk.stop, desk.target].map((id) => desk.told(id, { status: "untriggered" }));
        const effects: Effect[] = [];
        for (let look = 0; look < 3; look++) {
          desk.nowMs += 3_000;
          effects.push(...desk.snapshot({ orders }));
        }
        return effects;
      },
    ],
  ])("a holding that is closed by %s leaves neither", (_how, close) => {
    const desk = guarded();
    expect([...new Set(cancels(close(desk)))].sort()).toEqual([desk.stop, desk.target].sort());
    expect(desk.held).toBe("0");
  });

  test("nothing is bought while one of an earlier holding is open, or may be", () => {
    const desk = guarded();
    desk.filled(desk.stop);
    desk.nowMs += 1_000;
    expect(requests(desk.want("1"))).toEqual([]);
    expect(requests(desk.pass(1_000))).toEqual([]);
    desk.quote();
    const bought = desk.tell(desk.target, { status: "cancelled" });
    expect(requests(bought)).toMatchObject([{ side: "buy", purpose: "entry" }]);
  });

  test("a cancel whose fate is unknown is asked for, and sent again where the order stands", () => {
    const desk = guarded();
    desk.filled(desk.stop);
    const request = { symbol: "BTCUSDT", clientOrderId: desk.target };
    const effects = desk.give({ kind: "cancelled", request, outcome: { outcome: "unknown", reason: "timed out" } });
    expect(effects).toContainEqual({ do: "find", ...request });
    desk.give({ kind: "found", clientOrderId: desk.target, order: desk.told(desk.target, { status: "untriggered" }) });
    expect(cancels(desk.pass(500)), "not at once").toEqual([]);
    expect(cancels(desk.pass(1_000))).toEqual([desk.target]);
    desk.give({ kind: "cancelled", request, outcome: { outcome: "gone" } });
    desk.give({ kind: "found", clientOrderId: desk.target, order: desk.told(desk.target, { status: "cancelled" }) });
    expect(desk.open).toEqual([]);
  });

  test("a cancel that is refused is sent again, less and less often, and is an alarm", () => {
    const desk = guarded();
    desk.filled(desk.stop);
    const request = { symbol: "BTCUSDT", clientOrderId: desk.target };
    const refused = { outcome: "rejected", code: "rate-limited", message: "slow down" } as const;
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      desk.give({ kind: "cancelled", request, outcome: refused });
      let ms = 0;
      for (; cancels(desk.pass(500)).length === 0; ) ms += 500;
      waits.push(ms);
    }
    expect(waits).toEqual([500, 1_500, 3_500, 7_500]);
    const alarms = desk.entries.filter((e) => e.kind === "alarm" && e.code === "coverage.uncancelled");
    expect(alarms).toHaveLength(4);
  });

  test("a cancel that was taken and did nothing is sent again when the venue still shows the order", () => {
    const desk = guarded();
    desk.filled(desk.stop);
    const request = { symbol: "BTCUSDT", clientOrderId: desk.target };
    desk.give({ kind: "cancelled", request, outcome: { outcome: "acknowledged" } });
    desk.nowMs += 5_000;
    expect(cancels(desk.snapshot({ orders: [desk.told(desk.target, { status: "untriggered" })] }))).toEqual([
      desk.target,
    ]);
  });

  test("a process that died between the stop's fill and the target's cancel cancels it when it starts", () => {
    const desk = guarded();
    // The fill is the last that was written.
    desk.execute(desk.stop, "1");
    const last = desk.entries.findLastIndex(({ kind }) => kind === "broker");
    const state = emptyState();
    for (const entry of desk.entries.slice(0, last + 1)) applyEntry(state, structuredClone(entry), desk.nowMs);
    const { effects } = new Engine(state).handle({ kind: "started", process: "2" }, desk.nowMs + 60_000);
    expect(cancels(effects)).toContain(desk.target);
  });

  test("one that the journal does not know as open is cancelled at a reconciliation, which does not pass before", () => {
    const desk = new SpotDesk();
    const stray = desk.order({ clientOrderId: ID + GUARD_ENDS.target, role: "target", status: "untriggered" });
    const foreign = desk.order({ clientOrderId: "mine_t", role: "target", status: "untriggered" });
    desk.nowMs += 1_000;
    desk.give({ kind: "started", process: "2" });
    const effects = desk.snapshot({ orders: [stray, foreign] });
    expect(cancels(effects), "and what a person placed is left alone").toEqual([stray.clientOrderId]);
    expect(desk.engine.state.reconcile.passed).toBe(false);
    desk.pass(2_500);
    desk.snapshot({ orders: [foreign] });
    expect(desk.engine.state.reconcile.passed).toBe(true);
  });

  test("a stray stop stays until the holding has its own", () => {
    const desk = new SpotDesk();
    const stray = desk.order({ clientOrderId: ID + GUARD_ENDS.stop, role: "stop", status: "untriggered" });
    desk.buy();
    expect(cancels(desk.snapshot({ orders: [stray] }))).toEqual([]);
    desk.accept(desk.open[0]);
    expect(cancels(desk.snapshot({ orders: [stray] }))).toEqual([stray.clientOrderId]);
  });

  test("a stop that is moved: the new one stands before the old one goes", () => {
    const desk = guarded();
    const order = { command: "change-protection", symbol: "BTCUSDT", stopPrice: exactText("97") } as const;
    const moved = desk.give({ kind: "command", ...order, by: "test", reason: "" });
    expect([brief(moved), cancels(moved)]).toEqual([[["stop", "sell", "1", "97"]], []]);
    const id = requests(moved)[0].clientOrderId;
    expect(cancels(desk.accept(id))).toEqual([desk.stop]);
    expect(Object.values(desk.engine.state.commands).map(({ status }) => status)).toEqual(["done"]);
  });

  test("a stop that the venue refuses to move leaves the old one, and the command is refused", () => {
    const desk = guarded();
    const order = { command: "change-protection", symbol: "BTCUSDT", stopPrice: exactText("97") } as const;
    const [{ clientOrderId: id }] = requests(desk.give({ kind: "command", ...order, by: "test", reason: "" }));
    desk.give({ kind: "submitted", clientOrderId: id, outcome: { outcome: "rejected", code: "bracket", message: "" } });
    expect(Object.values(desk.engine.state.commands).map(({ code }) => code)).toEqual(["VENUE_REJECTED"]);
    expect(desk.engine.state.positions["BTCUSDT"].venue.stopPrice).toBe("95");
    expect(requests(desk.pass(5_000))).toEqual([]);
  });

  test("a person can't cancel what protects a holding", () => {
    const desk = guarded();
    const effects = desk.give({
      kind: "command",
      command: "cancel-order",
      clientOrderId: desk.stop,
      by: "",
      reason: "",
    });
    expect(cancels(effects)).toEqual([]);
    expect(Object.values(desk.engine.state.commands).map(({ code }) => code)).toEqual(["COMMAND_REFUSED"]);
  });

  test("without a stop within its bound the holding is closed", () => {
    const desk = new SpotDesk();
    desk.buy();
    for (let tries = 0; tries < 5; tries++) {
      const id = desk.open.at(-1);
      if (id === undefined) break;
      const outcome = { outcome: "rejected", code: "order-count", message: "too many" } as const;
      desk.give({ kind: "submitted", clientOrderId: id, outcome });
      desk.quote();
      desk.pass(1_000);
    }
    desk.quote();
    desk.pass(1_000);
    const closing = Object.values(desk.engine.state.orders).filter(({ leg }) => leg === "f");
    expect(closing.map(({ request }) => [request.side, request.quantity])).toEqual([["sell", "1"]]);
    expect(desk.engine.state.causes["rejections"], "refused stops are no refused orders").toBeUndefined();
  });

  test.each([
    ["94", "stop"],
    ["111", "target"],
  ])("a price of %s, beyond a %s that is not placed yet, closes at once", (price, leg) => {
    const desk = new SpotDesk();
    const [entry] = requests(desk.want("1", { targetDistance: 0.1 }));
    desk.accept(entry.clientOrderId);
    desk.quote(price);
    desk.fill("1", "buy", { clientOrderId: entry.clientOrderId });
    expect(desk.open).toEqual([]);
    expect(desk.entries).toContainEqual({ kind: "flatten", symbol: "BTCUSDT", why: `the price is beyond its ${leg}` });
  });

  test("a stop that waits beyond its price is given a moment, and then the holding is closed without it", () => {
    const desk = guarded();
    desk.quote("94");
    desk.give({ kind: "feed", state: "up", reason: "" });
    expect(desk.pass(4_000).filter((effect) => effect.do === "submit")).toEqual([]);
    desk.quote("94");
    expect(requests(desk.pass(2_000))).toMatchObject([{ purpose: "exit", quantity: "1" }]);
  });

  test("a fee in the coin leaves dust, which is neither held nor guarded, and goes along with the next purchase", () => {
    const desk = new SpotDesk();
    const [entry] = requests(desk.want("1"));
    desk.accept(entry.clientOrderId);
    desk.fill("1", "buy", { clientOrderId: entry.clientOrderId, fee: exactText("0.0013"), feeCurrency: "BTC" });
    desk.tell(entry.clientOrderId, { status: "filled", filled: exactText("1") });
    const [stop] = desk.open;
    expect(desk.engine.state.orders[stop].request.quantity, "whole lots").toBe("0.998");
    desk.accept(stop);
    desk.filled(stop, "0.998");
    expect([desk.held, desk.engine.state.dust["BTCUSDT"].quantity]).toEqual(["0", "0.0007"]);
    expect(desk.open).toEqual([]);
    desk.pass(60_000);
    const quantity = exactText("0.0007");
    const positions = [
      { symbol: "BTCUSDT", leg: "both", quantity, entryPrice: exactText("0"), updatedMs: desk.nowMs },
    ] as const;
    desk.snapshot({ positions });
    expect(desk.engine.state.reconcile.differences, "the account shows the dust too").toEqual({});
    desk.buy();
    expect(desk.held).toBe("1.0007");
  });

  test("coins that the journal does not know are adopted at the price of now, and guarded", () => {
    const desk = new SpotDesk({ unknownPositions: "adopt" });
    const quantity = exactText("2");
    const effects: Effect[] = [];
    for (let look = 0; look < 2; look++) {
      desk.nowMs += 2_500;
      expect(desk.engine.symbolsInPlay().includes("BTCUSDT"), "its quote is kept").toBe(look > 0);
      if (look > 0) desk.quote("50");
      const entryPrice = exactText("0");
      effects.push(
        ...desk.snapshot({
          positions: [{ symbol: "BTCUSDT", leg: "both", quantity, entryPrice, updatedMs: desk.nowMs }],
        }),
      );
    }
    expect(desk.held).toBe("2");
    expect(brief(effects)).toEqual([["stop", "sell", "2", "45"]]);
  });
});
