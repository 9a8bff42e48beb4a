/** @file Whether a rule has to ask again: an order lives for one open, and what did not fill there is gone. */
import { type AccountBook, OrderOutcome } from "../exchange/index.ts";

/**
 * True where the row's last order did not get all that it wanted because the symbol was absent, its volume too thin, no
 * margin free, or chance against it: all of which may be better at the next open. What the venue's minimum refused is
 * final, and so is a rest that was too small to be sent: the outcome then is that of an order before, which filled in an earlier bar.
 * @param bar at whose close the account stands
 */
export function isUnfinished(book: AccountBook, row: number, bar: number): boolean {
  switch (book.outcome[row]) {
    case OrderOutcome.clampedByVolume:
    case OrderOutcome.partial:
      return book.lastFillBar[row] === bar;
    case OrderOutcome.refusedMargin:
    case OrderOutcome.refusedAbsent:
    case OrderOutcome.refusedVolume:
    case OrderOutcome.refusedPartial:
      return true;
    default:
      return false;
  }
}
