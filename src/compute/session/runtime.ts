/** @file ONNX Runtime behind our own graphs and models: sessions on a device, fed and read through fixed buffers. */
import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { InvariantError, systemClock, TidemarkError, toError } from "../../core/index.ts";
import { type OnnxModel, serializeModel } from "../onnx/model.ts";
import { narrowSplits } from "../onnx/narrow-splits.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { TypedArray } from "../tensor/tensor.ts";
import type { Device, Feeds, PortInfo, SessionOptions } from "./types.ts";

/** An output that is not in it comes back in an array of its own, as long as it turned out. */
type Buffers = Readonly<Record<string, Float32Array | undefined>>;

const ARRAYS = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array } as const;

/** An array as the runtime's tensor, checked against the port it is for. */
function wrap(port: PortInfo, array: TypedArray): ort.Tensor {
  const type = ARRAYS[port.dtype as keyof typeof ARRAYS] as (typeof ARRAYS)[keyof typeof ARRAYS] | undefined;
  if (type === undefined) throw new InvariantError(`${port.name} has an element type we feed, was ${port.dtype}`);
  const size = sizeOf(port.shape);
  if (!(array instanceof type) || array.length !== size) {
    throw new TidemarkError("COMPUTE_SHAPE", {
      what: `Input "${port.name}" can't take ${array.length} elements in a ${array.constructor.name}`,
      fix: `It is ${port.dtype} of shape [${port.shape.join(", ")}]: give a ${type.name} of ${size}.`,
    });
  }
  return new ort.Tensor(port.dtype as "float32", array as Float32Array, port.shape);
}

/** One session: input arrays are wrapped once, outputs are written into the arrays given. */
export class Runtime {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  readonly threads: number;
  readonly #session: ort.InferenceSession;
  readonly #device: Device;
  readonly #wrapped = new Map<string, WeakMap<TypedArray, ort.Tensor>>();

  constructor(session: ort.InferenceSession, threads: number, device: Device) {
    this.#session = session;
    this.threads = threads;
    this.#device = device;
    this.inputs = session.inputMetadata.map(portOf);
    this.outputs = session.outputMetadata.map(portOf);
    for (const port of [...this.inputs, ...this.outputs]) this.#wrapped.set(port.name, new WeakMap());
  }

  #tensor(port: PortInfo, array: TypedArray): ort.Tensor {
    const cache = this.#wrapped.get(port.name);
    const known = cache?.get(array);
    if (known !== undefined) return known;
    const tensor = wrap(port, array);
    cache?.set(array, tensor);
    return tensor;
  }

  /** Runs the graph; `into` has an array for each output but those that are returned. */
  async run(feeds: Feeds, into: Buffers): Promise<Readonly<Record<string, Float32Array>>> {
    const given: Record<string, ort.Tensor> = {};
    for (const port of this.inputs) {
      const array = feeds[port.name];
      if (array === undefined) {
        throw new TidemarkError("COMPUTE_SHAPE", {
          what: `Input "${port.name}" was not given`,
          fix: `It is ${port.dtype} of shape [${port.shape.join(", ")}]. Inputs are: ${this.inputs.map((p) => p.name).join(", ")}.`,
        });
      }
      given[port.name] = this.#tensor(port, array);
    }
    const wanted: Record<string, ort.Tensor | null> = {};
    const returned: string[] = [];
    for (const port of this.outputs) {
      const array = into[port.name];
      wanted[port.name] = array === undefined ? null : this.#tensor(port, array);
      if (array === undefined) returned.push(port.name);
    }
    const results = await this.#session.run(given, wanted).catch((thrown: unknown) => {
      throw this.#device === "cpu" ? thrown : runError(this.#device, thrown);
    });
    return Object.fromEntries(returned.map((name) => [name, results[name].data as Float32Array]));
  }

  /** New arrays for every output. */
  buffers(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(this.outputs.map((port) => [port.name, new Float32Array(sizeOf(port.shape))]));
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function portOf(metadata: ort.InferenceSession.ValueMetadata): PortInfo {
  if (!metadata.isTensor) {
    throw new TidemarkError("MODEL_MISMATCH", {
      what: `The model's "${metadata.name}" is not a tensor`,
      fix: "Only models whose inputs and outputs are tensors can be used.",
    });
  }
  const shape = metadata.shape.map((n) => {
    if (typeof n === "number") return n;
    throw new TidemarkError("MODEL_MISMATCH", {
      what: `The model's "${metadata.name}" has the open size "${n}"`,
      fix: "Export the model with fixed sizes.",
    });
  });
  return { name: metadata.name, shape, dtype: metadata.type };
}

const MISSING: Readonly<Record<Exclude<Device, "cpu">, string>> = {
  webgpu:
    "WebGPU needs a graphics adapter with a Vulkan, Metal or Direct3D 12 driver, and a runtime build that bundles it",
  cuda: "CUDA needs Linux on x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and the runtime's CUDA library beside its binding",
};

function deviceError(device: Exclude<Device, "cpu">, cause?: unknown): TidemarkError {
  return new TidemarkError("COMPUTE_DEVICE", {
    what: `The device "${device}" is not available`,
    fix: `${MISSING[device]}. Otherwise choose the device "cpu".`,
    cause,
  });
}

/** What a device can load it can't always run. */
function runError(device: Device, thrown: unknown): TidemarkError {
  const [line] = toError(thrown).message.split("\n");
  return new TidemarkError("COMPUTE_DEVICE", {
    what: `The device "${device}" can't run this network: ${line}`,
    fix: 'Choose the device "cpu", or another network.',
    cause: thrown,
  });
}

// Failures reach the caller as errors; the runtime's own lines on stderr would only repeat them.
const LOG_FATAL = 4;
ort.env.logLevel = "fatal";

async function open(model: Uint8Array | string, device: Device, threads: number): Promise<Runtime> {
  if (device !== "cpu" && !ort.listSupportedBackends().some((backend) => backend.name === device)) {
    throw deviceError(device);
  }
  const options: ort.InferenceSession.SessionOptions = {
    executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: LOG_FATAL,
    extra: { session: { "intra_op.allow_spinning": "0" } },
  };
  try {
    const session =
      typeof model === "string"
        ? ort.InferenceSession.create(model, options)
        : ort.InferenceSession.create(model, options);
    return new Runtime(await session, threads, device);
  } catch (thrown) {
    if (thrown instanceof TidemarkError) throw thrown;
    if (device !== "cpu") throw deviceError(device, thrown);
    throw thrown;
  }
}

const TRIAL_RUNS = 7;

/** The middle of a few run times on zeros, in milliseconds. */
async function measureMs(runtime: Runtime): Promise<number> {
  const feeds = Object.fromEntries(
    runtime.inputs.map((port) => [port.name, new ARRAYS[port.dtype as keyof typeof ARRAYS](sizeOf(port.shape))]),
  );
  const into = runtime.buffers();
  const times: number[] = [];
  for (let i = 0; i < TRIAL_RUNS + 2; i++) {
    const startMs = systemClock.elapsedMs();
    await runtime.run(feeds, into);
    if (i >= 2) times.push(systemClock.elapsedMs() - startMs);
  }
  return times.sort((a, b) => a - b)[TRIAL_RUNS >> 1];
}

/** More threads must be this much faster to be worth the processor they take from others. */
const WORTHWHILE = 0.85;

/** Whether a session with these options may use more than one thread. */
export function isParallel({ threads = 1, device = "cpu" }: SessionOptions): boolean {
  return threads !== 1 || device !== "cpu";
}

/** A session of the model on the wanted device, with the wanted number of threads or, for "auto", the fastest. */
export async function openRuntime(model: Uint8Array | string, options: SessionOptions): Promise<Runtime> {
  const { device = "cpu", threads = 1 } = options;
  if (threads !== "auto") return open(model, device, threads);
  let best = await open(model, device, 1);
  let bestMs = await measureMs(best);
  for (let n = 2; n <= availableParallelism() && n <= 16; n *= 2) {
    const rival = await open(model, device, n);
    const rivalMs = await measureMs(rival);
    const better = rivalMs < bestMs * WORTHWHILE;
    await (better ? best : rival).release();
    if (!better) break;
    [best, bestMs] = [rival, rivalMs];
  }
  return best;
}

/** Parts of a split that a shader can write beside reading its input, of the eight buffers that every WebGPU has. */
const MOST_PARTS = 7;

/** A session of one of our own graphs, in the form that the device can run. */
export function openGraph(model: OnnxModel, options: SessionOptions): Promise<Runtime> {
  const fit = options.device === undefined || options.device === "cpu" ? model : narrowSplits(model, MOST_PARTS);
  return openRuntime(serializeModel(fit), options);
}
