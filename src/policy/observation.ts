/**
 * @file What a policy sees of its account: one row a symbol, written from the account's columns at the close of a bar.
 * Training and trading use this one function. Every number is without a unit and near one; all are kept within ±10.
 */

import type { TradeDesk } from "../exchange/index.ts";
import { rateAt } from "../market/index.ts";
import { Permission } from "../risk/index.ts";

/** The columns before the symbol's own mark; part of the model file, so that a change of meaning is noticed. */
export const ACCOUNT_FEATURES = [
  "side",
  "exposure",
  "unrealisedProfit",
  "positionAge",
  "stopGap",
  "mayGoLong",
  "mayGoShort",
  "present",
  "equityRatio",
  "utilisation",
  "drawdown",
] as const;

const BOUND = 10;

/** Names of the K columns for these symbols: what the account is, then a mark for each symbol (its embedding). */
export function accountFeatureNames(symbols: readonly string[]): string[] {
  return [...ACCOUNT_FEATURES, ...symbols.map((symbol) => `is:${symbol}`)];
}

/** K. */
export function accountFeatureCount(symbols: number): number {
  return ACCOUNT_FEATURES.length + symbols;
}

function bounded(x: number): number {
  return x > BOUND ? BOUND : x < -BOUND ? -BOUND : x;
}

/**
 * Writes the rows of one account as it stands at the close of its bar.
 * @param permissions `[S]` bits of what is allowed now
 * @param out `[S*K]` from `offset` on
 */
export function writeAccountFeatures(
  desk: TradeDesk,
  account: number,
  permissions: Uint8Array,
  out: Float32Array,
  offset: number,
): void {
  const { tape, book, terms } = desk;
  const S = tape.symbols;
  const K = ACCOUNT_FEATURES.length + S;
  const bar = book.bar[account];
  const equity = Math.max(book.equity[account], 1e-9);
  const equityRatio = bounded(Math.log(equity / book.initialBalance[account]));
  const utilisation = bounded(book.marginUsed[account] / equity);
  const drawdown = bounded(book.drawdown[account] * 5);
  for (let s = 0; s < S; s++) {
    const at = offset + s * K;
    const row = account * S + s;
    const cell = bar * S + s;
    const lots = book.lots[row];
    const price = tape.close[cell];
    const stop = book.stopPrice[row];
    const held = lots !== 0;
    out[at] = Math.sign(lots);
    out[at + 1] = held ? bounded((lots * terms.unit[s] * price * rateAt(tape, bar, s)) / equity) : 0;
    out[at + 2] = held ? bounded((book.unrealised[row] / equity) * 10) : 0;
    out[at + 3] = held ? bounded(Math.log1p(bar - book.entryBar[row]) / 5) : 0;
    out[at + 4] = held && stop > 0 ? bounded(((price - stop) / price) * 20) : 0;
    out[at + 5] = (permissions[s] & Permission.long) === 0 ? 0 : 1;
    out[at + 6] = (permissions[s] & Permission.short) === 0 ? 0 : 1;
    out[at + 7] = tape.present[cell];
    out[at + 8] = equityRatio;
    out[at + 9] = utilisation;
    out[at + 10] = drawdown;
    const mark = at + ACCOUNT_FEATURES.length;
    for (let i = 0; i < S; i++) out[mark + i] = i === s ? 1 : 0;
  }
}
