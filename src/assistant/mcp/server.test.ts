import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GLOSSARY } from "../glossary.ts";
import { MemoryData } from "../memory-data.ts";
import { candleRows } from "../testing/market.ts";
import { mcpServer } from "./server.ts";

const ROWS = candleRows();
const server = mcpServer(new MemoryData(ROWS, [], GLOSSARY));
const client = new Client({ name: "test", version: "1" });

type Answer = {
  readonly isError?: boolean;
  readonly content: ReadonlyArray<{ readonly text: string }>;
  readonly structuredContent?: {
    readonly text: string;
    readonly isRefusal: boolean;
    readonly facts: ReadonlyArray<{ readonly id: string; readonly value: number | string }>;
  };
};

async function call(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
  return (await client.callTool({ name, arguments: args })) as unknown as Answer;
}

beforeAll(async () => {
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
});
afterAll(() => client.close());

describe("the official client", () => {
  it("finds tools that only read", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      "alternative",
      "ask",
      "compare",
      "correlation",
      "coverage",
      "decision",
      "extremes",
      "funding",
      "glossary",
      "indicators",
      "market",
      "models",
      "news",
      "performance",
      "positions",
      "signals",
    ]);
    for (const { name, annotations } of tools) expect(annotations, name).toMatchObject({ readOnlyHint: true });
  });

  it("gets computed figures with their facts", async () => {
    const last = ROWS.findLast(({ symbol }) => symbol === "ETHUSDT")?.close;
    const { structuredContent, content } = await call("market", { symbols: ["eth/usdt"], days: 7 });
    expect(structuredContent?.facts.find(({ id }) => id === "ETHUSDT.close")?.value).toBe(last);
    expect(content[0].text).toBe(structuredContent?.text);
    expect(
      (await call("extremes", { symbols: ["BTCUSDT"], days: 3 })).structuredContent?.facts.map(({ id }) => id),
    ).toContain("BTCUSDT.high");
    expect((await call("correlation", { symbols: ["BTCUSDT", "ETHUSDT"] })).structuredContent?.text).toMatch(
      /correlation of/,
    );
    expect((await call("coverage")).structuredContent?.text).toMatch(/BTCUSDT: 2,400 1-hour candles/);
    expect((await call("glossary", { term: "drawdown" })).structuredContent?.text).toMatch(/^Drawdown: /);
  });

  it("is told what is wrong", async () => {
    const stranger = await call("market", { symbols: ["BTCUSD"] });
    expect(stranger).toMatchObject({ isError: true });
    expect(stranger.content[0].text).toContain("Did you mean BTCUSDT?");
    expect(await call("correlation", { symbols: ["BTCUSDT"] })).toMatchObject({ isError: true });
    expect(await call("market", { days: -1 })).toMatchObject({ isError: true });
  });

  it("can't order anything, in words neither", async () => {
    expect((await call("ask", { question: "buy 1 BTC" })).structuredContent).toMatchObject({
      isRefusal: true,
      facts: [],
    });
    expect(await call("place_order", { symbol: "BTCUSDT" })).toMatchObject({ isError: true });
  });
});
