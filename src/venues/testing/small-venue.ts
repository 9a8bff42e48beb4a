/** @file A local venue with few bars and one account, for tests: BTCUSDT linear, ETHUSDT linear and BTCUSDT spot. */
import { plainListing } from "../local/core/listing.ts";
import type { LocalSeries } from "../local/core/made-market.ts";
import { LocalVenueCore, type VenueCoreOptions, type VenueReply } from "../local/core/venue-core.ts";

export const START_MS = Date.UTC(2025, 0, 6);
export const BAR_MS = 300_000;

function round(price: number): number {
  return Math.round(price * 10) / 10;
}

/** Bars around 100 that a test can compute: a slow wave. The first half lies before the start. */
export function waveSeries(bars = 400, level = 100, withFunding = true): LocalSeries {
  const timeMs = Array.from({ length: bars }, (_, i) => START_MS + (i - bars / 2) * BAR_MS);
  const mid = (i: number): number => level * (1 + 0.01 * Math.sin(i / 9));
  const open = timeMs.map((_, i) => round(mid(i)));
  const close = timeMs.map((_, i) => round(mid(i + 1)));
  return {
    barMs: BAR_MS,
    timeMs,
    open,
    close,
    high: open.map((price, i) => round(Math.max(price, close[i]) + 0.2)),
    low: open.map((price, i) => round(Math.min(price, close[i]) - 0.2)),
    volume: timeMs.map((_, i) => 2000 + 10 * i),
    ...(withFunding
      ? {
          funding: {
            timeMs: timeMs.filter((ms) => ms % 28_800_000 === 0),
            rate: timeMs.filter((ms) => ms % 28_800_000 === 0).map((_, i) => 0.0001 * (i + 1)),
          },
        }
      : {}),
  };
}

export function smallVenue(options: Partial<VenueCoreOptions> = {}): LocalVenueCore {
  return new LocalVenueCore({
    startMs: START_MS,
    seed: 1,
    markets: [
      { listing: plainListing("BTCUSDT"), series: waveSeries() },
      { listing: plainListing("ETHUSDT"), series: waveSeries(400, 50) },
      { listing: plainListing("BTCUSDT", { spot: true }), series: waveSeries(400, 100, false) },
    ],
    accounts: [{ id: "1", key: "key-1", secret: "secret-1", coins: { USDT: "10000", BTC: "10" } }],
    ...options,
  });
}

/** Calls of one account, in short. */
export function caller(venue: LocalVenueCore, account = "1") {
  return {
    get: (path: string, parameters: Record<string, unknown> = {}): VenueReply =>
      venue.call(account, "GET", path, parameters),
    post: (path: string, parameters: Record<string, unknown> = {}): VenueReply =>
      venue.call(account, "POST", path, parameters),
    order: (parameters: Record<string, unknown>): VenueReply =>
      venue.call(account, "POST", "/v5/order/create", {
        category: "linear",
        symbol: "BTCUSDT",
        side: "Buy",
        orderType: "Market",
        qty: "1",
        ...parameters,
      }),
  };
}
