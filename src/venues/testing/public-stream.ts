/** @file A local server in the place of Bybit's public stream: takes every subscription, and pushes what a test gives it. */
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

export class PublicStream {
  readonly topics: string[] = [];
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });

  /** Resolves with its address, such as "ws://127.0.0.1:1234/v5/public". */
  async listen(onSubscribed: () => void = () => {}): Promise<string> {
    this.#server.on("connection", (socket) => {
      socket.on("message", (data: Buffer) => {
        const { op, args, req_id } = JSON.parse(data.toString("utf8")) as {
          op: string;
          args?: string[];
          req_id?: string;
        };
        socket.send(JSON.stringify(op === "ping" ? { op: "pong" } : { op, success: true, req_id }));
        if (op !== "subscribe") return;
        this.topics.push(...(args ?? []));
        onSubscribed();
      });
    });
    if (this.#server.address() === null) await new Promise((resolve) => this.#server.once("listening", resolve));
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v5/public`;
  }

  push(topic: string, type: string, data: unknown): void {
    for (const socket of this.#server.clients) socket.send(JSON.stringify({ topic, type, data, ts: 1 }));
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
