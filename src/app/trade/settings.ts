/** @file [trade] as the settings of the engine and of the paper exchange, and the folders of its sessions. */
import { join, resolve } from "node:path";
import { decimalOfNumber, exactText, MINUTE_MS, SECOND_MS } from "../../core/index.ts";
import { type ExchangeConfig, resolveExchangeConfig } from "../../exchange/index.ts";
import { ENGINE_DEFAULTS, type EngineConfig, type TradeMode } from "../../trade/index.ts";
import type { Config } from "../config/load.ts";

/** Everything of the engine's settings that the configuration says. */
export function tradeSettings(config: Config) {
  const { trade } = config;
  return {
    ...ENGINE_DEFAULTS,
    validityShare: trade.validityShare,
    quoteMaxAgeMs: trade.quoteMaxAgeMs,
    marketableBps: trade.marketableBps,
    emergencyStop: trade.emergencyStop,
    nakedLimitMs: trade.nakedLimitSeconds * SECOND_MS,
    cooldownMs: trade.cooldownMinutes * MINUTE_MS,
    expiryDays: trade.expiryDays,
    sessions: trade.sessions,
    regimes: trade.regimes,
    liveClasses: trade.liveClasses,
    unknownPositions: trade.unknownPositions,
    haltFlattens: trade.haltFlattens,
    limits: {
      ...ENGINE_DEFAULTS.limits,
      dailyLoss: trade.dailyLoss,
      maxDrawdown: trade.maxDrawdown,
      rapidDecline: trade.rapidDecline,
      maxRejects: trade.maxRejects,
      staleMs: trade.staleSeconds * SECOND_MS,
      clockSkewMs: trade.clockSkewMs,
      disconnectMs: trade.disconnectSeconds * SECOND_MS,
    },
    caps: {
      maxPositionNotional: trade.maxPositionNotional,
      maxTotalNotional: trade.maxTotalNotional,
      maxConcurrent: trade.maxConcurrent,
      maxTotalLeverage: trade.maxTotalLeverage,
      maxOrderLoss: trade.maxOrderLoss,
    },
    leastAddition: config.sizing.rebalanceBand,
  } as const;
}

/** Limits that bound what machines and networks need, in the time of a market that runs so much faster. */
function atPace(settings: ReturnType<typeof tradeSettings>, pace: number): ReturnType<typeof tradeSettings> {
  const { limits } = settings;
  return {
    ...settings,
    quoteMaxAgeMs: settings.quoteMaxAgeMs * pace,
    nakedLimitMs: settings.nakedLimitMs * pace,
    protectRetryMs: settings.protectRetryMs * pace,
    absentAfterMs: settings.absentAfterMs * pace,
    queryRetryMs: settings.queryRetryMs * pace,
    limits: {
      ...limits,
      staleMs: limits.staleMs * pace,
      disconnectMs: limits.disconnectMs * pace,
      clockSkewMs: limits.clockSkewMs * pace,
    },
  };
}

/** How long a bar is waited for after its close, ms. */
export function graceMs(config: Config): number {
  return config.trade.graceSeconds * SECOND_MS;
}

export function engineConfig(
  config: Config,
  mode: TradeMode,
  { strategies, rows }: Pick<EngineConfig, "strategies" | "rows">,
  currency: string,
  balance: number,
  pace: number,
): EngineConfig {
  return {
    ...atPace(tradeSettings(config), Math.max(1, pace)),
    mode,
    strategies,
    ...(rows === undefined ? {} : { rows }),
    initialBalance: exactText(decimalOfNumber(balance)),
    currency,
  };
}

/** The simulated exchange of a paper session: harsh unless the configuration says otherwise. */
export function paperExchange(config: Config, trained: ExchangeConfig): ExchangeConfig {
  const { paperHarsh, paperPartialProbability, paperSlippageBps } = config.trade;
  return resolveExchangeConfig({
    ...trained,
    harsh: paperHarsh,
    harshPartialProbability: paperPartialProbability,
    harshExtraSlippageBps: paperSlippageBps,
  });
}

/** Folder of everything that one session keeps; paper and live lie apart. */
export function sessionFolder(config: Config, mode: TradeMode | "replay" | "shadow", name: string): string {
  return join(stateFolder(config), mode, name.replaceAll("/", "-"));
}

export function stateFolder(config: Config): string {
  return resolve(config.folder, config.trade.state);
}
