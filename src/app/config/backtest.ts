/** @file The configuration as the settings of a backtest. */
import { BASELINE_NAMES, type CompareOptions } from "../../evaluate/index.ts";
import type { Config } from "./load.ts";

export type BacktestSettings = Required<Pick<CompareOptions, "balance" | "baselines" | "riskFreeRate">> & {
  readonly smaCross: { readonly fast: number; readonly slow: number };
};

export function backtestSettings(config: Config): BacktestSettings {
  const { initialBalance, baselines, riskFreeRate, fast, slow } = config.backtest;
  return {
    balance: initialBalance,
    baselines: baselines ? BASELINE_NAMES : [],
    riskFreeRate,
    smaCross: { fast, slow },
  };
}

/** The newest rows of an unseen range that are to be used. */
export function newestRows(config: Config, rows: { readonly from: number; readonly to: number }) {
  const { maxBars } = config.backtest;
  return { from: maxBars === 0 ? rows.from : Math.max(rows.from, rows.to - maxBars), to: rows.to };
}
