/**
 * @file The second pass over the orders: opening and adding, within margin, volume and the venue's minimum.
 *
 * Cross margin: at the moment of the order, with everything valued at the open, the initial margin of all positions
 * (notional over leverage) must not exceed equity after the order's own costs. For `q` new lots of unit `u` at open `p`,
 * filled at `x`: `M + q*u*p/L <= E - q*u*|x - p| - q*u*x*fee`. With leverage 1 this is "cash covers notional plus fee".
 */
import { FillReason } from "../core/index.ts";
import { settleOrder } from "./account-book.ts";
import { attachBrackets, executeFill } from "./fill.ts";
import { adversePrice } from "./instrument-terms.ts";
import { checkMarginAtOpen } from "./invariants.ts";
import type { Kernel } from "./kernel.ts";
import { OrderOutcome } from "./outcome.ts";
import { partialLots, slippageShare, volumeLimitLots } from "./slippage.ts";

export function openPositions(kernel: Kernel, account: number, bar: number): void {
  const { book, tape, terms } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  const firstCell = bar * symbols;
  let equity = book.balance[account];
  let margin = 0;
  for (let s = 0; s < symbols; s++) {
    const lots = book.lots[first + s];
    if (lots === 0) continue;
    const price = tape.open[firstCell + s];
    equity += lots * terms.unit[s] * (price - book.entryPrice[first + s]);
    margin += (Math.abs(lots) * terms.unit[s] * price) / terms.leverage[s];
  }
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    if (book.pending[row] === 0) continue;
    const price = tape.open[firstCell + s];
    const before = book.lots[row];
    const entryBefore = book.entryPrice[row];
    const balanceBefore = book.balance[account];
    const outcome = openOne(kernel, account, bar, s, equity - margin);
    settleOrder(book, account, row, outcome);
    const lots = book.lots[row] - before;
    if (lots === 0) continue;
    const value = book.lots[row] * (price - book.entryPrice[row]) - before * (price - entryBefore);
    equity += book.balance[account] - balanceBefore + value * terms.unit[s];
    margin += (Math.abs(lots) * terms.unit[s] * price) / terms.leverage[s];
    if (kernel.config.checked) checkMarginAtOpen(kernel, account, equity, margin, s);
  }
}

/** Opens or adds what is allowed of one order; `room` is equity less margin at the open. */
function openOne(kernel: Kernel, account: number, bar: number, symbol: number, room: number): OrderOutcome {
  const { book, tape, terms } = kernel;
  const row = account * tape.symbols + symbol;
  const price = tape.open[bar * tape.symbols + symbol];
  const target = book.pendingLots[row];
  const side = target > 0 ? 1 : -1;
  if (side < 0 && terms.longOnly[symbol] === 1) return OrderOutcome.refusedSpotShort;
  const wanted = Math.abs(target) - Math.abs(book.lots[row]);

  const limit = volumeLimitLots(kernel, symbol, bar - 1, book.pendingUrgency[row]) - kernel.traded[symbol];
  const byVolume = Math.min(wanted, limit);
  if (byVolume <= 0) return OrderOutcome.refusedVolume;
  // A smaller order never costs more a lot: what fits at the greater order's cost fits at its own.
  const lightest = slippageShare(kernel, account, symbol, bar - 1, 0, price, FillReason.open);
  const rough = Math.min(byVolume, marginLots(kernel, symbol, price, side, room, lightest));
  if (rough <= 0) return OrderOutcome.refusedMargin;
  const share = slippageShare(kernel, account, symbol, bar - 1, rough, price, FillReason.open);
  const byMargin = Math.min(rough, marginLots(kernel, symbol, price, side, room, share));
  if (byMargin <= 0) return OrderOutcome.refusedMargin;
  const lots = partialLots(kernel, account, symbol, bar - 1, byMargin, FillReason.open);
  if (lots <= 0) return OrderOutcome.refusedPartial;

  if (lots * terms.unit[symbol] * price < terms.minNotional[symbol]) {
    if (wanted * terms.unit[symbol] * price < terms.minNotional[symbol]) return OrderOutcome.refusedMinNotional;
    if (lots < byMargin) return OrderOutcome.refusedPartial;
    return byMargin < byVolume ? OrderOutcome.refusedMargin : OrderOutcome.refusedVolume;
  }
  const paid = lots === rough ? share : slippageShare(kernel, account, symbol, bar - 1, lots, price, FillReason.open);
  executeFill(kernel, account, symbol, bar, side * lots, price, paid, FillReason.open);
  attachBrackets(kernel, row);
  if (lots === wanted) return OrderOutcome.filled;
  if (lots < byMargin) return OrderOutcome.partial;
  return byMargin < byVolume ? OrderOutcome.clampedByMargin : OrderOutcome.clampedByVolume;
}

/** Whole lots whose margin and costs fit into `room` at the cost share `c`. */
function marginLots(kernel: Kernel, symbol: number, price: number, side: number, room: number, c: number): number {
  const terms = kernel.terms;
  const filled = adversePrice(terms, symbol, price * (1 + side * c), side > 0);
  const perBase = price / terms.leverage[symbol] + Math.abs(filled - price) + filled * terms.feeRate[symbol];
  // The quotient of an exact fit may lie a rounding error below the whole number.
  return Math.floor(room / (terms.unit[symbol] * perBase) + 1e-9);
}
