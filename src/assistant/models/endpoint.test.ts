import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { endpointModel } from "./endpoint.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers everything so, and what it was asked. */
async function host(status: number, headers: Record<string, string>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization ?? "");
    response.writeHead(status, headers).end("{}");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

it.each([301, 302, 303, 307, 308])(
  "an endpoint that sends a question on (HTTP %i) is no model: neither the key nor the facts reach another host",
  async (status) => {
    const other = await host(200, { "content-type": "application/json" });
    const { url, asked } = await host(status, { location: `${other.url}/v1/chat/completions` });
    const model = endpointModel({ url: `${url}/v1`, model: "tiny", apiKey: "key-of-the-endpoint" });
    const answer = model.complete({ system: "Rules", prompt: "What do I hold?", maxOutputTokens: 5 });
    await expect(answer).rejects.toMatchObject({
      code: "ASSISTANT_MODEL",
      what: expect.stringContaining(`HTTP ${status}`),
    });
    expect(asked).toEqual(["Bearer key-of-the-endpoint"]);
    expect(other.asked).toEqual([]);
  },
);
