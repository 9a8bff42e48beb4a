import { describe, expect, test } from "vitest";
import { exactText } from "../../core/index.ts";
import type { Effect } from "./entries.ts";
import { brief, cancels, guarded, requests, SpotDesk } from "./testing/spot-desk.ts";

/** A spot holding whose stop is on its way: neither taken nor refused. */
function unanswered(): SpotDesk {
  const desk = new SpotDesk();
  desk.buy();
  desk.stop = desk.open[0];
  return desk;
}

const alarms = (desk: SpotDesk, code: string): string[] =>
  desk.entries.flatMap((entry) => (entry.kind === "alarm" && entry.code === code ? [entry.text] : []));
const flattens = (desk: SpotDesk) => desk.entries.filter(({ kind }) => kind === "flatten");

describe("what stops and targets are placed for", () => {
  test.each([
    ["0.1", ["0.1"]],
    ["0.099", []],
  ])("a holding of %s, whose stop is worth the venue's least at 0.1, has one of %j", (quantity, guards) => {
    const desk = new SpotDesk();
    const [entry] = requests(desk.want(quantity, { stopDistance: 0.5 }));
    desk.accept(entry.clientOrderId);
    desk.fill(quantity, "buy", { clientOrderId: entry.clientOrderId });
    desk.tell(entry.clientOrderId, { status: "filled", filled: exactText(quantity) });
    expect(desk.open.map((id) => desk.engine.state.orders[id].request.quantity)).toEqual(guards);
    // What can't have a stop is not counted as without one.
    expect(desk.entries.filter(({ kind }) => kind === "naked").length).toBe(guards.length);
  });

  test("an intent names the decision's quote, its price's way and what it is measured by", () => {
    const desk = guarded();
    const intents = desk.entries.flatMap((entry) => (entry.kind === "intent" && entry.leg === "p" ? [entry] : []));
    expect(intents.map(({ request }) => request.trigger)).toEqual([
      { price: "95", when: "falls", by: "last" },
      { price: "110", when: "rises", by: "last" },
    ]);
    expect(intents.every(({ quote }) => quote !== "" && quote === intents[0].quote)).toBe(true);
    expect(intents.map(({ attempt }) => attempt)).toEqual([0, 0]);
  });

  test("the time without a stop is told when it stands, and its bound was armed", () => {
    const desk = unanswered();
    expect(desk.engine.state.timers["naked:BTCUSDT"]).toBe(desk.nowMs + 5_000);
    desk.nowMs += 400;
    desk.accept(desk.stop);
    expect(desk.entries).toContainEqual({ kind: "covered", symbol: "BTCUSDT", nakedMs: 400 });
    expect(desk.entries.filter(({ kind }) => kind === "covered")).toHaveLength(1);
  });

  test("while an order of the plan fills, what stands stays; its size follows when that is over", () => {
    const desk = guarded();
    const [more] = requests(desk.want("2", { targetDistance: 0.1 }));
    desk.accept(more.clientOrderId);
    const during = desk.fill("0.5", "buy", { clientOrderId: more.clientOrderId, executionId: "half" });
    expect([brief(during), cancels(during)]).toEqual([[], []]);
    const after = desk.fill("0.5", "buy", { clientOrderId: more.clientOrderId, executionId: "rest" });
    expect(cancels(after), "the old one stands until the new one does").toEqual([]);
    expect(brief(after)).toEqual([["stop", "sell", "2", "95"]]);
  });
});

describe("a stop whose fate is open", () => {
  test("is not placed twice at once; one that takes too long is, and of the two that stand then one goes", () => {
    const desk = unanswered();
    const outcome = { outcome: "unknown", reason: "timed out" } as const;
    expect(brief(desk.give({ kind: "submitted", clientOrderId: desk.stop, outcome }))).toEqual([]);
    expect(brief(desk.pass(900)), "its time is not over").toEqual([]);
    desk.quote();
    const again = requests(desk.pass(200)).filter(({ protects }) => protects === "stop");
    expect(again.map(({ clientOrderId }) => clientOrderId === desk.stop)).toEqual([false]);
    desk.give({ kind: "found", clientOrderId: desk.stop, order: desk.told(desk.stop, { status: "untriggered" }) });
    const gone = cancels(desk.accept(again[0].clientOrderId));
    expect(gone).toEqual([desk.stop]);
    expect(desk.entries).toContainEqual(
      expect.objectContaining({ kind: "cancelling", reason: "the stop is replaced" }),
    );
  });

  test("of a holding that is gone is not cancelled before it is found, and then it is", () => {
    const desk = unanswered();
    desk.give({ kind: "submitted", clientOrderId: desk.stop, outcome: { outcome: "unknown", reason: "timed out" } });
    const sold = desk.fill("1", "sell", { clientOrderId: "", role: "liquidation", kind: "liquidation" });
    expect([desk.held, cancels(sold)]).toEqual(["0", []]);
    const order = desk.told(desk.stop, { status: "untriggered" });
    expect(cancels(desk.give({ kind: "found", clientOrderId: desk.stop, order }))).toEqual([desk.stop]);
    expect(cancels(desk.give({ kind: "feed", state: "up", reason: "" })), "once").toEqual([]);
  });

  test("that is refused is an alarm and is tried again after its wait; of a holding that is gone it is neither", () => {
    const desk = unanswered();
    const outcome = { outcome: "rejected", code: "order-count", message: "too many" } as const;
    const refused = desk.give({ kind: "submitted", clientOrderId: desk.stop, outcome });
    expect([requests(refused), alarms(desk, "coverage.refused")]).toEqual([
      [],
      ["BTCUSDT: the stop was not placed (order-count: too many)"],
    ]);
    expect(refused).toContainEqual(expect.objectContaining({ do: "notify", code: "coverage.refused" }));
    desk.quote();
    expect(brief(desk.pass(999))).toEqual([]);
    expect(brief(desk.pass(1))).toEqual([["stop", "sell", "1", "95"]]);
    desk.fill("1", "sell", { clientOrderId: "", role: "liquidation", kind: "liquidation" });
    const [last] = desk.open.slice(-1);
    desk.give({ kind: "submitted", clientOrderId: last, outcome });
    expect(alarms(desk, "coverage.refused")).toHaveLength(1);
  });

  test("that the price has crossed already closes the holding", () => {
    const desk = unanswered();
    const outcome = { outcome: "rejected", code: "trigger-crossed", message: "" } as const;
    desk.give({ kind: "submitted", clientOrderId: desk.stop, outcome });
    expect(flattens(desk)).toEqual([{ kind: "flatten", symbol: "BTCUSDT", why: "the price is beyond its stop" }]);
  });
});

describe("a cancel that comes to nothing", () => {
  test("because there is no such order is no alarm the first time, and is one where the order goes on", () => {
    const desk = guarded();
    desk.filled(desk.stop);
    const request = { symbol: "BTCUSDT", clientOrderId: desk.target };
    const gone = (): readonly Effect[] => desk.give({ kind: "cancelled", request, outcome: { outcome: "gone" } });
    gone();
    expect(alarms(desk, "coverage.uncancelled")).toEqual([]);
    desk.give({ kind: "found", clientOrderId: desk.target, order: desk.told(desk.target, { status: "untriggered" }) });
    desk.pass(1_100);
    gone();
    expect(alarms(desk, "coverage.uncancelled")).toEqual([
      `BTCUSDT: the target ${desk.target} could not be taken away (gone)`,
    ]);
  });

  test("tells people of it twice, waits at most 64 times as long, and leaves other orders alone", () => {
    const desk = guarded();
    desk.filled(desk.stop);
    const request = { symbol: "BTCUSDT", clientOrderId: desk.target };
    const outcome = { outcome: "rejected", code: "rate-limited", message: "slow down" } as const;
    const waits: number[] = [];
    let notified = 0;
    for (let i = 0; i < 9; i++) {
      const effects = desk.give({ kind: "cancelled", request, outcome });
      notified += effects.filter((effect) => effect.do === "notify").length;
      const due = desk.engine.state.timers[`uncancelled:${desk.target}`];
      waits.push((due - desk.nowMs) / 1_000);
      desk.pass(due - desk.nowMs);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
    expect(notified).toBe(2);
    const entry = Object.values(desk.engine.state.orders).find(({ leg }) => leg === "e");
    const other = { symbol: "BTCUSDT", clientOrderId: entry?.request.clientOrderId ?? "" };
    desk.give({ kind: "cancelled", request: other, outcome });
    expect(alarms(desk, "coverage.uncancelled")).toHaveLength(9);
  });
});

describe("a price beyond a stop or a target", () => {
  test.each([
    ["95", 1],
    ["95.1", 0],
    ["110", 1],
    ["109.9", 0],
  ])("at %s closes a holding without them %d times", (price, times) => {
    const desk = new SpotDesk();
    const [entry] = requests(desk.want("1", { targetDistance: 0.1 }));
    desk.accept(entry.clientOrderId);
    desk.quote(price);
    desk.fill("1", "buy", { clientOrderId: entry.clientOrderId });
    expect(flattens(desk)).toHaveLength(times);
  });

  test("is not believed of a quote that is too old", () => {
    const desk = new SpotDesk();
    const [entry] = requests(desk.want("1"));
    desk.accept(entry.clientOrderId);
    desk.quote("94");
    desk.nowMs += 2_001;
    desk.fill("1", "buy", { clientOrderId: entry.clientOrderId });
    expect(flattens(desk)).toEqual([]);
    desk.nowMs -= 1;
    desk.give({ kind: "feed", state: "up", reason: "" });
    expect(flattens(desk), "and is, of one that is just young enough").toHaveLength(1);
  });

  test.each([
    ["comes back", (desk: SpotDesk) => desk.quote("96")],
    [
      "has met the stop, which fills",
      (desk: SpotDesk) => void desk.tell(desk.stop, { status: "new", filled: exactText("0.1") }),
    ],
  ])("that %s closes nothing beside the stop", (_what, then) => {
    const desk = guarded();
    desk.quote("94");
    desk.give({ kind: "feed", state: "up", reason: "" });
    expect(desk.engine.state.timers["beyond:BTCUSDT"]).toBe(desk.nowMs + 5_000);
    desk.nowMs += 4_000;
    desk.quote("94");
    then(desk);
    desk.pass(1_500);
    expect(flattens(desk)).toEqual([]);
  });

  test("of what is being closed already adds nothing", () => {
    const desk = guarded();
    desk.give({ kind: "command", command: "close-position", symbol: "BTCUSDT", by: "test", reason: "asked" });
    desk.quote("94");
    desk.give({ kind: "feed", state: "up", reason: "" });
    desk.pass(6_000);
    expect(flattens(desk).map((entry) => (entry.kind === "flatten" ? entry.why : ""))).toEqual(["asked"]);
  });
});
