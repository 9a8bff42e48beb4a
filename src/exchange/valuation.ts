/**
 * @file What an account's positions are worth in a bar: at its close, and at the worst prices of all symbols at once. It is
 * the mark price that counts here, where the tape has it: what the market last traded at is no reason to liquidate.
 */
import { maintenanceMargin } from "./instrument-terms.ts";
import { costRate, type Kernel } from "./kernel.ts";

/** Values what the account holds in `bar`; leaves the sums in `kernel.value` and each profit at the close in the book. */
export function valuePositions(kernel: Kernel, account: number, bar: number): void {
  const { book, tape, mark, terms, value } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  const firstCell = bar * symbols;
  const rates = tape.rate;
  let unrealised = 0;
  let worst = 0;
  let maintenance = 0;
  let margin = 0;
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    const lots = book.lots[row];
    if (lots === 0) continue;
    const cell = firstCell + s;
    const base = lots * terms.unit[s];
    const size = Math.abs(base);
    const entry = book.entryPrice[row];
    const close = mark.close[cell];
    const worstPrice = lots > 0 ? mark.low[cell] : mark.high[cell];
    if (rates === undefined) {
      const profit = base * (close - entry);
      book.unrealised[row] = profit;
      unrealised += profit;
      worst += base * (worstPrice - entry);
      maintenance += terms.tiered
        ? maintenanceMargin(terms, s, size * worstPrice)
        : size * worstPrice * terms.maintenanceRate[s];
      margin += (size * close) / terms.leverage[s];
    } else {
      const known = kernel.rate[s];
      const rate = rates[cell];
      const profit = base * (close * rate - entry * costRate(kernel, row, s, rate));
      book.unrealised[row] = profit;
      unrealised += profit;
      worst += base * (worstPrice * known - entry * costRate(kernel, row, s, known));
      maintenance += maintenanceMargin(terms, s, size * worstPrice) * known;
      margin += (size * close * rate) / terms.leverage[s];
    }
  }
  value.unrealised = unrealised;
  value.worst = worst;
  value.maintenance = maintenance;
  value.margin = margin;
}

/** Whether the worst prices, by the last valuation, leave less than maintenance margin, or nothing. */
export function isEndangered({ book, value }: Kernel, account: number): boolean {
  const equity = book.balance[account] + value.worst;
  return equity < value.maintenance || equity <= 0;
}

/** Equity less maintenance margin where `way` of the way from the open to the worst prices is done. */
export function excessAt(kernel: Kernel, account: number, bar: number, way: number): number {
  const { book, tape, mark, terms } = kernel;
  const symbols = tape.symbols;
  const first = account * symbols;
  let excess = book.balance[account];
  for (let s = 0; s < symbols; s++) {
    const row = first + s;
    const lots = book.lots[row];
    if (lots === 0) continue;
    const cell = bar * symbols + s;
    const open = mark.open[cell];
    // At the open nothing else of the bar is known.
    const price = way === 0 ? open : open + way * ((lots > 0 ? mark.low[cell] : mark.high[cell]) - open);
    const base = lots * terms.unit[s];
    const rate = kernel.rate[s];
    excess += base * (price * rate - book.entryPrice[row] * costRate(kernel, row, s, rate));
    excess -= maintenanceMargin(terms, s, Math.abs(base) * price) * rate;
  }
  return excess;
}
