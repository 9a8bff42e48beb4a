/**
 * @file The open of a bar: funding, time stops, then the orders that were decided at the close before. It needs the open
 * price, the funding and the presence of the bar and nothing else of it, so that a live quote can stand in for the open.
 *
 * Funding comes first and on the old position: a stamp at the open finds the position that was held until then, since
 * no order of ours can fill before the bar it fills in has begun.
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
import type { Kernel } from "./kernel.ts";
import { openPositions } from "./open-positions.ts";
import { AccountStatus, OrderOutcome } from "./outcome.ts";
import { partialLots, slippageShare, volumeLimitLots } from "./slippage.ts";

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
  settleHeld(kernel, account, bar);
  if (book.pendingCount[account] === 0) return;
  const openings = reducePositions(kernel, account, bar);
  if (openings > 0) openPositions(kernel, account, bar);
}

/** Funding and time stops of the positions that are held into the bar. */
function settleHeld(kernel: Kernel, account: number, bar: number): void {
  const { book, tape, terms, config } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    const lots = book.lots[row];
    if (lots === 0) continue;
    const cell = bar * symbols + s;
    const rate = tape.funding[cell];
    if (rate !== 0) {
      const received = -lots * terms.unit[s] * tape.open[cell] * rate * config.fundingMultiplier;
      book.funding[account] += received;
      book.balance[account] += received;
      book.netProfit[row] += received;
    }
    const maxBars = book.maxBars[row];
    if (maxBars > 0 && bar - book.entryBar[row] >= maxBars && tape.present[cell] === 1) {
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
