/**
 * @file A local server that speaks Bybit's public market endpoints (V5), so that the real client can be used unmodified.
 * Candles and funding rates are functions of time, so that a test knows every value; faults are injected per request.
 * Envelope, endpoints, orders and limits: https://bybit-exchange.github.io/docs/v5/market/kline and its neighbors.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const INTERVAL_MS: Readonly<Record<string, number>> = {
  "1": MINUTE_MS,
  "3": 3 * MINUTE_MS,
  "5": 5 * MINUTE_MS,
  "15": 15 * MINUTE_MS,
  "30": 30 * MINUTE_MS,
  "60": HOUR_MS,
  "120": 2 * HOUR_MS,
  "240": 4 * HOUR_MS,
  "360": 6 * HOUR_MS,
  "720": 12 * HOUR_MS,
  D: DAY_MS,
  W: 7 * DAY_MS,
};
const MONDAY_MS = 4 * DAY_MS;

/** What a request meets instead of its answer. */
export type Fault =
  /** An HTTP status with an HTML body, as a gateway answers. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** A reply with this return code. */
  | { readonly retCode: number; readonly headers?: Readonly<Record<string, string>> }
  /** A body sent in the place of the answer. */
  | { readonly body: string }
  /** The answer with its result altered. */
  | { readonly alter: (result: Record<string, unknown>) => unknown }
  | "hang"
  /** The socket closes in the middle of the body. */
  | "drop";

export type BybitMarket = {
  readonly symbols: readonly string[];
  /** The venue's own time. */
  readonly nowMs: number;
  /** Open time of the first bar. */
  readonly listedMs: number;
  /** Bars that open here never were. */
  readonly isMissing?: (openMs: number) => boolean;
  /** Open time of the first bar whose mark price is told. Default: that of the first bar. */
  readonly marksFromMs?: number;
};

export type SeenRequest = { readonly path: string; readonly query: Readonly<Record<string, string>> };

/** The candle that the server tells of a bar: open, high, low, close, volume as on the wire. */
export function wireCandle(symbol: string, openMs: number): readonly [string, string, string, string, string] {
  const phase = openMs / MINUTE_MS + symbol.length * 977 + symbol.charCodeAt(0) * 31;
  const level = 1000 + 200 * Math.sin(phase / 3000);
  const open = level + 3 * Math.sin(phase / 7);
  const close = level + 3 * Math.sin((phase + 5) / 7);
  const high = Math.max(open, close) + 1 + Math.abs(Math.cos(phase));
  const low = Math.min(open, close) - 1 - Math.abs(Math.sin(phase));
  return [
    open.toFixed(2),
    high.toFixed(2),
    low.toFixed(2),
    close.toFixed(2),
    (5 + Math.abs(Math.sin(phase))).toFixed(3),
  ];
}

/** The mark price of a bar: half a point above the market, with less of a range. */
export function wireMark(symbol: string, openMs: number): readonly [string, string, string, string] {
  const [open, high, low, close] = wireCandle(symbol, openMs).map(Number);
  return [open + 0.5, high - 0.25, low + 0.25, close + 0.5].map((price) => price.toFixed(2)) as [
    string,
    string,
    string,
    string,
  ];
}

export function wireFundingRate(timeMs: number): string {
  return (0.0001 * Math.sin(timeMs / DAY_MS)).toFixed(8);
}

export class BybitServer {
  readonly requests: SeenRequest[] = [];
  /** Asked before every request is answered, with the number of the request from 0. */
  fault: (request: SeenRequest, index: number) => Fault | undefined = () => undefined;
  market: BybitMarket;
  readonly #server: Server;

  private constructor(market: BybitMarket) {
    this.market = market;
    this.#server = createServer((request, response) => this.#handle(request, response));
  }

  static async start(market: BybitMarket): Promise<BybitServer> {
    const server = new BybitServer(market);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Requests for candles of the wanted timeframe, the search for the first bar apart. */
  candleRequests(): readonly SeenRequest[] {
    return this.requests.filter(({ path, query }) => path === "/v5/market/kline" && query["interval"] !== "W");
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://local");
    const seen = { path: url.pathname, query: Object.fromEntries(url.searchParams) };
    this.requests.push(seen);
    const fault = this.fault(seen, this.requests.length - 1);
    if (fault === "hang") return;
    if (fault !== undefined && fault !== "drop" && "status" in fault) {
      response.writeHead(fault.status, { "content-type": "text/html", ...fault.headers }).end("<html>no</html>");
      return;
    }
    if (fault !== undefined && fault !== "drop" && "body" in fault) {
      response.writeHead(200, { "content-type": "application/json" }).end(fault.body);
      return;
    }
    const reply = this.#answer(seen);
    if (fault !== undefined && fault !== "drop" && "retCode" in fault) {
      send(response, { ...reply, retCode: fault.retCode, retMsg: "refused", result: {} }, fault.headers);
      return;
    }
    if (fault === "drop") {
      const text = JSON.stringify(reply);
      response.writeHead(200, { "content-type": "application/json", "content-length": text.length });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    send(response, fault === undefined ? reply : { ...reply, result: fault.alter(reply.result) });
  }

  #answer({ path, query }: SeenRequest): {
    retCode: number;
    retMsg: string;
    result: Record<string, unknown>;
    time: number;
  } {
    const envelope = { retExtInfo: {}, time: this.market.nowMs };
    const refuse = (retMsg: string) => ({ retCode: 10001, retMsg, result: {}, ...envelope });
    const accept = (result: Record<string, unknown>) => ({ retCode: 0, retMsg: "OK", result, ...envelope });
    const known = this.market.symbols.includes(query["symbol"] ?? "");
    switch (path) {
      case "/v5/market/time": {
        const { nowMs } = this.market;
        return accept({ timeSecond: `${Math.floor(nowMs / 1000)}`, timeNano: `${BigInt(nowMs) * 1_000_000n}` });
      }
      case "/v5/market/instruments-info":
        return accept({ category: query["category"], list: this.#contracts(query), nextPageCursor: "" });
      case "/v5/market/kline":
        return known ? accept(this.#klines(query)) : refuse("params error: Symbol Is Invalid");
      case "/v5/market/mark-price-kline":
        return known && query["category"] === "linear"
          ? accept(this.#marks(query))
          : refuse("params error: Symbol Is Invalid");
      case "/v5/market/risk-limit":
        return accept({ category: query["category"], list: known ? riskLimits(query["symbol"] ?? "") : [] });
      case "/v5/market/funding/history": {
        if (query["startTime"] !== undefined && query["endTime"] === undefined) return refuse("params error: endTime");
        return known ? accept(this.#funding(query)) : refuse("params error: symbol invalid");
      }
      default:
        return { retCode: 10017, retMsg: "request path not found", result: {}, ...envelope };
    }
  }

  #contracts({ category, symbol }: Readonly<Record<string, string>>): unknown[] {
    if (category !== "linear" && category !== "spot") return [];
    const wanted = symbol === undefined ? this.market.symbols : this.market.symbols.filter((name) => name === symbol);
    return wanted.map((name) => {
      const shared = {
        symbol: name,
        baseCoin: name.replace("USDT", ""),
        quoteCoin: "USDT",
        status: "Trading",
        priceFilter: { minPrice: "0.01", maxPrice: "199999.98", tickSize: "0.010" },
      };
      if (category === "spot") {
        return {
          ...shared,
          innovation: "0",
          marginTrading: "both",
          lotSizeFilter: {
            basePrecision: "0.000001",
            quotePrecision: "0.0000001",
            minOrderQty: "0.000011",
            minOrderAmt: "5",
          },
        };
      }
      return {
        ...shared,
        contractType: "LinearPerpetual",
        settleCoin: "USDT",
        launchTime: `${this.market.listedMs}`,
        deliveryTime: "0",
        deliveryFeeRate: "",
        priceScale: "2",
        fundingInterval: 480,
        leverageFilter: { minLeverage: "1", maxLeverage: "75.00", leverageStep: "0.01" },
        lotSizeFilter: { minOrderQty: "0.001", maxOrderQty: "1190.000", qtyStep: "0.001", minNotionalValue: "5" },
      };
    });
  }

  #klines(query: Readonly<Record<string, string>>): Record<string, unknown> {
    const symbol = query["symbol"] ?? "";
    const barMs = INTERVAL_MS[query["interval"] ?? ""] ?? 0;
    const limit = Math.min(1000, Number(query["limit"] ?? 200));
    const offset = query["interval"] === "W" ? MONDAY_MS : 0;
    const floor = (tsMs: number): number => Math.floor((tsMs - offset) / barMs) * barMs + offset;
    // The bar that holds the start belongs to the answer; without an end, it is the first bars that are told of.
    const wantedMs = floor(Number(query["start"] ?? 0));
    const endMs = query["start"] === undefined ? this.market.nowMs : wantedMs + (limit - 1) * barMs;
    const lastMs = floor(Math.min(Number(query["end"] ?? endMs), this.market.nowMs));
    const startMs = Math.max(wantedMs, floor(this.market.listedMs));
    const list: string[][] = [];
    for (let openMs = lastMs; openMs >= startMs && list.length < limit; openMs -= barMs) {
      if (this.market.isMissing?.(openMs) === true) continue;
      list.push([`${openMs}`, ...wireCandle(symbol, openMs), "12345.6"]);
    }
    return { category: query["category"], symbol, list };
  }

  #marks(query: Readonly<Record<string, string>>): Record<string, unknown> {
    const { marksFromMs = 0 } = this.market;
    const { category, symbol, list } = this.#klines(query) as { category: string; symbol: string; list: string[][] };
    const told = list.filter(([openMs]) => Number(openMs) >= marksFromMs);
    return { category, symbol, list: told.map(([openMs]) => [openMs, ...wireMark(symbol, Number(openMs))]) };
  }

  #funding(query: Readonly<Record<string, string>>): Record<string, unknown> {
    const symbol = query["symbol"] ?? "";
    const limit = Math.min(200, Number(query["limit"] ?? 200));
    const lastMs = Math.min(Number(query["endTime"] ?? this.market.nowMs), this.market.nowMs);
    const startMs = Math.max(Number(query["startTime"] ?? 0), this.market.listedMs);
    const list: unknown[] = [];
    const interval = 8 * HOUR_MS;
    for (let ms = Math.floor(lastMs / interval) * interval; ms >= startMs && list.length < limit; ms -= interval) {
      list.push({ symbol, fundingRate: wireFundingRate(ms), fundingRateTimestamp: `${ms}` });
    }
    return { category: query["category"], list };
  }
}

function send(response: ServerResponse, reply: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(reply));
}

/** Two steps of a ladder, the higher one first, with margins as shares and as texts. */
function riskLimits(symbol: string): unknown[] {
  const step = (
    id: number,
    value: string,
    maintenance: string,
    initial: string,
    leverage: string,
    deduction: string,
  ) => ({
    id,
    symbol,
    riskLimitValue: value,
    maintenanceMargin: maintenance,
    initialMargin: initial,
    isLowestRisk: id === 1 ? 1 : 0,
    maxLeverage: leverage,
    mmDeduction: deduction,
  });
  return [step(2, "2600000", "0.01", "0.02", "50.00", "6666.67"), step(1, "2000000", "0.0066", "0.0133", "75.00", "")];
}
