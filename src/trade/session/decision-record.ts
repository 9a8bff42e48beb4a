/** @file The record of a decision: what the policy saw, thought and wanted, and what sizing and risk made of it. */
import { Direction, sha256Hex } from "../../core/index.ts";
import type { TradeDesk } from "../../exchange/index.ts";
import { rateAt } from "../../market/index.ts";
import type { Policy } from "../../policy/index.ts";
import { ASSET_CLASSES } from "../../portfolio/index.ts";
import { type DecisionLog, type DecisionStep, verdictNames } from "../../risk/index.ts";
import type { BudgetView, DecisionWhy, ObservationRecord, SymbolWhy } from "../engine/decision-why.ts";

const HASH_CHARACTERS = 32;
/** Inputs above this many values are covered by the hash alone. */
const MOST_VALUES = 2_048;

/** By their numbers. */
const DIRECTIONS = Object.keys(Direction) as Array<keyof typeof Direction>;

/** The float32 values as little-endian bytes. */
function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

export function observationRecord(inputs: Readonly<Record<string, Float32Array>>): ObservationRecord {
  const names = Object.keys(inputs).sort();
  const parts = names.map((name) =>
    Buffer.concat([Buffer.from(`${name}\n${inputs[name].length}\n`), bytesOf(inputs[name])]),
  );
  const kept = names.filter(
    (name) => inputs[name].length > 0 && inputs[name].length <= MOST_VALUES && name !== "state",
  );
  return {
    hash: sha256Hex(Buffer.concat(parts)).slice(0, HASH_CHARACTERS),
    values: Object.fromEntries(kept.map((name) => [name, bytesOf(inputs[name]).toString("base64")])),
  };
}

/** @param own which of the desk's symbols the policy decides; the others are held as they are */
export function decisionWhy(
  policy: Policy,
  step: DecisionStep,
  desk: TradeDesk,
  log: DecisionLog,
  own: { readonly from: number; readonly symbols: number } = { from: 0, symbols: desk.tape.symbols },
): DecisionWhy {
  const explained = policy.explain?.();
  const seen = policy.observed?.();
  const wallet = budgetViews(step, desk);
  const symbols: SymbolWhy[] = [];
  for (let i = 0; i < log.count; i++) {
    const row = log.row(i);
    const { direction, size, schemeNotional, allowedNotional, heldLots, targetLots, sent, verdicts } = row;
    const s = row.symbol - own.from;
    if (s < 0 || s >= own.symbols) continue;
    symbols.push({
      symbol: desk.tape.instruments[row.symbol].symbol,
      ...explained?.symbols[s],
      direction: DIRECTIONS[direction],
      size,
      // Unbounded schemes allow any notional; JSON knows no infinity.
      scheme: Number.isFinite(schemeNotional) ? schemeNotional : Number.MAX_VALUE,
      allowed: Number.isFinite(allowedNotional) ? allowedNotional : Number.MAX_VALUE,
      held: heldLots,
      target: targetLots,
      sent,
      verdicts: verdictNames(verdicts),
    });
  }
  return {
    ...(explained?.value === undefined ? {} : { value: explained.value }),
    ...(seen === undefined ? {} : { observation: observationRecord(seen) }),
    symbols,
    ...(wallet.length === 0 ? {} : { wallet }),
  };
}

/** Budgets of the classes that the session trades, at the close where the account stands. */
function budgetViews({ sizer: { budgets } }: DecisionStep, { book, terms, tape }: TradeDesk): BudgetView[] {
  if (budgets === undefined) return [];
  const bar = book.bar[0];
  const used = new Float64Array(ASSET_CLASSES.length);
  for (let s = 0; s < tape.symbols; s++) {
    const value = Math.abs(book.lots[s]) * terms.unit[s] * tape.close[bar * tape.symbols + s] * rateAt(tape, bar, s);
    used[budgets.classOf[s]] += value / terms.leverage[s];
  }
  const wallet = book.equity[0] - used.reduce((a, b) => a + b, 0);
  return [...new Set(budgets.classOf)]
    .sort((a, b) => a - b)
    .map((c) => {
      const budget = budgets.budget[c];
      const usable = Math.max(0, Math.min(budget - used[c], wallet));
      return { assetClass: ASSET_CLASSES[c], budget, used: used[c], wallet, usable };
    });
}
