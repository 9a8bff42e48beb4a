import { request } from "node:http";
import { expect, test } from "vitest";
import { holding } from "../engine/testing/desk.ts";
import { SessionMetrics, serveMetrics } from "./metrics.ts";

function get(port: number, path: string, host: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, headers: { host } }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("figures of a session are served to Prometheus on the loopback address, and to nobody who was led there", async () => {
  const desk = holding();
  const metrics = new SessionMetrics(() => desk.engine.state, "live/s");
  for (const entry of desk.entries) metrics.entry(entry);
  const server = await serveMetrics(metrics, 0);
  try {
    const { status, text } = await get(server.port, "/metrics", `127.0.0.1:${server.port}`);
    expect(status).toBe(200);
    for (const line of [
      'tidemark_positions{session="live/s"} 1',
      'tidemark_status{session="live/s"} 0',
      'tidemark_orders_total{session="live/s"} 1',
      'tidemark_fills_total{role="ours",session="live/s"} 1',
      'tidemark_connected{session="live/s"} 1',
      'tidemark_equity{session="live/s"} 9999.99',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect((await get(server.port, "/metrics", "evil.example.org")).status).toBe(403);
    expect((await get(server.port, "/", "localhost")).status).toBe(404);
    await expect(serveMetrics(metrics, server.port)).rejects.toMatchObject({ code: "CONFIG_VALUE" });
  } finally {
    await server.close();
  }
});
