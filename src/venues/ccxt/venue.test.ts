import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BybitServer, wireCandle, wireFundingRate } from "../../../test/venues/bybit-server.ts";
import { refusal } from "../../../test/venues/refusal.ts";
import { HOUR_MS, parseTimeframe, SimulatedClock } from "../../core/index.ts";
import type { HistoryVenue } from "../history.ts";
import { ccxtVenue } from "./venue.ts";

const FROM_MS = Date.UTC(2025, 0, 20);
const NOW_MS = FROM_MS + 1300 * HOUR_MS + 60_000;
const timeframe = parseTimeframe("1h");

describe("history through ccxt", () => {
  let server: BybitServer;
  let venue: HistoryVenue;
  beforeAll(async () => {
    server = await BybitServer.start({ symbols: ["BTCUSDT"], nowMs: NOW_MS, listedMs: FROM_MS });
    venue = ccxtVenue({ id: "bybit", baseUrl: server.url, timeoutMs: 2_000, clock: new SimulatedClock(NOW_MS) });
  });
  afterAll(() => server.close());
  afterEach(() => {
    server.fault = () => undefined;
    server.requests.length = 0;
  });

  const query = { symbol: "BTCUSDT", timeframe, fromMs: FROM_MS, toMs: FROM_MS + 450 * HOUR_MS };

  it("reads candles, oldest first, exactly as the venue writes them", async () => {
    const candles = await venue.candles(query);
    expect(candles).toHaveLength(450);
    candles.forEach((candle, i) => {
      const openMs = FROM_MS + i * HOUR_MS;
      expect(candle).toEqual([openMs, ...wireCandle("BTCUSDT", openMs).map(Number)]);
    });
  });

  it("reads time, contract and funding rates", async () => {
    expect(await venue.serverTimeMs()).toBe(NOW_MS);
    expect(await venue.instrument("BTC/USDT:USDT")).toMatchObject({
      symbol: "BTCUSDT",
      venue: "bybit",
      kind: "perpetual",
      tickSize: "0.01",
      lotStep: "0.001",
      maxLeverage: 75,
      synthetic: false,
    });
    const before = FROM_MS - 90 * 24 * HOUR_MS;
    const rates = await venue.funding({ symbol: "BTCUSDT", fromMs: before, toMs: NOW_MS });
    expect(rates).toHaveLength(Math.floor((NOW_MS - FROM_MS) / (8 * HOUR_MS)) + 1);
    for (const { timeMs, rate } of rates) expect(rate).toBe(Number(wireFundingRate(timeMs)));
  });

  it("finds where a history begins", async () => {
    const firstMs = await venue.firstCandleMs({ symbol: "BTCUSDT", fromMs: Date.UTC(2015, 0, 1), toMs: NOW_MS });
    expect(firstMs).toBeLessThanOrEqual(FROM_MS);
    expect(firstMs).toBeGreaterThan(FROM_MS - 8 * 24 * HOUR_MS);
  });

  it("recovers from a limit and an outage", async () => {
    const faults = [{ status: 429, headers: { "retry-after": "1" } }, { status: 503 }, "drop" as const];
    server.fault = ({ path }) => (path === "/v5/market/kline" ? faults.shift() : undefined);
    expect(await venue.candles(query)).toHaveLength(450);
    expect(faults).toEqual([]);
  });

  it("maps every failure to its own code", async () => {
    const failing = async (fault: NonNullable<ReturnType<BybitServer["fault"]>>): Promise<string> => {
      server.fault = ({ path }) => (path === "/v5/market/kline" ? fault : undefined);
      return (await refusal(venue.candles(query))).code;
    };
    expect(await failing({ status: 403 })).toBe("VENUE_FORBIDDEN");
    expect(server.candleRequests().length, "a ban is not answered with more requests").toBe(1);
    expect(await failing({ status: 429 })).toBe("VENUE_RATE_LIMITED");
    expect(await failing({ retCode: 10001 })).toBe("VENUE_REJECTED");
    expect(await failing({ body: "<html>hello</html>" })).toBe("VENUE_BAD_REPLY");
    expect(
      await failing({ alter: (result) => ({ ...result, list: [[`${FROM_MS}`, "x", "1", "1", "1", "1", "1"]] }) }),
    ).toBe("VENUE_BAD_REPLY");
    expect(await failing("drop")).toBe("VENUE_UNREACHABLE");
    const hasty = ccxtVenue({
      id: "bybit",
      baseUrl: server.url,
      timeoutMs: 80,
      maxAttempts: 2,
      clock: new SimulatedClock(0),
    });
    server.fault = () => "hang";
    expect((await refusal(hasty.serverTimeMs())).code).toBe("VENUE_TIMEOUT");
  });

  it("stops when told to, without waiting for the answer", async () => {
    await venue.instrument("BTCUSDT");
    server.fault = () => "hang";
    const stop = new AbortController();
    const work = venue.candles({ ...query, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("Ctrl-C")), 30);
    await expect(work).rejects.toThrow("Ctrl-C");
  });

  it("suggests a name for a venue that isn't known, and a market for a symbol that isn't there", async () => {
    const unknown = await refusal(ccxtVenue({ id: "binanse" }).serverTimeMs());
    expect(unknown.code).toBe("USAGE_ARGUMENT");
    expect(unknown.fix).toContain('"binance"');
    expect((await refusal(venue.instrument("NOPEUSDT"))).code).toBe("VENUE_REJECTED");
  });
});
