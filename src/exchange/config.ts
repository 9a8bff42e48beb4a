/** @file The exchange's settings: costs, leverage, harsh mode. Basis points and shares, with units in the names. */
import { checkBoolean, checkChoice, checkKeys, checkNumber, checkWhole } from "../core/index.ts";

export const SlippageModel = {
  /** Half spread and base slippage only; every order fills whole, whatever the volume. */
  fixed: "fixed",
  /** Adds an impact that is proportional to notional. */
  linear: "linear",
  /** Adds an impact that grows with the square root of the order's share of the daily volume. */
  squareRoot: "square-root",
} as const;
export type SlippageModel = (typeof SlippageModel)[keyof typeof SlippageModel];

export type ExchangeConfig = {
  /** Leverage of margined instruments; each instrument's own cap applies as well. Spot is always 1. */
  readonly leverage: number;
  /** Taker fee in basis points of notional, or null for each instrument's own. */
  readonly takerFeeBps: number | null;
  /** Share of notional that equity must cover beside the fee to close, or null for each instrument's own tiers or rate. */
  readonly maintenanceMarginRate: number | null;
  readonly slippageModel: SlippageModel;
  readonly halfSpreadBps: number;
  readonly baseSlippageBps: number;
  /** Model `linear`: basis points for every 1,000 of notional. */
  readonly sizeImpactBpsPer1000: number;
  /** Model `square-root`: Y in `Y * sigmaDaily * sqrt(Q / V)`. */
  readonly impactCoefficient: number;
  /**
   * Models `linear` and `square-root`: greatest share of an average bar's volume that an order of full urgency may
   * take; lower urgency takes proportionally less. 0 means no limit.
   */
  readonly participationCap: number;
  /** Spread, slippage, impact and latency together never exceed this, before the cost multiplier. */
  readonly slippageCapBps: number;
  /** Multiplies fees and slippage, the cap of slippage included, for a ladder of costs. */
  readonly costMultiplier: number;
  /** Fee on top of the taker fee where the venue closes the position. */
  readonly liquidationFeeBps: number;
  /** Multiplies every funding payment; 0 switches funding off. */
  readonly fundingMultiplier: number;
  /**
   * Bars without a bar of the symbol after which its position is settled at the last price, as if it was delisted; null
   * for as many as make a week, 0 for never.
   */
  readonly settleAfterBars: number | null;
  /**
   * Profit, as a share of the entry price, from which on a position is protected: its stop then lies at the entry, or
   * beyond it by `profitLockShare` of the best profit of its finished bars, and never goes back. 0 for none.
   */
  readonly breakEvenDistance: number;
  readonly profitLockShare: number;
  /** Partial fills, latency and extra slippage, drawn from the seed. */
  readonly harsh: boolean;
  /** Harsh mode: probability that an order fills only in part. */
  readonly harshPartialProbability: number;
  /** Harsh mode: greatest share of the last bar's range by which the price moves away before the fill. */
  readonly harshLatencyShare: number;
  readonly harshExtraSlippageBps: number;
  /** Assert every invariant of the ledger after every bar. For recorded runs and tests. */
  readonly checked: boolean;
};

export const EXCHANGE_DEFAULTS: ExchangeConfig = {
  leverage: 3,
  takerFeeBps: null,
  maintenanceMarginRate: null,
  slippageModel: SlippageModel.linear,
  halfSpreadBps: 0,
  baseSlippageBps: 1,
  sizeImpactBpsPer1000: 0.1,
  impactCoefficient: 1,
  participationCap: 0.1,
  slippageCapBps: 1_000,
  costMultiplier: 1,
  liquidationFeeBps: 50,
  fundingMultiplier: 1,
  settleAfterBars: null,
  breakEvenDistance: 0,
  profitLockShare: 0,
  harsh: false,
  harshPartialProbability: 0.2,
  harshLatencyShare: 0.1,
  harshExtraSlippageBps: 8,
  checked: false,
};

/** `[least, greatest]` of every numeric setting. */
const RANGES = {
  leverage: [1, 200],
  halfSpreadBps: [0, 1_000],
  baseSlippageBps: [0, 1_000],
  sizeImpactBpsPer1000: [0, 1_000],
  impactCoefficient: [0, 100],
  participationCap: [0, 1],
  slippageCapBps: [0, 5_000],
  costMultiplier: [0, 100],
  liquidationFeeBps: [0, 1_000],
  fundingMultiplier: [0, 1_000],
  breakEvenDistance: [0, 100],
  profitLockShare: [0, 1],
  harshPartialProbability: [0, 1],
  harshLatencyShare: [0, 1],
  harshExtraSlippageBps: [0, 1_000],
} as const satisfies Partial<Record<keyof ExchangeConfig, readonly [number, number]>>;

/**
 * The settings with defaults where none are given. Throws CONFIG_VALUE with key, value and allowed range, and
 * CONFIG_UNKNOWN_KEY for a key that is not a setting.
 */
export function resolveExchangeConfig(partial: Partial<ExchangeConfig> = {}): ExchangeConfig {
  checkKeys("exchange", partial, EXCHANGE_DEFAULTS);
  const config: ExchangeConfig = { ...EXCHANGE_DEFAULTS, ...partial };
  for (const [key, [min, max]] of Object.entries(RANGES)) {
    checkNumber(`exchange.${key}`, config[key as keyof typeof RANGES], min, max);
  }
  if (config.takerFeeBps !== null) checkNumber("exchange.takerFeeBps", config.takerFeeBps, -100, 1_000);
  if (config.maintenanceMarginRate !== null) {
    checkNumber("exchange.maintenanceMarginRate", config.maintenanceMarginRate, 0, 1);
  }
  if (config.settleAfterBars !== null) checkWhole("exchange.settleAfterBars", config.settleAfterBars, 0, 2_000_000_000);
  checkChoice("exchange.slippageModel", config.slippageModel, Object.values(SlippageModel));
  checkBoolean("exchange.harsh", config.harsh);
  checkBoolean("exchange.checked", config.checked);
  return Object.freeze(config);
}
