import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BybitServer, type Fault, wireCandle, wireFundingRate, wireMark } from "../../../test/venues/bybit-server.ts";
import { refusal } from "../../../test/venues/refusal.ts";
import { temporaryFolder } from "../../../test/venues/temporary-folder.ts";
import { HOUR_MS, MINUTE_MS, parseTimeframe, SimulatedClock } from "../../core/index.ts";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import { bybitVenue } from "../../venues/index.ts";
import { candleRow } from "../candles.ts";
import { MarketStore } from "../store/store.ts";
import { type VenueSourceOptions, venueSource } from "./venue-source.ts";

const timeframe = parseTimeframe("5m");
const BAR_MS = 5 * MINUTE_MS;
const FROM_MS = Date.UTC(2025, 0, 20);
/** Seconds into a bar, so that there always is an unfinished one. */
const NOW_MS = FROM_MS + 3500 * BAR_MS + 17_000;
const KEY = { venue: "bybit", symbol: "BTCUSDT", timeframe };

describe("fetching history from Bybit", () => {
  let server: BybitServer;
  let folder: ReturnType<typeof temporaryFolder>;
  let store: MarketStore;

  beforeEach(async () => {
    server = await BybitServer.start({
      symbols: ["BTCUSDT", "ETHUSDT"],
      nowMs: NOW_MS,
      listedMs: FROM_MS - 400 * HOUR_MS,
    });
    folder = temporaryFolder();
    store = new MarketStore(folder.path);
  });
  afterEach(async () => {
    await server.close();
    folder.remove();
  });

  /** Waits cost nothing: the venue's clock moves when somebody sleeps on it. */
  const source = (options: Partial<VenueSourceOptions> = {}, timeoutMs = 2_000) => {
    const clock = new SimulatedClock(NOW_MS);
    const venue = bybitVenue({ baseUrl: server.url, timeoutMs, clock });
    return venueSource({ venue, symbols: ["BTCUSDT"], timeframe, fromMs: FROM_MS, ...options });
  };

  const expectWhole = async (fromMs = FROM_MS, symbol = "BTCUSDT") => {
    const candles = await store.readCandles({ ...KEY, symbol });
    const bars = Math.floor((NOW_MS - fromMs) / BAR_MS);
    expect(candles.length, "every finished bar is stored, and the unfinished one is not").toBe(bars);
    const wrong = Array.from({ length: bars }, (_, i) => i).filter((i) => {
      const openMs = fromMs + i * BAR_MS;
      const wire = [openMs, ...wireCandle(symbol, openMs).map(Number)];
      return candleRow(candles, i).some((value, column) => value !== wire[column]);
    });
    expect(wrong, "bars that are not the venue's").toEqual([]);
  };

  it("stores every finished bar page by page, the contract and the funding rates", async () => {
    const [result] = await source().collect(store);
    await expectWhole();
    expect(result.candles).toEqual({ added: 3500, replaced: 0, unchanged: 0 });
    expect(server.candleRequests().length, "3500 bars are four pages of at most 1000").toBe(4);
    expect(store.instrument("bybit", "BTCUSDT")).toMatchObject({
      kind: "perpetual",
      tickSize: "0.01",
      lotStep: "0.001",
      maxLeverage: 75,
      fundingIntervalHours: 8,
      synthetic: false,
    });
    const funding = await store.readFunding("bybit", "BTCUSDT");
    expect(funding.length).toBe(Math.floor((NOW_MS - FROM_MS) / (8 * HOUR_MS)) + 1);
    expect(funding.rate[3]).toBe(Number(wireFundingRate(funding.timeMs[3])));
  });

  it("stores mark prices beside the candles, as far back as the venue has them, and asks for no more", async () => {
    const marksFromMs = FROM_MS + 1700 * BAR_MS;
    server.market = { ...server.market, marksFromMs };
    const [result] = await source().collect(store);
    expect(result.marks).toEqual({ added: 1800, replaced: 0, unchanged: 0 });
    const marks = await store.readCandles({ ...KEY, price: "mark" });
    expect(marks.timeMs[0]).toBe(marksFromMs);
    for (const i of [0, 900, 1799]) {
      expect(candleRow(marks, i).slice(1, 5)).toEqual(wireMark("BTCUSDT", marks.timeMs[i]).map(Number));
    }
    server.market = { ...server.market, nowMs: NOW_MS + BAR_MS };
    server.requests.length = 0;
    await source().collect(store);
    const asked = server.requests.filter(({ path }) => path === "/v5/market/mark-price-kline");
    expect(asked.length, "what is new, and one look at what was not there before").toBe(2);
    expect((await store.readTimes({ ...KEY, price: "mark" })).length).toBe(1801);
  });

  it("goes by the last price and says so where the venue refuses its marks", async () => {
    server.fault = ({ path }) => (path === "/v5/market/mark-price-kline" ? { retCode: 10001 } : undefined);
    const [result] = await source().collect(store);
    await expectWhole();
    expect(result.notes.join()).toContain("margin goes by the last price there");
    expect((await store.readTimes({ ...KEY, price: "mark" })).length).toBe(0);
  });

  it("asks for nothing that is stored already", async () => {
    await source().collect(store);
    server.requests.length = 0;
    const [result] = await source().collect(store);
    expect(server.candleRequests()).toEqual([]);
    expect(result.candles).toEqual({ added: 0, replaced: 0, unchanged: 0 });

    server.market = { ...server.market, nowMs: NOW_MS + 2 * BAR_MS };
    await source().collect(store);
    expect(server.candleRequests().length, "only the two new bars are asked for").toBe(1);
    expect((await store.readTimes(KEY)).length).toBe(3502);
  });

  it("fills holes only, and leaves those that the venue has as well", async () => {
    const isHole = (openMs: number) => openMs === FROM_MS + 700 * BAR_MS;
    server.market = { ...server.market, isMissing: isHole };
    await source().collect(store);
    expect((await store.readTimes(KEY)).length).toBe(3499);
    server.requests.length = 0;
    server.market = { ...server.market, isMissing: () => false };
    await source().collect(store);
    expect(server.candleRequests().map(({ query }) => [query["start"], query["end"]])).toEqual([
      [`${FROM_MS + 700 * BAR_MS}`, `${FROM_MS + 701 * BAR_MS - 1}`],
    ]);
    await expectWhole();
  });

  it("finds where a young symbol begins without walking there", async () => {
    const listedMs = FROM_MS + 100 * BAR_MS;
    server.market = { ...server.market, listedMs };
    const yearsBefore = FROM_MS - 1500 * 24 * HOUR_MS;
    await source({ fromMs: yearsBefore }).collect(store);
    await expectWhole(listedMs);
    expect(server.candleRequests().length, "a walk would take hundreds of requests").toBeLessThan(9);
  });

  it("goes on after a stop at any request, losing nothing and storing nothing twice", async () => {
    const outcomes: string[] = [];
    // At night each request; by day the first, the last, and every other.
    for (let stopAt = 1; outcomes.at(-1) !== "done"; stopAt += NIGHTLY ? 1 : 2) {
      const part = temporaryFolder();
      const partStore = new MarketStore(part.path);
      const stop = new AbortController();
      let seen = 0;
      server.fault = () => {
        if (++seen === stopAt) stop.abort(new Error("Ctrl-C"));
        return undefined;
      };
      outcomes.push(
        await source()
          .collect(partStore, { signal: stop.signal })
          .then(
            () => "done",
            (error: unknown) => (error as Error).message,
          ),
      );
      server.fault = () => undefined;
      const before = (await partStore.readTimes(KEY)).length;
      const [result] = await source().collect(partStore);
      expect(result.candles.added, `what was stored before request ${stopAt} is not fetched again`).toBe(3500 - before);
      expect(result.candles.unchanged).toBe(0);
      expect((await partStore.readTimes(KEY)).length).toBe(3500);
      part.remove();
    }
    expect(outcomes.length, "the fetch was stopped in every one of its requests").toBeGreaterThan(NIGHTLY ? 6 : 3);
    expect(new Set(outcomes.slice(0, -1))).toEqual(new Set(["Ctrl-C"]));
  });

  it("keeps what it had when the socket drops for good in the middle", async () => {
    server.fault = ({ path }) =>
      path === "/v5/market/kline" && server.candleRequests().length > 2 ? "drop" : undefined;
    const error = await refusal(source().collect(store));
    expect(error.code).toBe("VENUE_UNREACHABLE");
    expect(error.exitCode).toBe(4);
    expect((await store.readTimes(KEY)).length, "the two whole pages are stored").toBe(2000);
    server.fault = () => undefined;
    await source().collect(store);
    await expectWhole();
  });

  it("recovers from a dropped socket, a limit and an outage by asking again", async () => {
    const faults = [
      "drop" as const,
      { status: 502 },
      { status: 429, headers: { "retry-after": "2" } },
      {
        retCode: 10006,
        headers: {
          "x-bapi-limit": "50",
          "x-bapi-limit-status": "0",
          "x-bapi-limit-reset-timestamp": `${NOW_MS + 4000}`,
        },
      },
    ];
    server.fault = ({ path }) => (path === "/v5/market/kline" ? faults.shift() : undefined);
    await source().collect(store);
    expect(faults).toEqual([]);
    await expectWhole();
  });

  it("gives up on a limit that lasts", async () => {
    server.fault = () => ({ status: 429 });
    const error = await refusal(source().collect(store));
    expect(error.code).toBe("VENUE_RATE_LIMITED");
    expect(server.requests.length, "retries are bounded").toBe(5);
  });

  it("stops at once when the address is banned, and says how long to wait", async () => {
    server.fault = ({ path }) => (path === "/v5/market/kline" ? { status: 403 } : undefined);
    const error = await refusal(source().collect(store));
    expect(error.code).toBe("VENUE_FORBIDDEN");
    expect(error.fix).toContain("10 minutes");
    expect(server.candleRequests().length, "a ban is not answered with more requests").toBe(1);
  });

  it.each<readonly [string, Fault]>([
    ["text that is no JSON", { body: "<html>welcome to the hotel</html>" }],
    ["JSON of another shape", { body: '{"hello":"world"}' }],
    ["a price that is no number", { alter: (r) => ({ ...r, list: [["1", "x", "1", "1", "1", "1", "1"]] }) }],
    ["numbers in the place of strings", { alter: (r) => ({ ...r, list: [[1, 2, 3, 4, 5, 6, 7]] }) }],
    ["candles of another symbol", { alter: (r) => ({ ...r, symbol: "DOGEUSDT" }) }],
    ["a missing list", { alter: () => ({}) }],
    ["a doubled candle", { alter: (r) => ({ ...r, list: [...(r["list"] as []).slice(0, 1), ...(r["list"] as [])] }) }],
  ])("refuses %s and stores nothing of it", async (_name, fault) => {
    server.fault = ({ path }) => (path === "/v5/market/kline" ? fault : undefined);
    const error = await refusal(source().collect(store));
    expect(error.code).toBe("VENUE_BAD_REPLY");
    expect((await store.readTimes(KEY)).length).toBe(0);
  });

  it("reports a venue that never answers as a timeout", async () => {
    server.fault = () => "hang";
    const error = await refusal(source({}, 60).collect(store));
    expect(error.code).toBe("VENUE_TIMEOUT");
  });

  it("reports a venue that isn't there as unreachable", async () => {
    const { url } = server;
    await server.close();
    const venue = bybitVenue({ baseUrl: url, clock: new SimulatedClock(0) });
    const error = await refusal(venueSource({ venue, symbols: ["BTCUSDT"], timeframe, fromMs: 0 }).collect(store));
    expect(error.code).toBe("VENUE_UNREACHABLE");
  });

  it("passes on what the venue says of an unknown symbol", async () => {
    const error = await refusal(source({ symbols: ["NOPEUSDT"] }).collect(store));
    expect(error.code).toBe("VENUE_REJECTED");
    expect(error.message).toContain("NOPEUSDT");
  });

  it("stops every symbol when one fails, and keeps what they had", async () => {
    server.fault = ({ path, query }) =>
      path === "/v5/market/kline" && query["symbol"] === "ETHUSDT" && server.candleRequests().length > 5
        ? { status: 403 }
        : undefined;
    const error = await refusal(source({ symbols: ["BTCUSDT", "ETHUSDT"] }).collect(store));
    expect(error.code).toBe("VENUE_FORBIDDEN");
    const kept = (await store.readTimes(KEY)).length + (await store.readTimes({ ...KEY, symbol: "ETHUSDT" })).length;
    expect(kept).toBeGreaterThanOrEqual(4000);
    server.fault = () => undefined;
    const again = await source({ symbols: ["BTCUSDT", "ETHUSDT"] }).collect(store);
    expect(again.map(({ candles }) => candles.added).reduce((a, b) => a + b) + kept).toBe(7000);
  });

  it("fetches several symbols side by side", async () => {
    const [btc, eth] = await source({ symbols: ["BTC/USDT:USDT", "ETHUSDT"] }).collect(store);
    expect([btc.symbol, eth.symbol]).toEqual(["BTCUSDT", "ETHUSDT"]);
    await expectWhole(FROM_MS, "ETHUSDT");
  });

  it("tells of its progress up to the whole", async () => {
    const seen: number[] = [];
    const marked: number[] = [];
    await source().collect(store, {
      onProgress: ({ done, label }) => void (label.endsWith("mark") ? marked : seen).push(done),
    });
    expect(seen).toEqual([0, 1000, 2000, 3000, 3500]);
    expect(marked).toEqual([0, 500, 1500, 2500, 3500]);
  });

  it("files spot history under a name of its own, without funding", async () => {
    const venue = bybitVenue({ baseUrl: server.url, category: "spot", clock: new SimulatedClock(NOW_MS) });
    const [result] = await venueSource({ venue, symbols: ["BTCUSDT"], timeframe, fromMs: NOW_MS - HOUR_MS }).collect(
      store,
    );
    expect(result.key?.venue).toBe("bybit-spot");
    expect(store.instrument("bybit-spot", "BTCUSDT")).toMatchObject({ kind: "spot", maxLeverage: 1 });
    expect(server.requests.some(({ path }) => path.includes("funding"))).toBe(false);
  });
});
