import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askEngine, type ControlReply, type ControlRequest, type ControlServer, serveControl } from "./control.ts";

let folder: string;
let server: ControlServer;
let heard: ControlRequest[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tm-"));
  heard = [];
  server = await serveControl(folder, (request) => {
    heard.push(request);
    if (request.verb === "orders") throw new Error("not now");
    return { heard: heard.length };
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Sends raw text and resolves with what came back; undefined where the connection was cut. */
function send(text: string): Promise<ControlReply | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(join(folder, "engine.sock"));
    let received = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (received += chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received === "" ? undefined : (JSON.parse(received) as ControlReply)));
    socket.on("connect", () => socket.write(text));
  });
}

describe("the door to a running engine", () => {
  it("answers what may be asked, and tells why it refuses", async () => {
    expect(await askEngine(folder, { verb: "status" })).toEqual({ heard: 1 });
    const halt = { verb: "command", command: "halt", by: "test", reason: "" } as const;
    expect(await askEngine(folder, halt)).toEqual({ heard: 2 });
    expect(heard[1]).toEqual(halt);
    await expect(askEngine(folder, { verb: "orders" })).rejects.toMatchObject({ code: "CHECK_FAILED" });
  });

  it.each([
    ["no JSON", "{\n"],
    ["no object", "null\n"],
    ["an unknown verb", '{"verb":"x"}\n'],
    ["no verb", '{"command":"halt"}\n'],
    ["an unknown command", '{"verb":"command","command":"buy","by":"a","reason":""}\n'],
    ["a command of nobody", '{"verb":"command","command":"halt","reason":""}\n'],
    ["a command by an empty name", '{"verb":"command","command":"halt","by":"","reason":""}\n'],
    ["a reason that is no text", '{"verb":"command","command":"halt","by":"a","reason":{}}\n'],
    ["a reason without end", `{"verb":"command","command":"halt","by":"a","reason":"${"x".repeat(2_000)}"}\n`],
    ["more than was agreed", '{"verb":"status","and":1}\n'],
  ])("refuses %s, and the engine never hears of it", async (_, line) => {
    expect(await send(line)).toMatchObject({ ok: false });
    expect(heard).toEqual([]);
  });

  it("cuts a line without end, and takes one request a connection", async () => {
    expect(await send("x".repeat(100_000))).toBeUndefined();
    expect(await send('{"verb":"status"}\n{"verb":"status"}\n')).toEqual({ ok: true, result: { heard: 1 } });
    expect(heard).toHaveLength(1);
  });

  it("is its owner's alone, goes with the engine, and a dead one is no engine", async () => {
    const path = join(folder, "engine.sock");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await server.close();
    expect(existsSync(path)).toBe(false);
    expect(await askEngine(folder, { verb: "status" })).toBeUndefined();
    writeFileSync(path, "left behind");
    server = await serveControl(folder, () => "anew");
    expect(await askEngine(folder, { verb: "status" })).toBe("anew");
  });
});
