/**
 * @file The rest of a bar after its open: brackets, liquidation, the mark at the close. It needs the whole bar.
 *
 * What a bar does not tell is the order of its prices, so everything is settled against the trader where it could have
 * gone either way. The story of every bar is: the open, then the way to the worst prices of all symbols in step, and only
 * then the good ones. So a stop counts before a target, a liquidation before a target that was merely touched, and of a
 * stop and a liquidation the one that lies nearer. Only what the open itself meets is certain, and comes first.
 */
import { InvariantError } from "../core/index.ts";
import { fillExit, findExits, nearestStop, stopWay } from "./exits.ts";
import { type Kernel, loadRates } from "./kernel.ts";
import { liquidate, wayToLiquidation } from "./liquidation.ts";
import { markEquity } from "./mark.ts";
import { AccountStatus } from "./outcome.ts";
import { isEndangered, valuePositions } from "./valuation.ts";

/** Finishes the account's bar and moves it on. Returns its AccountStatus. */
export function closeBar(kernel: Kernel, account: number): AccountStatus {
  const { book, value } = kernel;
  if (book.opened[account] === 0) throw new InvariantError("a bar opens before it closes", `account ${account}`);
  book.opened[account] = 0;
  const bar = ++book.bar[account];
  if (book.status[account] !== AccountStatus.active) return AccountStatus.liquidated;
  loadRates(kernel, bar - 1);
  const touched = findExits(kernel, account, bar);
  valuePositions(kernel, account, bar);
  if (touched > 0 || isEndangered(kernel, account)) {
    if (settleInside(kernel, account, bar, touched) === AccountStatus.liquidated) return AccountStatus.liquidated;
  }
  book.marginUsed[account] = value.margin;
  markEquity(kernel, account, book.balance[account] + value.unrealised);
  return AccountStatus.active;
}

/**
 * Walks from the open to the worst prices: stops fill in the order of the way, and each changes what is left to lose.
 * Where the next stop lies beyond the point at which equity meets maintenance, or at it, the account is liquidated there.
 * Targets fill when the worst is over.
 */
function settleInside(kernel: Kernel, account: number, bar: number, touched: number): AccountStatus {
  let left = touched;
  let walked = 0;
  for (;;) {
    const endangered = isEndangered(kernel, account);
    const way = endangered ? Math.max(walked, wayToLiquidation(kernel, account, bar)) : Number.POSITIVE_INFINITY;
    const stopped = left > 0 ? nearestStop(kernel, account, bar, way) : -1;
    if (stopped >= 0) {
      walked = Math.max(walked, stopWay(kernel, account, bar, stopped));
      fillExit(kernel, account, bar, stopped);
      left--;
    } else if (endangered) {
      liquidate(kernel, account, bar, way);
      return AccountStatus.liquidated;
    } else if (left > 0) {
      for (let s = 0; s < kernel.tape.symbols; s++) if (kernel.exitPrice[s] > 0) fillExit(kernel, account, bar, s);
      left = 0;
    } else {
      return AccountStatus.active;
    }
    valuePositions(kernel, account, bar);
  }
}
