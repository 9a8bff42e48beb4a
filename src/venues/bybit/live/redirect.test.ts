import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { Random, systemClock } from "../../../core/index.ts";
import { ConnectBudget } from "./connect-budget.ts";
import { BybitCredentials } from "./credentials.ts";
import { bybitHosts } from "./hosts.ts";
import { BybitRest } from "./rest.ts";
import { Stream } from "./stream.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A host that answers every request so, and what it was asked for. */
async function host(status: number, headers: Record<string, string>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(status, headers).end('{"retCode":0,"retMsg":"OK","result":{"orderId":"elsewhere"},"time":1}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

it.each([302, 307, 308])(
  "a signed command that is sent on (HTTP %i) reaches no other host, and may have been taken",
  async (status) => {
    const other = await host(200, { "content-type": "application/json" });
    const { url, asked } = await host(status, { location: `${other.url}/v5/order/create` });
    const rest = new BybitRest({
      hosts: bybitHosts(url),
      credentials: new BybitCredentials("key-0001", "secret-0001"),
    });
    const outcome = await rest.send({ group: "create", lane: "trade", where: "order" }, (client) =>
      client.submitOrder({ category: "linear", symbol: "BTCUSDT", side: "Buy", orderType: "Market", qty: "1" }),
    );
    expect(outcome).toMatchObject({ kind: "unknown", reason: expect.stringContaining(`HTTP ${status}`) });
    expect([asked.length, other.asked.length]).toEqual([1, 0]);
  },
);

it("a signed question that is sent on reaches no other host, is told and not asked again", async () => {
  const other = await host(200, { "content-type": "application/json" });
  const { url, asked } = await host(302, { location: `${other.url}/v5/account/wallet-balance` });
  const rest = new BybitRest({ hosts: bybitHosts(url), credentials: new BybitCredentials("key-0001", "secret-0001") });
  const answer = rest.ask({ group: "wallet", where: "wallet", schema: z.unknown() }, (client) =>
    client.getWalletBalance({ accountType: "UNIFIED" }),
  );
  await expect(answer).rejects.toMatchObject({ code: "VENUE_REJECTED", what: expect.stringContaining("HTTP 302") });
  expect([asked.length, other.asked.length]).toEqual([1, 0]);
});

it("a stream that is sent on is no connection, and its key reaches no other host", async () => {
  const other = await host(200, {});
  const { url, asked } = await host(302, { location: other.url });
  const down: string[] = [];
  const stream = new Stream({
    url: url.replace("http", "ws"),
    topics: [],
    authentication: () => ["key-0001", 0, "signature"],
    wall: systemClock,
    random: new Random(1),
    budget: new ConnectBudget(systemClock),
    onMessage: () => {},
    onState: ({ state, reason }) => {
      if (state !== "down") return;
      down.push(reason);
      void stream.stop();
    },
  });
  void stream.start();
  await vi.waitFor(() => expect(down[0]).toContain("302"), { timeout: 60_000 });
  await stream.stop();
  expect([asked.length > 0, other.asked.length]).toEqual([true, 0]);
});
