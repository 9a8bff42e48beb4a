import { describe, expect, it } from "vitest";
import { type AccountBook, clearPosition, createAccountBook, resetAccount, settleOrder } from "./account-book.ts";

type Column = Exclude<keyof AccountBook, "accounts" | "symbols">;

const ACCOUNT_COLUMNS: readonly Column[] = [
  ...(["bar", "opened", "status", "episode", "stream", "initialBalance", "balance", "equity", "peakEquity"] as const),
  ...(["drawdown", "realised", "fees", "funding", "shortfall", "marginUsed", "turnover"] as const),
  ...(["fillCount", "pendingCount"] as const),
];
const POSITION_COLUMNS: readonly Column[] = [
  ...(["lots", "quantity", "entryPrice", "entryRate", "unrealised", "absentBars", "entryBar"] as const),
  ...(["stopPrice", "targetPrice", "trailDistance", "trailExtreme", "maxBars"] as const),
];
const CELL_COLUMNS: readonly Column[] = [
  ...POSITION_COLUMNS,
  ...(["netProfit", "openFunding", "withinFunding", "lastFillBar", "pending", "outcome"] as const),
];
/** What an order wants is read only where one is pending. */
const WISHES: readonly Column[] = [
  ...(["pendingLots", "pendingStopDistance", "pendingTargetDistance", "pendingTrailDistance"] as const),
  ...(["pendingMaxBars", "pendingUrgency"] as const),
];
/** What is not zero in a row without a position. */
const EMPTY: Partial<Record<Column, number>> = { entryRate: 1, entryBar: -1, lastFillBar: -1 };
const DIRT = 77;

function dirty(): AccountBook {
  const book = createAccountBook(3, 2);
  for (const name of [...ACCOUNT_COLUMNS, ...CELL_COLUMNS, ...WISHES]) book[name].fill(DIRT);
  return book;
}

describe("the book", () => {
  it("has every column in one of the lists of this test", () => {
    const { accounts: _accounts, symbols: _symbols, ...columns } = createAccountBook(1, 1);
    expect(Object.keys(columns).sort()).toEqual([...ACCOUNT_COLUMNS, ...CELL_COLUMNS, ...WISHES].sort());
  });

  it("begins empty: zeros, a rate of 1, and no bar of an entry or a fill", () => {
    const book = createAccountBook(3, 2);
    for (const name of ACCOUNT_COLUMNS) expect([name, ...book[name]]).toEqual([name, 0, 0, 0]);
    for (const name of [...CELL_COLUMNS, ...WISHES]) {
      expect([name, ...book[name]]).toEqual([name, ...Array.from({ length: 6 }, () => EMPTY[name] ?? 0)]);
    }
  });

  it("makes one account new and leaves the others alone", () => {
    const book = dirty();
    resetAccount(book, 1, 40, 5_000, 9);
    const said: Partial<Record<Column, number>> = { bar: 40, episode: DIRT + 1, stream: 9 };
    for (const name of ["initialBalance", "balance", "equity", "peakEquity"] as const) said[name] = 5_000;
    for (const name of ACCOUNT_COLUMNS) expect([name, ...book[name]]).toEqual([name, DIRT, said[name] ?? 0, DIRT]);
    for (const name of CELL_COLUMNS) {
      const value = EMPTY[name] ?? 0;
      expect([name, ...book[name]]).toEqual([name, DIRT, DIRT, value, value, DIRT, DIRT]);
    }
    for (const name of WISHES) expect([name, ...book[name]]).toEqual([name, ...Array<number>(6).fill(DIRT)]);
  });

  it("clears what belongs to a position, and nothing of the symbol's past or of an order that waits", () => {
    const book = dirty();
    clearPosition(book, 3);
    for (const name of [...CELL_COLUMNS, ...WISHES]) {
      const value = POSITION_COLUMNS.includes(name) ? (EMPTY[name] ?? 0) : DIRT;
      expect([name, ...book[name]]).toEqual([name, DIRT, DIRT, DIRT, value, DIRT, DIRT]);
    }
  });

  it("takes an order away with what became of it, and counts one less", () => {
    const book = dirty();
    settleOrder(book, 2, 5, 3);
    expect([...book.pending]).toEqual([DIRT, DIRT, DIRT, DIRT, DIRT, 0]);
    expect([...book.outcome]).toEqual([DIRT, DIRT, DIRT, DIRT, DIRT, 3]);
    expect([...book.pendingCount]).toEqual([DIRT, DIRT, DIRT - 1]);
  });
});
