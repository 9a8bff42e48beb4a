/** @file What became of an account and of an order. The numbers are stored in columns and records: only append. */

export const AccountStatus = {
  active: 0,
  /** Equity fell below maintenance margin: every position was closed and the account trades no more. */
  liquidated: 1,
} as const;
export type AccountStatus = (typeof AccountStatus)[keyof typeof AccountStatus];

/** What the last open did with a symbol's order. */
export const OrderOutcome = {
  none: 0,
  filled: 1,
  /** The position already was the target: only its brackets changed. */
  amended: 2,
  /** Filled in part: the margin did not allow more. */
  clampedByMargin: 3,
  /** Filled in part: the share of the volume did not allow more. */
  clampedByVolume: 4,
  /** Filled in part by chance (harsh mode). */
  partial: 5,
  /** The symbol had no bar at the open. */
  refusedAbsent: 6,
  refusedMinNotional: 7,
  refusedMargin: 8,
  refusedVolume: 9,
  /** A chance draw left less than a lot or less than the minimum notional (harsh mode). */
  refusedPartial: 10,
  refusedSpotShort: 11,
  /** The position had reached its greatest age and was closed instead. */
  refusedTimeStop: 12,
  /** The account is liquidated. */
  refusedLiquidated: 13,
  /** The sale would have filled below one tick. */
  refusedBelowTick: 14,
  /** The contract has expired. */
  refusedExpired: 15,
} as const;
export type OrderOutcome = (typeof OrderOutcome)[keyof typeof OrderOutcome];

export const ORDER_OUTCOMES = Object.keys(OrderOutcome) as ReadonlyArray<keyof typeof OrderOutcome>;
