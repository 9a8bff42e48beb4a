/**
 * @file What a user can get wrong with an account, and what a venue can take away, as a session meets it: each has its code or
 * its cause, and nothing is sent, moved or forgotten on account of it.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { ControlAction } from "../../../venues/index.ts";
import type { LocalPlace } from "../../testing/local-place.ts";
import { VenueSession } from "../../testing/venue-session.ts";

let own: VenueSession;
afterEach(() => own.close());

async function begin(options: Parameters<typeof VenueSession.begin>[0] = {}): Promise<VenueSession> {
  own = await VenueSession.begin({ category: "linear", ...options });
  return own;
}

const tell = (action: ControlAction): unknown => own.place.control(action);

/** A decision is taken, and the venue hears nothing of it. */
async function expectNothingSent(code = "GATE_STATE"): Promise<void> {
  const before = own.audit();
  const denied = own.denied.length;
  own.clock.advance(60_000);
  await own.want("0.2");
  expect(own.denied.slice(denied)).toEqual([code]);
  expect(own.audit(), "the account is as it was").toBe(before);
}

describe("a session that meets", () => {
  it("a key that may not trade is halted before it sends anything", async () => {
    own = await VenueSession.begin({
      category: "linear",
      before: (place) => place.control({ action: "permissions", account: "1", trade: false }),
    });
    expect(own.causes).toEqual({ account: "halted" });
    await expectNothingSent();
  });

  it.each([
    ["a permission that is withdrawn", { action: "permissions", account: "1", trade: false }, "permission"],
    ["a key that has expired", { action: "permissions", account: "1", expired: true }, "credentials"],
    ["a ban of its address (403)", { action: "ban", ms: 60_000 }, "banned"],
  ] as const)("%s in mid-session is halted by that cause, and its stop stands", async (_what, action, cause) => {
    await begin();
    await own.want("0.1");
    const [{ stopPrice }] = await own.place.broker.positions();
    expect(stopPrice).toBe("95.1");
    tell(action);
    const before = own.audit();
    own.clock.advance(60_000);
    await own.want("0.2");
    expect(own.causes[cause]).toBe("halted");
    expect(own.audit(), "orders, position and stop are as they were").toBe(before);
    expect(own.held).toBe("0.1");
    await expectNothingSent();
  });

  it("maintenance (10019) only closes, asks for what it sent, and goes on when the venue is back", async () => {
    await begin();
    tell({ action: "maintenance", on: true });
    const before = own.audit();
    await own.want("0.1");
    expect(own.causes).toMatchObject({ maintenance: "reducing" });
    expect(own.audit()).toBe(before);
    tell({ action: "maintenance", on: false });
    await own.place.until(() => own.state.link.state === "up" && own.state.link.generation > 1, "the stream is back");
    await own.settle();
    await own.pass(1_000);
    await own.want("0.1");
    expect(own.causes["maintenance"], "the venue is back").toBeUndefined();
    await own.want("0.1");
    expect(own.held).toBe("0.1");
  });

  it("hedge mode where one-way was expected, at its start, is halted and sends nothing", async () => {
    own = await VenueSession.begin({
      category: "linear",
      before: (place) => place.control({ action: "hedge", account: "1", on: true }),
    });
    expect(own.causes).toEqual({ account: "halted" });
    await expectNothingSent();
  });

  it("hedge mode in mid-session is halted by the next comparison", async () => {
    await begin();
    tell({ action: "hedge", account: "1", on: true });
    await own.pass(61_000);
    expect(own.causes).toEqual({ account: "halted" });
    await expectNothingSent();
  });

  describe("a position that its journal does not know", () => {
    const foreign = {
      symbol: "BTCUSDT",
      side: "Buy",
      orderType: "Market",
      qty: "0.5",
      orderLinkId: "by-hand",
    } as const;
    /** Bought by a person, a while before the session begins. */
    const before =
      (order: typeof foreign | (Omit<typeof foreign, "symbol"> & { symbol: "ETHUSDT" })) =>
      async (place: LocalPlace) => {
        await place.account.create(order);
        place.control({ action: "advance", ms: 60_000 });
      };

    it("refuses it where it is to: it is left as it is, nothing is opened beside it, and that ends with it", async () => {
      await begin({ before: before(foreign) });
      await own.pass(5_000);
      expect(own.causes).toEqual({ "unknown-position": "reducing" });
      expect(own.held, "it is not booked").toBe("0");
      expect((await own.place.broker.positions())[0], "it gets no stop of ours").not.toHaveProperty("stopPrice");
      await expectNothingSent();
      own.clock.advance(60_000);
      await own.want("0");
      expect((await own.place.broker.positions())[0].quantity, "and is not closed").toBe("0.5");
      own.session.deliver({ kind: "command", command: "resume", by: "test", reason: "" });
      await own.settle();
      await expectNothingSent("GATE_SYMBOL");
      await own.place.account.create({ ...foreign, side: "Sell", reduceOnly: true, orderLinkId: "by-hand-2" });
      await own.pass(70_000);
      expect([own.held, own.state.foreign, own.causes], "what a person sells is no short position").toEqual([
        "0",
        {},
        {},
      ]);
      await own.want("0.1");
      expect(own.held).toBe("0.1");
    });

    it("adopts it where it may, books and protects it", async () => {
      await begin({ config: { unknownPositions: "adopt" }, before: before(foreign) });
      await own.pass(8_000);
      expect([own.held, own.causes]).toEqual(["0.5", {}]);
      expect((await own.place.broker.positions())[0].stopPrice).toBe("90.1");
    });

    it("of another symbol is refused too, whatever is adopted", async () => {
      await begin({ config: { unknownPositions: "adopt" }, before: before({ ...foreign, symbol: "ETHUSDT" }) });
      await own.pass(5_000);
      expect(own.causes).toEqual({ "unknown-position": "reducing" });
      await expectNothingSent();
    });
  });

  it("a symbol that is delisted while it is held: it is an alarm, nothing is opened, and closing still works", async () => {
    await begin();
    await own.want("0.1");
    tell({ action: "status", symbol: "BTCUSDT", status: "Settling" });
    await own.pass(3_700_000);
    const alarms = [...own.journal.read(0)].flatMap(({ entry }) => (entry.kind === "alarm" ? [entry.code] : []));
    expect(alarms).toContain("symbol.status");
    await expectNothingSent("GATE_SYMBOL");
    own.clock.advance(60_000);
    await own.want("0");
    expect(own.held).toBe("0");
    tell({ action: "status", symbol: "BTCUSDT", status: "Closed" });
    await own.pass(3_700_000);
    await expectNothingSent("GATE_SYMBOL");
  });

  it("a halt of its symbol that it hears of by a refusal asks for the rules at once", async () => {
    await begin();
    tell({ action: "status", symbol: "BTCUSDT", status: "Halted" });
    await own.want("0.1");
    expect(own.state.rules["BTCUSDT"].status).toBe("paused");
    await expectNothingSent("GATE_SYMBOL");
  });
});
