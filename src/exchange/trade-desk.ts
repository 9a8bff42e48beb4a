/** @file The side of an exchange that decisions see: simulated when training, testing and on paper, a broker's when live. */
import type { MarketTape } from "../market/index.ts";
import type { AccountBook } from "./account-book.ts";
import type { InstrumentTerms } from "./instrument-terms.ts";
import type { Liquidity } from "./liquidity.ts";

export type TradeDesk = {
  readonly tape: MarketTape;
  readonly book: AccountBook;
  readonly terms: InstrumentTerms;
  readonly liquidity: Liquidity;

  /**
   * Wants the signed position `targetLots` from the next open on; replaces an order that waits. An order lives for one
   * open: what did not fill there is gone, and the next decision asks again.
   *
   * Distances are shares of the average entry price, 0 for none; `maxBars` counts from the bar of entry, 0 for none.
   * They become the position's brackets when the order meets the open, even where nothing has to trade.
   * `urgency` in [0, 1] is the part of the allowed share of volume that the order may take to open or add; what it
   * reduces or closes may always take all of it.
   */
  order(
    account: number,
    symbol: number,
    targetLots: number,
    stopDistance: number,
    targetDistance: number,
    trailDistance: number,
    maxBars: number,
    urgency: number,
  ): void;
};
