import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { SimulatedClock } from "../../core/index.ts";
import type { Visitor } from "../access/vault.ts";
import { CLOSE_UNAUTHORIZED } from "../contract/index.ts";
import { StreamHub } from "./hub.ts";

const PAGE: Visitor = { name: "page", tier: "operate", expiresMs: 1, isPage: true };

class Socket extends EventEmitter {
  readonly sent: string[] = [];
  readonly closed: number[] = [];
  bufferedAmount = 0;
  send = (text: string): void => void this.sent.push(text);
  close = (code: number): void => void this.closed.push(code);
  terminate = (): void => void this.emit("close");
  say = (message: object): void => void this.emit("message", Buffer.from(JSON.stringify(message)));
}

const accepted = (hub: StreamHub, socket: Socket, ...more: [Visitor?, (() => boolean)?]): void =>
  hub.accept(socket as unknown as WebSocket, "cookie", ...(more as [Visitor, () => boolean]));

describe("a reader of the stream", () => {
  it("whose session has ended is told nothing more, and is closed at the next beat", () => {
    let isIn = true;
    const hub = new StreamHub(new SimulatedClock(0), (secret) => (isIn && secret === "half" ? PAGE : undefined));
    const socket = new Socket();
    accepted(hub, socket);
    socket.say({ do: "sign-in", secret: "half" });
    socket.say({ do: "subscribe", topic: "sessions" });
    hub.publish(hub.sessions.update([["a", 1]]));
    hub.beat();
    expect([socket.closed, socket.sent.length]).toEqual([[], 2]);
    isIn = false;
    hub.beat();
    hub.publish(hub.sessions.update([["a", 2]]));
    expect([socket.closed, socket.sent.length]).toEqual([[CLOSE_UNAUTHORIZED], 2]);
  });

  it("by a token that was revoked is closed, others go on", () => {
    const good = new Set(["one", "other"]);
    const hub = new StreamHub(new SimulatedClock(0), () => undefined);
    const sockets = [...good].map((token) => {
      const socket = new Socket();
      accepted(hub, socket, { ...PAGE, isPage: false }, () => good.has(token));
      socket.say({ do: "subscribe", topic: "jobs" });
      return socket;
    });
    good.delete("one");
    hub.beat();
    expect(sockets.map(({ closed }) => closed)).toEqual([[CLOSE_UNAUTHORIZED], []]);
  });

  it("leaves nothing behind when it goes: a thousand that came and went", () => {
    const hub = new StreamHub(new SimulatedClock(0), () => PAGE);
    for (let i = 0; i < 1_000; i++) {
      const socket = new Socket();
      accepted(hub, socket);
      socket.say({ do: "sign-in", secret: "half" });
      socket.say({ do: "subscribe", topic: "events" });
      socket.terminate();
    }
    expect(hub.readers).toBe(0);
  });
});
