/** @file An encoder alone, compiled for acting and for segments, with random parameters and features: what tests look at. */
import { compileForward, type ForwardSession, input, Parameters, type Tensor } from "../../../compute/index.ts";
import { Random } from "../../../core/index.ts";
import type { MarketEncoder } from "../encoder.ts";
import { marketEncoder } from "../encoders/encoders.ts";
import type { NetworkShape, NetworkSpec } from "../spec.ts";

export type EncoderOutputs = {
  readonly actor: Float32Array;
  readonly critic: Float32Array;
  /** Empty without memory. */
  readonly state: Float32Array;
};

export class EncoderUnderTest {
  readonly encoder: MarketEncoder;
  readonly parameters: Parameters;
  readonly values: Float32Array;
  /** Numbers of one bar of all rows. */
  readonly width: number;
  readonly rows: number;
  readonly #sessions = new Map<number, Promise<ForwardSession>>();

  /** @param rows stretches times symbols */
  constructor(spec: NetworkSpec, shape: NetworkShape, stretches: number, seed: number) {
    const random = new Random(seed);
    this.parameters = new Parameters();
    this.encoder = marketEncoder(this.parameters, spec, shape);
    this.values = this.parameters.initialize(random);
    // Biases and gains leave their round starting values, so that each has a say.
    for (let i = 0; i < this.values.length; i++) this.values[i] += 0.1 * random.normal();
    this.rows = stretches * shape.symbols;
    this.width = this.rows * this.encoder.window * shape.marketFeatures;
  }

  get emptyState(): Float32Array {
    return new Float32Array(this.rows * this.encoder.stateSize);
  }

  /** Features of some bars `[bars, rows, window*F]`. */
  features(bars: number, seed: number): Float32Array {
    const random = new Random(seed);
    return Float32Array.from({ length: bars * this.width }, () => random.normal());
  }

  /** The expressions over `bars` bars at once; 0 is one bar as in acting. */
  graph(bars: number): { readonly actor: Tensor; readonly critic: Tensor; readonly state: Tensor | undefined } {
    const { encoder, rows } = this;
    const columns = this.width / rows;
    const state = encoder.stateSize === 0 ? undefined : input("state", [rows, encoder.stateSize]);
    if (bars === 0) return encoder.step(input("x", [rows, columns]), state);
    return encoder.segment(input("x", [bars, rows, columns]), state);
  }

  async segment(x: Float32Array, state: Float32Array, values = this.values): Promise<EncoderOutputs> {
    return this.#run(x.length / this.width, x, state, values);
  }

  /** Bar by bar from a state; the encodings of all bars in the order of a segment's. */
  async act(x: Float32Array, state: Float32Array): Promise<EncoderOutputs> {
    const bars = x.length / this.width;
    const results: EncoderOutputs[] = [];
    let now = state;
    for (let t = 0; t < bars; t++) {
      const result = await this.#run(0, x.slice(t * this.width, (t + 1) * this.width), now, this.values);
      results.push(result);
      now = result.state;
    }
    const joined = (key: "actor" | "critic"): Float32Array => Float32Array.from(results.flatMap((r) => [...r[key]]));
    return { actor: joined("actor"), critic: joined("critic"), state: now };
  }

  async #run(bars: number, x: Float32Array, state: Float32Array, values: Float32Array): Promise<EncoderOutputs> {
    const session = await (this.#sessions.get(bars) ?? this.#open(bars));
    const out = await session.run(values, state.length === 0 ? { x } : { x, state });
    return {
      actor: out["actor"].slice(),
      critic: out["critic"].slice(),
      state: out["nextState"]?.slice() ?? new Float32Array(0),
    };
  }

  #open(bars: number): Promise<ForwardSession> {
    const { actor, critic, state } = this.graph(bars);
    const outputs = { actor, critic, ...(state === undefined ? {} : { nextState: state }) };
    const session = compileForward({ parameters: this.parameters, outputs, threads: 1 });
    this.#sessions.set(bars, session);
    return session;
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
  }
}

/** The largest distance of two arrays of one length. */
export function farthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}
