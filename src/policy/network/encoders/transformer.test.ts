import { describe, expect, it } from "vitest";
import { type NetworkShape, networkSpec } from "../spec.ts";
import { EncoderUnderTest, farthest } from "../testing/encoder-under-test.ts";

const SHAPE: NetworkShape = { symbols: 1, marketFeatures: 2, accountFeatures: 1, categories: 3, betaHeads: 0 };
const SMALL = { hiddenSize: 8, heads: 2, layers: 2, attentionWindow: 4 } as const;

function transformer(change: { readonly layers?: number; readonly attentionWindow?: number } = {}): EncoderUnderTest {
  return new EncoderUnderTest(networkSpec("transformer", { ...SMALL, ...change }), SHAPE, 1, 1);
}

describe("the transformer", () => {
  it.each([
    [1, 4],
    [2, 4],
    [3, 3],
  ])(
    "with %i layers and a window of %i bars sees layers * (window - 1) bars back, and none beyond",
    async (layers, attentionWindow) => {
      const encoder = transformer({ layers, attentionWindow });
      const bars = 20;
      const reach = layers * (attentionWindow - 1);
      const x = encoder.features(bars, 1);
      const last = async (features: Float32Array): Promise<Float32Array> =>
        (await encoder.segment(features, encoder.emptyState)).actor.slice(-SMALL.hiddenSize);
      const plain = await last(x);
      const changes = await Promise.all(
        [reach, reach + 1].map(async (back) => {
          const changed = x.slice();
          changed[(bars - 1 - back) * encoder.width] += 3;
          return farthest(await last(changed), plain);
        }),
      );
      expect(changes[0], "the oldest bar in reach").toBeGreaterThan(1e-6);
      expect(changes[1], "the bar before it").toBe(0);
      await encoder.release();
    },
  );

  it("ignores what lies in a memory of bars that were never seen", async () => {
    const encoder = transformer();
    const x = encoder.features(6, 2);
    const rubbish = encoder.emptyState.fill(7);
    rubbish[rubbish.length - 1] = 0;
    const clean = await encoder.segment(x, encoder.emptyState);
    const dirty = await encoder.segment(x, rubbish);
    expect(dirty.actor).toEqual(clean.actor);
    const stepped = await encoder.act(x, rubbish);
    expect(farthest(stepped.actor, clean.actor)).toBeLessThan(1e-5);
    await encoder.release();
  });

  it("counts the bars that it remembers up to the window", async () => {
    const encoder = transformer();
    let state = encoder.emptyState;
    const counts: number[] = [];
    for (let t = 0; t < 5; t++) {
      ({ state } = await encoder.act(encoder.features(1, t), state));
      counts.push(state[state.length - 1]);
    }
    expect(counts).toEqual([1, 2, 3, 3, 3]);
    await encoder.release();
  });

  it("gives over a long stretch, which it runs in parts, what it gives bar by bar", async () => {
    const encoder = transformer({ attentionWindow: 8 });
    const x = encoder.features(300, 3);
    const whole = await encoder.segment(x, encoder.emptyState);
    const acted = await encoder.act(x, encoder.emptyState);
    expect(farthest(whole.actor, acted.actor)).toBeLessThan(1e-5);
    expect(farthest(whole.state, acted.state)).toBeLessThan(1e-5);
    await encoder.release();
  });

  it("forgets how a memory began: two histories with the same last bars end in the same memory", async () => {
    const encoder = transformer();
    const x = encoder.features(30, 4);
    const other = encoder.features(30, 5);
    // A layer's keys reach as far back as the layers below it see.
    const common = (SMALL.attentionWindow - 1) * SMALL.layers + SMALL.attentionWindow;
    other.set(x.subarray((30 - common) * encoder.width), (30 - common) * encoder.width);
    const one = await encoder.segment(x, encoder.emptyState);
    const two = await encoder.segment(other, encoder.emptyState);
    expect(one.state).toEqual(two.state);
    await encoder.release();
  });
});
