/** @file A network that acts in a vector env: one run of the acting graph decides for every account at once. */
import { compileForward, type ForwardSession, type Parameters } from "../../compute/index.ts";
import {
  actingGraph,
  type HeadOutputs,
  memoryGraph,
  type Network,
  type NetworkShape,
  type NetworkSpec,
  writeIndex,
} from "../../policy/index.ts";
import type { VectorEnv } from "../env/index.ts";

/** Lives until the next decision. */
export type Decision = HeadOutputs & {
  /** `[N]`. */
  readonly value: Float32Array;
  /** `[G*S*stateSize]` memory after this bar. */
  readonly state: Float32Array;
};

const NOTHING = new Float32Array(0);

export class Actor {
  readonly env: VectorEnv;
  /** `[G*S*stateSize]` memory before the bar that is decided next. */
  readonly memory: Float32Array;
  /** `[N*S*K]` and `[N*S*C]`: what the last decision saw. */
  readonly account: Float32Array;
  readonly mask: Float32Array;
  readonly #acting: ForwardSession;
  readonly #warmup: ForwardSession | undefined;
  readonly #warmupBars: number;
  readonly #symbols: number;
  readonly #window: number;
  readonly #remembersAll: boolean;
  readonly #index: Int32Array;
  readonly #feeds: Record<string, Float32Array | Int32Array>;

  private constructor(
    env: VectorEnv,
    network: Network,
    spec: NetworkSpec,
    shape: NetworkShape,
    acting: ForwardSession,
    warmup: ForwardSession | undefined,
  ) {
    const { stretches: G, accountsPerStretch: A } = env;
    const rows = G * A * shape.symbols;
    this.env = env;
    this.#acting = acting;
    this.#warmup = warmup;
    this.#warmupBars = spec.warmup;
    this.#symbols = shape.symbols;
    // Without a market there is nothing to index.
    this.#window = shape.marketFeatures === 0 ? 0 : (network.encoder?.window ?? 0);
    this.#remembersAll = network.remembersAll;
    this.memory = new Float32Array(G * shape.symbols * (network.encoder?.stateSize ?? 0));
    this.account = new Float32Array(rows * shape.accountFeatures);
    this.mask = new Float32Array(rows * shape.categories);
    this.#index = new Int32Array(G * shape.symbols * this.#window);
    this.#feeds = {
      ...(this.#window > 0 ? { market: env.market, index: this.#index } : {}),
      ...(this.memory.length > 0 ? { state: this.memory } : {}),
      account: this.account,
      mask: this.mask,
    };
  }

  static async create(
    env: VectorEnv,
    parameters: Parameters,
    network: Network,
    spec: NetworkSpec,
    shape: NetworkShape,
    threads: number,
  ): Promise<Actor> {
    const market = { rows: marketRows(env) };
    const graph = actingGraph(network, shape, market, env.stretches, env.accountsPerStretch);
    const acting = await compileForward({
      parameters,
      outputs: {
        logits: graph.logits,
        value: graph.value,
        ...(graph.concentrations === undefined ? {} : { concentrations: graph.concentrations }),
        ...(graph.state === undefined ? {} : { nextState: graph.state }),
      },
      threads,
    });
    const state = spec.warmup === 0 ? undefined : memoryGraph(network, shape, market, spec.warmup, env.stretches);
    const warmup =
      state === undefined ? undefined : await compileForward({ parameters, outputs: { nextState: state }, threads });
    return new Actor(env, network, spec, shape, acting, warmup);
  }

  /** Runs the network on what everybody sees now. The memory is not advanced: the caller does that. */
  async decide(values: Float32Array): Promise<Decision> {
    this.env.observe(this.account, this.mask);
    let at = 0;
    for (let g = 0; g < this.env.stretches && this.#window > 0; g++) {
      at = writeIndex(this.#index, at, this.env.row[g], this.#symbols, this.#window);
    }
    const out = await this.#acting.run(values, this.#feeds);
    return {
      logits: out["logits"],
      value: out["value"],
      concentrations: out["concentrations"] ?? NOTHING,
      state: out["nextState"] ?? NOTHING,
    };
  }

  /**
   * Fills the memory of the marked stretches from the bars before where they stand.
   * @param marked `[G]`
   */
  async warmUp(values: Float32Array, marked: Uint8Array): Promise<void> {
    if (this.memory.length === 0) return;
    const G = this.env.stretches;
    const block = this.memory.length / G;
    let state: Float32Array = new Float32Array(this.memory.length);
    if (this.#warmup !== undefined) {
      const bars = this.#warmupBars;
      const index = new Int32Array(bars * G * this.#symbols);
      let at = 0;
      for (let bar = 0; bar < bars; bar++) {
        for (let g = 0; g < G; g++) at = writeIndex(index, at, this.env.row[g] - bars + bar, this.#symbols, 1);
      }
      const out = await this.#warmup.run(values, { market: this.env.market, index, state });
      state = out["nextState"];
    }
    for (let g = 0; g < G; g++) {
      if (marked[g] === 1) this.memory.set(state.subarray(g * block, (g + 1) * block), g * block);
    }
  }

  /**
   * Starts again what ended, in the env and in memory.
   * @param done `[N]` accounts whose episode ended with the last step
   * @returns `[G]` stretches whose memory began anew
   */
  async restart(values: Float32Array, done: Uint8Array): Promise<Uint8Array> {
    // Read before the env forgets it: an own memory begins anew with its account.
    const ended = this.#remembersAll ? done.slice() : undefined;
    this.env.restart();
    const anew = ended ?? this.env.moved;
    if (anew.includes(1)) await this.warmUp(values, anew);
    return anew;
  }

  async release(): Promise<void> {
    await this.#acting.release();
    await this.#warmup?.release();
  }
}

/** Rows of the env's feature matrix; 0 without a market. */
export function marketRows(env: VectorEnv): number {
  const { symbols, marketFeatures } = env.shape;
  return marketFeatures === 0 ? 0 : env.market.length / (symbols * marketFeatures);
}
