/** @file [venue] as options of the local venue's rooms. */
import { parseDate } from "../../core/index.ts";
import { type FaultRule, faultRule, type LocalAccountOptions, type MadeMarketOptions } from "../../venues/index.ts";
import type { Config } from "../config/load.ts";

export type VenueSettings = {
  readonly port: number;
  readonly speed: number;
  /** Where none is given, the start goes by the candles. */
  readonly startMs: number | undefined;
  /** Contracts without a market. */
  readonly listed: number;
  readonly market: Partial<MadeMarketOptions>;
  readonly account: LocalAccountOptions;
  readonly faults: readonly FaultRule[];
};

/** Throws CONFIG_VALUE where a fault or the start can't be read. */
export function venueSettings(config: Config): VenueSettings {
  const { venue } = config;
  return {
    port: venue.port,
    speed: venue.speed,
    startMs: venue.start === undefined ? undefined : parseDate(venue.start),
    listed: venue.listed,
    market: { ticksPerBar: venue.ticksPerBar, spreadBps: venue.spreadBps, depthShare: venue.depthShare },
    account: {
      id: "1",
      key: venue.apiKey,
      secret: venue.apiSecret,
      coins: { USDT: venue.balance },
      hedge: venue.hedge,
      marginMode: venue.isolated ? "ISOLATED_MARGIN" : "REGULAR_MARGIN",
      leverage: venue.leverage,
      mayTrade: venue.mayTrade,
    },
    faults: venue.faults.map(faultRule),
  };
}
