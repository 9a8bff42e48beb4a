/**
 * @file Liquidation: the venue closes everything when equity no longer covers maintenance margin.
 *
 * The bar's worst prices (low for long, high for short, all symbols at once) decide whether. For the price, every symbol
 * moves from its open to its worst price in step: equity and maintenance are linear in the way `w` that is done, and
 * positions close where equity meets maintenance, `w = (E0 - M0) / ((E0 - M0) - (E1 - M1))`, at the open where equity was
 * short already there. For one position this is the liquidation price of the textbook. A stop that lies nearer fills
 * first, and `w` is computed anew for what is left. Slippage, taker fee and liquidation fee come on top. What is lost
 * beyond the account's money is booked as shortfall, so that the ledger's identity holds and equity ends at 0, never below.
 *
 * Equity, maintenance and so `w` go by the mark price where the tape has one: a trade that nobody else followed closes
 * nothing. What is closed trades in the market, at the last price where it has done `w` of its own way.
 *
 * Example: 1,000 of balance, long 10 at 1,000 (leverage 10), maintenance 0.5 %. Equity 1,000 + 10 (p - 1,000) meets
 * maintenance 0.05 p at p = 9,000 / 9.95 = 904.52.
 */
import { FillReason } from "../core/index.ts";
import { settleOrder } from "./account-book.ts";
import { executeFill } from "./fill.ts";
import type { Kernel } from "./kernel.ts";
import { floorBalance, markEquity } from "./mark.ts";
import { AccountStatus, OrderOutcome } from "./outcome.ts";
import { slippageShare } from "./slippage.ts";
import { excessAt } from "./valuation.ts";

/** Halvings of the way after which it is known to the last bit that matters. */
const HALVINGS = 60;

/** Closes every position where `way` of the way from the open of `bar` to the worst prices is done, and ends the account. */
export function liquidate(kernel: Kernel, account: number, bar: number, way: number): void {
  const { book, tape } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    if (book.pending[row] === 1) settleOrder(book, account, row, OrderOutcome.refusedLiquidated);
    const lots = book.lots[row];
    if (lots === 0) continue;
    const cell = bar * symbols + s;
    const open = tape.open[cell];
    const price = way === 0 ? open : open + way * ((lots > 0 ? tape.low[cell] : tape.high[cell]) - open);
    const share = slippageShare(kernel, account, s, bar - 1, Math.abs(lots), price, FillReason.liquidation);
    executeFill(kernel, account, s, bar, -lots, price, share, FillReason.liquidation);
  }
  book.status[account] = AccountStatus.liquidated;
  book.marginUsed[account] = 0;
  floorBalance(kernel, account);
  markEquity(kernel, account, book.balance[account]);
}

/** How much of the way from the open to the worst prices is done when equity meets maintenance, in [0, 1]. */
export function wayToLiquidation(kernel: Kernel, account: number, bar: number): number {
  const { book, tape, mark, terms } = kernel;
  if (terms.tiered || tape.rate !== undefined) return wayByHalving(kernel, account, bar);
  const symbols = tape.symbols;
  const first = account * symbols;
  let atOpen = book.balance[account];
  let atWorst = atOpen;
  for (let s = 0; s < symbols; s++) {
    const lots = book.lots[first + s];
    if (lots === 0) continue;
    const cell = bar * symbols + s;
    const base = lots * terms.unit[s];
    const required = Math.abs(base) * terms.maintenanceRate[s];
    const entry = book.entryPrice[first + s];
    const worstPrice = lots > 0 ? mark.low[cell] : mark.high[cell];
    atOpen += base * (mark.open[cell] - entry) - required * mark.open[cell];
    atWorst += base * (worstPrice - entry) - required * worstPrice;
  }
  if (atOpen <= 0 || atOpen <= atWorst) return 0;
  return Math.min(1, atOpen / (atOpen - atWorst));
}

/** Across tiers maintenance is no line any more, but equity less maintenance still falls all the way. */
function wayByHalving(kernel: Kernel, account: number, bar: number): number {
  if (excessAt(kernel, account, bar, 0) <= 0) return 0;
  let low = 0;
  let high = 1;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (excessAt(kernel, account, bar, middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}
