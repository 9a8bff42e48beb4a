/**
 * @file Many training steps in one run: the graph of a step is the body of an ONNX `Loop`, parameters and moments are
 * carried from step to step inside the runtime, and the part of the batch that a step works on is gathered by its number.
 * Step by step the same numbers as single runs, to the last bit, without their fixed cost and without copies in between.
 */
import { InvariantError, TidemarkError } from "../../core/index.ts";
import { fromFlatInput, PARAMETERS } from "../graph/bind.ts";
import { buildModel } from "../graph/build-model.ts";
import { type OnnxModel, type OnnxNode, type OnnxValue } from "../onnx/model.ts";
import { cast, lessOrEqual, mul, where } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import type { TypedArray } from "../tensor/tensor.ts";
import { ADAM_INPUT } from "./adam.ts";
import { type MetricSlot, RowMetrics } from "./metrics.ts";
import type { EpochOptions } from "./options.ts";
import { isParallel, openGraph, type Runtime } from "./runtime.ts";
import { INTERNAL, OUTPUT, trainTensors } from "./train.ts";
import { AdamState, divergence } from "./train-state.ts";
import type { EpochSession, Feeds, Metrics, PortInfo, StepScalars, TrainState } from "./types.ts";

const LARGEST = 3.4e38;
const STEP = "loop:step";
const GO_ON = "loop:goOn";

/** The graph of one step as one that a loop can carry on: it says whether it was taken, and changes nothing where not. */
function bodyModel(options: EpochOptions): { readonly body: OnnxModel; readonly layout: readonly MetricSlot[] } {
  const { outputs, gradientNorm, before, layout } = trainTensors(options);
  const { gate } = options;
  // What is not finite compares as false.
  const finite = cast(lessOrEqual(reshape(gradientNorm, []), LARGEST), "float32");
  const taken = lessOrEqual(1, gate === undefined ? finite : mul(finite, reshape(gate, [])));
  const body = buildModel({
    outputs: {
      [GO_ON]: taken,
      [OUTPUT.parameters]: where(taken, outputs[OUTPUT.parameters], before.parameters),
      [OUTPUT.m]: where(taken, outputs[OUTPUT.m], before.m),
      [OUTPUT.v]: where(taken, outputs[OUTPUT.v], before.v),
      [OUTPUT.metrics]: outputs[OUTPUT.metrics],
    },
    bind: fromFlatInput(options.parameters),
    contrib: true,
    parallel: isParallel(options),
  });
  return { body, layout };
}

function byName(values: readonly OnnxValue[], name: string): OnnxValue {
  const value = values.find((one) => one.name === name);
  if (value === undefined) throw new InvariantError(`the step has a value "${name}"`);
  return value;
}

/** The loop around the body. What differs from step to step has one more axis in front, `[steps, ...]`. */
function epochModel(options: EpochOptions): {
  readonly model: OnnxModel;
  readonly layout: readonly MetricSlot[];
  readonly bodyNodes: number;
} {
  const { steps, shared = [] } = options;
  if (!(Number.isInteger(steps) && steps > 0)) throw new InvariantError(`an epoch has steps, was asked for ${steps}`);
  const { body, layout } = bodyModel(options);
  const carried = new Set<string>([PARAMETERS, ADAM_INPUT.m, ADAM_INPUT.v]);
  const outside = new Set<string>(shared);
  const inputs: OnnxValue[] = [];
  const gathers: OnnxNode[] = [];
  for (const port of body.inputs) {
    if (carried.has(port.name)) continue;
    if (outside.has(port.name) || port.shape.length === 0) {
      inputs.push(port);
      continue;
    }
    const stack = `${port.name}:all`;
    inputs.push({ ...port, name: stack, shape: [steps, ...port.shape] });
    const attributes = { axis: { kind: "int", value: 0 } } as const;
    gathers.push({ op: "Gather", domain: "", inputs: [stack, STEP], outputs: [port.name], attributes });
  }
  const state = [PARAMETERS, ADAM_INPUT.m, ADAM_INPUT.v].map((name) => byName(body.inputs, name));
  const results = [OUTPUT.parameters, OUTPUT.m, OUTPUT.v].map((name) => byName(body.outputs, name));
  const metrics = byName(body.outputs, OUTPUT.metrics);
  const loop = {
    nodes: [...gathers, ...body.nodes],
    inputs: [
      { name: STEP, shape: [], dtype: "int64" } as const,
      { name: "loop:before", shape: [], dtype: "bool" } as const,
      ...state,
    ],
    outputs: [byName(body.outputs, GO_ON), ...results, metrics],
    initializers: body.initializers,
  };
  const outputs = [
    ...results.map((value, i) => ({ ...value, name: `final:${OUTPUT_NAMES[i]}` })),
    { ...metrics, name: FINAL_METRICS, shape: [steps, ...metrics.shape] },
  ];
  const model: OnnxModel = {
    nodes: [
      {
        op: "Loop",
        domain: "",
        inputs: ["loop:steps", "loop:start", ...state.map(({ name }) => `${name}:first`)],
        outputs: outputs.map(({ name }) => name),
        attributes: { body: { kind: "graph", value: loop } },
      },
    ],
    inputs: [...inputs, ...state.map((value) => ({ ...value, name: `${value.name}:first` }))],
    outputs,
    initializers: [
      { name: "loop:steps", shape: [], values: BigInt64Array.of(BigInt(steps)) },
      { name: "loop:start", shape: [], values: Uint8Array.of(1) },
    ],
    metadata: {},
    producer: body.producer,
  };
  return { model, layout, bodyNodes: body.nodes.length };
}

const OUTPUT_NAMES = ["parameters", "m", "v"] as const;
const FINAL_METRICS = "final:metrics";
const STACKED = /:all$/;

/** Compiles up to `steps` steps of forward, backward, clipping and optimizer into one run. */
export async function compileEpoch(options: EpochOptions): Promise<EpochSession> {
  const { model, layout, bodyNodes } = epochModel(options);
  return new LoopSession(await openGraph(model, options), bodyNodes, options, layout);
}

class LoopSession implements EpochSession {
  readonly inputs: readonly PortInfo[];
  readonly nodeCount: number;
  readonly threads: number;
  readonly steps: number;
  readonly #runtime: Runtime;
  readonly #options: EpochOptions;
  readonly #layout: readonly MetricSlot[];
  readonly #rowSize: number;
  readonly #scalars: ReadonlyArray<readonly [string, Float32Array]>;
  readonly #rate: Float32Array;
  readonly #epsilon: Float32Array;
  readonly #state: AdamState;
  #running = false;

  constructor(runtime: Runtime, nodeCount: number, options: EpochOptions, layout: readonly MetricSlot[]) {
    this.#runtime = runtime;
    this.nodeCount = nodeCount;
    this.threads = runtime.threads;
    this.steps = options.steps;
    this.#options = options;
    this.#layout = layout;
    this.#rowSize = layout.reduce((sum, { size }) => sum + size, 0);
    this.inputs = runtime.inputs
      .filter(({ name }) => !name.endsWith(":first"))
      .map((port) => ({ ...port, name: port.name.replace(STACKED, "") }))
      .filter(({ name }) => !INTERNAL.has(name));
    const scalars = this.inputs.filter((port) => port.shape.length === 0 && port.dtype === "float32");
    this.#scalars = scalars.map((port) => [port.name, new Float32Array(1)] as const);
    this.#rate = new Float32Array(options.steps);
    this.#epsilon = new Float32Array(options.steps);
    this.#state = new AdamState(options.parameters.size, options.initial);
  }

  get parameters(): Float32Array {
    return this.#state.current.parameters;
  }

  get stepCount(): number {
    return this.#state.steps;
  }

  #feeds(feeds: Feeds, scalars: StepScalars): Record<string, TypedArray> {
    const { optimizer, shared = [] } = this.#options;
    for (let i = 0; i < this.steps; i++) {
      const { rate, epsilon } = this.#state.corrected(optimizer, scalars.learningRate, i + 1);
      this.#rate[i] = rate;
      this.#epsilon[i] = epsilon;
    }
    const all: Record<string, TypedArray> = {};
    for (const [name, array] of Object.entries(feeds)) all[shared.includes(name) ? name : `${name}:all`] = array;
    for (const [name, holder] of this.#scalars) {
      const value = scalars[name];
      if (value === undefined) throw new TidemarkError("COMPUTE_SHAPE", { what: `Input "${name}" was not given` });
      holder[0] = value;
      all[name] = holder;
    }
    const { parameters, m, v } = this.#state.current;
    all[`${PARAMETERS}:first`] = parameters;
    all[`${ADAM_INPUT.m}:first`] = m;
    all[`${ADAM_INPUT.v}:first`] = v;
    all[`${ADAM_INPUT.rate}:all`] = this.#rate;
    all[`${ADAM_INPUT.epsilon}:all`] = this.#epsilon;
    return all;
  }

  async run(feeds: Feeds, scalars: StepScalars): Promise<readonly Metrics[]> {
    if (this.#running) throw new InvariantError("epochs of one session don't overlap");
    this.#running = true;
    try {
      const { parameters, m, v } = this.#state.next;
      const into = { "final:parameters": parameters, "final:m": m, "final:v": v };
      const packed = (await this.#runtime.run(this.#feeds(feeds, scalars), into))[FINAL_METRICS];
      return this.#taken(packed);
    } finally {
      this.#running = false;
    }
  }

  /** The figures of every step that was computed; the state goes on behind the last that was taken. */
  #taken(packed: Float32Array): readonly Metrics[] {
    const count = packed.length / this.#rowSize;
    const rows = Array.from({ length: count }, (_, i) => {
      const row = packed.subarray(i * this.#rowSize, (i + 1) * this.#rowSize);
      return new RowMetrics(this.#layout, row);
    });
    const last = rows[count - 1];
    last.applied = this.#options.gate === undefined || last.get("gate") !== 0;
    const norm = last.get("gradientNorm");
    const finite = Number.isFinite(norm) && norm <= LARGEST;
    const before = this.#state.steps;
    this.#state.advance(finite && last.applied ? count : count - 1);
    if (!finite) throw divergence(norm, last.get("loss"), before + count);
    return rows;
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
