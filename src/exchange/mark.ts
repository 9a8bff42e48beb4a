/** @file The account's worth at a mark, and the alarm when it is not a number. */
import { InvariantError } from "../core/index.ts";
import type { Kernel } from "./kernel.ts";

/** Equity, its peak and the drawdown from it. Stops at once where equity is not a number. */
export function markEquity(kernel: Kernel, account: number, equity: number): void {
  const book = kernel.book;
  // The difference is 0 for every finite number and NaN for all others.
  if (equity - equity !== 0) throwNotFinite(kernel, account, equity);
  book.equity[account] = equity;
  const peak = book.peakEquity[account];
  if (equity > peak) {
    book.peakEquity[account] = equity;
    book.drawdown[account] = 0;
  } else {
    book.drawdown[account] = 1 - equity / peak;
  }
}

function throwNotFinite(kernel: Kernel, account: number, equity: number): never {
  const { book, tape } = kernel;
  const bar = book.bar[account];
  const symbols = tape.symbols;
  let symbol = "no single symbol";
  for (let s = 0; s < symbols; s++) {
    const row = account * symbols + s;
    if (!Number.isFinite(book.unrealised[row] + book.netProfit[row])) symbol = tape.instruments[s].symbol;
  }
  throw new InvariantError(`equity is finite, was ${equity}`, `account ${account}, ${symbol}, bar ${bar}`);
}

/** Books what an account without positions owes beyond its money as shortfall: equity is never below zero. */
export function floorBalance(kernel: Kernel, account: number): void {
  const book = kernel.book;
  const balance = book.balance[account];
  if (balance >= 0) return;
  book.shortfall[account] -= balance;
  book.balance[account] = 0;
}
