/** @file What compiled graphs take and give. */
import type { TypedArray } from "../tensor/tensor.ts";

/**
 * Where a graph runs. `cpu` is always there; `webgpu` and `cuda` exist where ONNX Runtime and the machine offer them, and
 * asking for one that is missing is a COMPUTE_DEVICE error that says what is missing.
 */
export type Device = "cpu" | "webgpu" | "cuda";

export type SessionOptions = {
  /** Threads inside one operation; "auto" measures 1 against all and keeps the faster. Default 1: best for small networks. */
  readonly threads?: number | "auto";
  readonly device?: Device;
};

/**
 * Values by input name. An array is used in place, never copied, so it may be large; it may be refilled between runs. Passing
 * the same array object again costs nothing extra. Element types: float32 Float32Array, int32 Int32Array, int64
 * BigInt64Array, bool Uint8Array.
 */
export type Feeds = Readonly<Record<string, TypedArray>>;

/** A value's shape and element type at the edge of a graph. */
export type PortInfo = { readonly name: string; readonly shape: readonly number[]; readonly dtype: string };

export type ForwardSession = {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /** Nodes of the graph that was handed to ONNX Runtime: each costs about 0.4 microseconds a run. */
  readonly nodeCount: number;
  readonly threads: number;
  /**
   * Runs the graph on a flat parameter vector. The result's arrays are the session's own buffers: they are the same objects
   * every time and hold these values until the next run. Copy what must live longer. Runs of one session must not overlap.
   */
  run(parameters: Float32Array, feeds: Feeds): Promise<Readonly<Record<string, Float32Array>>>;
  release(): Promise<void>;
};

export type LoadedModel = {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /** The file's own key-value pairs. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly threads: number;
  /** As ForwardSession.run, with the weights of the file. */
  run(feeds: Feeds): Promise<Readonly<Record<string, Float32Array>>>;
  release(): Promise<void>;
};

/** Everything a training session remembers, copied: setting it back continues to the last bit. */
export type TrainState = {
  readonly parameters: Float32Array;
  /** Adam's first and second moments. */
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** Applied steps: a gated step doesn't count. */
  readonly step: number;
};

/** The figures of one step, read from one packed buffer that the next step overwrites. */
export type Metrics = {
  /** A scalar metric by name; also "loss", "gradientNorm" (before clipping) and, with a gate, "gate". */
  get(name: string): number;
  /** A metric of any shape, row-major: a view that the next step overwrites. */
  values(name: string): Float32Array;
  readonly names: readonly string[];
  /** False where the gate was 0: parameters, moments and step count are as before. */
  readonly applied: boolean;
};

/** Scalars of one step: `learningRate`, and by name any float32 input of shape [] that the feeds leave out. */
export type StepScalars = { readonly learningRate: number } & Readonly<Record<string, number>>;

export type TrainSession = {
  readonly inputs: readonly PortInfo[];
  readonly nodeCount: number;
  readonly threads: number;
  /** The current parameters: the session's own buffer, valid until the next step, to be fed to a ForwardSession. Don't write. */
  readonly parameters: Float32Array;
  /** Applied steps so far. */
  readonly stepCount: number;
  /**
   * One forward, backward, clip and optimizer step. Fails with TRAINING_DIVERGED, leaving the state as it was, where the
   * gradient isn't finite. Steps must not overlap.
   */
  step(feeds: Feeds, scalars: StepScalars): Promise<Metrics>;
  getState(): TrainState;
  setState(state: TrainState): void;
  release(): Promise<void>;
};

/** As TrainSession, many steps a run. */
export type EpochSession = Omit<TrainSession, "step"> & {
  /** Steps of one run at most. */
  readonly steps: number;
  /**
   * Steps over `feeds`, whose arrays hold one batch after the other, until all are done or the gate refuses one. Returns the
   * figures of each step that was computed, the refused one as the last. Fails with TRAINING_DIVERGED where a gradient isn't
   * finite, with the steps before it taken. Runs must not overlap.
   */
  run(feeds: Feeds, scalars: StepScalars): Promise<readonly Metrics[]>;
};
