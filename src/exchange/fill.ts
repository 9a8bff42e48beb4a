/** @file A fill and what it does to the ledger. Nothing else changes a position. */
import { FillReason } from "../core/index.ts";
import { clearPosition } from "./account-book.ts";
import { adversePrice } from "./instrument-terms.ts";
import { costRate, type Kernel } from "./kernel.ts";

/**
 * Trades `lots` (signed, not 0) of a symbol that was asked for at `price`: a buy at `price * (1 + share)`, a sell at
 * `price * (1 - share)`, moved to the tick grid against the trader. Fees are on notional at the filled price.
 *
 * A sale below one tick, which only a position that must be closed makes, fills at the price itself.
 *
 * A fill either adds to a position (the entry becomes the average by quantity) or takes away at most all of it (profit
 * is realised against that average). A reversal is two fills.
 */
export function executeFill(
  kernel: Kernel,
  account: number,
  symbol: number,
  bar: number,
  lots: number,
  price: number,
  share: number,
  reason: FillReason,
): void {
  const terms = kernel.terms;
  const buying = lots > 0;
  const asked = price * (buying ? 1 + share : 1 - share);
  const onGrid = adversePrice(terms, symbol, asked, buying);
  const filled = onGrid > 0 ? onGrid : asked > 0 ? asked : price;
  const unit = terms.unit[symbol];
  const size = buying ? lots : -lots;
  const rate = kernel.rate[symbol];
  const notional = size * unit * filled * rate;
  const penalty =
    reason === FillReason.liquidation ? kernel.config.liquidationFeeBps * 1e-4 * kernel.config.costMultiplier : 0;
  const fee = notional * (terms.feeRate[symbol] + penalty);
  const realised = bookFill(kernel, account, symbol, bar, lots, filled, fee);
  const recorder = kernel.recorder;
  if (recorder !== undefined) {
    const slippage = size * unit * Math.abs(filled - price) * rate;
    const quantity = lots * terms.lotStep[symbol];
    const tsMs = kernel.tape.timeMs[bar];
    // Adding 0 turns a negative zero into zero, so that equal fills have equal bytes.
    recorder.record(
      account,
      kernel.firstBar + bar,
      tsMs,
      symbol,
      lots,
      quantity,
      filled,
      fee,
      realised + 0,
      slippage,
      reason,
    );
  }
}

/** Books a fill at its final price and fee, wherever it happened. Returns the profit that it realised, before its fee. */
export function bookFill(
  kernel: Pick<Kernel, "book" | "terms" | "rate">,
  account: number,
  symbol: number,
  bar: number,
  lots: number,
  filled: number,
  fee: number,
): number {
  const { book, terms } = kernel;
  const row = account * book.symbols + symbol;
  const unit = terms.unit[symbol];
  const rate = kernel.rate[symbol];
  const notional = Math.abs(lots) * unit * filled * rate;
  const before = book.lots[row];
  const after = before + lots;
  let realised = 0;
  if (before * lots < 0) {
    realised = -lots * unit * (filled * rate - book.entryPrice[row] * costRate(kernel, row, symbol, rate));
  } else if (before === 0) {
    book.entryPrice[row] = filled;
    book.entryRate[row] = rate;
    book.entryBar[row] = bar;
    book.trailExtreme[row] = filled;
  } else {
    const entry = book.entryPrice[row];
    book.entryPrice[row] = (before * entry + lots * filled) / after;
    // A holding's cost in the account's currency is averaged as its price is.
    const rateBefore = book.entryRate[row];
    if (rateBefore !== rate)
      book.entryRate[row] = (before * entry * rateBefore + lots * filled * rate) / (after * book.entryPrice[row]);
  }
  if (after === 0) {
    clearPosition(book, row);
  } else {
    book.lots[row] = after;
    book.quantity[row] = after * terms.lotStep[symbol];
  }
  book.lastFillBar[row] = bar;
  book.netProfit[row] += realised - fee;
  book.balance[account] += realised - fee;
  book.realised[account] += realised;
  book.fees[account] += fee;
  book.turnover[account] += notional;
  book.fillCount[account]++;
  return realised;
}

/** Sets a position's brackets to those of the row's order, measured from the average entry. A flat row has none. */
export function attachBrackets(kernel: Kernel, row: number): void {
  const book = kernel.book;
  const lots = book.lots[row];
  if (lots === 0) return;
  const side = lots > 0 ? 1 : -1;
  const entry = book.entryPrice[row];
  const stop = book.pendingStopDistance[row];
  const target = book.pendingTargetDistance[row];
  book.stopPrice[row] = stop > 0 ? Math.max(0, entry * (1 - side * stop)) : 0;
  book.targetPrice[row] = target > 0 ? Math.max(0, entry * (1 + side * target)) : 0;
  book.trailDistance[row] = book.pendingTrailDistance[row];
  book.maxBars[row] = book.pendingMaxBars[row];
}
