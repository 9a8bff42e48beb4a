import { RestClientV5, WebsocketClient, type WsKey } from "bybit-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { BAR_MS, smallVenue } from "../../testing/small-venue.ts";
import { FaultPlan } from "./faults.ts";
import { LocalVenue } from "./local-venue.ts";
import { hmacHex } from "./signature.ts";

let venue: LocalVenue;
beforeEach(async () => {
  venue = await LocalVenue.start({ core: smallVenue(), seed: 1, speed: 0, ipLimit: 10_000 });
  venue.control({ action: "quote", symbol: "BTCUSDT", bid: "100", ask: "100.1" });
});
afterEach(() => venue.close());

const rest = (key = "key-1", secret = "secret-1"): RestClientV5 =>
  new RestClientV5({ baseUrl: venue.url, key, secret, parseAPIRateLimits: true }, { proxy: false, timeout: 3000 });
const buy = { category: "linear", symbol: "BTCUSDT", side: "Buy", orderType: "Market", qty: "1" } as const;

/** The venue's own client with its addresses changed, and silent. */
class LocalStreams extends WebsocketClient {
  protected override getWsUrl(wsKey: WsKey): Promise<string> {
    return Promise.resolve(`${venue.streamUrl}/v5/${wsKey === "v5Private" ? "private" : "public/linear"}`);
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

describe("the local venue serves the ordinary client", () => {
  it("orders, queries and limits over REST", async () => {
    const client = rest();
    const placed = await client.submitOrder({ ...buy, orderLinkId: "a" });
    expect(placed).toMatchObject({
      retCode: 0,
      result: { orderLinkId: "a" },
      rateLimitApi: { maxRequests: 10, remainingRequests: 9 },
    });
    const { result } = await client.getPositionInfo({ category: "linear", symbol: "BTCUSDT" });
    expect(result.list[0]).toMatchObject({ size: "1", side: "Buy", avgPrice: "100.1" });
    expect((await client.getExecutionList({ category: "linear" })).result.list).toHaveLength(1);
    expect((await client.getWalletBalance({ accountType: "UNIFIED" })).result.list[0].coin[0].coin).toBe("USDT");
    expect((await client.getKline({ category: "linear", symbol: "BTCUSDT", interval: "5" })).result.list.length).toBe(
      200,
    );
  });

  it("fills and books on its private stream, candles and tickers on its public one", async () => {
    const heard: string[] = [];
    const silent = { trace: () => undefined, info: () => undefined, error: () => undefined };
    const streams = new LocalStreams({ key: "key-1", secret: "secret-1" }, silent);
    const closes: number[] = [];
    streams.on(
      "update",
      (message: { topic: string; type?: string; data: Array<{ confirm?: boolean; start?: number }> }) => {
        heard.push(`${message.topic} ${message.type ?? ""}`.trim());
        if (message.data[0]?.confirm === true) closes.push(message.data[0].start ?? 0);
      },
    );
    const subscribed: unknown[] = [];
    streams.on("response", (message: { success?: boolean; op?: string }) => {
      if (message.op === "subscribe" || message.success === true) subscribed.push(message);
    });
    void streams.subscribeV5(["order", "execution", "position", "wallet"], "linear", true);
    void streams.subscribeV5(
      ["kline.5.BTCUSDT", "tickers.BTCUSDT", "orderbook.50.BTCUSDT", "publicTrade.BTCUSDT"],
      "linear",
    );
    await until(() => subscribed.length >= 2 && heard.includes("tickers.BTCUSDT snapshot"));
    await rest().submitOrder(buy);
    venue.advance(2 * BAR_MS);
    await until(() => closes.length === 2);
    streams.closeAll(true);
    expect(closes[1] - closes[0]).toBe(BAR_MS);
    for (const topic of [
      "order",
      "execution",
      "position",
      "wallet",
      "tickers.BTCUSDT delta",
      "orderbook.50.BTCUSDT delta",
    ]) {
      expect(heard, topic).toContain(topic);
    }
  });
});

describe("the local venue refuses as the real one does", () => {
  it.each([
    ["an unknown key", "nobody", "secret-1", 10003],
    ["a wrong secret", "key-1", "wrong", 10004],
  ])("%s", async (_name, key, secret, code) => {
    expect((await rest(key, secret).getAccountInfo()).retCode).toBe(code);
  });

  it("a clock that is too far off, before the market's and the wall's", async () => {
    venue.control({ action: "clock-skew", ms: 60_000 });
    expect((await rest().getAccountInfo()).retCode).toBe(10002);
    venue.control({ action: "clock-skew", ms: -1500 });
    expect((await rest().getAccountInfo()).retCode, "more than a second ahead").toBe(10002);
  });

  it("more orders a second than the limit, while the budget of cancels is its own", async () => {
    const client = rest();
    const codes = await Promise.all(
      Array.from({ length: 14 }, () => client.submitOrder({ ...buy, orderType: "Limit", price: "99", qty: "0.1" })),
    );
    const limited = codes.filter(({ retCode }) => retCode === 10006);
    expect(limited.length).toBeGreaterThanOrEqual(4);
    expect(limited[0].rateLimitApi?.resetAtTimestamp).toBeGreaterThan(Date.now() - 5_000);
    expect((await client.cancelAllOrders({ category: "linear", symbol: "BTCUSDT" })).retCode).toBe(0);
  });

  it("an address that sends too much, with 403 for everything", async () => {
    venue.control({ action: "ban", ms: 60_000 });
    await expect(rest().getServerTime()).rejects.toMatchObject({ code: 403 });
  });

  it("everything during maintenance, and a key without the permission to trade", async () => {
    venue.control({ action: "permissions", account: "1", trade: false });
    expect((await rest().submitOrder(buy)).retCode).toBe(10005);
    expect((await rest().getAccountInfo()).retCode).toBe(0);
    venue.control({ action: "maintenance", on: true });
    expect((await rest().getAccountInfo()).retCode).toBe(10019);
  });
});

const placed = (): Promise<unknown> =>
  rest()
    .submitOrder({ ...buy, orderLinkId: "f" })
    .catch((thrown: unknown) => thrown);
const exists = (): boolean => venue.core.audit("1").orders.length === 1;

/** What a rule of even chance does eight times. */
function draw(): unknown[] {
  const plan = new FaultPlan(3, [{ kind: "drop-push", probability: 0.5 }]);
  return Array.from({ length: 8 }, () => plan.meet(["drop-push"], "x", 0)?.kind);
}

describe("faults", () => {
  it.each([
    ["drop-request", undefined, false],
    ["drop-reply", undefined, true],
    ["status", 503, false],
    ["status-after", 502, true],
    ["ret-code", 10016, false],
    ["ret-code-after", 10000, true],
    ["garbage", undefined, true],
  ] as const)("%s leaves the order as it says", async (kind, value, processed) => {
    venue.control({
      action: "fault",
      rule: { kind, on: "/v5/order/create", times: 1, ...(value === undefined ? {} : { value }) },
    });
    const outcome = await placed();
    expect(outcome).not.toMatchObject({ retCode: 0 });
    expect(exists()).toBe(processed);
    expect(venue.faults.counts()).toEqual({ [kind]: 1 });
    expect(await placed(), "and only once").toMatchObject({ retCode: processed ? 110072 : 0 });
  });

  it.each([
    ["mute-request", false],
    ["mute-reply", true],
  ] as const)("%s lets the client wait for ever", async (kind, processed) => {
    venue.control({ action: "fault", rule: { kind, times: 1 } });
    const client = new RestClientV5(
      { baseUrl: venue.url, key: "key-1", secret: "secret-1" },
      { proxy: false, timeout: 150 },
    );
    await expect(client.submitOrder({ ...buy })).rejects.toMatchObject({ code: "ECONNABORTED" });
    expect(exists()).toBe(processed);
  });

  it("meet the messages of streams", async () => {
    const fault = (kind: "drop-push" | "reorder-push" | "duplicate-push", on: string): unknown =>
      venue.control({ action: "fault", rule: { kind, on, ...(kind === "drop-push" ? {} : { times: 1 }) } });
    fault("drop-push", "private wallet");
    fault("reorder-push", "private execution");
    const socket = new WebSocket(`${venue.streamUrl}/v5/private`);
    const heard: string[] = [];
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { topic?: string; op?: string; success?: boolean };
      heard.push(message.topic ?? `${message.op}:${message.success}`);
    });
    await new Promise((resolve) => socket.once("open", resolve));
    const expires = Date.now() + 10_000;
    socket.send(
      JSON.stringify({ op: "auth", args: ["key-1", expires, hmacHex("secret-1", `GET/realtime${expires}`)] }),
    );
    socket.send(JSON.stringify({ op: "subscribe", args: ["order", "execution", "wallet"] }));
    await until(() => heard.includes("subscribe:true"));
    await rest().submitOrder(buy);
    await until(() => heard.length === 4);
    expect(heard).toEqual(["auth:true", "subscribe:true", "order", "execution"]);
    fault("duplicate-push", "private execution");
    await rest().submitOrder(buy);
    await until(() => heard.length === 7);
    expect(heard.slice(4)).toEqual(["execution", "execution", "order"]);
    socket.close();
  });

  it("repeat from one seed", () => {
    expect(new Set(draw()).size).toBe(2);
    expect(draw()).toEqual(draw());
  });
});
