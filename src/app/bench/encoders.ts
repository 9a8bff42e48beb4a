/**
 * @file What a bar costs when acting, for every encoder: the same after few bars of history as after many, because what
 * was seen is remembered and never computed again.
 */
import { exportModel, loadModel, Parameters } from "../../compute/index.ts";
import { Random } from "../../core/index.ts";
import {
  accountFeatureCount,
  actionSpace,
  ENCODER_NAMES,
  type EncoderName,
  Network,
  type NetworkShape,
  networkSpec,
  policyGraph,
} from "../../policy/index.ts";
import { type BenchContext, type Benchmark, type Measurement, quantile } from "./benchmark.ts";

const SPACE = actionSpace("hierarchical");
const SYMBOLS = 5;
const SHAPE: NetworkShape = {
  symbols: SYMBOLS,
  marketFeatures: 20,
  accountFeatures: accountFeatureCount(SYMBOLS),
  categories: SPACE.categories.length,
  betaHeads: SPACE.betaHeads.length,
};
/** Bars of history after which a bar is timed. */
const HISTORIES = [64, 512, 4_096] as const;
/** Bars timed there; the median counts. */
const TIMED_BARS = 256;

async function measure(encoder: EncoderName, { clock, signal }: BenchContext): Promise<Measurement> {
  const parameters = new Parameters();
  const network = new Network(parameters, networkSpec(encoder), SHAPE);
  const random = new Random(1);
  const graph = policyGraph(network, SHAPE);
  const { logits, value, state } = graph;
  const outputs = { logits, value, ...(state === undefined ? {} : { nextState: state }) };
  const model = await loadModel(exportModel({ parameters, values: parameters.initialize(random), outputs }), {
    threads: 1,
  });
  const size = SYMBOLS * (network.encoder?.stateSize ?? 0);
  const market = new Float32Array(SYMBOLS * (network.encoder?.window ?? 0) * SHAPE.marketFeatures);
  const memory = new Float32Array(size);
  const feeds = {
    market,
    account: new Float32Array(SYMBOLS * SHAPE.accountFeatures),
    mask: new Float32Array(SYMBOLS * SHAPE.categories),
    ...(size === 0 ? {} : { state: memory }),
  };
  const medianUs: number[] = [];
  const samples = new Float64Array(TIMED_BARS);
  try {
    let bar = 0;
    for (const history of HISTORIES) {
      for (; bar < history + TIMED_BARS; bar++) {
        signal.throwIfAborted();
        for (let i = 0; i < market.length; i++) market[i] = random.normal();
        const startMs = clock.elapsedMs();
        const out = await model.run(feeds);
        if (size > 0) memory.set(out["nextState"]);
        if (bar >= history) samples[bar - history] = (clock.elapsedMs() - startMs) * 1_000;
      }
      medianUs.push(Math.round(quantile(samples, 0.5)));
    }
  } finally {
    await model.release();
  }
  const [after64, after512, after4096] = medianUs;
  const sizes = { parameters: parameters.size, memory: network.encoder?.stateSize ?? 0 };
  return {
    name: `act-${encoder}`,
    value: after4096,
    unit: "µs/bar",
    detail: { symbols: SYMBOLS, features: SHAPE.marketFeatures, ...sizes, after64, after512, after4096 },
  };
}

export const encodersBenchmark: Benchmark = {
  name: "encoders",
  summary: "µs/bar: one decision of five symbols by each encoder after 64, 512 and 4096 bars of history, one thread",
  async run(context) {
    const measurements: Measurement[] = [];
    for (const encoder of ENCODER_NAMES) measurements.push(await measure(encoder, context));
    return measurements;
  },
};
