import { describe, expect, test } from "vitest";
import { exactText } from "../../core/index.ts";
import type { CommandOrder } from "./command.ts";
import { ENGINE_DEFAULTS } from "./config.ts";
import { ACK, codes, Desk, holding } from "./testing/desk.ts";
import { orderVersion, positionVersion } from "./version.ts";

function tell(desk: Desk, order: CommandOrder, id = "c"): void {
  desk.quote();
  desk.give({ kind: "command", id, by: "ann", from: "test", reason: "why", ...order });
}

function record(desk: Desk, id = "c") {
  const { status, code, detail } = desk.engine.state.commands[id];
  return code === undefined ? status : `${status} ${code}: ${detail}`;
}

function working(): { desk: Desk; id: string } {
  const desk = new Desk();
  const [{ clientOrderId }] = desk.sent(desk.want("1"));
  desk.answer(ACK);
  return { desk, id: clientOrderId };
}

const change = (stopPrice?: string, targetPrice?: string | null): CommandOrder => ({
  command: "change-protection",
  symbol: "BTCUSDT",
  ...(stopPrice === undefined ? {} : { stopPrice: exactText(stopPrice) }),
  ...(targetPrice === undefined ? {} : { targetPrice: targetPrice === null ? null : exactText(targetPrice) }),
});
/** Its protection has come to rest. */
function covered(over: Parameters<typeof holding>[0] = {}): Desk {
  const desk = holding(over);
  desk.pass(2_000);
  return desk;
}
const asked = (desk: Desk) => desk.effects.flatMap((effect) => (effect.do === "protect" ? [effect.request] : []));

const seen = (desk: Desk): string => positionVersion("BTCUSDT", desk.engine.state.positions["BTCUSDT"]);
const close = (ifVersion: string): CommandOrder => ({ command: "close-position", symbol: "BTCUSDT", ifVersion });

describe("commands have a record, and their end stands in the journal", () => {
  test.each(["halt", "resume", "close-only"] as const)(
    "%s is done when it is journaled, with who and from where",
    (command) => {
      const desk = new Desk();
      tell(desk, { command });
      expect(desk.engine.state.commands["c"]).toMatchObject({ by: "ann", from: "test", reason: "why", status: "done" });
      expect(desk.entries.at(-1)).toMatchObject({ kind: "commandEnd", id: "c", status: "done" });
    },
  );

  test("a command of an older journal, without id and place, is known by its number", () => {
    const desk = new Desk();
    desk.give({ kind: "command", command: "halt", by: "x", reason: "" });
    const [one] = Object.values(desk.engine.state.commands);
    expect([one.id, one.from, desk.status]).toEqual([`#${one.seq}`, "", "halted"]);
  });

  test("flatten is under way until nothing is held", () => {
    const desk = holding();
    tell(desk, { command: "flatten" });
    expect([record(desk), desk.status]).toEqual(["accepted", "halted"]);
    desk.answer(ACK);
    desk.fill("1", "sell");
    expect(record(desk)).toBe("done");
  });

  test("one position is closed and trading goes on", () => {
    const desk = holding();
    tell(desk, { command: "close-position", symbol: "BTCUSDT" });
    const [order] = desk.sent();
    expect([order.side, order.quantity, order.reduceOnly]).toEqual(["sell", "1", true]);
    expect(record(desk)).toBe("accepted");
    desk.answer(ACK);
    desk.fill("1", "sell");
    expect([record(desk), desk.held, desk.status]).toEqual(["done", "0", "active"]);
  });

  test("a position that is not there, and one too small for any order, are refused with their codes", () => {
    const desk = new Desk();
    tell(desk, { command: "close-position", symbol: "BTCUSDT" });
    expect(record(desk)).toMatch(/^refused COMMAND_REFUSED/);
    const dust = holding();
    dust.fill("0.9995", "sell");
    tell(dust, { command: "close-position", symbol: "BTCUSDT" });
    expect(record(dust)).toMatch(/^refused GATE_MIN_QUANTITY/);
  });
});

describe("an order is cancelled by command", () => {
  test("done when the venue has ended it", () => {
    const { desk, id } = working();
    tell(desk, { command: "cancel-order", clientOrderId: id });
    const request = { symbol: "BTCUSDT", clientOrderId: id };
    expect(desk.effects).toContainEqual({ do: "cancel", request });
    desk.give({ kind: "cancelled", request, outcome: { outcome: "acknowledged" } });
    expect(record(desk)).toBe("accepted");
    desk.event({ kind: "order", order: desk.order({ status: "cancelled" }) });
    expect(record(desk)).toBe("done");
  });

  test("refused where there is none, where it was over, where it fills first, and where the venue refuses", () => {
    const { desk, id } = working();
    tell(desk, { command: "cancel-order", clientOrderId: "other" }, "none");
    tell(desk, { command: "cancel-order", clientOrderId: id }, "late");
    const request = { symbol: "BTCUSDT", clientOrderId: id };
    desk.give({ kind: "cancelled", request, outcome: { outcome: "rejected", code: "other", message: "no" } });
    expect(record(desk, "late")).toBe("refused VENUE_REJECTED: no");
    tell(desk, { command: "cancel-order", clientOrderId: id }, "first");
    desk.fill("1", "buy");
    tell(desk, { command: "cancel-order", clientOrderId: id }, "over");
    expect([record(desk, "none"), record(desk, "first"), record(desk, "over")]).toEqual([
      "refused COMMAND_REFUSED: there is no order other",
      "refused COMMAND_REFUSED: the order was filled first",
      "refused COMMAND_REFUSED: the order is filled already",
    ]);
  });
});

describe("a person changes stop and target", () => {
  test("journaled, then sent, then done when the venue has it; it stands against later decisions", () => {
    const desk = covered();
    tell(desk, change("98.04", "120"));
    const kinds = desk.entries.map(({ kind }) => kind);
    expect(kinds.lastIndexOf("rebracket")).toBeLessThan(kinds.lastIndexOf("protecting"));
    const [request] = asked(desk);
    expect([request.stopPrice, request.targetPrice]).toEqual(["98", "120"]);
    expect(record(desk)).toBe("accepted");
    desk.give({ kind: "protected", request, outcome: { outcome: "acknowledged" } });
    expect(record(desk)).toBe("done");
    desk.want("1", { stopDistance: 0.2 });
    expect(asked(desk)).toEqual([]);
    expect(desk.engine.state.positions["BTCUSDT"].venue.stopPrice).toBe("98");
  });

  test("what the venue refuses is taken back, and nothing is closed over it", () => {
    const desk = covered();
    tell(desk, change("98"));
    const [request] = asked(desk);
    const outcome = { outcome: "rejected", code: "trigger-crossed", message: "crossed" } as const;
    desk.give({ kind: "protected", request, outcome });
    expect(record(desk)).toBe("refused VENUE_REJECTED: trigger-crossed: crossed");
    expect([desk.sent(), asked(desk), desk.engine.state.positions["BTCUSDT"].manual]).toEqual([[], [], undefined]);
    expect(desk.engine.state.positions["BTCUSDT"].venue.stopPrice).toBe("95");
  });

  test.each([
    ["a stop above a long position's price", {}, change("100.1"), "GATE_STOP"],
    ["a stop at the price", {}, change("100"), "GATE_STOP"],
    ["a target below the price", {}, change(undefined, "99"), "GATE_STOP"],
    [
      "a wider stop beyond the greatest loss",
      { caps: { ...ENGINE_DEFAULTS.caps, maxOrderLoss: 0.001 } },
      change("85"),
      "GATE_ORDER_LOSS",
    ],
  ])("%s is refused by the gate", (_what, over, order, code) => {
    const desk = holding(over);
    tell(desk, order);
    expect(record(desk)).toContain(`refused ${code}`);
    expect(asked(desk)).toEqual([]);
  });

  test("while halted a stop comes nearer and not farther; an old quote is none; nothing held has no stop", () => {
    const desk = holding();
    tell(desk, { command: "halt" }, "halt");
    tell(desk, change("94"), "wider");
    tell(desk, change("96"), "nearer");
    expect([record(desk, "wider"), record(desk, "nearer")]).toEqual([
      "refused GATE_STATE: halted: a stop may only come nearer",
      "accepted",
    ]);
    const old = holding();
    old.nowMs += 10_000;
    old.give({ kind: "command", id: "c", by: "ann", from: "test", reason: "", ...change("96") });
    expect(record(old)).toContain("GATE_QUOTE_AGE");
    const flat = new Desk();
    tell(flat, change("96"));
    expect(record(flat)).toContain("COMMAND_REFUSED");
  });
});

describe("a command names the version of what its sender saw", () => {
  test("the same version is acted on", () => {
    const desk = covered();
    tell(desk, close(seen(desk)));
    expect(desk.sent()).toHaveLength(1);
  });

  test.each([
    ["part of it was sold", (desk: Desk) => desk.fill("0.4", "sell")],
    ["more was bought", (desk: Desk) => desk.fill("0.4", "buy")],
    [
      "its stop moved",
      (desk: Desk) => {
        tell(desk, change("97"), "before");
        const [request] = asked(desk);
        desk.give({ kind: "protected", request, outcome: { outcome: "acknowledged" } });
      },
    ],
    [
      "it was closed and opened anew at the same price",
      (desk: Desk) => {
        desk.fill("1", "sell");
        desk.nowMs += 1_000;
        desk.fill("1", "buy");
      },
    ],
  ])("nothing is done where %s", (_what, happens) => {
    const desk = covered();
    const version = seen(desk);
    happens(desk);
    tell(desk, close(version), "close");
    tell(desk, { ...change("96", "130"), ifVersion: version } as CommandOrder, "change");
    expect(record(desk, "close")).toContain(`refused COMMAND_STALE: version ${version} was seen`);
    expect(record(desk, "change")).toContain("refused COMMAND_STALE");
    expect([desk.sent(), asked(desk)]).toEqual([[], []]);
    tell(desk, close(seen(desk)), "again");
    expect(desk.sent()).toHaveLength(1);
  });

  test("prices and time alone make no other version", () => {
    const desk = covered();
    const version = seen(desk);
    desk.nowMs += 60_000;
    desk.quote("104");
    expect(seen(desk)).toBe(version);
  });

  test("an order that has filled in part is another; what is gone is told as gone", () => {
    const { desk, id } = working();
    const version = orderVersion(desk.engine.state.orders[id]);
    desk.fill("0.5", "buy");
    tell(desk, { command: "cancel-order", clientOrderId: id, ifVersion: version });
    expect(record(desk)).toContain("refused COMMAND_STALE");
    expect(desk.effects).toEqual([]);
    const flat = new Desk();
    tell(flat, close(version));
    expect(record(flat)).toMatch(/^refused COMMAND_REFUSED: there is no position/);
  });
});

describe("asset classes are switched", () => {
  const instruments = [{ symbol: "BTCUSDT", kind: "perpetual" }] as never;

  function classed(over: Parameters<typeof holding>[0] = {}): Desk {
    const desk = new Desk(over);
    const session = desk.entries.find(({ kind }) => kind === "session") as Extract<
      (typeof desk.entries)[0],
      { kind: "session" }
    >;
    desk.give({ ...session, instruments });
    return desk;
  }

  test("off leaves only closing in the class, and on opens it again", () => {
    const desk = classed();
    tell(desk, { command: "switch-class", assetClass: "cryptoFutures", open: false }, "off");
    expect(desk.sent(desk.want("1"))).toEqual([]);
    expect([codes(desk), record(desk, "off")]).toEqual([["GATE_CLASS"], "done"]);
    desk.nowMs += 1_000;
    tell(desk, { command: "switch-class", assetClass: "cryptoFutures", open: true }, "on");
    expect(desk.sent(desk.want("1"))).toHaveLength(1);
  });

  test("another class is not touched", () => {
    const desk = classed();
    tell(desk, { command: "switch-class", assetClass: "options", open: false });
    expect(desk.sent(desk.want("1"))).toHaveLength(1);
  });

  test("what the configuration does not allow live is closed, and can't be switched on; on paper it is open", () => {
    const live = classed({ liveClasses: ["cryptoSpot"] });
    live.want("1");
    expect(codes(live)).toEqual(["GATE_CLASS"]);
    tell(live, { command: "switch-class", assetClass: "cryptoFutures", open: true });
    expect(record(live)).toContain("refused LIVE_REFUSED");
    const paper = classed({ liveClasses: ["cryptoSpot"], mode: "paper" });
    expect(paper.sent(paper.want("1"))).toHaveLength(1);
  });
});
