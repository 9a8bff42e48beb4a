import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseTimeframe, Random, systemClock } from "../../core/index.ts";
import { BybitRest, bybitHosts, bybitVenue, ConnectBudget, LocalVenue } from "../../venues/index.ts";
import { BAR_MS, START_MS, smallVenue } from "../../venues/testing/small-venue.ts";
import type { FeedEvent, MarketFeed } from "../feed.ts";
import { bybitFeed } from "./bybit-feed.ts";

const timeframe = parseTimeframe("5m");
let venue: LocalVenue;
let feed: MarketFeed;
let events: FeedEvent[];

beforeEach(async () => {
  venue = await LocalVenue.start({ core: smallVenue(), seed: 1, speed: 0, ipLimit: 100_000 });
  feed = feedOf("linear");
  events = [];
});
afterEach(async () => {
  await feed.stop();
  await venue.close();
});

function feedOf(category: "linear" | "spot", topicSilenceMs = 60_000): MarketFeed {
  return bybitFeed({
    rest: new BybitRest({ hosts: bybitHosts(venue.url) }),
    category,
    history: bybitVenue({ baseUrl: venue.url, category }),
    wall: systemClock,
    random: new Random(1),
    connects: new ConnectBudget(systemClock),
    topicSilenceMs,
    timing: { answerMs: 500, pingMs: 200, pongMs: 200, firstWaitMs: 5, longestWaitMs: 50 },
  });
}

const start = (symbols = ["BTCUSDT", "ETHUSDT"]): Promise<void> =>
  feed.start({ symbols, timeframe }, (event) => events.push(event));
const bars = (symbol: string): number[] =>
  events.flatMap((event) => (event.kind === "bar" && event.symbol === symbol ? [event.row[0]] : []));
const gaps = (): FeedEvent[] => events.filter(({ kind }) => kind === "gap");
const ups = (): number => events.filter((event) => event.kind === "connection" && event.state === "up").length;

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !condition(); i++) await systemClock.sleep(5);
  expect(condition()).toBe(true);
}

describe("the feed of Bybit", () => {
  it("tells confirmed bars once each, whole quotes, and funding before and after its stamp", async () => {
    await start();
    venue.advance(8 * 3_600_000 + BAR_MS);
    await until(() => bars("ETHUSDT").length === 97 && events.some((e) => e.kind === "funding" && e.funding.final));
    expect(bars("BTCUSDT")).toEqual(Array.from({ length: 97 }, (_, i) => START_MS + i * BAR_MS));
    const quotes = events.flatMap((event) => (event.kind === "quote" ? [event.quote] : []));
    expect(quotes.every(({ bid, ask }) => Number(bid) < Number(ask))).toBe(true);
    expect(quotes.at(-1)?.timeMs).toBe(START_MS + 8 * 3_600_000 + BAR_MS);
    const funding = events.flatMap((event) => (event.kind === "funding" ? [event.funding] : []));
    const final = funding.find((one) => one.final);
    expect(final, "the stamp that passed").toMatchObject({ stampMs: START_MS + 8 * 3_600_000 });
    expect(funding.some((one) => !one.final && one.stampMs === final?.stampMs && one.rate === final.rate)).toBe(true);
    expect(gaps()).toEqual([]);
  });

  it("tells the mark of every bar that it followed from the open, as the venue's own history has it", async () => {
    await start(["BTCUSDT"]);
    for (let step = 0; step < 32; step++) venue.advance(BAR_MS / 10);
    await until(() => bars("BTCUSDT").length === 3);
    const marks = events.flatMap((event) => (event.kind === "mark" ? [event.row] : []));
    const query = { symbol: "BTCUSDT", timeframe, fromMs: START_MS, toMs: START_MS + 3 * BAR_MS };
    const told = (await feed.marks?.(query)) ?? [];
    expect(told.map(([openMs]) => openMs)).toEqual(bars("BTCUSDT"));
    const closes = (rows: typeof told): number[][] => rows.map((row) => [row[0], row[4]]);
    expect(closes(marks), "all but the first, in which it began").toEqual(closes(told.slice(1)));
    const order = events.flatMap(({ kind }) => (kind === "mark" || kind === "bar" ? [kind] : []));
    expect(order).toEqual(["bar", "mark", "bar", "mark", "bar"]);
  });

  it("tells quotes of spot from the book", async () => {
    feed = feedOf("spot");
    await start(["BTCUSDT"]);
    venue.control({ action: "quote", category: "spot", symbol: "BTCUSDT", bid: "100", ask: "100.3" });
    const asks = (): string[] => events.flatMap((event) => (event.kind === "quote" ? [event.quote.ask] : []));
    await until(() => asks().includes("100.3"));
    expect(events.findLast(({ kind }) => kind === "quote")).toMatchObject({ quote: { bid: "100", ask: "100.3" } });
  });

  it("27: a confirmation that never comes is a gap, and history fills it", async () => {
    await start(["BTCUSDT"]);
    venue.control({ action: "fault", rule: { kind: "drop-push", on: "confirm", times: 1 } });
    venue.advance(3 * BAR_MS);
    await until(() => bars("BTCUSDT").length === 2);
    expect(gaps()).toMatchObject([{ fromMs: START_MS, toMs: START_MS + BAR_MS }]);
    const rows = await feed.bars({ symbol: "BTCUSDT", timeframe, fromMs: START_MS, toMs: START_MS + 9 * BAR_MS });
    expect(
      rows.map(([openMs]) => openMs),
      "confirmed ones only",
    ).toEqual([0, 1, 2].map((i) => START_MS + i * BAR_MS));
  });

  it("27: changes without a snapshot before them make no quote", async () => {
    venue.advance(BAR_MS);
    venue.control({ action: "fault", rule: { kind: "drop-push", on: "tickers.BTCUSDT snapshot", times: 1 } });
    await start();
    venue.advance(BAR_MS);
    await until(() => bars("BTCUSDT").length === 1);
    const quoted = new Set(events.flatMap((event) => (event.kind === "quote" ? [event.quote.symbol] : [])));
    expect([...quoted]).toEqual(["ETHUSDT"]);
  });

  it("23: comes back with all subscriptions after a close, and says what it may have missed", async () => {
    await start();
    venue.control({ action: "close-streams", stream: "linear", code: 1008 });
    await until(() => ups() === 2);
    expect(gaps()).toHaveLength(1);
    venue.advance(BAR_MS);
    await until(() => bars("ETHUSDT").length === 1 && bars("BTCUSDT").length === 1);
  });

  it("makes the connection anew where a topic is confirmed and never served", async () => {
    feed = feedOf("linear", 400);
    venue.control({ action: "fault", rule: { kind: "lose-subscription", on: "kline.5.ETHUSDT", times: 1 } });
    await start();
    const moving = setInterval(() => venue.advance(BAR_MS / 10), 20);
    await until(() => bars("ETHUSDT").length > 0);
    clearInterval(moving);
    expect(ups()).toBeGreaterThan(1);
  });

  it("gives up on a stream that answers no pings, or nothing at all", async () => {
    await start();
    venue.control({ action: "fault", rule: { kind: "deafen-stream", times: 1 } });
    venue.advance(BAR_MS / 10);
    await until(() => ups() === 2);
    const down = events.find((event) => event.kind === "connection" && event.state === "down");
    expect(down).toMatchObject({ reason: expect.stringContaining("no pong") as string });
  });

  it("refuses a symbol that the venue doesn't have", async () => {
    await expect(start(["NOPEUSDT"])).rejects.toMatchObject({ code: "VENUE_REJECTED" });
  });
});
