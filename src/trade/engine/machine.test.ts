import { describe, expect, test } from "vitest";
import { exactText } from "../../core/index.ts";
import type { BrokerExecution, OrderRequest } from "../broker.ts";
import { ENGINE_DEFAULTS } from "./config.ts";
import type { Input } from "./entries.ts";
import { ACK, BAR, codes, Desk, holding, UNKNOWN } from "./testing/desk.ts";

/** A position, and time for another decision. */
function waited(over: Parameters<typeof holding>[0]): Desk {
  const desk = holding(over);
  desk.nowMs += 10_000;
  return desk;
}

describe("failure modes of venues, by their numbers", () => {
  test("1: a create that timed out is asked for by its client id and adopted, never sent again", () => {
    const desk = new Desk();
    const [order] = desk.sent(desk.want("1"));
    expect(desk.answer(UNKNOWN)).toContainEqual({ do: "find", symbol: "BTCUSDT", clientOrderId: order.clientOrderId });
    expect(desk.life).toBe("unknown");
    expect(desk.sent(desk.pass(3_000)), "nothing is sent for the symbol meanwhile").toEqual([]);
    desk.give({ kind: "found", clientOrderId: order.clientOrderId, order: desk.order() });
    expect(desk.life).toBe("working");
  });

  test("1: that the venue does not know it proves nothing at first", () => {
    const desk = new Desk();
    const [order] = desk.sent(desk.want("1"));
    desk.answer(UNKNOWN);
    const notFound: Input = { kind: "found", clientOrderId: order.clientOrderId, order: null };
    desk.pass(5_000);
    desk.give(notFound);
    expect(desk.life, "the request may still be on its way").toBe("unknown");
    desk.pass(6_000);
    desk.quote();
    const again = desk.sent(desk.give(notFound));
    expect(desk.life === "absent" || again.length === 1).toBe(true);
    expect(
      again.every(({ clientOrderId }) => clientOrderId !== order.clientOrderId),
      "a new attempt has a new id",
    ).toBe(true);
  });

  test("2: a duplicate client id is an earlier send: the order is asked for", () => {
    const desk = new Desk();
    desk.want("1");
    const effects = desk.answer({ outcome: "acknowledged", orderId: "1", duplicate: true });
    expect(effects.some((effect) => effect.do === "find")).toBe(true);
  });

  test("3: an order that was refused and then appears is adopted", () => {
    const desk = new Desk();
    desk.want("1");
    desk.answer({ outcome: "rejected", code: "other", message: "busy" });
    desk.event({ kind: "order", order: desk.order() });
    expect(desk.life).toBe("working");
  });

  test("4, 6: fills that the stream lost are booked from a snapshot, once", () => {
    const desk = new Desk();
    desk.want("1");
    desk.answer(ACK);
    desk.fill("1", "buy", { executionId: "e1" });
    const execution: BrokerExecution = {
      executionId: "e1",
      kind: "trade",
      orderId: "1",
      clientOrderId: "",
      role: "ours",
      symbol: "BTCUSDT",
      side: "buy",
      quantity: exactText("1"),
      price: exactText("100"),
      fee: exactText("0.01"),
      feeCurrency: "USDT",
      maker: false,
      timeMs: desk.nowMs,
    };
    desk.snapshot({ executions: [execution, { ...execution, executionId: "e2", quantity: exactText("0.5") }] });
    expect(desk.held).toBe("1.5");
  });

  test("7: a fill before the acknowledgement, and two final messages, count once", () => {
    const desk = new Desk();
    desk.want("1");
    desk.fill("1", "buy");
    desk.answer(ACK);
    desk.event({ kind: "order", order: desk.order({ status: "filled", filled: exactText("1") }) });
    desk.event({ kind: "order", order: desk.order({ status: "filled", filled: exactText("1") }) });
    expect([desk.held, desk.life]).toEqual(["1", "filled"]);
  });

  test("7: an order that is over keeps its symbol until its fills are booked", () => {
    const desk = new Desk();
    desk.want("1");
    desk.answer(ACK);
    desk.event({ kind: "order", order: desk.order({ status: "filled", filled: exactText("1") }) });
    expect([desk.life, desk.held]).toEqual(["working", "0"]);
    expect(desk.sent(desk.want("1"))).toEqual([]);
    desk.fill("1", "buy");
    expect([desk.life, desk.held]).toEqual(["filled", "1"]);
  });

  test("8: a clock beyond its limit leaves only closing, and is lifted when it agrees", () => {
    const desk = new Desk();
    desk.event({ kind: "clock", offsetMs: 1_500, uncertaintyMs: 20 });
    expect(desk.status).toBe("reducing");
    desk.want("1");
    expect(codes(desk)).toEqual(["GATE_STATE"]);
    desk.event({ kind: "clock", offsetMs: 20, uncertaintyMs: 20 });
    expect(desk.status).toBe("active");
  });

  test("9: an account in hedge mode halts", () => {
    const desk = new Desk();
    const mode = {
      accountId: "1",
      positionMode: "hedge",
      marginMode: "cross",
      mayTrade: true,
      mayWithdraw: false,
    } as const;
    desk.snapshot({ mode });
    expect(desk.status).toBe("halted");
  });

  test.each([
    ["may withdraw", { mayTrade: true, mayWithdraw: true }],
    ["may not trade", { mayTrade: false, mayWithdraw: false }],
  ])("a key that %s halts", (_what, rights) => {
    const desk = new Desk();
    desk.snapshot({ mode: { accountId: "1", positionMode: "one-way", marginMode: "cross", ...rights } });
    expect(desk.status).toBe("halted");
  });

  test("11: a reduce-only refusal makes the engine look at the venue, not try again and again", () => {
    const desk = holding();
    desk.pass(60_000);
    desk.snapshot();
    const [order] = desk.sent(desk.want("0"));
    expect(order.reduceOnly).toBe(true);
    const effects = desk.answer({ outcome: "rejected", code: "reduce-only", message: "flat" });
    expect(effects.some((effect) => effect.do === "snapshot")).toBe(true);
  });

  test("12: funding is cash and never a fill", () => {
    const desk = holding();
    desk.fill("1", "sell", { kind: "funding", fee: exactText("0.3"), clientOrderId: "" });
    expect([desk.held, desk.engine.state.funding]).toEqual(["1", "-0.3"]);
  });

  test("13: the fill of a stop that knows no parent closes the position and opens none", () => {
    const desk = holding();
    desk.fill("1", "sell", { clientOrderId: "", role: "stop", price: exactText("95") });
    expect([desk.held, desk.engine.state.realised]).toEqual(["0", "-5"]);
  });

  test("17: a cancelled order keeps its partial fill", () => {
    const desk = new Desk();
    desk.want("1");
    desk.answer(ACK);
    desk.fill("0.4", "buy");
    desk.event({ kind: "order", order: desk.order({ status: "cancelled", filled: exactText("0.4") }) });
    expect(desk.held).toBe("0.4");
  });

  test("19: a fee in the base coin leaves less than was bought", () => {
    const desk = new Desk();
    desk.want("1");
    desk.answer(ACK);
    desk.fill("1", "buy", { fee: exactText("0.001"), feeCurrency: "BTC" });
    expect(desk.held).toBe("0.999");
  });

  test("25: an execution of an unknown kind moves nothing and makes the engine look", () => {
    const desk = new Desk();
    const effects = desk.fill("1", "buy", { kind: "unknown", clientOrderId: "" });
    expect(desk.held).toBe("0");
    expect(effects.some((effect) => effect.do === "snapshot")).toBe(true);
  });

  test("28: a difference that never stands still leaves only closing after a bounded number of looks", () => {
    const desk = new Desk({ reconcileAttempts: 3 });
    for (let i = 1; i <= 6; i++) {
      desk.pass(60_000);
      const quantity = exactText(String(i));
      const entryPrice = exactText("100");
      desk.snapshot({ positions: [{ symbol: "BTCUSDT", leg: "both", quantity, entryPrice, updatedMs: desk.nowMs }] });
    }
    expect(desk.engine.state.causes["reconcile"]).toBe("reducing");
  });
});

describe("the planner", () => {
  test("opens with brackets on the order, by a client id that the same decision gives again", () => {
    const [first] = new Desk().sent(new Desk().want("1"));
    const [again] = new Desk().sent(new Desk().want("1"));
    expect(first).toMatchObject({ side: "buy", quantity: "1", reduceOnly: false, stopPrice: "95" });
    expect(again.clientOrderId).toBe(first.clientOrderId);
    expect(first.clientOrderId).toMatch(/^[\w-]{1,36}$/);
  });

  test("a reversal is a reduce-only close and, once that is done, an open", () => {
    const desk = holding();
    const [close, ...more] = desk.sent(desk.want("-2"));
    expect([close.side, close.quantity, close.reduceOnly, more.length]).toEqual(["sell", "1", true, 0]);
    desk.answer(ACK);
    const [open] = desk.sent(desk.fill("1", "sell"));
    expect([open.side, open.quantity, open.reduceOnly, open.stopPrice]).toEqual(["sell", "2", false, "105"]);
  });

  test("a target below the venue's minimum closes", () => {
    const desk = holding();
    expect(desk.sent(desk.want("0.01"))).toMatchObject([{ side: "sell", quantity: "1", reduceOnly: true }]);
  });

  test("what was not sent within half a bar is dropped, and an old quote is the reason that is told", () => {
    const desk = new Desk();
    desk.quote();
    desk.nowMs += 3_000;
    const target = { symbol: "BTCUSDT", lots: 1_000, quantity: exactText("1"), stopDistance: 0.05, targetDistance: 0 };
    const rest = { trailDistance: 0, maxBars: 0, urgency: 1 };
    desk.give({ kind: "decision", strategy: "s", closeMs: desk.nowMs, targets: [{ ...target, ...rest }] });
    expect(desk.sent()).toEqual([]);
    expect(desk.sent(desk.pass(BAR / 2 + 1_000))).toEqual([]);
    expect(codes(desk)).toEqual(["GATE_QUOTE_AGE"]);
  });

  test.each([
    ["GATE_POSITION_CAP", { maxPositionNotional: 50 }, "0.5"],
    ["GATE_TOTAL_CAP", { maxTotalNotional: 70 }, "0.7"],
    ["GATE_ORDER_LOSS", { maxOrderLoss: 0.0002 }, "0.4"],
  ])("%s makes an order smaller, and the clamp is written", (rule, caps, quantity) => {
    const desk = new Desk({ caps: { ...ENGINE_DEFAULTS.caps, ...caps } });
    expect(desk.sent(desk.want("1"))[0].quantity).toBe(quantity);
    expect(desk.entries.flatMap((e) => (e.kind === "clamped" ? e.clamps.map((c) => c.rule) : []))).toContain(rule);
  });

  test("what a cap leaves of an addition is not worth an order below the band; a new position, or none of a cap's, is", () => {
    const caps = { ...ENGINE_DEFAULTS.caps, maxTotalNotional: 108 };
    const desk = waited({ caps, leastAddition: 0.1 });
    expect(desk.sent(desk.want("2")), "0.08 of 1.08").toEqual([]);
    expect(desk.entries.at(-1)).toMatchObject({ kind: "dropped", reason: expect.stringContaining("the caps") });
    const wide = waited({ caps, leastAddition: 0.04 });
    expect(wide.sent(wide.want("2"))[0].quantity, "beyond the band").toBe("0.08");
    const free = waited({ leastAddition: 0.1 });
    expect(free.sent(free.want("1.08"))[0].quantity, "no cap has cut it").toBe("0.08");
    const fresh = new Desk({ caps: { ...caps, maxTotalNotional: 6 }, leastAddition: 0.5 });
    expect(fresh.sent(fresh.want("1"))[0].quantity, "nothing was held").toBe("0.06");
  });

  test.each([
    ["GATE_SESSION", { sessions: ["us"] }],
    ["GATE_REGIME", { regimes: ["trend"] }],
  ] as const)("%s", (code, over) => {
    const desk = new Desk(over);
    desk.want("1");
    expect(codes(desk)).toEqual([code]);
  });

  test("GATE_COOLDOWN after a close", () => {
    const desk = holding({ cooldownMs: 60_000 });
    desk.want("0");
    desk.answer(ACK);
    desk.fill("1", "sell");
    desk.want("1");
    expect(codes(desk)).toEqual(["GATE_COOLDOWN"]);
  });
});

describe("stop coverage", () => {
  test("a position without a stop is protected, and closed when its bound is reached", () => {
    const desk = new Desk();
    desk.want("1");
    desk.answer(ACK);
    desk.fill("1", "buy");
    const effects = desk.pass(2_000);
    const asked = effects.flatMap((effect) => (effect.do === "protect" ? [effect.request] : []));
    expect(asked).toMatchObject([{ held: "long", quantity: "1", stopPrice: "95" }]);
    desk.give({ kind: "protected", request: asked[0], outcome: { outcome: "unknown", reason: "timed out" } });
    desk.nowMs += 1;
    desk.quote();
    expect(desk.sent(desk.pass(4_000))).toMatchObject([{ side: "sell", quantity: "1", reduceOnly: true }]);
  });

  test("a position that had no stop when the process died is closed when the bound is reached after its start", () => {
    const desk = new Desk();
    desk.want("1");
    desk.answer(ACK);
    desk.fill("1", "buy");
    const outcome = { outcome: "unknown", reason: "timed out" } as const;
    desk.nowMs += 60_000;
    desk.give({ kind: "started", process: "2" });
    const sold: OrderRequest[] = [];
    for (let ms = 0; ms < 6_000 && sold.length === 0; ms += 500) {
      desk.quote();
      const effects = desk.pass(500);
      sold.push(...desk.sent(effects));
      for (const effect of effects) {
        if (effect.do === "protect") desk.give({ kind: "protected", request: effect.request, outcome });
      }
    }
    expect(sold).toMatchObject([{ side: "sell", quantity: "1", reduceOnly: true }]);
  });

  test("a stop that is crossed already closes at once", () => {
    const desk = new Desk();
    desk.want("1");
    desk.answer(ACK);
    desk.fill("1", "buy");
    const [effect] = desk.pass(2_000).filter(({ do: what }) => what === "protect");
    const request = effect.do === "protect" ? effect.request : undefined;
    if (request === undefined) throw new Error("protection was asked for");
    desk.quote("94");
    const outcome = { outcome: "rejected", code: "trigger-crossed", message: "crossed" } as const;
    expect(desk.sent(desk.give({ kind: "protected", request, outcome }))).toMatchObject([{ reduceOnly: true }]);
  });
});

describe("the kill switch", () => {
  test.each([
    ["credentials", "halted"],
    ["banned", "halted"],
    ["maintenance", "reducing"],
  ] as const)("trouble of the venue: %s", (code, status) => {
    const desk = new Desk();
    desk.event({ kind: "trouble", code, message: "" });
    expect(desk.status).toBe(status);
  });

  test("the day's loss halts, and stays halted until a person resumes", () => {
    const desk = holding({ limits: { ...ENGINE_DEFAULTS.limits, dailyLoss: 0.005, rapidDecline: 0, maxDrawdown: 0 } });
    desk.quote("30");
    desk.give({ kind: "timer", id: "mark" });
    expect(desk.engine.state.causes).toEqual({ "daily-loss": "halted" });
    desk.want("2");
    expect(codes(desk)).toEqual(["GATE_STATE"]);
  });

  test("a rapid decline halts", () => {
    const desk = holding({ limits: { ...ENGINE_DEFAULTS.limits, dailyLoss: 0, rapidDecline: 0.005, maxDrawdown: 0 } });
    desk.quote("30");
    desk.give({ kind: "timer", id: "mark" });
    expect(desk.engine.state.causes).toEqual({ "rapid-decline": "halted" });
  });

  test("many refusals halt", () => {
    const desk = new Desk({ limits: { ...ENGINE_DEFAULTS.limits, maxRejects: 3 } });
    for (let refused = 0; refused < 3; refused++) {
      expect(desk.status, `after ${refused} refusals`).toBe("active");
      desk.nowMs += 1_000;
      if (desk.life !== "intended") desk.want("1");
      desk.answer({ outcome: "rejected", code: "insufficient-funds", message: "" });
    }
    expect(desk.engine.state.causes).toEqual({ rejections: "halted" });
  });

  test("a lost stream leaves only closing after its time, and is lifted when it is back", () => {
    const desk = new Desk();
    desk.event({ kind: "connection", state: "down", generation: 1, reason: "" });
    desk.pass(59_000);
    expect(desk.status).toBe("active");
    desk.pass(2_000);
    expect(desk.status).toBe("reducing");
    desk.event({ kind: "connection", state: "up", generation: 2, reason: "" });
    expect(desk.status).toBe("active");
  });

  test("late bars leave only closing until they come again", () => {
    const desk = new Desk();
    desk.give({ kind: "feed", state: "stale", reason: "" });
    expect(desk.status).toBe("reducing");
    desk.give({ kind: "feed", state: "fresh", reason: "" });
    expect(desk.status).toBe("active");
  });

  test("flatten closes everything, halts, and goes on until nothing is held", () => {
    const desk = holding();
    desk.quote();
    const sent = desk.sent(desk.give({ kind: "command", command: "flatten", by: "test", reason: "" }));
    expect(sent).toMatchObject([{ side: "sell", quantity: "1", reduceOnly: true }]);
    expect(desk.status).toBe("halted");
    desk.answer({ outcome: "rejected", code: "busy", message: "" });
    desk.nowMs += 100;
    desk.quote();
    expect(desk.sent(desk.pass(3_000)).length).toBeGreaterThan(0);
  });
});
