/**
 * @file The second pass over the orders: opening and adding, within margin, volume and the venue's minimum.
 *
 * Cross margin: at the moment of the order, with everything valued at the open (what is held already at the mark's), the
 * initial margin of all positions (notional over leverage) must not exceed equity after the order's own costs. For `q` new
 * lots of unit `u` at open `p`, filled at `x`: `M + q*u*p/L <= E - q*u*|x - p| - q*u*x*fee`. With leverage 1 this is "cash covers notional plus fee".
 *
 * Where the orders of one open together want more than there is room for, each gets the room in proportion to what it
 * wants, floored to lots: the order in which symbols are named changes nothing.
 */
import { FillReason } from "../core/index.ts";
import { settleOrder } from "./account-book.ts";
import { attachBrackets, executeFill } from "./fill.ts";
import { adversePrice } from "./instrument-terms.ts";
import { checkMarginAtOpen } from "./invariants.ts";
import { costRate, type Kernel } from "./kernel.ts";
import { OrderOutcome } from "./outcome.ts";
import { partialLots, slippageShare, volumeLimitLots } from "./slippage.ts";

export function openPositions(kernel: Kernel, account: number, bar: number): void {
  const { book, tape, mark, terms, needed, rate } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  const firstCell = bar * symbols;
  let equity = book.balance[account];
  let margin = 0;
  let demand = 0;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    const lots = book.lots[row];
    if (lots !== 0) {
      const price = mark.open[firstCell + s];
      equity += lots * terms.unit[s] * (price * rate[s] - book.entryPrice[row] * costRate(kernel, row, s, rate[s]));
      margin += (Math.abs(lots) * terms.unit[s] * price * rate[s]) / terms.leverage[s];
    }
    if (book.pending[row] === 1) demand += demandOf(kernel, account, bar, s);
  }
  const room = equity - margin;
  const fits = demand <= room;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    if (book.pending[row] === 0) continue;
    const price = tape.open[firstCell + s];
    const before = book.lots[row];
    const entryBefore = book.entryPrice[row] * costRate(kernel, row, s, rate[s]);
    const balanceBefore = book.balance[account];
    const share = fits ? equity - margin : demand > needed[s] ? (room * needed[s]) / demand : room;
    const outcome = openOne(kernel, account, bar, s, share);
    settleOrder(book, account, row, outcome);
    const lots = book.lots[row] - before;
    if (lots === 0) continue;
    const entry = book.entryPrice[row] * costRate(kernel, row, s, rate[s]);
    const value = book.lots[row] * (price * rate[s] - entry) - before * (price * rate[s] - entryBefore);
    equity += book.balance[account] - balanceBefore + value * terms.unit[s];
    margin += (Math.abs(lots) * terms.unit[s] * price * rate[s]) / terms.leverage[s];
    if (kernel.config.checked) checkMarginAtOpen(kernel, account, equity, margin, s);
  }
}

/** Margin and costs of all that an order wants and its volume allows; settles at once what may not open at all. */
function demandOf(kernel: Kernel, account: number, bar: number, symbol: number): number {
  const { book, tape, terms } = kernel;
  const row = account * tape.symbols + symbol;
  const price = tape.open[bar * tape.symbols + symbol];
  const target = book.pendingLots[row];
  const side = target > 0 ? 1 : -1;
  if (side < 0 && terms.longOnly[symbol] === 1) return refuse(kernel, account, row, OrderOutcome.refusedSpotShort);
  const limit = volumeLimitLots(kernel, symbol, bar - 1, book.pendingUrgency[row]) - kernel.traded[symbol];
  const wanted = Math.min(Math.abs(target) - Math.abs(book.lots[row]), limit);
  if (wanted <= 0) return refuse(kernel, account, row, OrderOutcome.refusedVolume);
  const share = slippageShare(kernel, account, symbol, bar - 1, wanted, price, FillReason.open);
  if (side < 0 && adversePrice(terms, symbol, price * (1 - share), false) <= 0) {
    return refuse(kernel, account, row, OrderOutcome.refusedBelowTick);
  }
  kernel.wanted[symbol] = wanted;
  kernel.needed[symbol] = wanted * terms.unit[symbol] * costPerBase(kernel, symbol, price, side, share);
  return kernel.needed[symbol];
}

function refuse(kernel: Kernel, account: number, row: number, outcome: OrderOutcome): number {
  settleOrder(kernel.book, account, row, outcome);
  return 0;
}

/** Opens or adds what is allowed of one order; `room` is what it may use of equity less margin at the open. */
function openOne(kernel: Kernel, account: number, bar: number, symbol: number, room: number): OrderOutcome {
  const { book, tape, terms } = kernel;
  const row = account * tape.symbols + symbol;
  const price = tape.open[bar * tape.symbols + symbol];
  const target = book.pendingLots[row];
  const side = target > 0 ? 1 : -1;
  const wanted = Math.abs(target) - Math.abs(book.lots[row]);
  const byVolume = kernel.wanted[symbol];
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

/** Margin and costs of one base unit at the cost share `c`, account currency. */
function costPerBase(kernel: Kernel, symbol: number, price: number, side: number, c: number): number {
  const terms = kernel.terms;
  const filled = adversePrice(terms, symbol, price * (1 + side * c), side > 0);
  const perBase = price / terms.leverage[symbol] + Math.abs(filled - price) + filled * terms.feeRate[symbol];
  return perBase * kernel.rate[symbol];
}

/** Whole lots whose margin and costs fit into `room` at the cost share `c`. */
function marginLots(kernel: Kernel, symbol: number, price: number, side: number, room: number, c: number): number {
  const perLot = kernel.terms.unit[symbol] * costPerBase(kernel, symbol, price, side, c);
  // The quotient of an exact fit may lie a rounding error below the whole number.
  return Math.floor(room / perLot + 1e-9);
}
