/**
 * @file A Kraken on loopback, as much of its public REST interface as a client needs for bars and quotes, so that the real
 * client can be tried against another dialect than Bybit's. Prices are functions of the clock.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, MINUTE_MS } from "../../core/index.ts";

const PAIR = {
  altname: "XBTUSD",
  wsname: "XBT/USD",
  aclass_base: "currency",
  base: "XXBT",
  aclass_quote: "currency",
  quote: "ZUSD",
  lot: "unit",
  cost_decimals: 5,
  pair_decimals: 1,
  lot_decimals: 8,
  lot_multiplier: 1,
  leverage_buy: [],
  leverage_sell: [],
  fees: [[0, 0.4]],
  fees_maker: [[0, 0.25]],
  fee_volume_currency: "ZUSD",
  margin_call: 80,
  margin_stop: 40,
  ordermin: "0.0001",
  costmin: "0.5",
  tick_size: "0.1",
  status: "online",
};
const ASSETS = {
  XXBT: { aclass: "currency", altname: "XBT", decimals: 10, display_decimals: 5, status: "enabled" },
  ZUSD: { aclass: "currency", altname: "USD", decimals: 4, display_decimals: 2, status: "enabled" },
};
/** Kraken gives at most so many bars. */
const MOST_BARS = 720;

/** Close of the minute that opens then. */
export function krakenClose(openMs: number): number {
  return 50_000 + ((openMs / MINUTE_MS) % 7) * 10;
}

export class KrakenServer {
  /** While true, connections are cut. */
  away = false;
  /** Without a book in the ticker, as some venues are. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #clock: Clock;

  private constructor(clock: Clock) {
    this.#clock = clock;
    this.#server = createServer((request, reply) => {
      const url = new URL(request.url ?? "/", "http://kraken");
      this.asked.push(`${request.method} ${url.pathname}`);
      if (this.away) return void request.socket.destroy();
      const result = this.#answer(url);
      reply.writeHead(result === undefined ? 404 : 200, { "content-type": "application/json" });
      return void reply.end(JSON.stringify({ error: result === undefined ? ["EGeneral:Unknown method"] : [], result }));
    });
  }

  static async start(clock: Clock): Promise<KrakenServer> {
    const made = new KrakenServer(clock);
    await new Promise<void>((resolve) => made.#server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: URL): unknown {
    const nowMs = this.#clock.nowMs();
    switch (url.pathname) {
      case "/0/public/Time":
        return { unixtime: Math.floor(nowMs / 1_000), rfc1123: new Date(nowMs).toUTCString() };
      case "/0/public/Assets":
        return ASSETS;
      case "/0/public/AssetPairs":
        return { XXBTZUSD: PAIR };
      case "/0/public/Ticker": {
        const last = krakenClose(Math.floor(nowMs / MINUTE_MS) * MINUTE_MS);
        const [a, b, c] = [last + 0.5, last - 0.5, last].map((price) => [price.toFixed(1), "1", "1.000"]);
        const pair = { a, b, c, v: ["1", "1"], p: ["1", "1"], t: [1, 1], l: ["1", "1"], h: ["1", "1"], o: "1" };
        return { XXBTZUSD: pair };
      }
      case "/0/public/OHLC":
        return this.#bars(url, nowMs);
      default:
        return undefined;
    }
  }

  /** The newest bars, the one that runs included, as Kraken gives them. */
  #bars(url: URL, nowMs: number): unknown {
    const barMs = Number(url.searchParams.get("interval") ?? 1) * MINUTE_MS;
    const sinceMs = Number(url.searchParams.get("since") ?? 0) * 1_000;
    const lastMs = Math.floor(nowMs / barMs) * barMs;
    const firstMs = Math.max(lastMs - (MOST_BARS - 1) * barMs, Math.ceil((sinceMs + 1) / barMs) * barMs);
    const rows: unknown[] = [];
    for (let ms = firstMs; ms <= lastMs; ms += barMs) {
      const close = krakenClose(ms);
      const [open, high, low] = [close - 2, close + 5, close - 5].map((price) => price.toFixed(1));
      rows.push([ms / 1_000, open, high, low, close.toFixed(1), close.toFixed(1), "3.5", 7]);
    }
    return { XXBTZUSD: rows, last: lastMs / 1_000 };
  }
}
