/** @file What the venue tells everybody: time, contracts, candles, tickers, book, trades, funding, limits. */

import type { Listing } from "./listing.ts";
import { BOOK_LEVELS, type LocalSeries } from "./made-market.ts";
import { moneyText } from "./money.ts";
import { choiceOf, type Parameters, textOf, wholeOf } from "./parameters.ts";
import { priceLimits } from "./place.ts";
import { refuse, requireOrRefuse } from "./reject.ts";
import { priceText, qtyText, type Wire } from "./wire.ts";
import type { Market, World } from "./world.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** Weeks begin on Monday; the epoch was a Thursday. */
const MONDAY_MS = 4 * DAY_MS;

/** Length of an interval as V5 names it, or undefined. */
export function intervalMs(interval: string): number | undefined {
  if (interval === "D") return DAY_MS;
  if (interval === "W") return 7 * DAY_MS;
  return ["1", "3", "5", "15", "30", "60", "120", "240", "360", "720"].includes(interval)
    ? Number(interval) * MINUTE_MS
    : undefined;
}

export function serverTime(world: World): unknown {
  return {
    timeSecond: `${Math.floor(world.nowMs / 1000)}`,
    timeNano: `${BigInt(Math.floor(world.nowMs)) * 1_000_000n}`,
  };
}

function contractWire(listing: Listing): Wire {
  const shared = { symbol: listing.symbol, baseCoin: listing.base, quoteCoin: listing.quote, status: listing.status };
  if (listing.category === "spot") {
    return {
      ...shared,
      innovation: "0",
      marginTrading: "none",
      stTag: "0",
      lotSizeFilter: {
        basePrecision: listing.qtyStep,
        quotePrecision: "0.00000001",
        minOrderQty: qtyText(listing, listing.minLots),
        maxOrderQty: qtyText(listing, listing.maxLots),
        minOrderAmt: moneyText(listing.minNotional),
        maxOrderAmt: "8000000",
        maxLimitOrderQty: qtyText(listing, listing.maxLots),
        maxMarketOrderQty: qtyText(listing, listing.maxMarketLots),
      },
      priceFilter: { tickSize: listing.tickSize },
      riskParameters: {
        priceLimitRatioX: moneyText(listing.priceBand),
        priceLimitRatioY: moneyText(listing.priceBand),
      },
    };
  }
  return {
    ...shared,
    contractType: listing.deliveryMs === 0 ? "LinearPerpetual" : "LinearFutures",
    launchTime: `${listing.launchMs}`,
    deliveryTime: `${listing.deliveryMs}`,
    deliveryFeeRate: "",
    priceScale: `${(listing.tickSize.split(".")[1] ?? "").length}`,
    leverageFilter: { minLeverage: "1", maxLeverage: (listing.maxLeverage / 100).toFixed(2), leverageStep: "0.01" },
    priceFilter: {
      minPrice: priceText(listing, listing.minTicks),
      maxPrice: priceText(listing, listing.maxTicks),
      tickSize: listing.tickSize,
    },
    lotSizeFilter: {
      maxOrderQty: qtyText(listing, listing.maxLots),
      minOrderQty: qtyText(listing, listing.minLots),
      qtyStep: listing.qtyStep,
      postOnlyMaxOrderQty: qtyText(listing, listing.maxLots),
      maxMktOrderQty: qtyText(listing, listing.maxMarketLots),
      minNotionalValue: moneyText(listing.minNotional),
    },
    unifiedMarginTrade: true,
    fundingInterval: (listing.fundingIntervalMs ?? 0) / MINUTE_MS,
    settleCoin: listing.quote,
    copyTrading: "none",
    upperFundingRate: listing.maxFundingRate,
    lowerFundingRate: `-${listing.maxFundingRate}`,
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: moneyText(listing.priceBand), priceLimitRatioY: moneyText(listing.priceBand) },
    displayName: "",
  };
}

/** Contracts of a category, paged for linear ones; spot has no pages. */
export function instrumentsInfo(listings: readonly Listing[], parameters: Parameters): unknown {
  // Clients that load every market ask for categories of which there is none here.
  const category = choiceOf(parameters, "category", ["linear", "spot", "inverse", "option"]);
  const symbol = textOf(parameters, "symbol");
  const status = textOf(parameters, "status");
  const base = textOf(parameters, "baseCoin");
  const wanted = listings.filter(
    (listing) =>
      listing.category === category &&
      (symbol === "" ? listing.status !== "Closed" || status === "Closed" : listing.symbol === symbol) &&
      (status === "" || listing.status === status) &&
      (base === "" || listing.base === base),
  );
  if (category === "spot") return { category, list: wanted.map(contractWire) };
  const limit = Math.max(1, Math.min(1000, wholeOf(parameters, "limit", 500)));
  const cursor = textOf(parameters, "cursor");
  const from = cursor === "" ? 0 : wanted.findIndex((listing) => listing.symbol === cursor.replace(/^after:/, "")) + 1;
  const list = wanted.slice(from, from + limit);
  const more = from + limit < wanted.length;
  return {
    category,
    list: list.map(contractWire),
    nextPageCursor: more ? `after:${list[list.length - 1].symbol}` : "",
  };
}

/** One bar as V5 writes it, of the recorded bars `first` to `last` that it holds. */
function mergedBar(
  series: LocalSeries,
  listing: Listing,
  price: (recorded: number) => number,
  openMs: number,
  first: number,
  last: number,
): string[] {
  let [high, low, volume, turnover] = [series.high[first], series.low[first], 0, 0];
  for (let i = first; i <= last; i++) {
    high = Math.max(high, series.high[i]);
    low = Math.min(low, series.low[i]);
    volume += series.volume[i];
    turnover += series.volume[i] * series.close[i];
  }
  const text = (recorded: number): string => priceText(listing, price(recorded));
  return [
    `${openMs}`,
    text(series.open[first]),
    text(high),
    text(low),
    text(series.close[last]),
    `${Number(volume.toPrecision(12))}`,
    `${Number(turnover.toPrecision(12))}`,
  ];
}

/** The newest bars that open in the range, newest first; the last may be unfinished. */
export function klines(
  world: World,
  market: Market,
  parameters: Parameters,
): { readonly category: string; readonly symbol: string; readonly list: readonly string[][] } {
  const { made, listing } = market;
  const { series } = made;
  const interval = textOf(parameters, "interval");
  const barMs = intervalMs(interval);
  requireOrRefuse(barMs !== undefined, 10001, "params error: interval invalid");
  if (barMs % series.barMs !== 0)
    refuse(10001, `params error: this venue was given bars of ${series.barMs / MINUTE_MS} minutes`);
  const offset = interval === "W" ? MONDAY_MS : 0;
  const floor = (tsMs: number): number => Math.floor((tsMs - offset) / barMs) * barMs + offset;
  const limit = Math.max(1, Math.min(1000, wholeOf(parameters, "limit", 200)));
  const start = wholeOf(parameters, "start", 0);
  const end = wholeOf(parameters, "end", 0);
  const wanted = start === 0 ? Number.NEGATIVE_INFINITY : floor(start);
  const endMs = end > 0 ? end : start === 0 ? world.nowMs : wanted + (limit - 1) * barMs;
  const lastMs = Math.min(endMs, world.nowMs);
  const list: string[][] = [];
  let i = made.bar;
  while (i >= 0 && list.length < limit) {
    const openMs = floor(series.timeMs[i]);
    let first = i;
    while (first > 0 && floor(series.timeMs[first - 1]) === openMs) first--;
    if (openMs < wanted) break;
    if (openMs <= lastMs)
      list.push(
        i === made.bar
          ? currentBar(world, market, openMs, first)
          : mergedBar(series, listing, (p) => made.price(p), openMs, first, i),
      );
    i = first - 1;
  }
  return { category: listing.category, symbol: listing.symbol, list };
}

/** The same bars of the mark price, without volume: here it is the last price. */
export function markKlines(world: World, market: Market, parameters: Parameters): unknown {
  choiceOf(parameters, "category", ["linear"]);
  const { category, symbol, list } = klines(world, market, parameters);
  return { category, symbol, list: list.map((bar) => bar.slice(0, 5)) };
}

/** The bar that is being made, as far as it is: nothing of what comes later is told. */
export function currentBar(world: World, { made, listing }: Market, openMs: number, first: number): string[] {
  const { series, bar } = made;
  if (made.completeBarAt(world.nowMs) === bar)
    return mergedBar(series, listing, (p) => made.price(p), openMs, first, bar);
  const open = made.openBar();
  let [high, low, volume] = [open.high, open.low, series.volume[bar] * open.share];
  for (let i = first; i < bar; i++) {
    high = Math.max(high, made.price(series.high[i]));
    low = Math.min(low, made.price(series.low[i]));
    volume += series.volume[i];
  }
  const opened = first === bar ? open.open : made.price(series.open[first]);
  const text = (ticks: number): string => priceText(listing, ticks);
  const turnover = volume * Number(text(open.close));
  return [
    `${openMs}`,
    text(opened),
    text(high),
    text(low),
    text(open.close),
    `${Number(volume.toPrecision(12))}`,
    `${Number(turnover.toPrecision(12))}`,
  ];
}

export function tickerWire({ made, listing, lastFundingRate, fundingNext }: Market): Wire {
  const price = (ticks: number): string => priceText(listing, ticks);
  const { series, bar } = made;
  let dayAgo = bar;
  while (dayAgo > 0 && series.timeMs[bar] - series.timeMs[dayAgo] < DAY_MS) dayAgo--;
  let [high, low, volume] = [made.last, made.last, 0];
  for (let i = dayAgo; i < bar; i++) {
    high = Math.max(high, made.price(series.high[i]));
    low = Math.min(low, made.price(series.low[i]));
    volume += series.volume[i];
  }
  const before = bar < 0 ? made.last : made.price(series.open[dayAgo]);
  const shared = {
    symbol: listing.symbol,
    lastPrice: price(made.last),
    highPrice24h: price(high),
    lowPrice24h: price(low),
    prevPrice24h: price(before),
    volume24h: `${Number(volume.toPrecision(12))}`,
    turnover24h: `${Number((volume * Number(price(made.last))).toPrecision(12))}`,
    price24hPcnt: (made.last / before - 1).toFixed(6),
  };
  if (listing.category === "spot") return { ...shared, usdIndexPrice: "" };
  const { funding } = series;
  const next = funding !== undefined && fundingNext < funding.timeMs.length ? funding.timeMs[fundingNext] : 0;
  return {
    ...shared,
    markPrice: price(made.last),
    indexPrice: price(made.last),
    openInterest: "0",
    openInterestValue: "0",
    fundingRate: next === 0 ? lastFundingRate.toFixed(8) : (funding?.rate[fundingNext] ?? 0).toFixed(8),
    nextFundingTime: `${next}`,
    fundingIntervalHour: `${(listing.fundingIntervalMs ?? 0) / 3_600_000}`,
    bid1Price: price(made.bid),
    bid1Size: qtyText(listing, made.levelLots(-1, 0)),
    ask1Price: price(made.ask),
    ask1Size: qtyText(listing, made.levelLots(1, 0)),
    deliveryTime: listing.deliveryMs === 0 ? "" : `${listing.deliveryMs}`,
    basisRate: "",
    deliveryFeeRate: "",
    predictedDeliveryPrice: "",
  };
}

export function tickers(markets: readonly Market[], parameters: Parameters): unknown {
  const category = choiceOf(parameters, "category", ["linear", "spot"]);
  const symbol = textOf(parameters, "symbol");
  const wanted = markets.filter(
    ({ listing }) => listing.category === category && (symbol === "" || listing.symbol === symbol),
  );
  if (symbol !== "") requireOrRefuse(wanted.length > 0, 10001, "params error: symbol invalid");
  const list = wanted.map((market) => {
    const { made, listing } = market;
    const wire = tickerWire(market);
    return listing.category === "linear"
      ? wire
      : {
          ...wire,
          bid1Price: priceText(listing, made.bid),
          bid1Size: qtyText(listing, made.levelLots(-1, 0)),
          ask1Price: priceText(listing, made.ask),
          ask1Size: qtyText(listing, made.levelLots(1, 0)),
        };
  });
  return { category, list };
}

/** The made depth with the users' resting orders in it. */
export function bookWire(world: World, { made, listing, orders }: Market, depth: number): Wire {
  const side = (taker: 1 | -1): string[][] => {
    const byPrice = new Map<number, number>();
    for (let level = 0; level < Math.min(depth, BOOK_LEVELS); level++) {
      const lots = made.levelLots(taker, level);
      const price = made.levelPrice(taker, level);
      if (lots > 0) byPrice.set(price, (byPrice.get(price) ?? 0) + lots);
    }
    for (const order of orders) {
      const resting =
        order.side === -taker &&
        order.type === "Limit" &&
        (order.status === "New" || order.status === "PartiallyFilled");
      if (resting) byPrice.set(order.price, (byPrice.get(order.price) ?? 0) + order.lots - order.filledLots);
    }
    return [...byPrice]
      .sort((a, b) => (a[0] - b[0]) * taker)
      .slice(0, depth)
      .map(([price, lots]) => [priceText(listing, price), qtyText(listing, lots)]);
  };
  return {
    s: listing.symbol,
    b: side(-1),
    a: side(1),
    ts: world.nowMs,
    u: made.sequence,
    seq: made.sequence,
    cts: world.nowMs,
  };
}

/** The trades of the newest tick: its volume at its price. */
export function tradeWire({ made, listing }: Market): Wire {
  return {
    T: made.tickMs,
    s: listing.symbol,
    S: made.side === 1 ? "Buy" : "Sell",
    v: qtyText(listing, Math.max(1, made.lots)),
    p: priceText(listing, made.last),
    L: made.side === 1 ? "PlusTick" : "MinusTick",
    i: `made-${listing.symbol}-${made.sequence}`,
    BT: false,
    seq: made.sequence,
  };
}

export function fundingHistory({ made, listing, fundingNext }: Market, parameters: Parameters): unknown {
  const start = wholeOf(parameters, "startTime", 0);
  const end = wholeOf(parameters, "endTime", 0);
  requireOrRefuse(start === 0 || end !== 0, 10001, "params error: endTime is required with startTime");
  const limit = Math.max(1, Math.min(200, wholeOf(parameters, "limit", 200)));
  const { funding } = made.series;
  const list: unknown[] = [];
  if (funding === undefined) return { category: listing.category, list };
  for (let i = fundingNext - 1; i >= 0 && list.length < limit; i--) {
    const timeMs = funding.timeMs[i];
    if (end !== 0 && timeMs > end) continue;
    if (timeMs < start) break;
    list.push({ symbol: listing.symbol, fundingRate: funding.rate[i].toFixed(8), fundingRateTimestamp: `${timeMs}` });
  }
  return { category: listing.category, list };
}

export function priceLimit(world: World, market: Market): unknown {
  const { buy, sell } = priceLimits(market);
  const { listing } = market;
  return {
    symbol: listing.symbol,
    buyLmt: priceText(listing, buy),
    sellLmt: priceText(listing, sell),
    ts: `${world.nowMs}`,
  };
}

export function riskLimit(listings: readonly Listing[], parameters: Parameters): unknown {
  const symbol = textOf(parameters, "symbol");
  const wanted = listings.filter(
    (listing) => listing.category === "linear" && (symbol === "" || listing.symbol === symbol),
  );
  const list = wanted.flatMap((listing) =>
    listing.tiers.map((tier) => ({
      id: tier.id,
      symbol: listing.symbol,
      riskLimitValue: moneyText(tier.limit),
      maintenanceMargin: moneyText(tier.maintenance),
      initialMargin: moneyText(tier.initial),
      isLowestRisk: tier.id === 1 ? 1 : 0,
      maxLeverage: (tier.maxLeverage / 100).toFixed(2),
      mmDeduction: "",
    })),
  );
  return { category: "linear", list, nextPageCursor: "" };
}
