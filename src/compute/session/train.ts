/** @file One graph for a whole training step, and the session that owns the state it works on. */
import { InvariantError, invariant, TidemarkError } from "../../core/index.ts";
import { gradients } from "../gradient/gradients.ts";
import { fromFlatInput, PARAMETERS } from "../graph/bind.ts";
import { buildModel } from "../graph/build-model.ts";
import { type OnnxModel, serializeModel } from "../onnx/model.ts";
import { concat, reshape } from "../ops/layout.ts";
import { sameShape, shapeError } from "../tensor/shape.ts";
import { input, type TypedArray } from "../tensor/tensor.ts";
import { ADAM_INPUT, adamGraph } from "./adam.ts";
import { type MetricSlot, PackedMetrics, packMetrics } from "./metrics.ts";
import type { TrainOptions } from "./options.ts";
import { isParallel, openRuntime, type Runtime } from "./runtime.ts";
import type { Feeds, Metrics, PortInfo, StepScalars, TrainSession, TrainState } from "./types.ts";

const OUTPUT = { parameters: "new:parameters", m: "new:m", v: "new:v", metrics: "metrics" } as const;

/** Parameters and moments; steps read one of these and write the other. */
type State = { readonly parameters: Float32Array; readonly m: Float32Array; readonly v: Float32Array };

function emptyState(size: number): State {
  return { parameters: new Float32Array(size), m: new Float32Array(size), v: new Float32Array(size) };
}

/** The graph of one step, and where its metrics are. */
export function trainModel(options: TrainOptions): {
  readonly model: OnnxModel;
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
  const outputs = {
    [OUTPUT.parameters]: update.parameters,
    [OUTPUT.m]: update.m,
    [OUTPUT.v]: update.v,
    [OUTPUT.metrics]: packed.tensor,
  };
  const model = buildModel({ outputs, bind: fromFlatInput(parameters), contrib: true, parallel: isParallel(options) });
  return { model, layout: packed.layout };
}

/** Compiles forward, backward, clipping and optimizer into one graph, and holds the state between steps. */
export async function compileTrainStep(options: TrainOptions): Promise<TrainSession> {
  const { model, layout } = trainModel(options);
  const runtime = await openRuntime(serializeModel(model), options);
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
  #current: State;
  #next: State;
  #step = 0;
  #running = false;

  constructor(runtime: Runtime, nodeCount: number, options: TrainOptions, metrics: PackedMetrics) {
    this.#runtime = runtime;
    this.nodeCount = nodeCount;
    this.threads = runtime.threads;
    this.#options = options;
    this.#metrics = metrics;
    const internal = new Set<string>([PARAMETERS, ...Object.values(ADAM_INPUT)]);
    this.inputs = runtime.inputs.filter((port) => !internal.has(port.name));
    const scalars = this.inputs.filter((port) => port.shape.length === 0 && port.dtype === "float32");
    this.#scalars = scalars.map((port) => [port.name, new Float32Array(1)] as const);
    this.#current = emptyState(options.parameters.size);
    this.#next = emptyState(options.parameters.size);
    if (options.initial !== undefined) {
      this.setState({ ...emptyState(options.parameters.size), parameters: options.initial, step: 0 });
    }
  }

  get parameters(): Float32Array {
    return this.#current.parameters;
  }

  get stepCount(): number {
    return this.#step;
  }

  #feeds(feeds: Feeds, scalars: StepScalars): Record<string, TypedArray> {
    const { beta1, beta2, epsilon } = this.#options.optimizer;
    const correction = Math.sqrt(1 - beta2 ** (this.#step + 1));
    this.#rate[0] = (-scalars.learningRate * correction) / (1 - beta1 ** (this.#step + 1));
    this.#epsilon[0] = epsilon * correction;
    const all: Record<string, TypedArray> = { ...feeds };
    for (const [name, holder] of this.#scalars) {
      const value = scalars[name];
      if (value === undefined) continue;
      holder[0] = value;
      all[name] = holder;
    }
    all[PARAMETERS] = this.#current.parameters;
    all[ADAM_INPUT.m] = this.#current.m;
    all[ADAM_INPUT.v] = this.#current.v;
    all[ADAM_INPUT.rate] = this.#rate;
    all[ADAM_INPUT.epsilon] = this.#epsilon;
    return all;
  }

  async step(feeds: Feeds, scalars: StepScalars): Promise<Metrics> {
    if (this.#running) throw new InvariantError("steps of one session don't overlap");
    this.#running = true;
    try {
      await this.#runtime.run(this.#feeds(feeds, scalars), {
        [OUTPUT.parameters]: this.#next.parameters,
        [OUTPUT.m]: this.#next.m,
        [OUTPUT.v]: this.#next.v,
        [OUTPUT.metrics]: this.#metrics.buffer,
      });
    } finally {
      this.#running = false;
    }
    const norm = this.#metrics.get("gradientNorm");
    if (!Number.isFinite(norm)) {
      throw new TidemarkError("TRAINING_DIVERGED", {
        what: `The gradient's norm is ${norm} and the loss ${this.#metrics.get("loss")}; the step was not applied`,
        where: `step ${this.#step + 1}`,
        fix: "Lower the learning rate, or check the inputs for values that aren't finite.",
      });
    }
    const applied = this.#options.gate === undefined || this.#metrics.get("gate") !== 0;
    this.#metrics.applied = applied;
    if (applied) {
      [this.#current, this.#next] = [this.#next, this.#current];
      this.#step++;
    }
    return this.#metrics;
  }

  getState(): TrainState {
    const { parameters, m, v } = this.#current;
    return { parameters: parameters.slice(), m: m.slice(), v: v.slice(), step: this.#step };
  }

  setState(state: TrainState): void {
    const size = [this.#options.parameters.size];
    for (const part of ["parameters", "m", "v"] as const) {
      if (!sameShape([state[part].length], size)) {
        throw new TidemarkError("CHECKPOINT_MISMATCH", {
          what: `The state's ${part} has ${state[part].length} numbers`,
          fix: `This model has ${size[0]}: load the checkpoint into the model it was made with.`,
        });
      }
      this.#current[part].set(state[part]);
    }
    this.#step = state.step;
  }

  async release(): Promise<void> {
    await this.#runtime.release();
  }
}
