/** @file One graph for a whole training step, and the session that owns the state it works on. */
import { InvariantError, invariant } from "../../core/index.ts";
import { gradients } from "../gradient/gradients.ts";
import { fromFlatInput, PARAMETERS } from "../graph/bind.ts";
import { buildModel } from "../graph/build-model.ts";
import { type OnnxModel } from "../onnx/model.ts";
import { concat, reshape } from "../ops/layout.ts";
import { shapeError } from "../tensor/shape.ts";
import { input, type Tensor, type TypedArray } from "../tensor/tensor.ts";
import { ADAM_INPUT, adamGraph } from "./adam.ts";
import { type MetricSlot, PackedMetrics, packMetrics } from "./metrics.ts";
import type { TrainOptions } from "./options.ts";
import { isParallel, openGraph, type Runtime } from "./runtime.ts";
import { AdamState, divergence } from "./train-state.ts";
import type { Feeds, Metrics, PortInfo, StepScalars, TrainSession, TrainState } from "./types.ts";

export const OUTPUT = { parameters: "new:parameters", m: "new:m", v: "new:v", metrics: "metrics" } as const;

/** Inputs that a session feeds from its own state. */
export const INTERNAL: ReadonlySet<string> = new Set([PARAMETERS, ...Object.values(ADAM_INPUT)]);

/** The results of one step as tensors, and where its metrics are. */
export function trainTensors(options: TrainOptions): {
  readonly outputs: Readonly<Record<(typeof OUTPUT)[keyof typeof OUTPUT], Tensor>>;
  readonly gradientNorm: Tensor;
  /** The flat vectors that went in. */
  readonly before: Readonly<Record<"parameters" | "m" | "v", Tensor>>;
  readonly layout: readonly MetricSlot[];
} {
  const { parameters, loss, metrics = {}, gate } = options;
  invariant(parameters.size > 0, "there are parameters to train");
  if (gate !== undefined && gate.size !== 1)
    throw shapeError("compileTrainStep", [gate], "The gate is a single number.");
  const flat = input(PARAMETERS, [1, parameters.size]);
  const pieces = parameters.entries.map((entry) => entry.tensor);
  const parts = gradients(loss, pieces).map((gradient) => reshape(gradient, [1, gradient.size]));
  const update = adamGraph(flat, concat(parts, 1), options.optimizer, options.clipNorm);
  const packed = packMetrics({
    loss,
    gradientNorm: update.gradientNorm,
    ...(gate === undefined ? {} : { gate }),
    ...metrics,
  });
  return {
    outputs: {
      [OUTPUT.parameters]: update.parameters,
      [OUTPUT.m]: update.m,
      [OUTPUT.v]: update.v,
      [OUTPUT.metrics]: packed.tensor,
    },
    gradientNorm: update.gradientNorm,
    before: { parameters: flat, m: input(ADAM_INPUT.m, flat.shape), v: input(ADAM_INPUT.v, flat.shape) },
    layout: packed.layout,
  };
}

/** The graph of one step, and where its metrics are. */
export function trainModel(options: TrainOptions): {
  readonly model: OnnxModel;
  readonly layout: readonly MetricSlot[];
} {
  const { outputs, layout } = trainTensors(options);
  const bind = fromFlatInput(options.parameters);
  return { model: buildModel({ outputs, bind, contrib: true, parallel: isParallel(options) }), layout };
}

/** Compiles forward, backward, clipping and optimizer into one graph, and holds the state between steps. */
export async function compileTrainStep(options: TrainOptions): Promise<TrainSession> {
  const { model, layout } = trainModel(options);
  const runtime = await openGraph(model, options);
  return new AdamSession(runtime, model.nodes.length, options, new PackedMetrics(layout));
}

class AdamSession implements TrainSession {
  readonly inputs: readonly PortInfo[];
  readonly nodeCount: number;
  readonly threads: number;
  readonly #runtime: Runtime;
  readonly #options: TrainOptions;
  readonly #metrics: PackedMetrics;
  readonly #scalars: ReadonlyArray<readonly [string, Float32Array]>;
  readonly #rate = new Float32Array(1);
  readonly #epsilon = new Float32Array(1);
  readonly #state: AdamState;
  #running = false;

  constructor(runtime: Runtime, nodeCount: number, options: TrainOptions, metrics: PackedMetrics) {
    this.#runtime = runtime;
    this.nodeCount = nodeCount;
    this.threads = runtime.threads;
    this.#options = options;
    this.#metrics = metrics;
    this.inputs = runtime.inputs.filter((port) => !INTERNAL.has(port.name));
    const scalars = this.inputs.filter((port) => port.shape.length === 0 && port.dtype === "float32");
    this.#scalars = scalars.map((port) => [port.name, new Float32Array(1)] as const);
    this.#state = new AdamState(options.parameters.size, options.initial);
  }

  get parameters(): Float32Array {
    return this.#state.current.parameters;
  }

  get stepCount(): number {
    return this.#state.steps;
  }

  #feeds(feeds: Feeds, scalars: StepScalars): Record<string, TypedArray> {
    const { rate, epsilon } = this.#state.corrected(this.#options.optimizer, scalars.learningRate);
    this.#rate[0] = rate;
    this.#epsilon[0] = epsilon;
    const all: Record<string, TypedArray> = { ...feeds };
    for (const [name, holder] of this.#scalars) {
      const value = scalars[name];
      if (value === undefined) continue;
      holder[0] = value;
      all[name] = holder;
    }
    const { parameters, m, v } = this.#state.current;
    all[PARAMETERS] = parameters;
    all[ADAM_INPUT.m] = m;
    all[ADAM_INPUT.v] = v;
    all[ADAM_INPUT.rate] = this.#rate;
    all[ADAM_INPUT.epsilon] = this.#epsilon;
    return all;
  }

  async step(feeds: Feeds, scalars: StepScalars): Promise<Metrics> {
    if (this.#running) throw new InvariantError("steps of one session don't overlap");
    this.#running = true;
    try {
      const { parameters, m, v } = this.#state.next;
      await this.#runtime.run(this.#feeds(feeds, scalars), {
        [OUTPUT.parameters]: parameters,
        [OUTPUT.m]: m,
        [OUTPUT.v]: v,
        [OUTPUT.metrics]: this.#metrics.buffer,
      });
    } finally {
      this.#running = false;
    }
    const norm = this.#metrics.get("gradientNorm");
    if (!Number.isFinite(norm)) throw divergence(norm, this.#metrics.get("loss"), this.#state.steps + 1);
    const applied = this.#options.gate === undefined || this.#metrics.get("gate") !== 0;
    this.#metrics.applied = applied;
    if (applied) this.#state.advance(1);
    return this.#metrics;
  }

  getState(): TrainState {
    return this.#state.get();
  }

  setState(state: TrainState): void {
    this.#state.set(state);
  }

  async release(): Promise<void> {
    await this.#runtime.release();
  }
}
