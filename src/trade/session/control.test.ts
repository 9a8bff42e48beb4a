import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TidemarkError } from "../../core/index.ts";
import { MemoryJournal } from "../journal/memory-journal.ts";
import { type ControlServer, serveControl } from "./control.ts";
import { askEngine, followEngine } from "./control-client.ts";
import { type ControlReply, type ControlRequest, checkCommandOrder } from "./control-protocol.ts";

let folder: string;
let server: ControlServer;
let heard: ControlRequest[];
let journal: MemoryJournal;

const COMMAND = {
  verb: "command",
  id: "a1",
  by: "test",
  from: "here",
  reason: "",
  order: { command: "halt" },
} as const;
const command = (over: object): string => `${JSON.stringify({ ...COMMAND, ...over })}\n`;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tm-"));
  heard = [];
  journal = new MemoryJournal();
  server = await serveControl(folder, {
    records: journal,
    answer: (request) => {
      heard.push(request);
      if (request.verb === "orders") throw new Error("not now");
      if (request.verb === "commands") throw new TidemarkError("ENGINE_FAILED", { what: "It failed", fix: "Mend it." });
      return { heard: heard.length };
    },
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
    expect(await askEngine(folder, COMMAND)).toEqual({ heard: 2 });
    expect(heard[1]).toEqual(COMMAND);
    await expect(askEngine(folder, { verb: "orders" })).rejects.toMatchObject({ code: "INVARIANT" });
    const failed = { code: "ENGINE_FAILED", what: "It failed", where: folder, fix: "Mend it." };
    await expect(askEngine(folder, { verb: "commands" })).rejects.toMatchObject(failed);
  });

  it.each([
    ["no JSON", "{\n"],
    ["no object", "null\n"],
    ["an unknown verb", '{"verb":"x"}\n'],
    ["no verb", '{"command":"halt"}\n'],
    ["an unknown command", command({ order: { command: "buy" } })],
    ["a command of nobody", command({ by: undefined })],
    ["a command by an empty name", command({ by: "" })],
    ["a command from nowhere", command({ from: undefined })],
    ["a command without an id", command({ id: undefined })],
    ["an id of digits alone", command({ id: "123" })],
    ["an id with a space", command({ id: "a b" })],
    ["a reason that is no text", command({ reason: {} })],
    ["a reason without end", command({ reason: "x".repeat(2_000) })],
    ["settings from outside", command({ order: { command: "reload", config: {} } })],
    ["a position without a symbol", command({ order: { command: "close-position" } })],
    ["a version of another form", command({ order: { command: "close-position", symbol: "X", ifVersion: "7" } })],
    ["protection of nothing", command({ order: { command: "change-protection", symbol: "A" } })],
    ["a stop taken away", command({ order: { command: "change-protection", symbol: "A", stopPrice: null } })],
    ["a stop below zero", command({ order: { command: "change-protection", symbol: "A", stopPrice: "-1" } })],
    ["a stop at zero", command({ order: { command: "change-protection", symbol: "A", stopPrice: "0.0" } })],
    ["a stop as a number", command({ order: { command: "change-protection", symbol: "A", stopPrice: 1 } })],
    ["an unknown class", command({ order: { command: "switch-class", assetClass: "tulips", open: true } })],
    ["events before the first", '{"verb":"events","after":-1}\n'],
    ["more than was agreed", '{"verb":"status","and":1}\n'],
  ])("refuses %s, and the engine never hears of it", async (_, line) => {
    expect(await send(line)).toMatchObject({ ok: false, code: "COMMAND_INVALID" });
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
    server = await serveControl(folder, { answer: () => "anew" });
    expect(await askEngine(folder, { verb: "status" })).toBe("anew");
  });

  it("checks an order from a program as it checks one from the socket", () => {
    const order = { command: "change-protection", symbol: "A", stopPrice: "10.50", targetPrice: null } as const;
    expect(checkCommandOrder(order)).toEqual({ ...order, stopPrice: "10.5" });
    expect(() => checkCommandOrder({ command: "close-position", symbol: "" })).toThrow(/symbol/);
  });
});

const write = (text: string): void => {
  journal.append([{ kind: "alarm", code: "x", text }], 1, true);
  server.wake();
};

describe("the stream of an engine's records", () => {
  it("begins after the number that is named, and goes on with each new record, in order and once", async () => {
    write("1");
    write("2");
    const seen: number[] = [];
    const whole = new AbortController();
    const all = new Promise((resolve) => whole.signal.addEventListener("abort", resolve));
    const controller = new AbortController();
    const stream = await followEngine(folder, {
      after: 1,
      signal: controller.signal,
      onRecord: ({ seq, entry }) => {
        seen.push(seq);
        expect(entry).toMatchObject({ kind: "alarm", text: String(seq) });
        if (seq === 60) whole.abort();
      },
    });
    expect(stream?.seq).toBe(2);
    for (let i = 3; i <= 60; i++) write(String(i));
    await all;
    expect(seen).toEqual(Array.from({ length: 59 }, (_, i) => i + 2));
    controller.abort();
    await stream?.ended;
  });

  it("ends with the engine, and there is none where no engine runs", async () => {
    const stream = await followEngine(folder, { after: 0, onRecord: () => undefined });
    await server.close();
    await stream?.ended;
    expect(await followEngine(folder, { after: 0, onRecord: () => undefined })).toBeUndefined();
  });

  it("leaves a reader that does not read behind in the journal, and tells it everything when it reads", async () => {
    const text = "x".repeat(50_000);
    for (let i = 0; i < 200; i++) journal.append([{ kind: "alarm", code: "x", text }], 1, true);
    const socket = createConnection(join(folder, "engine.sock"));
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    socket.write('{"verb":"events","after":0}\n');
    socket.pause();
    for (let i = 0; i < 20; i++) expect(await askEngine(folder, { verb: "status" })).toBeDefined();
    let lines = 0;
    await new Promise<void>((resolve) => {
      socket.on("data", (chunk: Buffer) => {
        lines += chunk.toString().split("\n").length - 1;
        if (lines === 201) resolve();
      });
      socket.resume();
    });
    socket.destroy();
    expect(lines).toBe(201);
  });
});
