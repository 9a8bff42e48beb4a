/** @file A local server in the place of Whale Alert's stream: confirms subscriptions, and pushes what a test gives it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";

/** What the next connections meet in place of a stream, one each. */
export type WhaleFault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Opened and subscribed to, without a word. */
  | "silence"
  /** The connection is taken and nothing is answered at all. */
  | "hang"
  /** Sent in place of the confirmation. */
  | { readonly says: unknown };

type Party = { readonly amount: string; readonly owner: string; readonly owner_type: string };

export class WhaleServer {
  /** Addresses that were asked for, with their query. */
  readonly asked: string[] = [];
  readonly subscriptions: unknown[] = [];
  faults: WhaleFault[] = [];
  readonly #sockets = new WebSocketServer({ noServer: true, autoPong: true });
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  constructor() {
    this.#server = createServer((_, response) => void response.writeHead(404).end("<html>404</html>"));
    this.#server.on("connection", (socket) => {
      this.#open.add(socket);
      socket.on("close", () => this.#open.delete(socket));
    });
    this.#server.on("upgrade", (request, socket, head) => {
      this.asked.push(request.url ?? "");
      const fault = this.faults.shift();
      if (fault === "hang") return;
      if (typeof fault === "object" && "status" in fault) {
        const headers = Object.entries(fault.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
        const body = fault.body ?? "";
        socket.end(`HTTP/1.1 ${fault.status} no\r\n${headers.join("")}content-length: ${body.length}\r\n\r\n${body}`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        client.on("message", (data: Buffer) => {
          this.subscriptions.push(JSON.parse(data.toString("utf8")));
          if (fault === "silence") return;
          client.send(JSON.stringify(fault === undefined ? { type: "subscribed_alerts", id: "1" } : fault.says));
        });
      });
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  /** As text, so that what is no JSON can be sent too. */
  push(message: unknown): void {
    for (const client of this.#sockets.clients) {
      client.send(typeof message === "string" ? message : JSON.stringify(message));
    }
  }

  /** Resolves when everything that was pushed has been read. */
  async read(): Promise<void> {
    await Promise.all(
      [...this.#sockets.clients].map(
        (client) =>
          new Promise((resolve) => {
            client.once("pong", resolve);
            client.ping();
          }),
      ),
    );
  }

  cut(): void {
    for (const client of this.#sockets.clients) client.terminate();
  }

  close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

/** An alert in the shape that the source documents: so many coins, from one owner to another, at 2,000 US dollars each. */
export function whaleAlertOf(parts: {
  readonly hash: string;
  readonly timeMs: number;
  readonly symbol?: string;
  readonly amount: number;
  readonly from?: string;
  readonly to?: string;
}): Record<string, unknown> {
  const { hash, timeMs, symbol = "btc", amount, from = "", to = "" } = parts;
  const party = (name: string): Party => ({
    amount: `${amount}`,
    owner: name,
    owner_type: name === "" ? "unknown" : "exchange",
  });
  return {
    type: "alert",
    channel_id: "c1",
    timestamp: timeMs / 1000,
    blockchain: "bitcoin",
    transaction_type: "transfer",
    from: from || "unknown wallet",
    to: to || "unknown wallet",
    amounts: [{ symbol: symbol.toUpperCase(), amount, value_usd: amount * 2000 }],
    text: "so many coins went somewhere",
    transaction: {
      height: 1,
      index_in_block: 2,
      timestamp: timeMs / 1000,
      hash,
      fee: "0",
      sub_transactions: [
        {
          symbol,
          unit_price_usd: "2000",
          transaction_type: "transfer",
          inputs: [{ ...party(from), address: "a" }],
          outputs: [{ ...party(to), address: "b" }],
        },
      ],
    },
  };
}
