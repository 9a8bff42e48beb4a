/** @file What a backtest leaves behind: the account bar by bar, its fills, its round trips, and where all of it came from. */
import type { Fill, Instrument, Timeframe } from "../core/index.ts";
import type { HaltRecords } from "./halts.ts";
import type { Trade } from "./trades.ts";

/**
 * The account as columns. Row 0 is the start: the close of the bar in which the first decision was made, nothing yet
 * traded. Row `k` is the close of the `k`-th bar after it.
 */
export type EquityCurve = {
  /** Rows in use: bars played plus one. */
  readonly length: number;
  /** `[length]` close times of the bars, UTC milliseconds. */
  readonly timeMs: Float64Array;
  /** `[length]` balance plus unrealised profit, in quote currency. */
  readonly equity: Float64Array;
  /** `[length]` what would be there without the open positions' unrealised profit. */
  readonly balance: Float64Array;
  /** `[length]` equity over its peak so far, minus 1: at or below 0. */
  readonly drawdown: Float64Array;
  /** `[length]` sum of the positions' absolute notionals over equity; 0 where equity is gone. */
  readonly exposure: Float64Array;
  /** `[length]` margin in use, in quote currency. */
  readonly margin: Float64Array;
  /** `[length * S]` each symbol's signed notional over equity: above 0 long, below 0 short. */
  readonly positions: Float64Array;
};

/**
 * How often an intent or order was refused or clamped: "risk.<verdict>" by the gate, "exchange.<outcome>" at the open; and
 * "withheld.<verdict>": decisions that asked for nothing new while a limit allowed nothing but closing.
 */
export type RefusalCounts = Readonly<Record<string, number>>;

/** Decisions by what was wanted of a symbol, over all bars and symbols. */
export type WantedCounts = {
  readonly hold: number;
  readonly flat: number;
  readonly long: number;
  readonly short: number;
};

/** How much of the funding that a symbol's contract pays is known. */
export type FundingCoverage = {
  readonly symbol: string;
  /** Funding intervals of the run, and those with a rate. */
  readonly expected: number;
  readonly found: number;
};

export type BacktestResult = {
  /** The policy's name. */
  readonly name: string;
  readonly instruments: readonly Instrument[];
  /** The one currency in which the account is kept. */
  readonly currency: string;
  readonly timeframe: Timeframe;
  readonly barMs: number;
  /** First decision bar and the bar after the last one played, as indices of the tape. */
  readonly from: number;
  readonly to: number;
  readonly initialBalance: number;
  readonly finalEquity: number;
  readonly seed: number;
  readonly curve: EquityCurve;
  readonly fills: readonly Fill[];
  readonly trades: readonly Trade[];
  /** Totals over the run in quote currency. Fees and slippage are costs (at or above 0); funding is what was received. */
  readonly fees: number;
  readonly funding: number;
  readonly slippage: number;
  /** Loss beyond the account's money, borne by the venue: above 0 after some liquidations only. */
  readonly shortfall: number;
  readonly refusals: RefusalCounts;
  readonly wanted: WantedCounts;
  /** Limits that left nothing but closing, by their verdict, with the stretches in which they did. */
  readonly halts: HaltRecords;
  /**
   * Fills of symbols that had no bar then, at the price carried over from an earlier one: positions that were closed at the
   * end of the run or by a liquidation. A real account could not have.
   */
  readonly closedWithoutBar: number;
  /** True where the account was liquidated; nothing is traded after that bar. */
  readonly liquidated: boolean;
  /** Of the symbols that pay funding, in the order of the tape. */
  readonly fundingCoverage: readonly FundingCoverage[];
  /** SHA-256 over the sequence of fills. */
  readonly tradeHash: string;
  /** Fingerprint of the tape. */
  readonly dataFingerprint: string;
  /** True where any instrument is synthetic. */
  readonly synthetic: boolean;
  /** The whole resolved configuration, for provenance. */
  readonly config: unknown;
};
