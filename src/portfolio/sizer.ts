/** @file A sizing scheme bound to the accounts of a desk: fills the scheme's input and asks it. Allocates nothing in a step. */
import { ensureNever } from "../core/index.ts";
import type { TradeDesk } from "../exchange/index.ts";
import { rateAt } from "../market/index.ts";
import { ASSET_CLASSES } from "./asset-class.ts";
import { BudgetLedger } from "./budget-ledger.ts";
import { type SizingConfig, SizingScheme } from "./config.ts";
import { CorrelationTable } from "./correlation-table.ts";
import {
  budgetNotional,
  createSizingInput,
  fixedFractionNotional,
  ladderMultiplier,
  type SizingInput,
  scheduleNotional,
  volatilityTargetNotional,
} from "./schemes.ts";

const DAYS_PER_YEAR = 365;

export class Sizer {
  /** What the last call looked at, for the decision record. */
  readonly input: SizingInput = createSizingInput();
  /** Budgets of every account; undefined under every other scheme. */
  readonly budgets: BudgetLedger | undefined;
  readonly #desk: TradeDesk;
  #config: SizingConfig;
  readonly #correlation: CorrelationTable | undefined;

  constructor(desk: TradeDesk, config: SizingConfig) {
    this.#desk = desk;
    this.#config = config;
    this.budgets =
      config.scheme === SizingScheme.budget ? new BudgetLedger(desk.book, desk.tape, config.budget) : undefined;
    this.#correlation = config.scheme === SizingScheme.volatilityTarget ? new CorrelationTable(desk.tape) : undefined;
  }

  /** Takes note of a bar. Call it once before the account's symbols are sized. */
  observe(account: number): void {
    this.budgets?.observe(account);
  }

  /** The desk's rows have moved down by `bars`. */
  moved(bars: number): void {
    this.#correlation?.moved(bars);
  }

  /** Budgets by other settings from the next bar on; their ledger goes on. */
  reload(budget: SizingConfig["budget"]): void {
    this.#config = { ...this.#config, budget };
    this.budgets?.reload(budget);
  }

  /**
   * Notional (account currency) that size 1 may hold of `symbol` in the direction `side` (1 long, -1 short).
   * @param planned `[S]` signed lots that the account will have of every symbol by what was decided so far
   */
  notional(account: number, symbol: number, side: number, stopDistance: number, planned: Float64Array): number {
    const { book, terms } = this.#desk;
    const config = this.#config;
    const input = this.input;
    input.equity = book.equity[account];
    input.initialBalance = book.initialBalance[account];
    input.leverage = terms.leverage[symbol];
    input.stopDistance = stopDistance;
    switch (config.scheme) {
      case SizingScheme.schedule:
        return scheduleNotional(input, config.schedule);
      case SizingScheme.fixedFraction:
        return fixedFractionNotional(input, config.fraction);
      case SizingScheme.budget:
        this.#fillBudget(account, symbol, planned);
        return budgetNotional(input, config.budget.threshold);
      case SizingScheme.volatilityTarget:
        this.#fillRisk(account, symbol, side, planned);
        return volatilityTargetNotional(input, config.volatilityTarget);
      default:
        return ensureNever(config.scheme);
    }
  }

  /** What is left of the symbol's budget for it, account currency; infinite under a scheme without budgets. */
  budgetLeft(account: number, symbol: number, planned: Float64Array): number {
    if (this.budgets === undefined) return Number.POSITIVE_INFINITY;
    this.#fillBudget(account, symbol, planned);
    return this.input.budget - this.input.budgetUsed;
  }

  #fillBudget(account: number, symbol: number, planned: Float64Array): void {
    const budgets = this.budgets;
    if (budgets === undefined) return;
    const { book, tape, terms } = this.#desk;
    const config = this.#config.budget;
    const input = this.input;
    const own = budgets.classOf[symbol];
    const cell = account * ASSET_CLASSES.length + own;
    const bar = book.bar[account];
    const firstCell = bar * tape.symbols;
    let margin = 0;
    let used = 0;
    for (let s = 0; s < tape.symbols; s++) {
      if (s === symbol || planned[s] === 0) continue;
      const value = Math.abs(planned[s]) * terms.unit[s] * tape.close[firstCell + s] * rateAt(tape, bar, s);
      const needs = value / terms.leverage[s];
      margin += needs;
      if (budgets.classOf[s] === own) used += needs;
    }
    input.budget = budgets.budget[cell];
    input.riskShare = config.riskShare[ASSET_CLASSES[own]];
    input.shareAbove = config.shareAbove[ASSET_CLASSES[own]];
    input.ladderMultiplier = ladderMultiplier(budgets.windowProfit[cell], config.ladder);
    input.budgetUsed = used;
    input.wallet = book.equity[account] - margin;
  }

  #fillRisk(account: number, symbol: number, side: number, planned: Float64Array): void {
    const correlation = this.#correlation;
    if (correlation === undefined) return;
    const { book, tape, terms, liquidity } = this.#desk;
    const bar = book.bar[account];
    const firstCell = bar * tape.symbols;
    liquidity.extendTo(bar);
    const equity = book.equity[account];
    let risk = 0;
    for (let s = 0; s < tape.symbols; s++) {
      const lots = planned[s];
      if (s === symbol || lots === 0) continue;
      const shared = correlation.at(bar, symbol, s) * side * Math.sign(lots);
      if (shared <= 0) continue;
      const value = Math.abs(lots) * terms.unit[s] * tape.close[firstCell + s] * rateAt(tape, bar, s);
      const weight = value / equity;
      risk += shared * weight * liquidity.dailyVolatility[firstCell + s];
    }
    const yearly = Math.sqrt(DAYS_PER_YEAR);
    this.input.yearlyVolatility = liquidity.dailyVolatility[firstCell + symbol] * yearly;
    this.input.correlatedRisk = risk * yearly;
  }
}
