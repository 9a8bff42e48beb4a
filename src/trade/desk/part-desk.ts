/**
 * @file A strategy's side of an account that it shares: its own symbols, numbered from 0 as it knows them, and the money of
 * all. The columns are views of the account's, so that nothing is copied and nothing can differ.
 */
import { type AccountBook, instrumentTerms, Liquidity, type TradeDesk } from "../../exchange/index.ts";
import type { MarketTape } from "../../market/index.ts";
import type { LiveDesk } from "./live-desk.ts";

/** @param tape of the strategy's symbols alone, which begin at `from` in the account */
export function partOfDesk(desk: LiveDesk, tape: MarketTape, from: number): TradeDesk {
  return {
    tape,
    book: partOfBook(desk.book, from, tape.symbols),
    terms: instrumentTerms(tape.instruments, desk.config),
    liquidity: new Liquidity(tape),
    order: (account, symbol, ...terms) => desk.order(account, from + symbol, ...terms),
  };
}

/** Columns by symbol are cut; those of the account are the account's. An account that is shared has two symbols at least. */
function partOfBook(book: AccountBook, from: number, symbols: number): AccountBook {
  const cut = Object.entries(book).map(([name, own]) => [
    name,
    ArrayBuffer.isView(own) && lengthOf(own) === book.symbols ? sub(own, from, symbols) : own,
  ]);
  return { ...(Object.fromEntries(cut) as AccountBook), symbols };
}

const lengthOf = (column: ArrayBufferView): number => (column as Float64Array).length;

function sub(column: ArrayBufferView, from: number, count: number): Float64Array {
  return (column as Float64Array).subarray(from, from + count);
}
