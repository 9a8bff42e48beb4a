import { describe, expect, it } from "vitest";
import {
  add,
  compileForward,
  constant,
  gradients,
  mul,
  type ParameterEntry,
  sum,
  type Tensor,
} from "../../compute/index.ts";
import { Random } from "../../core/index.ts";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import { ENCODER_NAMES, type NetworkShape, type NetworkSpec, networkSpec } from "./spec.ts";
import { EncoderUnderTest, farthest } from "./testing/encoder-under-test.ts";

const SHAPE: NetworkShape = { symbols: 3, marketFeatures: 4, accountFeatures: 2, categories: 3, betaHeads: 0 };
const STRETCHES = 2;
const SMALL = { hiddenSize: 8, heads: 2, attentionWindow: 6, riskSize: 3 } as const;
const TOLERANCE = 1e-5;
const STEP = 5e-4;

type Change = Partial<Omit<NetworkSpec, "encoder">>;
const VARIANTS: ReadonlyArray<readonly [string, Change]> = [
  ["", {}],
  [", an encoder for each of actor and critic", { separateCritic: true }],
  [", symbols that see each other", { crossAsset: true }],
  [", both", { separateCritic: true, crossAsset: true }],
];

describe.each(ENCODER_NAMES.flatMap((name) => VARIANTS.map(([text, change]) => [name, text, change] as const)))(
  "the %s encoder%s",
  (name, _text, change) => {
    const bench = (more: Change = {}): EncoderUnderTest =>
      new EncoderUnderTest(networkSpec(name, { ...SMALL, ...change, ...more }), SHAPE, STRETCHES, 1);

    it("gives bar by bar what it gives over a segment, from no memory and from a memory", async () => {
      const encoder = bench();
      const before = await encoder.segment(encoder.features(9, 1), encoder.emptyState);
      const x = encoder.features(20, 2);
      for (const state of [encoder.emptyState, before.state]) {
        const acted = await encoder.act(x, state);
        const trained = await encoder.segment(x, state);
        expect(farthest(acted.actor, trained.actor)).toBeLessThan(TOLERANCE);
        expect(farthest(acted.critic, trained.critic)).toBeLessThan(TOLERANCE);
        expect(farthest(acted.state, trained.state)).toBeLessThan(TOLERANCE);
      }
      await encoder.release();
    });

    it("is causal: a bar changes no encoding before it, and its own", async () => {
      const encoder = bench();
      const x = encoder.features(10, 3);
      const changed = x.slice();
      for (let i = 7 * encoder.width; i < 8 * encoder.width; i++) changed[i] += 1;
      const before = await encoder.segment(x, encoder.emptyState);
      const after = await encoder.segment(changed, encoder.emptyState);
      const bar = before.actor.length / 10;
      expect(after.actor.subarray(0, 7 * bar)).toEqual(before.actor.subarray(0, 7 * bar));
      expect(farthest(after.actor.subarray(7 * bar, 8 * bar), before.actor.subarray(7 * bar, 8 * bar))).toBeGreaterThan(
        0.01,
      );
      await encoder.release();
    });

    it("keeps stretches apart, and symbols unless they are to see each other", async () => {
      const encoder = bench();
      const x = encoder.features(5, 4);
      const changed = x.slice();
      const columns = encoder.width / encoder.rows;
      // The first symbol of the first stretch, in every bar.
      for (let t = 0; t < 5; t++) for (let c = 0; c < columns; c++) changed[t * encoder.width + c] += 1;
      const before = (await encoder.segment(x, encoder.emptyState)).actor;
      const after = (await encoder.segment(changed, encoder.emptyState)).actor;
      const H = SMALL.hiddenSize;
      const moved = Array.from({ length: encoder.rows }, (_, r) => {
        const at = (4 * encoder.rows + r) * H;
        return farthest(before.subarray(at, at + H), after.subarray(at, at + H)) > 1e-6;
      });
      const looks = networkSpec(name, change).crossAsset;
      expect(moved).toEqual([true, looks, looks, false, false, false]);
      await encoder.release();
    });

    it("gives the same encodings in another order when the symbols come in another order", async () => {
      const encoder = bench();
      const x = encoder.features(7, 5);
      const reversed = reorder(x, encoder, 7, encoder.width / encoder.rows);
      const straight = await encoder.segment(x, encoder.emptyState);
      const turned = await encoder.segment(reversed, encoder.emptyState);
      expect(farthest(turned.actor, reorder(straight.actor, encoder, 7, SMALL.hiddenSize))).toBeLessThan(TOLERANCE);
      await encoder.release();
    });

    // By day where everything is in it, at night in every form.
    it.runIf(NIGHTLY || (change.separateCritic === true && change.crossAsset === true))(
      "has the gradient that its slopes say, for every parameter",
      async () => {
        const encoder = bench();
        const [worst, informative] = await worstSlope(encoder, 5);
        expect(worst).toBeLessThan(5e-3);
        expect(informative, "every parameter has a say").toEqual(encoder.parameters.entries.map((entry) => entry.name));
        await encoder.release();
      },
    );
  },
);

/** Symbols of every stretch in the opposite order; `[bars, stretch, symbol, width]`. */
function reorder(values: Float32Array, encoder: EncoderUnderTest, bars: number, width: number): Float32Array {
  const S = SHAPE.symbols;
  const out = new Float32Array(values.length);
  for (let place = 0; place < (bars * encoder.rows) / S; place++) {
    for (let s = 0; s < S; s++) {
      const from = (place * S + s) * width;
      out.set(values.subarray(from, from + width), (place * S + S - 1 - s) * width);
    }
  }
  return out;
}

/**
 * The gradient of a fixed random weighting of all results, along a random direction of each parameter, against the slope
 * measured there by central differences. Returns the worst error relative to the size of the gradient, and
 * the parameters whose gradient is not zero.
 */
async function worstSlope(encoder: EncoderUnderTest, bars: number): Promise<[number, string[]]> {
  const random = new Random(6);
  const weigh = (x: Tensor): Tensor =>
    sum(
      mul(
        x,
        constant(
          Float32Array.from({ length: x.size }, () => random.normal()),
          x.shape,
        ),
      ),
    );
  const graph = encoder.graph(bars);
  const loss = add(weigh(graph.actor), graph.critic === graph.actor ? 0 : weigh(graph.critic));
  const { parameters } = encoder;
  const slopes = gradients(
    loss,
    parameters.entries.map((entry) => entry.tensor),
  );
  const outputs = { loss, ...Object.fromEntries(slopes.map((slope, i) => [`g${i}`, slope])) };
  const session = await compileForward({ parameters, outputs, threads: 1 });
  const x = encoder.features(bars, 7);
  const state = encoder.emptyState.length === 0 ? {} : { state: await memory(encoder) };
  const at = async (values: Float32Array): Promise<number> => (await session.run(values, { x, ...state }))["loss"][0];
  await at(encoder.values);
  const analytic = { ...(await session.run(encoder.values, { x, ...state })) };
  const copies = parameters.entries.map((_, i) => analytic[`g${i}`].slice());
  let worst = 0;
  const informative: string[] = [];
  const error = async (i: number, entry: ParameterEntry): Promise<number> => {
    const direction = Float32Array.from({ length: entry.size }, () => random.normal() / Math.sqrt(entry.size));
    const along = copies[i].reduce((total, g, k) => total + g * direction[k], 0);
    const forth = await at(shifted(encoder.values, entry.offset, direction, STEP));
    const back = await at(shifted(encoder.values, entry.offset, direction, -STEP));
    return Math.abs((forth - back) / (2 * STEP) - along) / (0.1 + Math.hypot(...copies[i]));
  };
  for (const [i, entry] of parameters.entries.entries()) {
    if (Math.hypot(...copies[i]) > 0) informative.push(entry.name);
    // A step may cross a kink of a rectifier, rarely two in a row; a wrong gradient is wrong in every direction.
    worst = Math.max(worst, Math.min(await error(i, entry), await error(i, entry)));
  }
  await session.release();
  return [worst, informative];
}

async function memory(encoder: EncoderUnderTest): Promise<Float32Array> {
  return (await encoder.segment(encoder.features(8, 8), encoder.emptyState)).state;
}

function shifted(values: Float32Array, offset: number, direction: Float32Array, step: number): Float32Array {
  const out = values.slice();
  for (let k = 0; k < direction.length; k++) out[offset + k] += step * direction[k];
  return out;
}
