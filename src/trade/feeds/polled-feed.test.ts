import { describe, expect, it } from "vitest";
import { PacedClock, parseTimeframe, systemClock } from "../../core/index.ts";
import { ccxtVenue, LocalVenue, type QuotingVenue, type VenueCandle } from "../../venues/index.ts";
import { KrakenServer, krakenClose } from "../../venues/testing/kraken-server.ts";
import { BAR_MS, START_MS, smallVenue } from "../../venues/testing/small-venue.ts";
import type { FeedEvent } from "../feed.ts";
import { polledFeed } from "./polled-feed.ts";

const timeframe = parseTimeframe("5m");
const MINUTE = parseTimeframe("1m");

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 4000 && !condition(); i++) await systemClock.sleep(5);
  expect(condition()).toBe(true);
}

/** A venue whose answers are functions of a clock, and that can go away. */
class Asked implements QuotingVenue {
  readonly name = "other";
  readonly maxCandles = 10;
  away = false;
  readonly #clock: PacedClock;
  constructor(clock: PacedClock) {
    this.#clock = clock;
  }
  #answer<T>(value: T): Promise<T> {
    return this.away ? Promise.reject(new Error("away")) : Promise.resolve(value);
  }
  serverTimeMs = (): Promise<number> => this.#answer(this.#clock.nowMs());
  liveTimeMs = this.serverTimeMs;
  requestEveryMs = (): Promise<number> => Promise.resolve(1);
  instrument = (): never => {
    throw new Error("nobody asks for it");
  };
  quote = () => this.#answer({ bid: 99.9, ask: 100.1, last: 100, timeMs: undefined });
  firstCandleMs = () => this.#answer(undefined);
  funding = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => {
    const stampMs = START_MS + 2 * BAR_MS;
    return this.#answer(stampMs >= fromMs && stampMs < toMs ? [{ timeMs: stampMs, rate: 0.0001 }] : []);
  };
  candles = ({ fromMs, toMs }: { fromMs: number; toMs: number }): Promise<VenueCandle[]> => {
    const rows: VenueCandle[] = [];
    for (let ms = fromMs; ms < toMs; ms += BAR_MS) rows.push([ms, 100, 101, 99, 100, 5]);
    return this.#answer(rows);
  };
}

describe("a feed by polling", () => {
  it("tells each closed bar once, quotes, funding, and when the venue is away", async () => {
    const clock = new PacedClock(START_MS, 3_000);
    const venue = new Asked(clock);
    const feed = polledFeed({ venue, clock, quoteEveryMs: 20_000, barEveryMs: 20_000 });
    const events: FeedEvent[] = [];
    await feed.start({ symbols: ["BTCUSDT"], timeframe }, (event) => events.push(event));
    const bars = (): number[] => events.flatMap((event) => (event.kind === "bar" ? [event.row[0]] : []));
    await until(() => bars().length >= 3);
    venue.away = true;
    await until(() => events.some((event) => event.kind === "connection" && event.state === "down"));
    venue.away = false;
    const lost = bars().length;
    await until(() => events.some(({ kind }) => kind === "gap") && bars().length > lost);
    await feed.stop();
    expect(bars()).toEqual(bars().map((_, i) => START_MS + i * BAR_MS));
    expect(events.find(({ kind }) => kind === "quote")).toMatchObject({
      quote: { bid: "99.9", ask: "100.1", last: "100" },
    });
    const stamps = events.flatMap((event) => (event.kind === "funding" ? [event.funding.stampMs] : []));
    expect(stamps).toEqual([START_MS + 2 * BAR_MS]);
  });

  it("reads quotes through ccxt, and refuses a symbol that the venue doesn't have", async () => {
    const local = await LocalVenue.start({ core: smallVenue(), seed: 1, speed: 0 });
    local.control({ action: "quote", symbol: "BTCUSDT", bid: "99.9", ask: "100.2" });
    const venue = ccxtVenue({ id: "bybit", baseUrl: local.url, maxAttempts: 1 });
    const quote = await venue.quote("BTCUSDT");
    expect([quote.bid, quote.ask]).toEqual([99.9, 100.2]);
    expect(quote.mark, "where the venue's ticker has it").toBeGreaterThan(0);
    local.advance(2 * BAR_MS);
    const feed = polledFeed({ venue, clock: new PacedClock(START_MS + 2 * BAR_MS, 1) });
    const query = { symbol: "BTCUSDT", timeframe, fromMs: START_MS, toMs: START_MS + 2 * BAR_MS };
    const [bars, marks] = [await feed.bars(query), (await feed.marks?.(query)) ?? []];
    expect(
      marks.map((row) => row.slice(0, 5)),
      "the local venue's mark is its last price",
    ).toEqual(bars.map((row) => row.slice(0, 5)));
    expect(marks.map((row) => row[5])).toEqual([0, 0]);
    await expect(venue.quote("NOPEUSDT")).rejects.toMatchObject({ code: "VENUE_REJECTED" });
    await local.close();
  });

  it("follows another venue through its unmodified client: bars once, quotes, and what was missed while it was away", async () => {
    const clock = new PacedClock(START_MS, 100);
    const server = await KrakenServer.start(clock);
    const venue = ccxtVenue({ id: "kraken", kind: "spot", baseUrl: server.url, maxAttempts: 1, timeoutMs: 2_000 });
    const feed = polledFeed({ venue, clock, quoteEveryMs: 100_000, barEveryMs: 100_000 });
    const events: FeedEvent[] = [];
    const bars = () => events.flatMap((event) => (event.kind === "bar" ? [event.row] : []));
    const states = () => events.flatMap((event) => (event.kind === "connection" ? [event.state] : []));
    try {
      const instrument = await venue.instrument("BTCUSD");
      expect(instrument).toMatchObject({ kind: "spot", quote: "USD", tickSize: "0.1" });
      const history = await feed.bars({
        symbol: "BTCUSD",
        timeframe: MINUTE,
        fromMs: START_MS - 600_000,
        toMs: START_MS,
      });
      expect(history.map(([ms, , , , close]) => [ms, close])).toEqual(
        Array.from({ length: 10 }, (_, i) => START_MS - (10 - i) * 60_000).map((ms) => [ms, krakenClose(ms)]),
      );
      await feed.start({ symbols: ["BTCUSD"], timeframe: MINUTE }, (event) => events.push(event));
      await until(() => bars().length >= 2);
      server.away = true;
      await until(() => states().includes("down"));
      server.away = false;
      const known = bars().length;
      await until(() => states().at(-1) === "up" && bars().length > known + 1);
    } finally {
      await feed.stop();
      await server.close();
    }
    const told = bars();
    expect(told.map(([ms]) => ms)).toEqual(told.map((_, i) => told[0][0] + i * 60_000));
    expect(told.every(([ms, , , , close]) => close === krakenClose(ms))).toBe(true);
    const [quote] = events.flatMap((event) => (event.kind === "quote" ? [event.quote] : []));
    expect(Number(quote.ask) - Number(quote.bid)).toBe(1);
    expect(events.some(({ kind }) => kind === "gap")).toBe(true);
    expect(server.asked.filter((line) => !line.startsWith("GET /0/public/"))).toEqual([]);
  });
});
