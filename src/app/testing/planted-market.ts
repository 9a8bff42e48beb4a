/** @file The configuration of a small market in which the last return says the next one, and of a classifier that finds it. */
import { changedConfig } from "../config/changed.ts";
import { type Config, loadConfig } from "../config/load.ts";

/** An hour a bar, one symbol, a hundred days. */
const PLANTED = {
  "data.venue": "synthetic",
  "data.symbols": ["BTCUSDT"],
  "data.timeframe": "1h",
  "data.synthetic_bars": 2_400,
  "data.synthetic_edge": 0.6,
  "data.synthetic_signal": "return",
  "features.list": ["return1", "rsi14"],
  "model.learner": "logistic",
  "supervised.horizon": 1,
} as const;

/**
 * @param folder the working folder
 * @param changes keys of the configuration
 */
export function plantedConfig(folder: string, changes: Readonly<Record<string, unknown>> = {}): Config {
  const empty = loadConfig({ path: undefined, workingFolder: folder, overrides: [] });
  return changedConfig(empty, { ...PLANTED, ...changes });
}
