/**
 * @file Where a session trades: Bybit's hosts by name or address, with market data for paper and an account for live; on
 * paper any other venue that ccxt knows, read by polling.
 */

import { type Clock, type Instrument, Random, TidemarkError } from "../../core/index.ts";
import { type Broker, bybitBroker, bybitFeed, type MarketFeed, polledFeed } from "../../trade/index.ts";
import {
  BybitAccount,
  BybitCredentials,
  BybitRest,
  bybitHosts,
  bybitVenue,
  ConnectBudget,
  ccxtVenue,
  type RequestLimit,
} from "../../venues/index.ts";
import { secretValues } from "../config/environment.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";

export type BybitPlace = {
  readonly feed: MarketFeed;
  readonly clock: Clock;
  readonly live: boolean;
  readonly broker: Broker | undefined;
  readonly secrets: readonly string[];
  /** How many requests the venue takes now; absent where nobody counts them. */
  readonly requests?: () => readonly RequestLimit[];
  /** The contract of a symbol, as the venue has it now. */
  readonly instrument: (symbol: string) => Promise<Instrument>;
};

/** Venues whose candles are nobody's, or Bybit's: their sessions run on Bybit's streams. */
const ON_BYBIT: ReadonlySet<string> = new Set(["auto", "bybit", "csv", "synthetic"]);
/** Room beside the round of quotes, for bars and answers that take their time. */
const ROUND_MARGIN = 1.3;
const LEAST_ROUND_MS = 1_000;

/** Market data for paper: Bybit's streams, or the venue that the configuration names, polled within its limits. */
export async function paperPlace(
  context: AppContext,
  category: "spot" | "linear",
  symbols: readonly string[],
): Promise<Omit<BybitPlace, "broker" | "live">> {
  const config = context.config();
  const { venue: id } = config.data;
  if (ON_BYBIT.has(id)) return bybitPlace(context, category, false);
  const { host, quoteMaxAgeMs } = config.trade;
  const isAddress = /^https?:/.test(host);
  const kind = category === "spot" ? "spot" : "perpetual";
  const venue = ccxtVenue({
    id,
    kind,
    clock: context.clock,
    timeoutMs: 5_000,
    maxAttempts: 2,
    ...(isAddress ? { baseUrl: host } : {}),
  });
  const requestMs = await venue.requestEveryMs();
  const everyMs = Math.max(LEAST_ROUND_MS, requestMs * (symbols.length + 1));
  if (everyMs * ROUND_MARGIN > quoteMaxAgeMs) {
    throw new TidemarkError("CONFIG_VALUE", {
      what: `${id} allows a request every ${Math.ceil(requestMs)} ms, so that a round of quotes takes ${Math.ceil(everyMs)} ms, and orders are sent on quotes of at most ${quoteMaxAgeMs} ms`,
      where: "trade.quote_max_age_ms",
      fix: `Set it to ${Math.ceil(everyMs * ROUND_MARGIN)} or more for this session, or trade fewer symbols.`,
    });
  }
  context.note(`Bars and quotes of ${venue.name} by polling, a round in ${(everyMs / 1_000).toFixed(1)} s; read-only.`);
  return {
    feed: polledFeed({ venue, clock: context.clock, quoteEveryMs: everyMs, barEveryMs: Math.max(1_000, requestMs) }),
    clock: context.clock,
    secrets: [],
    instrument: (symbol) => venue.instrument(symbol, context.signal),
  };
}

/** @param account whether orders are to be sent: then key and secret are needed */
export async function bybitPlace(
  context: AppContext,
  category: "spot" | "linear",
  account: boolean,
): Promise<BybitPlace> {
  const config = context.config();
  const hosts = bybitHosts(config.trade.host);
  const secrets = secretValues(context.environment, config.folder);
  const key = secrets.get("BYBIT_API_KEY") ?? "";
  const secret = secrets.get("BYBIT_API_SECRET") ?? "";
  if (account && (key === "" || secret === "")) {
    throw new TidemarkError("VENUE_CREDENTIALS", {
      what: "Live trading needs an API key and its secret",
      where: "BYBIT_API_KEY and BYBIT_API_SECRET, in the environment or in .env",
      fix: "Make a key that may trade and not withdraw, and set both; `tidemark paper` needs none.",
    });
  }
  const wall = context.clock;
  const random = new Random(context.seed());
  const connects = new ConnectBudget(wall);
  const rest = new BybitRest({
    hosts,
    wall,
    ...(account ? { credentials: new BybitCredentials(key, secret) } : {}),
  });
  const clock = await rest.marketClock(context.signal);
  const history = bybitVenue({ baseUrl: hosts.rest, category });
  const feed = bybitFeed({ rest, category, history, wall, random, connects });
  const broker = account
    ? bybitBroker({ account: new BybitAccount(rest, category), wall, random, connects })
    : undefined;
  return {
    feed,
    clock,
    live: hosts.live,
    broker,
    requests: () => [...rest.budget.limits(), connects.limit()],
    secrets: [key, secret].filter((value) => value.length > 3),
    instrument: (symbol) => history.instrument(symbol, context.signal),
  };
}

/** The market's time: this machine's for the real venue, and what a venue at an address of its own says. Rejects with a VENUE_ error. */
export async function marketClock(context: AppContext, config: Config): Promise<Clock> {
  const hosts = bybitHosts(config.trade.host);
  if (hosts.place !== "custom") return context.clock;
  return new BybitRest({ hosts, wall: context.clock }).marketClock(context.signal);
}
