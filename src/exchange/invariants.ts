/** @file The ledger's promises, asserted after every step of a checked run. */
import { InvariantError } from "../core/index.ts";
import type { Kernel } from "./kernel.ts";
import { AccountStatus } from "./outcome.ts";

const TOLERANCE = 1e-9;

/** Throws an InvariantError that names account, symbol and bar where the book contradicts itself. */
export function checkAccount(kernel: Kernel, account: number): void {
  const { book, tape, terms } = kernel;
  const bar = book.bar[account];
  const fail = (what: string, symbol = "all symbols"): never => {
    throw new InvariantError(what, `account ${account}, ${symbol}, bar ${bar}`);
  };
  let unrealised = 0;
  let net = 0;
  for (let s = 0; s < tape.symbols; s++) {
    const row = account * tape.symbols + s;
    const name = tape.instruments[s].symbol;
    const lots = book.lots[row];
    if (!Number.isInteger(lots)) fail(`quantity is a whole number of lots, was ${lots}`, name);
    if (book.quantity[row] !== lots * terms.lotStep[s]) fail(`quantity is lots times step`, name);
    if (lots < 0 && terms.longOnly[s] === 1) fail(`spot is never short, was ${lots} lots`, name);
    // A position that is older than a stretch of history may have been opened in the bar right before it.
    const before = book.entryBar[row] === -1 && kernel.firstBar === 0;
    if (lots === 0 ? book.entryBar[row] !== -1 : before) fail("a position has a bar of entry, nothing else has", name);
    if (lots !== 0 && !(book.entryPrice[row] > 0)) fail(`entry is above zero, was ${book.entryPrice[row]}`, name);
    if (lots === 0 && book.unrealised[row] !== 0) fail("what is flat has no unrealised profit", name);
    if (!Number.isFinite(book.unrealised[row])) fail(`unrealised is finite, was ${book.unrealised[row]}`, name);
    if (!Number.isFinite(book.netProfit[row])) fail(`net profit is finite, was ${book.netProfit[row]}`, name);
    unrealised += book.unrealised[row];
    net += book.netProfit[row];
  }
  const initial = book.initialBalance[account];
  const parts = [book.realised[account], book.fees[account], book.funding[account], book.shortfall[account]];
  const [realised, fees, funding, shortfall] = parts;
  const scale = parts.reduce(
    (sum, part) => sum + Math.abs(part),
    initial + Math.abs(unrealised) + book.turnover[account],
  );
  const equity = book.equity[account];
  const expected = initial + realised + unrealised - fees + funding + shortfall;
  if (!(Math.abs(equity - expected) <= TOLERANCE * scale)) {
    fail(`equity is initial + realised + unrealised - fees + funding + shortfall = ${expected}, was ${equity}`);
  }
  if (!(Math.abs(realised - fees + funding - net) <= TOLERANCE * scale))
    fail("the symbols' net profits sum to the account's");
  if (equity < 0) fail(`equity is never below zero, was ${equity}`);
  if (shortfall < 0 || fees - fees !== 0) fail(`shortfall ${shortfall} and fees ${fees} are amounts`);
  const drawdown = book.drawdown[account];
  if (!(drawdown >= 0 && drawdown <= 1)) fail(`drawdown is a share, was ${drawdown}`);
  if (book.status[account] === AccountStatus.liquidated && unrealised !== 0) fail("a liquidated account holds nothing");
}

/** Throws where an opening fill left more margin in use than equity allows at the prices of the open. */
export function checkMarginAtOpen(
  kernel: Kernel,
  account: number,
  equity: number,
  margin: number,
  symbol: number,
): void {
  if (margin > equity + TOLERANCE * (Math.abs(equity) + margin)) {
    const where = `account ${account}, ${kernel.tape.instruments[symbol].symbol}, bar ${kernel.book.bar[account] + 1}`;
    throw new InvariantError(`margin used ${margin} stays within equity ${equity} when an order opens`, where);
  }
}
