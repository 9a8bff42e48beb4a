/** @file What every part of the kernel works on. Made once by the exchange; the parts are functions over it. */
import type { MarketTape } from "../market/index.ts";
import type { AccountBook } from "./account-book.ts";
import type { ExchangeConfig } from "./config.ts";
import type { FillRecorder } from "./fill-recorder.ts";
import type { InstrumentTerms } from "./instrument-terms.ts";
import type { Liquidity } from "./liquidity.ts";

/** Sums over an account's positions, quote currency; one object is filled again and again. */
export type PositionValue = {
  /** Profit at the close. */
  unrealised: number;
  /** Profit at the worst prices: low for long, high for short. */
  worst: number;
  /** Maintenance margin at the worst prices. */
  maintenance: number;
  /** Initial margin at the close. */
  margin: number;
};

export type Kernel = {
  readonly tape: MarketTape;
  readonly config: ExchangeConfig;
  readonly book: AccountBook;
  readonly terms: InstrumentTerms;
  readonly liquidity: Liquidity;
  readonly recorder: FillRecorder | undefined;
  readonly seed: number;
  /** `[S]` lots already traded in this open, so that a reversal shares one allowance of volume. */
  readonly traded: Float64Array;
  /** `[S]` price at which the bar touches a bracket of the account being closed, 0 for none, and its FillReason. */
  readonly exitPrice: Float64Array;
  readonly exitReason: Uint8Array;
  /** The last valuation. */
  readonly value: PositionValue;
};
