/** Agents by the protocol's official client: over HTTP with tokens of each tier, and on standard input and output. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/index.ts";
import { openPlace, type Place } from "../../src/server/testing/place.ts";
import { temporaryFolder } from "../cli/cli.ts";

type Answer = {
  readonly isError?: boolean;
  readonly content: ReadonlyArray<{ readonly text: string }>;
  readonly structuredContent?: {
    readonly job?: { readonly id: string; readonly state: string };
    readonly draft?: string;
  };
};

const call = async (client: Client, name: string, args: Record<string, unknown> = {}) =>
  (await client.callTool({ name, arguments: args })) as unknown as Answer;
const changing = async (client: Client) =>
  (await client.listTools()).tools.flatMap(({ name, annotations }) =>
    annotations?.readOnlyHint === true ? [] : [name],
  );

/** Draft, run, and ask until it has ended. */
async function work(client: Client, order: Record<string, unknown>): Promise<Answer> {
  const { structuredContent: draft } = await call(client, "draft_job", order);
  const { structuredContent: started } = await call(client, "run_job", { draft: draft?.draft });
  for (;;) {
    const answer = await call(client, "job", { id: started?.job?.id });
    if (answer.structuredContent?.job?.state !== "running") return answer;
    await systemClock.sleep(50);
  }
}

describe("over HTTP", () => {
  let place: Place;
  beforeAll(async () => {
    const child = join(import.meta.dirname, "child.mjs");
    place = await openPlace(undefined, child);
  });
  afterAll(() => place.close());

  async function agent(headers: Record<string, string>): Promise<Client> {
    const client = new Client({ name: "test", version: "1" });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${place.served.url}/mcp`), { requestInit: { headers } }),
    );
    return client;
  }
  const token = (tier: "view" | "operate") => ({
    authorization: `Bearer ${place.served.vault.makeToken(`agent ${tier}`, tier, 1).secret}`,
  });

  it("nobody is let in without a token, or with one from another address", async () => {
    await expect(agent({})).rejects.toThrow(/ACCESS_REFUSED/);
    await expect(agent({ authorization: "Bearer tm_wrong" })).rejects.toThrow(/401|signed in/);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const typed = {
      ...token("operate"),
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const host = new URL(place.served.url).host;
    expect((await place.send("POST", "/mcp", { ...typed, host: "evil.example" }, body)).status).toBe(421);
    expect((await place.send("POST", "/mcp", { ...typed, host, origin: "https://evil.example" }, body)).status).toBe(
      403,
    );
    expect((await place.send("POST", "/mcp", { ...typed, host }, body)).status).toBe(200);
  });

  it("the tier view reads and starts nothing", async () => {
    const client = await agent(token("view"));
    expect(await changing(client)).toEqual([]);
    expect((await call(client, "coverage")).content[0].text).toContain("No candles are stored");
    expect(await call(client, "draft_job", { kind: "train", settings: {} })).toMatchObject({ isError: true });
    await client.close();
  });

  it("the tier operate drafts, runs and asks", async () => {
    const client = await agent(token("operate"));
    expect(await changing(client)).toEqual(["run_job", "stop_job"]);
    const answer = await work(client, { kind: "backtest", model: "demo", settings: { "exchange.half_spread_bps": 3 } });
    expect(answer.structuredContent?.job).toMatchObject({
      state: "done",
      line: "tidemark backtest --model demo --set exchange.half_spread_bps=3",
    });
    expect(place.served.jobs.list()[0].by).toBe("agent, token agent operate");
    await client.close();
  });
});

describe("on standard input and output", () => {
  const bin = resolve(import.meta.dirname, "../../bin/tidemark.mjs");

  async function agent(cwd: string, more: readonly string[] = []): Promise<Client> {
    const client = new Client({ name: "test", version: "1" });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [bin, "mcp", ...more], cwd, stderr: "ignore" }),
    );
    return client;
  }

  it("every tool reads unless --jobs is given; then a command runs by its own process and tells its failure", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "tidemark.toml"), "");
    const reader = await agent(folder.path);
    expect(await changing(reader)).toEqual([]);
    await reader.close();
    const client = await agent(folder.path, ["--jobs"]);
    expect(await changing(client)).toEqual(["run_job", "stop_job"]);
    expect(await call(client, "draft_job", { kind: "train", settings: { "training.gama": 1 } })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Did you mean "gamma"?') as string }],
    });
    const { content, structuredContent } = await work(client, { kind: "backtest", model: "none", settings: {} });
    expect(structuredContent?.job).toMatchObject({ state: "failed" });
    expect(content[0].text).toMatch(/MODEL_MISSING/);
    await client.close();
  });
});
