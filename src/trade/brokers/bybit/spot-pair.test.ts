/** @file Stop and target of a spot holding against a local venue with faults: whatever happens, none outlives its holding. */
import { afterEach, describe, expect, it } from "vitest";
import type { ControlAction } from "../../../venues/index.ts";
import { VenueSession } from "../../testing/venue-session.ts";

let own: VenueSession;
afterEach(() => own.close());

const fault = (kind: "drop-reply" | "drop-request" | "drop-push", on: string, times = 1): ControlAction => ({
  action: "fault",
  rule: { kind, on, times },
});

/** Bought at 100.1, less the fee of a thousandth in the coin, with a stop and a target. */
async function holding(quantity = "0.1"): Promise<VenueSession> {
  own = await VenueSession.begin();
  await own.want(quantity, 0.1);
  const held = quantity === "0.1" ? "0.0999" : "0.1998";
  expect(await own.standing()).toEqual([`stop 95.1 ${held}`, `target 110.1 ${held}`]);
  return own;
}

/** What is left of pair and holding: at the venue, in the journal, in the account. */
async function left(): Promise<object> {
  const coins = Number(await own.coins());
  return { standing: await own.standing(), open: own.state.live, held: own.held, coins: coins < 0.000001 ? 0 : coins };
}
const NOTHING = { standing: [], open: [], held: "0", coins: 0 };

describe("the pair of a spot holding", () => {
  it.each([
    ["stop", "94"],
    ["target", "111"],
  ])("ends when its %s has filled", async (_leg, price) => {
    await holding();
    await own.price(price);
    expect(await left()).toEqual(NOTHING);
  });

  it("ends with a holding that an order of ours closes, and shrinks with one that it makes smaller", async () => {
    await holding("0.2");
    own.clock.advance(60_000);
    await own.want("0.1", 0.1);
    expect(await own.standing()).toEqual(["stop 95.1 0.1", "target 110.1 0.1"]);
    own.clock.advance(60_000);
    await own.want("0");
    expect(await left()).toEqual(NOTHING);
  });

  it.each([
    ["the reply to the cancel is lost", fault("drop-reply", "/v5/order/cancel")],
    ["the cancel itself is lost", fault("drop-request", "/v5/order/cancel", 2)],
    ["no push tells of the cancelled order", fault("drop-push", "private order", 3)],
    ["no push tells of the fill", fault("drop-push", "private execution")],
  ])("ends where %s", async (_what, action) => {
    await holding();
    own.place.control(action);
    await own.price("94");
    await own.pass(65_000);
    expect(await left()).toEqual(NOTHING);
  });

  it("ends where the stream was down while the stop filled", async () => {
    await holding();
    own.place.control({ action: "close-streams", stream: "private" });
    await own.price("94");
    await own.place.until(() => own.state.link.generation > 1 && own.state.link.state === "up", "the stream is back");
    await own.settle();
    await own.pass(5_000);
    expect(await left()).toEqual(NOTHING);
  });

  it("ends where the process died before it heard of the fill, and where the target could not be taken away", async () => {
    await holding();
    own.place.control(fault("drop-push", "private", 20));
    await own.price("94");
    own.place.control({ action: "clear" });
    expect(await own.standing(), "the venue lets it stand").toEqual(["target 110.1 0.0999"]);
    own = await own.killed(30_000);
    await own.pass(65_000);
    expect(await left()).toEqual(NOTHING);
  });

  it("a target that filled in part sells the rest too, and the stop goes when that is done", async () => {
    await holding();
    await own.price("110.1", "0.0003");
    expect(Number(own.held), "the book held less than that").toBeGreaterThan(0.01);
    expect(Number(own.held)).toBeLessThan(0.0999);
    expect(
      (await own.standing()).filter((line) => line.startsWith("stop")),
      "what is left has its stop",
    ).toHaveLength(1);
    await own.price("110.2");
    await own.pass(7_000);
    expect(await left()).toEqual(NOTHING);
  });

  it("an order of an earlier session sells nothing of this one's: it is gone before anything is bought", async () => {
    await holding();
    // The journal is lost, the state folder with it.
    const { place } = own;
    await place.broker.stop();
    await place.account.create({
      symbol: "BTCUSDT",
      side: "Sell",
      orderType: "Market",
      qty: "0.0999",
      orderLinkId: "by-hand",
    });
    own = await VenueSession.begin({ place: place.again() });
    await own.pass(5_000);
    expect(await own.standing()).toEqual([]);
    await own.want("0.1");
    await own.price("111");
    expect(own.held, "the old target would have sold it").toBe("0.0999");
  });
});
