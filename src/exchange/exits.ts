/**
 * @file Where a bar meets the brackets of positions: stop, trailing stop, protected profit and target. A price beyond a level at the open
 * fills at the open, be that worse (stop) or better (target), since that is the first price there is. Inside the bar the
 * tighter of stop and trailing stop counts before the target, each at its level.
 */
import { FillReason } from "../core/index.ts";
import { executeFill } from "./fill.ts";
import type { Kernel } from "./kernel.ts";
import { slippageShare } from "./slippage.ts";

/**
 * Fills the exits that the open meets. Those that the rest of the bar touches are left in `kernel.exitPrice` (0 for none)
 * and `kernel.exitReason`; returns how many they are. A position that stays takes note of its best price.
 */
export function findExits(kernel: Kernel, account: number, bar: number): number {
  const { book, tape, exitPrice } = kernel;
  const symbols = tape.symbols;
  let touched = 0;
  for (let s = 0; s < symbols; s++) {
    exitPrice[s] = 0;
    const row = account * symbols + s;
    const lots = book.lots[row];
    const cell = bar * symbols + s;
    if (lots === 0 || tape.present[cell] === 0) continue;
    if (meetsBrackets(kernel, row, cell, s)) {
      if (exitPrice[s] === tape.open[cell]) fillExit(kernel, account, bar, s);
      else touched++;
      continue;
    }
    const best = lots > 0 ? tape.high[cell] : tape.low[cell];
    if (lots > 0 ? best > book.trailExtreme[row] : best < book.trailExtreme[row]) book.trailExtreme[row] = best;
  }
  return touched;
}

/**
 * Where the position would be stopped now: the tightest of stop, trailing stop and protected profit, 0 for none. Which of them
 * it is, is left in `kernel.exitReason`.
 */
export function stopLevel(kernel: Kernel, row: number, symbol: number): number {
  const { book } = kernel;
  const { breakEvenDistance } = kernel.config;
  const trailDistance = book.trailDistance[row];
  const long = book.lots[row] > 0;
  let stop = book.stopPrice[row];
  let reason: FillReason = FillReason.stop;
  if (trailDistance > 0) {
    const trail = book.trailExtreme[row] * (long ? 1 - trailDistance : 1 + trailDistance);
    if (stop === 0 || (long ? trail > stop : trail < stop)) {
      stop = trail;
      reason = FillReason.trail;
    }
  }
  if (breakEvenDistance > 0) {
    const entry = book.entryPrice[row];
    const gain = (book.trailExtreme[row] - entry) * (long ? 1 : -1);
    const lock = entry + kernel.config.profitLockShare * (book.trailExtreme[row] - entry);
    if (gain >= breakEvenDistance * entry && (stop === 0 || (long ? lock > stop : lock < stop))) {
      stop = lock;
      reason = FillReason.trail;
    }
  }
  kernel.exitReason[symbol] = reason;
  return stop;
}

/** Whether the bar meets a level of the position; leaves price and reason in the kernel's columns. */
function meetsBrackets(kernel: Kernel, row: number, cell: number, symbol: number): boolean {
  const { book, tape } = kernel;
  const target = book.targetPrice[row];
  const stop = stopLevel(kernel, row, symbol);
  if (stop === 0 && target === 0) return false;
  const long = book.lots[row] > 0;
  let reason = kernel.exitReason[symbol] as FillReason;
  const open = tape.open[cell];
  let price = 0;
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
  }
  kernel.exitPrice[symbol] = price;
  kernel.exitReason[symbol] = reason;
  return price > 0;
}

/** Closes a position where its exit was found. */
export function fillExit(kernel: Kernel, account: number, bar: number, symbol: number): void {
  const lots = kernel.book.lots[account * kernel.tape.symbols + symbol];
  const price = kernel.exitPrice[symbol];
  const reason = kernel.exitReason[symbol] as FillReason;
  kernel.exitPrice[symbol] = 0;
  const share = slippageShare(kernel, account, symbol, bar - 1, Math.abs(lots), price, reason);
  executeFill(kernel, account, symbol, bar, -lots, price, share, reason);
}

/** How much of the way from the open to its worst price a symbol has done where its stop lies, in (0, 1]. */
export function stopWay({ book, tape, exitPrice }: Kernel, account: number, bar: number, symbol: number): number {
  const cell = bar * tape.symbols + symbol;
  const open = tape.open[cell];
  const worst = book.lots[account * tape.symbols + symbol] > 0 ? tape.low[cell] : tape.high[cell];
  return (exitPrice[symbol] - open) / (worst - open);
}

/** The touched stop that lies first on the way to the worst prices and nearer than `way`, -1 where there is none. */
export function nearestStop(kernel: Kernel, account: number, bar: number, way: number): number {
  let nearest = -1;
  let least = way;
  for (let s = 0; s < kernel.tape.symbols; s++) {
    if (kernel.exitPrice[s] === 0 || kernel.exitReason[s] === FillReason.target) continue;
    const own = stopWay(kernel, account, bar, s);
    if (own < least) {
      least = own;
      nearest = s;
    }
  }
  return nearest;
}
