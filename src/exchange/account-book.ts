/**
 * @file The book: every number of N accounts as columns. Account columns are `[A]`; position and order columns are
 * `[A*S]`, row `account * S + symbol`. Money is in the account's currency, prices are in each symbol's quote. Readers may hold on to the columns: they never move.
 *
 * Identity of the ledger: `equity = initialBalance + realised + sum(unrealised) - fees + funding + shortfall`, and
 * `balance = equity - sum(unrealised)`. A spot holding is carried at cost inside `balance`, so that cash is
 * `balance - sum(cost)`; with leverage 1 the margin rule and "cash covers notional plus fee" are the same inequality.
 */

export type AccountBook = {
  /** A. */
  readonly accounts: number;
  /** S. */
  readonly symbols: number;

  /** `[A]` the bar at whose close the account stands. */
  readonly bar: Int32Array;
  /** `[A]` 1 between the open and the close of a bar. */
  readonly opened: Uint8Array;
  /** `[A]` AccountStatus. */
  readonly status: Uint8Array;
  /** `[A]` number of resets so far, so that state kept beside the book can tell a new episode. */
  readonly episode: Int32Array;
  /** `[A]` stream of chance draws (harsh mode). */
  readonly stream: Uint32Array;
  readonly initialBalance: Float64Array;
  /** `[A]` initial balance, realised profit, fees and funding; without unrealised profit. */
  readonly balance: Float64Array;
  /** `[A]` at the close of `bar`. */
  readonly equity: Float64Array;
  /** `[A]` highest equity at any close. */
  readonly peakEquity: Float64Array;
  /** `[A]` share of the peak that is lost, in [0, 1]. */
  readonly drawdown: Float64Array;
  /** `[A]` profit of closed quantity against its average entry, before fees. */
  readonly realised: Float64Array;
  /** `[A]` fees paid. */
  readonly fees: Float64Array;
  /** `[A]` funding: received above zero, paid below. */
  readonly funding: Float64Array;
  /** `[A]` loss beyond the account's money, borne by the venue, so that equity is never below zero. */
  readonly shortfall: Float64Array;
  /** `[A]` initial margin of what is held, at the last mark. */
  readonly marginUsed: Float64Array;
  /** `[A]` notional bought and sold. */
  readonly turnover: Float64Array;
  /** `[A]` fills so far. */
  readonly fillCount: Int32Array;
  /** `[A]` symbols with an order for the next open. */
  readonly pendingCount: Int32Array;

  /** `[A*S]` signed whole lots: above zero long, below zero short. */
  readonly lots: Float64Array;
  /** `[A*S]` signed, lots times lot step. */
  readonly quantity: Float64Array;
  /** `[A*S]` average entry price in the symbol's quote, 0 where flat. */
  readonly entryPrice: Float64Array;
  /** `[A*S]` the account's currency paid for one of the quote at entry, on average; 1 where they are the same. */
  readonly entryRate: Float64Array;
  /** `[A*S]` at the last mark. */
  readonly unrealised: Float64Array;
  /** `[A*S]` realised profit and funding less fees of the symbol. */
  readonly netProfit: Float64Array;
  /** `[A*S]` funding received at the open of the last bar by what was held into it, and inside that bar by what was left. */
  readonly openFunding: Float64Array;
  readonly withinFunding: Float64Array;
  /** `[A*S]` bars in a row, up to the last one, in which a position's symbol had no bar. */
  readonly absentBars: Int32Array;
  /** `[A*S]` bar in which the position was opened, -1 where flat. */
  readonly entryBar: Int32Array;
  /** `[A*S]` bar of the last fill, -1 before the first. */
  readonly lastFillBar: Int32Array;
  /** `[A*S]` price levels, 0 for none. */
  readonly stopPrice: Float64Array;
  readonly targetPrice: Float64Array;
  /** `[A*S]` share of the best price by which the trailing stop follows, 0 for none. */
  readonly trailDistance: Float64Array;
  /** `[A*S]` best price since entry, from the entry and from finished bars. */
  readonly trailExtreme: Float64Array;
  /** `[A*S]` bars after which the position is closed, 0 for none. */
  readonly maxBars: Int32Array;

  /** `[A*S]` 1 where an order waits for the next open. */
  readonly pending: Uint8Array;
  /** `[A*S]` the signed position which the order wants. */
  readonly pendingLots: Float64Array;
  readonly pendingStopDistance: Float64Array;
  readonly pendingTargetDistance: Float64Array;
  readonly pendingTrailDistance: Float64Array;
  readonly pendingMaxBars: Int32Array;
  readonly pendingUrgency: Float64Array;
  /** `[A*S]` OrderOutcome of the last order that met an open. */
  readonly outcome: Uint8Array;
};

export function createAccountBook(accounts: number, symbols: number): AccountBook {
  const cells = accounts * symbols;
  const money = (): Float64Array => new Float64Array(accounts);
  const cell = (): Float64Array => new Float64Array(cells);
  return {
    accounts,
    symbols,
    bar: new Int32Array(accounts),
    opened: new Uint8Array(accounts),
    status: new Uint8Array(accounts),
    episode: new Int32Array(accounts),
    stream: new Uint32Array(accounts),
    initialBalance: money(),
    balance: money(),
    equity: money(),
    peakEquity: money(),
    drawdown: money(),
    realised: money(),
    fees: money(),
    funding: money(),
    shortfall: money(),
    marginUsed: money(),
    turnover: money(),
    fillCount: new Int32Array(accounts),
    pendingCount: new Int32Array(accounts),
    lots: cell(),
    quantity: cell(),
    entryPrice: cell(),
    entryRate: cell().fill(1),
    unrealised: cell(),
    netProfit: cell(),
    openFunding: cell(),
    withinFunding: cell(),
    absentBars: new Int32Array(cells),
    entryBar: new Int32Array(cells).fill(-1),
    lastFillBar: new Int32Array(cells).fill(-1),
    stopPrice: cell(),
    targetPrice: cell(),
    trailDistance: cell(),
    trailExtreme: cell(),
    maxBars: new Int32Array(cells),
    pending: new Uint8Array(cells),
    pendingLots: cell(),
    pendingStopDistance: cell(),
    pendingTargetDistance: cell(),
    pendingTrailDistance: cell(),
    pendingMaxBars: new Int32Array(cells),
    pendingUrgency: cell(),
    outcome: new Uint8Array(cells),
  };
}

/** Clears what belongs to the position of a row that has become flat. */
export function clearPosition(book: AccountBook, row: number): void {
  book.lots[row] = 0;
  book.quantity[row] = 0;
  book.entryPrice[row] = 0;
  book.entryRate[row] = 1;
  book.absentBars[row] = 0;
  book.unrealised[row] = 0;
  book.entryBar[row] = -1;
  book.stopPrice[row] = 0;
  book.targetPrice[row] = 0;
  book.trailDistance[row] = 0;
  book.trailExtreme[row] = 0;
  book.maxBars[row] = 0;
}

/** The account as new: `balance` in cash, no position, no order, standing at the close of `bar`. */
export function resetAccount(book: AccountBook, account: number, bar: number, balance: number, stream: number): void {
  book.bar[account] = bar;
  book.opened[account] = 0;
  book.status[account] = 0;
  book.episode[account]++;
  book.stream[account] = stream;
  book.initialBalance[account] = balance;
  book.balance[account] = balance;
  book.equity[account] = balance;
  book.peakEquity[account] = balance;
  book.drawdown[account] = 0;
  book.realised[account] = 0;
  book.fees[account] = 0;
  book.funding[account] = 0;
  book.shortfall[account] = 0;
  book.marginUsed[account] = 0;
  book.turnover[account] = 0;
  book.fillCount[account] = 0;
  book.pendingCount[account] = 0;
  const first = account * book.symbols;
  for (let row = first; row < first + book.symbols; row++) {
    clearPosition(book, row);
    book.netProfit[row] = 0;
    book.openFunding[row] = 0;
    book.withinFunding[row] = 0;
    book.lastFillBar[row] = -1;
    book.pending[row] = 0;
    book.outcome[row] = 0;
  }
}

/** Takes a row's order away, with what became of it. */
export function settleOrder(book: AccountBook, account: number, row: number, outcome: number): void {
  book.pending[row] = 0;
  book.pendingCount[account]--;
  book.outcome[row] = outcome;
}
