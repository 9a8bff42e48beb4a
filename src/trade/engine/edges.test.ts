import { describe, expect, test } from "vitest";
import { DAY_MS, decimal, exactText } from "../../core/index.ts";
import { clampOrder } from "./clamp.ts";
import { ACK, BAR, codes, Desk, holding } from "./testing/desk.ts";
import { guarded, requests, SpotDesk } from "./testing/spot-desk.ts";

const text = exactText;
const held = (desk: Desk, quantity: string) =>
  desk.snapshot({
    positions: [
      { symbol: "BTCUSDT", leg: "both", quantity: text(quantity), entryPrice: text("100"), updatedMs: desk.nowMs },
    ],
  });
const row = (desk: Desk, values: readonly number[] | null) =>
  desk.give({ kind: "row", strategy: "s", openMs: desk.nowMs - BAR, rows: [values], late: false });

const trailing = (): Desk => {
  const desk = new Desk();
  desk.want("1", { trailDistance: 0.02, maxBars: 2 });
  desk.answer(ACK);
  desk.fill("1", "buy");
  const position = { symbol: "BTCUSDT", leg: "both", quantity: text("1"), entryPrice: text("100") } as const;
  desk.event({ kind: "position", position: { ...position, stopPrice: text("98"), updatedMs: desk.nowMs } });
  return desk;
};

const closes = (quantity: string): string[] => {
  const desk = trailing();
  for (let bar = 0; bar < 2; bar++) {
    desk.nowMs += BAR;
    row(desk, [100, 100, 100, 100, 1, 0]);
  }
  desk.want(quantity, { maxBars: 2 });
  return desk.entries.flatMap((entry) => (entry.kind === "flatten" ? [entry.why] : []));
};

const paper = (): Desk => new Desk({ mode: "paper" }, { targets: true });

const halt = (desk: Desk) => desk.give({ kind: "command", command: "halt", by: "test", reason: "" });

describe("the gate", () => {
  test("lets nothing be opened after a start before journal and venue agree; the decision waits for that", () => {
    const desk = new Desk();
    desk.nowMs += 1_000;
    desk.give({ kind: "started", process: "2" });
    expect([requests(desk.want("1")), codes(desk)]).toEqual([[], []]);
    expect(requests(desk.snapshot())).toMatchObject([{ side: "buy", purpose: "entry" }]);
  });

  test.each([
    [5 * DAY_MS, []],
    [5 * DAY_MS - 1, ["GATE_EXPIRY"]],
  ])("opens nothing that expires within five days: %d ms ahead gives %j", (aheadMs, denied) => {
    const desk = new Desk();
    const [rules] = Object.values(desk.engine.state.rules);
    desk.give({ kind: "rules", rules: [{ ...rules, deliveryMs: desk.nowMs + aheadMs }] });
    expect(requests(desk.want("1"))).toHaveLength(1 - denied.length);
    expect(codes(desk)).toEqual(denied);
  });

  test.each([
    ["buy", "100.7", { highestBuy: text("100.55") }, "100.5"],
    ["sell", "99.3", { lowestSell: text("99.42") }, "99.5"],
    ["buy", "100.7", { maxPrice: text("100.6") }, "100.6"],
    ["sell", "99.3", { minPrice: text("99.4") }, "99.4"],
  ] as const)("a price outside the venue's band moves onto it: %s at %s", (side, price, band, to) => {
    const [rules] = Object.values(new Desk().engine.state.rules);
    const order = { side, type: "limit", quantity: text("1"), reference: text("100"), held: text("0") } as const;
    const within = clampOrder({ ...order, rules: { ...rules, ...band }, price: text(price), reduceOnly: false });
    expect(within).toMatchObject({ ok: true, price: to, clamps: [{ rule: "band", from: price, to }] });
    const far = { ...rules, maxPrice: text("10"), highestBuy: text("10") };
    const beyond = clampOrder({ ...order, side: "buy", rules: far, price: text("200"), reduceOnly: false });
    expect(beyond).toMatchObject({ ok: false, code: "GATE_PRICE_BAND" });
  });
});

describe("what the venue holds and the journal does not", () => {
  test("is refused once it stands still, told once, and forgotten when it is gone", () => {
    const desk = new Desk({ unknownPositions: "refuse" });
    desk.nowMs += 2_000;
    held(desk, "2");
    expect(desk.engine.state.timers["reconcile"], "the next look comes soon").toBe(desk.nowMs + 2_000);
    expect(desk.status).toBe("active");
    for (let look = 0; look < 2; look++) {
      desk.nowMs += 2_000;
      held(desk, "2");
    }
    expect([desk.status, desk.engine.state.foreign["BTCUSDT"], desk.held]).toEqual(["reducing", "2", "0"]);
    const told = desk.entries.filter((entry) => entry.kind === "state" && entry.cause === "unknown-position");
    expect(told).toHaveLength(1);
    for (let look = 0; look < 3; look++) {
      desk.nowMs += 2_000;
      desk.snapshot();
    }
    expect([desk.status, desk.engine.state.foreign, desk.held]).toEqual(["active", {}, "0"]);
  });

  test("of a symbol that the session holds itself is healed, also where unknown positions are refused", () => {
    const desk = holding({ unknownPositions: "refuse" });
    for (let look = 0; look < 2; look++) {
      desk.nowMs += 2_000;
      held(desk, "2");
    }
    expect([desk.held, desk.engine.state.foreign]).toEqual(["2", {}]);
    expect(desk.entries).toContainEqual(expect.objectContaining({ kind: "healed", from: "1", to: "2" }));
  });
});

describe("a position as bars go by", () => {
  test("is closed at the decision after its last bar, unless that decision ends it itself", () => {
    expect(closes("1")).toEqual(["its time is over"]);
    expect(closes("0")).toEqual([]);
  });
});

describe("an order", () => {
  test("that a person cancels is cancelled at the venue, once, and by the journal first", () => {
    const desk = new Desk();
    const [{ clientOrderId }] = requests(desk.want("1"));
    desk.answer(ACK);
    const effects = desk.give({ kind: "command", command: "cancel-order", clientOrderId, by: "test", reason: "" });
    expect(effects.filter((effect) => effect.do === "cancel")).toHaveLength(1);
    expect(desk.entries.filter(({ kind }) => kind === "cancelling")).toMatchObject([{ reason: "ordered" }]);
    expect(desk.give({ kind: "feed", state: "up", reason: "" }).filter((effect) => effect.do === "cancel")).toEqual([]);
  });

  test("costs what its fee is worth, in whichever coin it was taken", () => {
    const desk = new SpotDesk();
    const [{ clientOrderId }] = requests(desk.want("1"));
    desk.fill("0.5", "buy", { clientOrderId, fee: text("0.001"), feeCurrency: "BTC", executionId: "a" });
    expect(desk.engine.state.fees).toBe("0.1");
    desk.fill("0.5", "buy", { clientOrderId, fee: text("0.03"), executionId: "b" });
    expect(decimal(desk.engine.state.fees).toNumber()).toBe(0.13);
  });

  test("of a stop whose holding has gone when its moment is over closes nothing", () => {
    const desk = guarded();
    desk.quote("94");
    desk.give({ kind: "feed", state: "up", reason: "" });
    desk.filled(desk.stop);
    desk.pass(6_000);
    expect(desk.entries.filter(({ kind }) => kind === "flatten")).toEqual([]);
  });
});

describe("a place that takes whole targets", () => {
  test("gets one when there is a young quote, and none before", () => {
    const desk = paper();
    desk.quote();
    desk.nowMs += 2_500;
    const target = { symbol: "BTCUSDT", lots: 1_000, quantity: text("1"), stopDistance: 0.05, targetDistance: 0 };
    const targets = [{ ...target, trailDistance: 0, maxBars: 0, urgency: 1 }];
    expect(requests(desk.give({ kind: "decision", strategy: "s", closeMs: desk.nowMs, targets }))).toEqual([]);
    desk.quote();
    expect(requests(desk.pass(250))).toMatchObject([{ side: "buy", target: { lots: 1_000, stopDistance: 0.05 } }]);
  });

  test("opens nothing while halted, closes what a reversal leaves, and is flattened all the same", () => {
    const desk = paper();
    desk.want("1");
    desk.answer(ACK);
    desk.fill("1", "buy");
    desk.event({ kind: "order", order: desk.order({ status: "filled", filled: text("1") }) });
    desk.nowMs += BAR;
    halt(desk);
    expect([requests(desk.want("2")), codes(desk)]).toEqual([[], ["GATE_STATE"]]);
    desk.nowMs += BAR;
    expect(requests(desk.want("-1"))).toMatchObject([{ side: "sell", quantity: "1", target: { lots: 0 } }]);
    desk.answer(ACK);
    desk.event({ kind: "order", order: desk.order({ status: "cancelled" }) });
    desk.nowMs += BAR;
    desk.quote();
    const flat = desk.give({ kind: "command", command: "flatten", by: "test", reason: "" });
    expect(requests(flat)).toMatchObject([{ side: "sell", quantity: "1", target: { lots: 0 } }]);
  });

  test.each([
    ["99", "done"],
    ["100.5", "refused"],
  ])("keeps a stop on the losing side of the entry alone: at %s it is %s", (stopPrice, status) => {
    const desk = paper();
    desk.want("1");
    desk.answer(ACK);
    desk.fill("1", "buy");
    desk.nowMs += 1_000;
    desk.quote("101");
    desk.give({
      kind: "command",
      command: "change-protection",
      symbol: "BTCUSDT",
      stopPrice: text(stopPrice),
      by: "test",
      reason: "",
    });
    const [command] = Object.values(desk.engine.state.commands);
    expect(command.status === "refused" ? [command.status, command.code] : "done").toEqual(
      status === "refused" ? ["refused", "GATE_STOP"] : "done",
    );
  });
});
