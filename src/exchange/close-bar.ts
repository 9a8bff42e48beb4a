/**
 * @file The rest of a bar after its open: brackets, liquidation, the mark at the close. It needs the whole bar.
 *
 * What a bar does not tell is the order of its prices, so everything is settled against the trader where it could have
 * gone either way: stop before target, and all symbols at their worst prices at once for the liquidation check.
 */
import { FillReason, InvariantError } from "../core/index.ts";
import { executeFill } from "./fill.ts";
import type { Kernel } from "./kernel.ts";
import { liquidate } from "./liquidation.ts";
import { markEquity } from "./mark.ts";
import { AccountStatus } from "./outcome.ts";
import { slippageShare } from "./slippage.ts";

/** Finishes the account's bar and moves it on. Returns its AccountStatus. */
export function closeBar(kernel: Kernel, account: number): AccountStatus {
  const { book, tape, terms } = kernel;
  if (book.opened[account] === 0) throw new InvariantError("a bar opens before it closes", `account ${account}`);
  book.opened[account] = 0;
  const bar = ++book.bar[account];
  if (book.status[account] !== AccountStatus.active) return AccountStatus.liquidated;
  const symbols = tape.symbols;
  const first = account * symbols;
  const firstCell = bar * symbols;
  let unrealised = 0;
  let worst = 0;
  let maintenance = 0;
  let margin = 0;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    let lots = book.lots[row];
    if (lots === 0) continue;
    const cell = firstCell + s;
    if (tape.present[cell] === 1) {
      checkBrackets(kernel, account, bar, s);
      lots = book.lots[row];
      if (lots === 0) continue;
      const best = lots > 0 ? tape.high[cell] : tape.low[cell];
      if (lots > 0 ? best > book.trailExtreme[row] : best < book.trailExtreme[row]) book.trailExtreme[row] = best;
    }
    const base = lots * terms.unit[s];
    const entry = book.entryPrice[row];
    const worstPrice = lots > 0 ? tape.low[cell] : tape.high[cell];
    const close = tape.close[cell];
    const profit = base * (close - entry);
    const size = Math.abs(base);
    book.unrealised[row] = profit;
    unrealised += profit;
    worst += base * (worstPrice - entry);
    maintenance += size * worstPrice * terms.maintenanceRate[s];
    margin += (size * close) / terms.leverage[s];
  }
  const balance = book.balance[account];
  const worstEquity = balance + worst;
  if (worstEquity < maintenance || worstEquity <= 0) {
    liquidate(kernel, account, bar);
    return AccountStatus.liquidated;
  }
  book.marginUsed[account] = margin;
  markEquity(kernel, account, balance + unrealised);
  return AccountStatus.active;
}

/**
 * Stop, trailing stop and target of one position. At the open: a price beyond a level fills at the open, be that worse
 * (stop) or better (target), since that is the first price there is. Inside the bar: the tighter of stop and trailing
 * stop first, then the target, each at its level.
 */
function checkBrackets(kernel: Kernel, account: number, bar: number, symbol: number): void {
  const { book, tape } = kernel;
  const row = account * tape.symbols + symbol;
  const trailDistance = book.trailDistance[row];
  const target = book.targetPrice[row];
  let stop = book.stopPrice[row];
  if (stop === 0 && trailDistance === 0 && target === 0) return;
  const lots = book.lots[row];
  const long = lots > 0;
  const cell = bar * tape.symbols + symbol;
  let stopReason: FillReason = FillReason.stop;
  if (trailDistance > 0) {
    const trail = book.trailExtreme[row] * (long ? 1 - trailDistance : 1 + trailDistance);
    if (stop === 0 || (long ? trail > stop : trail < stop)) {
      stop = trail;
      stopReason = FillReason.trail;
    }
  }
  const open = tape.open[cell];
  let price = 0;
  let reason: FillReason = stopReason;
  if (stop > 0 && (long ? open <= stop : open >= stop)) {
    price = open;
  } else if (target > 0 && (long ? open >= target : open <= target)) {
    price = open;
    reason = FillReason.target;
  } else if (stop > 0 && (long ? tape.low[cell] <= stop : tape.high[cell] >= stop)) {
    price = stop;
  } else if (target > 0 && (long ? tape.high[cell] >= target : tape.low[cell] <= target)) {
    price = target;
    reason = FillReason.target;
  } else {
    return;
  }
  const share = slippageShare(kernel, account, symbol, bar - 1, Math.abs(lots), price, reason);
  executeFill(kernel, account, symbol, bar, -lots, price, share, reason);
}
