/**
 * @file The open of a bar: funding, liquidation across a gap, positions that end by themselves, then the orders that were
 * decided at the close before. It needs the open price, the funding and the presence of the bar and nothing else of it, so
 * that a live quote can stand in for the open.
 *
 * Funding comes first and on the old position: a stamp at the open finds the position that was held until then, since
 * no order of ours can fill before the bar it fills in has begun. In a bar that is longer than a funding interval, the
 * stamps inside it come after the orders, at the price of the open, on what is held then.
 *
 * Funding is paid on the notional at the mark price, where the tape has it.
 *
 * A gap may leave less than maintenance margin at the open itself: the venue liquidates then before any order, stop or time
 * stop of ours is looked at.
 *
 * A symbol without a bar for `settleAfterBars` bars, and an expired contract, is settled at its last price: a fill with the
 * taker fee and without slippage, as a venue does at a delisting.
 *
 * Orders fill in two passes over the symbols. First whatever reduces or closes, then whatever opens or adds: margin that
 * is given back is there for what follows, and an account never exceeds its leverage on the way.
 *
 * Urgency limits what opens and adds. What reduces or closes takes the whole allowed share of the volume, and a lot even
 * where that is less or chance would leave nothing: a position that is not wanted any more is never stuck.
 */
import { FillReason, InvariantError } from "../core/index.ts";
import { settleOrder } from "./account-book.ts";
import { attachBrackets, executeFill } from "./fill.ts";
import { adversePrice } from "./instrument-terms.ts";
import { type Kernel, loadRates } from "./kernel.ts";
import { liquidate } from "./liquidation.ts";
import { openPositions } from "./open-positions.ts";
import { AccountStatus, OrderOutcome } from "./outcome.ts";
import { partialLots, slippageShare, volumeLimitLots } from "./slippage.ts";
import { excessAt } from "./valuation.ts";

/** Plays the open of the account's next bar. */
export function openBar(kernel: Kernel, account: number): void {
  const { book, tape } = kernel;
  const bar = book.bar[account] + 1;
  if (bar >= tape.bars || book.opened[account] === 1) {
    throw new InvariantError(
      book.opened[account] === 1 ? "a bar opens once" : `bar ${bar} lies within the tape's ${tape.bars}`,
      `account ${account}`,
    );
  }
  book.opened[account] = 1;
  if (book.status[account] !== AccountStatus.active) return;
  loadRates(kernel, bar - 1);
  if (payFunding(kernel, account, bar) && excessAt(kernel, account, bar, 0) <= 0) {
    liquidate(kernel, account, bar, 0);
    return;
  }
  endPositions(kernel, account, bar);
  if (book.pendingCount[account] > 0) {
    const openings = reducePositions(kernel, account, bar);
    if (openings > 0) openPositions(kernel, account, bar);
  }
  if (tape.fundingWithin !== undefined) payWithin(kernel, account, bar, tape.fundingWithin);
}

/** Funding of what is held into the bar. True where anything on margin is, so that the account could be liquidated. */
function payFunding(kernel: Kernel, account: number, bar: number): boolean {
  const { book, tape, terms } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  const due = tape.fundingAtOpen ?? tape.funding;
  let onMargin = false;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    book.openFunding[row] = 0;
    book.withinFunding[row] = 0;
    const lots = book.lots[row];
    if (lots === 0) continue;
    onMargin ||= terms.holding[s] === 0;
    const rate = due[bar * symbols + s];
    if (rate !== 0 && terms.funded[s] === 1) book.openFunding[row] = receiveFunding(kernel, account, bar, s, rate);
  }
  return onMargin;
}

/** Funding whose stamps lie inside the bar, of what is held after its open: nobody knows the prices in between. */
function payWithin(kernel: Kernel, account: number, bar: number, due: Float64Array): void {
  const { book, tape, terms } = kernel;
  const symbols = tape.symbols;
  for (let s = 0; s < symbols; s++) {
    const row = account * symbols + s;
    const rate = due[bar * symbols + s];
    const pays = book.lots[row] !== 0 && rate !== 0 && terms.funded[s] === 1;
    if (pays) book.withinFunding[row] = receiveFunding(kernel, account, bar, s, rate);
  }
}

function receiveFunding(kernel: Kernel, account: number, bar: number, symbol: number, rate: number): number {
  const { book, tape, mark, terms, config } = kernel;
  const row = account * tape.symbols + symbol;
  const price = mark.open[bar * tape.symbols + symbol] * kernel.rate[symbol];
  const received = -book.lots[row] * terms.unit[symbol] * price * rate * config.fundingMultiplier;
  book.funding[account] += received;
  book.balance[account] += received;
  book.netProfit[row] += received;
  return received;
}

/** Positions that end by themselves: settled where the symbol is gone, closed where they have reached their age. */
function endPositions(kernel: Kernel, account: number, bar: number): void {
  const { book, tape, terms } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    const lots = book.lots[row];
    if (lots === 0) continue;
    const cell = bar * symbols + s;
    const present = tape.present[cell] === 1;
    book.absentBars[row] = present ? 0 : book.absentBars[row] + 1;
    const isOver = tape.timeMs[bar] >= terms.expiryMs[s];
    if (isOver || book.absentBars[row] >= kernel.settleAfterBars) {
      if (book.pending[row] === 1) {
        settleOrder(book, account, row, isOver ? OrderOutcome.refusedExpired : OrderOutcome.refusedAbsent);
      }
      executeFill(kernel, account, s, bar, -lots, tape.open[cell], 0, FillReason.settled);
      continue;
    }
    const maxBars = book.maxBars[row];
    if (maxBars > 0 && bar - book.entryBar[row] >= maxBars && present) {
      // An order that closes or reverses ends the position by itself.
      if (book.pending[row] === 1 && book.pendingLots[row] * lots <= 0) continue;
      if (book.pending[row] === 1) settleOrder(book, account, row, OrderOutcome.refusedTimeStop);
      const share = slippageShare(kernel, account, s, bar - 1, Math.abs(lots), tape.open[cell], FillReason.time);
      executeFill(kernel, account, s, bar, -lots, tape.open[cell], share, FillReason.time);
    }
  }
}

/** The closing part of every order. Returns how many orders still want to open or add. */
function reducePositions(kernel: Kernel, account: number, bar: number): number {
  const { book, tape } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  let openings = 0;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    if (book.pending[row] === 0) continue;
    kernel.traded[s] = 0;
    if (tape.present[bar * symbols + s] === 0) {
      settleOrder(book, account, row, OrderOutcome.refusedAbsent);
      continue;
    }
    if (tape.timeMs[bar] >= kernel.terms.expiryMs[s]) {
      settleOrder(book, account, row, OrderOutcome.refusedExpired);
      continue;
    }
    const held = book.lots[row];
    const target = book.pendingLots[row];
    if (target === held) {
      attachBrackets(kernel, row);
      settleOrder(book, account, row, OrderOutcome.amended);
    } else if (held > 0 ? target >= held : held < 0 ? target <= held : true) {
      openings++;
    } else if (reduceOne(kernel, account, bar, s)) {
      openings++;
    }
  }
  return openings;
}

/** Closes what an order does not want to keep. True where the position is closed and the order wants the other side. */
function reduceOne(kernel: Kernel, account: number, bar: number, symbol: number): boolean {
  const { book, tape, terms } = kernel;
  const row = account * tape.symbols + symbol;
  const held = book.lots[row];
  const target = book.pendingLots[row];
  const side = held > 0 ? 1 : -1;
  const price = tape.open[bar * tape.symbols + symbol];
  const keeps = Math.max(0, target * side);
  const wanted = Math.abs(held) - keeps;
  const allowed = Math.min(wanted, Math.max(1, volumeLimitLots(kernel, symbol, bar - 1, 1)));
  const lots = Math.max(1, partialLots(kernel, account, symbol, bar - 1, allowed, FillReason.close));
  // Closing is exempt from the minimum, so that nothing is ever stuck; a mere reduction is not.
  if (keeps > 0 && lots * terms.unit[symbol] * price < terms.minNotional[symbol]) {
    settleOrder(book, account, row, OrderOutcome.refusedMinNotional);
    return false;
  }
  const share = slippageShare(kernel, account, symbol, bar - 1, lots, price, FillReason.close);
  if (side > 0 && adversePrice(terms, symbol, price * (1 - share), false) <= 0) {
    settleOrder(book, account, row, OrderOutcome.refusedBelowTick);
    return false;
  }
  executeFill(kernel, account, symbol, bar, -side * lots, price, share, FillReason.close);
  kernel.traded[symbol] = lots;
  if (lots === wanted && target * side < 0) return true;
  if (keeps > 0) attachBrackets(kernel, row);
  settleOrder(
    book,
    account,
    row,
    lots === wanted ? OrderOutcome.filled : lots < allowed ? OrderOutcome.partial : OrderOutcome.clampedByVolume,
  );
  return false;
}
