/** @file Why a fill happened, and the record of one. The order of the names is part of the trade hash: only append. */

export const FillReason = {
  /** The policy opened or added to a position. */
  open: 0,
  /** The policy closed or reduced a position. */
  close: 1,
  stop: 2,
  target: 3,
  trail: 4,
  /** The position reached its greatest age. */
  time: 5,
  liquidation: 6,
  /** The account was closed out at the end of an episode or a backtest. */
  final: 7,
  /** The symbol had no bar for a stated time, or had expired: it was settled at its last price. */
  settled: 8,
} as const;
export type FillReason = (typeof FillReason)[keyof typeof FillReason];

export const FILL_REASONS = Object.keys(FillReason) as ReadonlyArray<keyof typeof FillReason>;

export type Fill = {
  /** Open time of the bar in which it filled; its close time where the account was closed out at a close. */
  readonly tsMs: number;
  readonly bar: number;
  readonly symbol: number;
  /** Signed lots: above zero bought, below zero sold. */
  readonly lots: number;
  /** Signed quantity: lots times the lot step. */
  readonly quantity: number;
  readonly price: number;
  readonly fee: number;
  /** Realised profit of the closed part, before its fee. */
  readonly realised: number;
  readonly reason: FillReason;
};
