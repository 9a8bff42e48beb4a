/**
 * @file Features over threads. The calling thread serves the first share itself; the others wait in shared memory, which
 * costs microseconds where a message would cost a tenth of a millisecond.
 */
import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { InvariantError, type TidemarkError } from "../../../core/index.ts";
import { HistogramEngine, type TrainingColumns } from "./engine.ts";
import type { GbdtSettings } from "./settings.ts";
import { type NodeTerms, noSplit, type Split } from "./split.ts";

/** The work of one step: a histogram, perhaps what remains of its parent, and searches in up to two slots. */
export type Step = {
  readonly start: number;
  readonly count: number;
  readonly slot: number;
  /** Slot of the parent, which becomes the other child's; -1 for the root. */
  readonly parent: number;
  readonly searches: ReadonlyArray<{ readonly slot: number; readonly node: NodeTerms }>;
};

/** Words of the control block. */
const GENERATION = 0;
const DONE = 1;
const STOP = 2;
const FIELDS = 3;
const CONTROL = 12;
const NODE = 6;
const SPLIT = 8;
const SEARCHES = 2;
/** A thread that does not answer for so long has died. */
const ANSWER_MS = 120_000;
const START_MS = 60_000;

export type Shared = {
  readonly control: Int32Array;
  readonly nodes: Float64Array;
  readonly results: Float64Array;
};

export type WorkerInput = {
  readonly index: number;
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly columns: TrainingColumns;
  readonly settings: GbdtSettings;
  readonly shared: Shared;
};

function writeStep({ control, nodes }: Shared, step: Step): void {
  control[FIELDS] = step.start;
  control[FIELDS + 1] = step.count;
  control[FIELDS + 2] = step.slot;
  control[FIELDS + 3] = step.parent;
  control[FIELDS + 4] = step.searches.length;
  for (const [i, { slot, node }] of step.searches.entries()) {
    control[FIELDS + 5 + i] = slot;
    nodes.set([node.sumGradient, node.sumHessian, node.rows, node.value, node.low, node.high], i * NODE);
  }
}

function readStep({ control, nodes }: Shared): Step {
  const searches = Array.from({ length: control[FIELDS + 4] }, (_, i) => {
    const [sumGradient, sumHessian, rows, value, low, high] = nodes.subarray(i * NODE, (i + 1) * NODE);
    return { slot: control[FIELDS + 5 + i], node: { sumGradient, sumHessian, rows, value, low, high } };
  });
  return {
    start: control[FIELDS],
    count: control[FIELDS + 1],
    slot: control[FIELDS + 2],
    parent: control[FIELDS + 3],
    searches,
  };
}

function perform(engine: HistogramEngine, step: Step): Split[] {
  engine.build(step.slot, step.start, step.count);
  if (step.parent >= 0) engine.subtract(step.parent, step.slot);
  return step.searches.map(({ slot, node }) => {
    const best = noSplit();
    engine.search(slot, node, best);
    return best;
  });
}

/** What a thread does until it is told to stop. */
/** @public the program of the threads */
export function serve({ index, fromBlock, toBlock, columns, settings, shared }: WorkerInput): void {
  const engine = new HistogramEngine(columns, settings, fromBlock, toBlock);
  const { control, results } = shared;
  let seen = 0;
  for (;;) {
    Atomics.wait(control, GENERATION, seen);
    const now = Atomics.load(control, GENERATION);
    if (now === seen) continue;
    seen = now;
    if (Atomics.load(control, STOP) === 1) return;
    for (const [i, best] of perform(engine, readStep(shared)).entries()) {
      const { gain, feature, bin, missingLeft, leftGradient, leftHessian, leftRows, missingRows } = best;
      const cells = [gain, feature, bin, Number(missingLeft), leftGradient, leftHessian, leftRows, missingRows];
      results.set(cells, (index * SEARCHES + i) * SPLIT);
    }
    Atomics.add(control, DONE, 1);
    Atomics.notify(control, DONE);
  }
}

export class HistogramPool {
  readonly #engine: HistogramEngine;
  readonly #workers: readonly Worker[];
  readonly #shared: Shared;

  private constructor(engine: HistogramEngine, workers: readonly Worker[], shared: Shared) {
    this.#engine = engine;
    this.#workers = workers;
    this.#shared = shared;
  }

  /** @param threads at most one a block of four features is used */
  static async open(columns: TrainingColumns, settings: GbdtSettings, threads: number): Promise<HistogramPool> {
    const blocks = columns.words.length;
    const shares = Math.max(1, Math.min(threads, blocks));
    const at = (i: number): number => Math.floor((i * blocks) / shares);
    const shared: Shared = {
      control: new Int32Array(new SharedArrayBuffer(4 * CONTROL)),
      nodes: new Float64Array(new SharedArrayBuffer(8 * NODE * SEARCHES)),
      results: new Float64Array(new SharedArrayBuffer(8 * SPLIT * SEARCHES * shares)),
    };
    const program = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
    const workers = Array.from({ length: shares - 1 }, (_, i) => {
      const index = i + 1;
      const workerData: WorkerInput = {
        index,
        fromBlock: at(index),
        toBlock: at(index + 1),
        columns,
        settings,
        shared,
      };
      const worker = new Worker(program, { workerData });
      worker.unref();
      return worker;
    });
    const pool = new HistogramPool(new HistogramEngine(columns, settings, 0, at(1)), workers, shared);
    try {
      await pool.#started();
    } catch (thrown) {
      await pool.close();
      throw thrown;
    }
    return pool;
  }

  /** Resolves when every thread waits for work; rejects with what a thread failed of. */
  async #started(): Promise<void> {
    const signal = AbortSignal.timeout(START_MS);
    await Promise.all(this.#workers.map((worker) => once(worker, "message", { signal }))).catch((thrown: unknown) => {
      throw signal.aborted ? threadLost() : thrown;
    });
  }

  /** The best split of each searched node. */
  run(step: Step): Split[] {
    const { control, results } = this.#shared;
    const others = this.#workers.length;
    if (others > 0) {
      writeStep(this.#shared, step);
      Atomics.store(control, DONE, 0);
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
    }
    const best = perform(this.#engine, step);
    if (others > 0) this.#await(others);
    for (let index = 1; index <= others; index++) {
      for (let i = 0; i < best.length; i++) {
        const at = (index * SEARCHES + i) * SPLIT;
        // Shares are in the order of the features: of equal gains the lower feature stays.
        if (!(results[at] > best[i].gain)) continue;
        const [gain, feature, bin, missingLeft, leftGradient, leftHessian, leftRows, missingRows] = results.subarray(
          at,
          at + SPLIT,
        );
        best[i] = {
          gain,
          feature,
          bin,
          missingLeft: missingLeft === 1,
          leftGradient,
          leftHessian,
          leftRows,
          missingRows,
        };
      }
    }
    return best;
  }

  #await(others: number): void {
    const { control } = this.#shared;
    for (let done = Atomics.load(control, DONE); done < others; done = Atomics.load(control, DONE)) {
      if (Atomics.wait(control, DONE, done, ANSWER_MS) === "timed-out") throw threadLost();
    }
  }

  async close(): Promise<void> {
    const { control } = this.#shared;
    Atomics.store(control, STOP, 1);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function threadLost(): TidemarkError {
  return new InvariantError("a thread of the training answers");
}
