/** @file What every part of the kernel works on. Made once by the exchange; the parts are functions over it. */
import type { MarketTape } from "../market/index.ts";
import type { AccountBook } from "./account-book.ts";
import type { ExchangeConfig } from "./config.ts";
import type { FillRecorder } from "./fill-recorder.ts";
import type { InstrumentTerms } from "./instrument-terms.ts";
import type { Liquidity } from "./liquidity.ts";

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
};
