/** @file Where a session trades: Bybit's hosts by name or address, with market data for paper and an account for live. */

import { type Clock, type Instrument, Random, TidemarkError } from "../../core/index.ts";
import { type Broker, bybitBroker, bybitFeed, type MarketFeed } from "../../trade/index.ts";
import {
  BybitAccount,
  BybitCredentials,
  BybitRest,
  bybitHosts,
  bybitVenue,
  ConnectBudget,
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
  /** The contract of a symbol, as the venue has it now. */
  readonly instrument: (symbol: string) => Promise<Instrument>;
};

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
