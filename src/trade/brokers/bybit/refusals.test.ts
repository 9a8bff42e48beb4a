/** @file What a user can get wrong with an account, each with its code; and that no secret leaves the broker. */
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { exactText, toError } from "../../../core/index.ts";
import type { OrderRequest } from "../../broker.ts";
import { type LocalPlace, localPlace, type PlaceOptions } from "../../testing/local-place.ts";

const MARKED = "s3cr3t-that-must-never-be-seen";
let place: LocalPlace;
afterEach(async () => {
  await place.broker.stop();
  await place.close();
});

async function open(options: PlaceOptions = {}): Promise<LocalPlace> {
  place = await localPlace(options);
  place.quote("100", "100.1");
  return place;
}
const start = (symbols = ["BTCUSDT"]): Promise<void> =>
  place.broker.start(symbols, (event) => place.events.push(event));
const order: OrderRequest = {
  clientOrderId: "r-1",
  symbol: "BTCUSDT",
  side: "buy",
  purpose: "entry",
  type: "market",
  timeInForce: "ioc",
  quantity: exactText("0.1"),
  reduceOnly: false,
};
const troubles = (): string[] => place.events.flatMap((event) => (event.kind === "trouble" ? [event.code] : []));

describe("bad input and bad luck have a code each", () => {
  it.each([
    ["an unknown key", { key: "nobody-0001" }],
    ["a wrong secret", { secret: "wrong-0001" }],
  ])("%s: VENUE_CREDENTIALS", async (_name, options) => {
    await open(options);
    await expect(start()).rejects.toMatchObject({ code: "VENUE_CREDENTIALS" });
  });

  it("a key that may not trade is told before anything is sent, and refused where it is tried", async () => {
    await open();
    place.control({ action: "permissions", account: "1", trade: false });
    await start();
    expect(await place.broker.accountMode()).toMatchObject({ mayTrade: false, mayWithdraw: false });
    expect(await place.broker.submit(order)).toMatchObject({ outcome: "rejected", code: "permission" });
  });

  it("a permission that is withdrawn in mid-session is trouble, by order and by question", async () => {
    await open();
    await start();
    expect((await place.broker.submit(order)).outcome).toBe("acknowledged");
    place.control({ action: "permissions", account: "1", expired: true });
    expect(await place.broker.submit({ ...order, clientOrderId: "r-2" })).toMatchObject({ code: "credentials" });
    await expect(place.broker.positions()).rejects.toMatchObject({ code: "VENUE_CREDENTIALS" });
    expect(troubles()).toEqual(["credentials", "credentials"]);
  });

  it("an unknown symbol: VENUE_REJECTED, before a stream is opened", async () => {
    await open();
    await expect(start(["NOPEUSDT"])).rejects.toMatchObject({
      code: "VENUE_REJECTED",
      message: expect.stringContaining("NOPEUSDT") as string,
    });
    expect(place.venue.connections).toBe(0);
  });

  it("leverage that the venue refuses, and leverage that is set already", async () => {
    await open();
    await start();
    expect(await place.broker.setLeverage("BTCUSDT", exactText("500"))).toMatchObject({
      outcome: "rejected",
      code: "leverage",
    });
    expect(await place.broker.setLeverage("BTCUSDT", exactText("3"))).toEqual({ outcome: "set" });
    expect(await place.broker.setLeverage("BTCUSDT", exactText("3"))).toEqual({ outcome: "unchanged" });
  });

  it("a symbol that is delisted while it is held: first only closing, then nothing", async () => {
    await open();
    await start();
    await place.broker.submit(order);
    place.control({ action: "status", symbol: "BTCUSDT", status: "Settling" });
    expect((await place.broker.rules())[0]).toMatchObject({ status: "reduce-only" });
    expect(await place.broker.submit({ ...order, clientOrderId: "r-3" })).toMatchObject({ code: "symbol-paused" });
    const out = { ...order, clientOrderId: "r-4", side: "sell", purpose: "exit", reduceOnly: true } as const;
    expect((await place.broker.submit({ ...out, quantity: exactText("0.05") })).outcome).toBe("acknowledged");
    place.control({ action: "status", symbol: "BTCUSDT", status: "Closed" });
    expect((await place.broker.rules())[0]).toMatchObject({ status: "closed" });
    expect(await place.broker.submit({ ...out, clientOrderId: "r-5" })).toMatchObject({ code: "symbol-paused" });
  });

  it("maintenance (10019): trouble, VENUE_MAINTENANCE, and the stream comes back by itself", async () => {
    await open();
    await start();
    place.control({ action: "maintenance", on: true });
    expect(await place.broker.submit(order)).toMatchObject({ outcome: "rejected", code: "maintenance" });
    await expect(place.broker.balances()).rejects.toMatchObject({ code: "VENUE_MAINTENANCE" });
    place.control({ action: "maintenance", on: false });
    const ups = (): number =>
      place.events.filter((event) => event.kind === "connection" && event.state === "up").length;
    await place.until(() => ups() === 2, "the second connection");
    expect((await place.broker.submit({ ...order, clientOrderId: "r-6" })).outcome).toBe("acknowledged");
  });
});

describe("secrets", () => {
  it("stand in no error, no event, no outcome and nothing that is shown of broker and account", async () => {
    await open({ key: `key-${MARKED}`, secret: MARKED, timeoutMs: 120 });
    const seen: unknown[] = [];
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      seen.push(await work().catch((thrown: unknown) => thrown));
    };
    await attempt(() => start());
    for (const kind of ["mute-reply", "drop-request", "garbage", "status-after"] as const) {
      place.control({ action: "fault", rule: { kind, times: 8, ...(kind === "status-after" ? { value: 500 } : {}) } });
      await attempt(() => place.broker.submit(order));
      await attempt(() => place.broker.positions());
      await attempt(() => place.broker.cancel({ symbol: "BTCUSDT", clientOrderId: "x" }));
      place.control({ action: "clear" });
    }
    await place.venue.close();
    await attempt(() => place.broker.balances());
    expect(seen.length).toBeGreaterThan(10);
    const shown = [
      inspect(seen, { depth: 12, showHidden: true }),
      ...seen.map((one) => `${toError(one).stack ?? ""} ${JSON.stringify(one) ?? ""}`),
      inspect(place.events, { depth: 12 }),
      inspect(place.broker, { depth: 12, showHidden: true }),
      inspect(place.account, { depth: 12, showHidden: true }),
      JSON.stringify(place.account),
      String(place.account.rest.credentials),
    ].join("\n");
    expect(shown.includes(MARKED), shown.slice(Math.max(0, shown.indexOf(MARKED) - 300), shown.indexOf(MARKED))).toBe(
      false,
    );
  });
});
