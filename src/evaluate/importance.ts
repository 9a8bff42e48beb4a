/**
 * @file Permutation importance (Breiman, "Random forests", 2001; Fisher, Rudin and Dominici, 2019): one feature at a time
 * is shuffled over the bars of the test, so that its distribution stays and its meaning goes, and the policy trades the
 * same bars again. What it loses, and how much of what it does changes, says how much it leaned on the feature.
 */
import { type ProgressListener, Random } from "../core/index.ts";
import { type FeatureTape, normalizeTape } from "../features/index.ts";
import type { MarketTape } from "../market/index.ts";
import { openPolicy, type PolicyModel, rowsOfValues } from "../policy/index.ts";
import type { DecisionConfig } from "../risk/index.ts";
import { backtest } from "./backtest.ts";
import type { BacktestResult } from "./record.ts";

export type ImportanceOptions = {
  readonly model: PolicyModel;
  readonly tape: MarketTape;
  /** Raw, one row for each bar of the tape. */
  readonly features: FeatureTape;
  readonly decision: DecisionConfig;
  readonly from: number;
  readonly to: number;
  readonly balance: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
};

export type FeatureImportance = {
  readonly name: string;
  /** Log return of the run as it is, less that with the feature shuffled: above 0 where the feature earned something. */
  readonly returnLoss: number;
  /** Share of (bar, symbol) pairs in which the position's side is another one. */
  readonly changed: number;
};

export type ImportanceResult = {
  /** Log return of the run as it is. */
  readonly logReturn: number;
  /** Most changed first. */
  readonly features: readonly FeatureImportance[];
};

/** One backtest for the run as it is and one for each feature. */
export async function featureImportance(options: ImportanceOptions): Promise<ImportanceResult> {
  const { model, features, from, to, seed, signal, onProgress } = options;
  const normal = normalizeTape(features, model.manifest.normalizer);
  const play = async (values: Float32Array): Promise<BacktestResult> => {
    const rows = rowsOfValues({ ...normal, values });
    const { tape, decision, balance } = options;
    const run = { tape, config: decision, from, to, balance, seed, policy: openPolicy(model, rows) };
    return backtest(signal === undefined ? run : { ...run, signal });
  };
  const base = await play(normal.values);
  const order = Int32Array.from({ length: to - from }, (_, i) => from + i);
  new Random(seed).fork("importance").shuffle(order);
  const scores: FeatureImportance[] = [];
  const shuffled = normal.values.slice();
  for (const [f, name] of normal.names.entries()) {
    onProgress?.({
      label: "importance",
      done: f,
      total: normal.features,
      unit: "features",
      figures: { feature: name },
    });
    writeColumn(normal, shuffled, f, from, order);
    const run = await play(shuffled);
    scores.push({
      name,
      returnLoss: logReturn(base) - logReturn(run),
      changed: changedShare(base, run),
    });
    writeColumn(normal, shuffled, f, from);
  }
  onProgress?.({ label: "importance", done: normal.features, total: normal.features, unit: "features" });
  return { logReturn: logReturn(base), features: scores.sort((a, b) => b.changed - a.changed) };
}

/** Writes column `f` of the rows from `from` on, taken from the rows that `order` names, or back as it was. */
function writeColumn(source: FeatureTape, target: Float32Array, f: number, from: number, order?: Int32Array): void {
  const { symbols, features, bars } = source;
  const count = order?.length ?? bars - from;
  for (let i = 0; i < count; i++) {
    const taken = order === undefined ? from + i : order[i];
    for (let s = 0; s < symbols; s++) {
      target[((from + i) * symbols + s) * features + f] = source.values[(taken * symbols + s) * features + f];
    }
  }
}

function logReturn(result: BacktestResult): number {
  return Math.log(Math.max(result.finalEquity, 1e-9) / result.initialBalance);
}

function changedShare(a: BacktestResult, b: BacktestResult): number {
  let changed = 0;
  const { positions } = a.curve;
  for (let i = 0; i < positions.length; i++) if (Math.sign(positions[i]) !== Math.sign(b.curve.positions[i])) changed++;
  return changed / positions.length;
}
