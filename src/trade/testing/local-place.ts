/** @file The broker against a local venue that a test controls: short waits, a market that stands still until it is moved. */
import { Random, systemClock } from "../../core/index.ts";
import {
  BybitAccount,
  type BybitCategory,
  BybitCredentials,
  BybitRest,
  bybitHosts,
  ConnectBudget,
  type ControlAction,
  LocalVenue,
} from "../../venues/index.ts";
import { smallVenue } from "../../venues/testing/small-venue.ts";
import type { Broker, BrokerEvent } from "../broker.ts";
import { bybitBroker } from "../brokers/bybit/broker.ts";

const FAST_TIMING = {
  openMs: 2_000,
  answerMs: 300,
  pingMs: 200,
  pongMs: 150,
  firstWaitMs: 5,
  longestWaitMs: 40,
};

export type LocalPlace = {
  readonly venue: LocalVenue;
  readonly broker: Broker;
  readonly account: BybitAccount;
  readonly events: BrokerEvent[];
  control(action: ControlAction): unknown;
  quote(bid: string, ask: string): void;
  /** Waits until the condition holds, looking often, for no longer than ten seconds. */
  until(condition: () => boolean, what: string): Promise<void>;
  /** Another client of the same venue and account, as a new process has it. */
  again(): LocalPlace;
  close(): Promise<void>;
};

export type PlaceOptions = {
  readonly category?: BybitCategory;
  readonly key?: string;
  readonly secret?: string;
  readonly timeoutMs?: number;
  readonly usdt?: string;
  readonly clockEveryMs?: number;
};

export async function localPlace(options: PlaceOptions = {}): Promise<LocalPlace> {
  const coins = { USDT: options.usdt ?? "10000" };
  const core = smallVenue({ accounts: [{ id: "1", key: "key-0001", secret: "secret-0001", coins }] });
  return placeAt(await LocalVenue.start({ core, seed: 1, speed: 0, ipLimit: 100_000 }), options);
}

function placeAt(venue: LocalVenue, options: PlaceOptions): LocalPlace {
  const category = options.category ?? "linear";
  const rest = new BybitRest({
    hosts: bybitHosts(venue.url),
    credentials: new BybitCredentials(options.key ?? "key-0001", options.secret ?? "secret-0001"),
    timeoutMs: options.timeoutMs ?? 400,
    maxAttempts: 3,
    backoffMs: 10,
  });
  const account = new BybitAccount(rest, category);
  const broker = bybitBroker({
    account,
    wall: systemClock,
    random: new Random(1),
    connects: new ConnectBudget(systemClock),
    timing: FAST_TIMING,
    ...(options.clockEveryMs === undefined ? {} : { clockEveryMs: options.clockEveryMs }),
  });
  return {
    venue,
    broker,
    account,
    events: [],
    control: (action) => venue.control(action),
    quote: (bid, ask) => void venue.control({ action: "quote", category, symbol: "BTCUSDT", bid, ask }),
    until,
    again: () => placeAt(venue, options),
    close: () => venue.close(),
  };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (condition()) return;
    await systemClock.sleep(5);
  }
  throw new Error(`${what} did not happen within ten seconds`);
}
