/** @file What the public streams send: candles, tickers, book and trades of the topics that somebody has asked for. */
import type { LocalCategory } from "../core/listing.ts";
import { bookWire, currentBar, intervalMs, tickerWire, tradeWire } from "../core/read-market.ts";
import type { LocalVenueCore } from "../core/venue-core.ts";
import type { Wire } from "../core/wire.ts";
import type { Market, MarketPush } from "../core/world.ts";

const DEPTHS = ["1", "50", "200", "1000"];
const MONDAY_MS = 4 * 86_400_000;

type Parts = { readonly kind: string; readonly detail: string; readonly market: Market };

export class PublicTopics {
  readonly #core: LocalVenueCore;
  /** What was sent last of a ticker or a book, for the next change. */
  readonly #tickers = new Map<string, Wire>();
  readonly #books = new Map<string, Map<string, string>>();

  constructor(core: LocalVenueCore) {
    this.#core = core;
  }

  /** The parts of a topic that the category has, or undefined. */
  parse(category: LocalCategory, topic: string): Parts | undefined {
    const [kind, ...rest] = topic.split(".");
    const detail = rest.length === 2 ? rest[0] : "";
    const market = this.#core.market(category, rest[rest.length - 1] ?? "");
    if (market === undefined) return undefined;
    const barMs = intervalMs(detail);
    if (kind === "kline")
      return barMs !== undefined && barMs % market.made.series.barMs === 0 ? { kind, detail, market } : undefined;
    if (kind === "orderbook") return DEPTHS.includes(detail) ? { kind, detail, market } : undefined;
    return (kind === "tickers" || kind === "publicTrade") && rest.length === 1 ? { kind, detail, market } : undefined;
  }

  /** The first message of a subscription, where there is one. */
  first(category: LocalCategory, topic: string): string | undefined {
    const parts = this.parse(category, topic);
    if (parts === undefined) return undefined;
    if (parts.kind === "tickers") return this.#envelope(topic, "snapshot", tickerWire(parts.market), parts.market);
    if (parts.kind === "orderbook") {
      const book = bookWire(this.#core.world, parts.market, Number(parts.detail));
      return this.#envelope(topic, "snapshot", book, parts.market);
    }
    return undefined;
  }

  /** What a move of the market means for a topic of its symbol. */
  next(topic: string, push: MarketPush): string | undefined {
    const parts = this.parse(push.category, topic);
    if (parts === undefined || parts.market.listing.symbol !== push.symbol) return undefined;
    if (parts.kind === "kline") return this.#kline(topic, parts, push);
    if (push.kind === "bar") return undefined;
    if (parts.kind === "publicTrade") return this.#envelope(topic, "snapshot", [tradeWire(parts.market)], parts.market);
    if (parts.kind === "orderbook") {
      const snapshot = parts.detail === "1";
      return this.#envelope(topic, snapshot ? "snapshot" : "delta", this.#book(parts, snapshot), parts.market);
    }
    return this.#tickerChange(topic, parts.market);
  }

  /** Forgets what was sent: the next message of every topic is a snapshot, as after a restart of the venue. */
  reset(): void {
    this.#tickers.clear();
    this.#books.clear();
  }

  /** Where the market is now, kept so that the next message tells only the change. Called once a tick. */
  settle(push: MarketPush): void {
    const market = this.#core.market(push.category, push.symbol);
    if (market === undefined || push.kind === "bar" || push.category === "spot") return;
    this.#tickers.set(push.symbol, tickerWire(market));
  }

  #tickerChange(topic: string, market: Market): string | undefined {
    if (market.listing.category === "spot") return this.#envelope(topic, "snapshot", tickerWire(market), market);
    const before = this.#tickers.get(market.listing.symbol);
    const now = tickerWire(market);
    if (before === undefined) return this.#envelope(topic, "snapshot", now, market);
    const changed = Object.entries(now).filter(([name, value]) => before[name] !== value);
    return this.#envelope(topic, "delta", { symbol: market.listing.symbol, ...Object.fromEntries(changed) }, market);
  }

  #book({ market, detail }: Parts, snapshot: boolean): Wire {
    const key = `${market.listing.category}|${market.listing.symbol}|${detail}`;
    const now = bookWire(this.#core.world, market, Number(detail));
    const flat = new Map<string, string>();
    for (const side of ["b", "a"]) {
      for (const [price, size] of now[side] as string[][]) flat.set(`${side}${price}`, size);
    }
    const before = this.#books.get(key);
    this.#books.set(key, flat);
    if (snapshot || before === undefined) return now;
    const change = (side: string): string[][] => [
      ...[...before.keys()]
        .filter((level) => level.startsWith(side) && !flat.has(level))
        .map((level) => [level.slice(1), "0"]),
      ...[...flat]
        .filter(([level, size]) => level.startsWith(side) && before.get(level) !== size)
        .map(([level, size]) => [level.slice(1), size]),
    ];
    return { ...now, b: change("b"), a: change("a") };
  }

  #kline(topic: string, { market, detail }: Parts, push: MarketPush): string | undefined {
    const barMs = intervalMs(detail) ?? 0;
    const { series } = market.made;
    const offset = detail === "W" ? MONDAY_MS : 0;
    const openMs = Math.floor((series.timeMs[push.bar] - offset) / barMs) * barMs + offset;
    const endMs = openMs + barMs;
    const confirm = push.kind === "bar" && series.timeMs[push.bar] + series.barMs >= endMs;
    if (push.kind === "bar" && !confirm) return undefined;
    let first = push.bar;
    while (first > 0 && series.timeMs[first - 1] >= openMs) first--;
    const [start, open, high, low, close, volume, turnover] = currentBar(this.#core.world, market, openMs, first);
    const row = {
      start: Number(start),
      end: endMs - 1,
      interval: detail,
      open,
      close,
      high,
      low,
      volume,
      turnover,
      confirm,
    };
    return this.#envelope(topic, "snapshot", [{ ...row, timestamp: Math.floor(push.timeMs) }], market);
  }

  #envelope(topic: string, type: string, data: unknown, market: Market): string {
    const ts = Math.floor(this.#core.nowMs);
    return JSON.stringify({ topic, type, data, ts, cs: market.made.sequence });
  }
}
