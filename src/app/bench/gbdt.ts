/**
 * @file Boosted trees on 250,000 rows of 60 features: CPU seconds beside a loop of known work, memory over the features, log
 * loss on rows that were not trained on; and, where a Python is named that has them, LightGBM and scikit-learn on the
 * same rows, one after the other.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../core/index.ts";
import { binaryLogLoss, boost } from "../../learn/index.ts";
import type { Benchmark, Measurement } from "./benchmark.ts";
import { runPython } from "./python.ts";

const [ROWS, TEST_ROWS, FEATURES, TREES, LEAVES] = [250_000, 50_000, 60, 200, 31];
const MISSING = 0.01;
const MB = 1024 * 1024;
/** Updates of a histogram in the calibration loop: about a second of a machine of 2020. */
const CALIBRATION = 200_000_000;

type Rows = { readonly x: Float32Array; readonly y: Uint8Array };

/** Rows whose class follows a few features, two of them together, with noise that no model takes away. */
function makeRows(rows: number, random: Random): Rows {
  const x = new Float32Array(rows * FEATURES);
  const y = new Uint8Array(rows);
  for (let r = 0; r < rows; r++) {
    const at = r * FEATURES;
    for (let f = 0; f < FEATURES; f++) x[at + f] = random.normal();
    const score = 0.3 * x[at] - 0.2 * x[at + 1] + 0.25 * x[at + 2] * x[at + 3] + 0.2 * Math.sin(2 * x[at + 4]);
    y[r] = Number(score + random.normal() > 0);
    for (let f = 0; f < FEATURES; f++) if (random.uniform() < MISSING) x[at + f] = Number.NaN;
  }
  return { x, y };
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** CPU seconds of adding to places of an array, as a histogram does: what this machine's seconds are worth. */
function calibrate(): number {
  const histogram = new Float64Array(256);
  const bins = Uint8Array.from({ length: 4_096 }, (_, i) => (i * 2_654_435_761) >>> 24);
  const start = process.cpuUsage();
  for (let i = 0; i < CALIBRATION; i++) histogram[bins[i & 4_095]] += 1;
  const seconds = cpuSeconds(start);
  if (histogram[0] < 0) throw new Error("sums of ones are positive");
  return seconds;
}

const SCRIPT = `
import json, sys, time
import numpy as np
folder, rows, test, features, trees, leaves = sys.argv[1], *map(int, sys.argv[2:])
read = lambda name, kind: np.fromfile(f"{folder}/{name}", dtype=kind)
x, y = read("x", "<f4").reshape(rows, features), read("y", "u1")
u, v = read("u", "<f4").reshape(test, features), read("v", "u1")
def loss(p):
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return float(-np.mean(v * np.log(p) + (1 - v) * np.log(1 - p)))
def tell(name, **found): print(json.dumps({"name": name, **found}), flush=True)
try:
    import lightgbm
    start = time.process_time()
    model = lightgbm.train({"objective": "binary", "num_leaves": leaves, "learning_rate": 0.1, "max_bin": 255, "min_data_in_leaf": 100, "num_threads": 1, "force_col_wise": True, "verbose": -1}, lightgbm.Dataset(x, y), trees)
    tell("lightgbm", version=lightgbm.__version__, cpu=time.process_time() - start, loss=loss(model.predict(u)))
except ImportError as missing: tell("lightgbm", missing=str(missing))
try:
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits
    with threadpool_limits(1):
        start = time.process_time()
        model = HistGradientBoostingClassifier(max_iter=trees, max_leaf_nodes=leaves, learning_rate=0.1, min_samples_leaf=100, early_stopping=False).fit(x, y)
        cpu = time.process_time() - start
    tell("scikit-learn", version=sklearn.__version__, cpu=cpu, loss=loss(model.predict_proba(u)[:, 1]))
except ImportError as missing: tell("scikit-learn", missing=str(missing))
`;

type Beside = { name: string; version?: string; cpu?: number; loss?: number; missing?: string };

/** Rejects with USAGE_ARGUMENT where that program does not run the script, such as for want of numpy. */
function besidePython(python: string, folder: string, signal: AbortSignal): Promise<Beside[]> {
  const args = [folder, ...[ROWS, TEST_ROWS, FEATURES, TREES, LEAVES].map(String)];
  return runPython(python, { script: SCRIPT, args, needs: "numpy, and lightgbm or scikit-learn" }, signal);
}

function writeRows(folder: string, train: Rows, test: Rows): void {
  for (const [name, values] of [
    ["x", train.x],
    ["y", train.y],
    ["u", test.x],
    ["v", test.y],
  ] as const) {
    writeFileSync(join(folder, name), Buffer.from(values.buffer));
  }
}

export const gbdtBenchmark: Benchmark = {
  name: "gbdt",
  summary: "CPU seconds of 200 boosted trees on 250,000 rows of 60 features, one thread",
  long: true,
  async run({ signal, onProgress, beside }) {
    const random = new Random(1);
    const train = makeRows(ROWS, random.fork("train"));
    const test = makeRows(TEST_ROWS, random.fork("test"));
    const calibration = calibrate();
    const beforeMb = process.memoryUsage().rss / MB;
    let peakMb = beforeMb;
    const start = process.cpuUsage();
    const { forest } = await boost({
      x: train.x,
      features: FEATURES,
      labels: train.y,
      classes: 2,
      train: Int32Array.from({ length: ROWS }, (_, i) => i),
      settings: { trees: TREES, leaves: LEAVES, learningRate: 0.1, minRows: 100, l2: 0, rowShare: 1, featureShare: 1 },
      seed: 1,
      signal,
      onProgress: (progress) => {
        peakMb = Math.max(peakMb, process.memoryUsage().rss / MB);
        onProgress(progress);
      },
    });
    const seconds = cpuSeconds(start);
    peakMb = Math.max(peakMb, process.memoryUsage().rss / MB);
    const all = forest.probabilities(test.x);
    const p = Float64Array.from(test.y, (_, i) => all[2 * i + 1]);
    const loss = binaryLogLoss(p, test.y);
    const measurement: Measurement = {
      name: "gbdt",
      value: round(seconds),
      unit: "CPU s",
      detail: {
        calibration_s: round(calibration),
        over_calibration: round(seconds / calibration),
        mb_over_features: Math.round(peakMb - beforeMb),
        log_loss: Number(loss.toFixed(5)),
      },
    };
    if (beside === undefined) return [measurement];
    const folder = mkdtempSync(join(tmpdir(), "tidemark-bench-"));
    try {
      writeRows(folder, train, test);
      const others = await besidePython(beside, folder, signal);
      return [measurement, ...others.map((other) => besideFigure(other, seconds, loss))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export function besideFigure(
  { name, version = "", cpu, loss, missing }: Beside,
  seconds: number,
  own: number,
): Measurement {
  if (cpu === undefined || loss === undefined) {
    return { name, unit: "CPU s", detail: { not_run: missing ?? "nothing was told" } };
  }
  const detail = {
    version,
    gbdt_over_it: round(seconds / cpu),
    log_loss: Number(loss.toFixed(5)),
    gbdt_loss_less_its: Number((own - loss).toFixed(5)),
  };
  return { name, value: round(cpu), unit: "CPU s", detail };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
