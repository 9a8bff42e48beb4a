/** @file What a phase makes of its market: draws, noise, and episodes where it is drawn anew. */
import { describe, expect, it } from "vitest";
import { networkSpec } from "../../../policy/index.ts";
import { type Prepared, prepare } from "../prepare.ts";
import { AUGMENTED, RECORDED, smallMarket, smallTraining } from "../testing/small.ts";
import { PhaseEnv, type PhaseEnvOptions } from "./phase-env.ts";

const ACCOUNTS = 6;
const EPISODE = 40;
const ROLLOUT = 16;
/** Of the small training's encoder: bars that it warms up on. */
const HISTORY = 32;

const prepared = prepare(smallTraining());

/** Changes its market with every rollout. */
function drawn(of: Prepared, settings: Partial<PhaseEnvOptions["settings"]>, seed = 3): PhaseEnv {
  return new PhaseEnv(of, { settings: { ...RECORDED, ...settings }, episodeBars: 64, marketUpdates: 1, seed });
}

function phaseEnv(flipProbability: number): PhaseEnv {
  const small = smallTraining({
    tape: smallMarket("BTCUSDT"),
    features: ["return1"],
    network: networkSpec("mlp", { hiddenSize: 4, joinSize: 4 }),
    actionSpace: "discrete3",
    stretches: 3,
    accounts: ACCOUNTS,
    episodeBars: EPISODE,
    split: { trainShare: 0.8, validationShare: 0, embargoBars: 0 },
  });
  const settings = { ...RECORDED, flipProbability };
  return new PhaseEnv(prepare(small), { settings, episodeBars: EPISODE, marketUpdates: 2, seed: 3 });
}

/** Features of one symbol in one row, as the policy reads them. */
function cells({ market, shape }: PhaseEnv, row: number, place: number): Float32Array {
  const at = (row * shape.symbols + place) * shape.marketFeatures;
  return market.slice(at, at + shape.marketFeatures);
}

/** Rows in which anything differs. */
function changedRows({ market, shape }: PhaseEnv, clean: Float32Array): Set<number> {
  const width = shape.symbols * shape.marketFeatures;
  const rows = new Set<number>();
  for (let i = 0; i < clean.length; i++) if (market[i] !== clean[i]) rows.add(Math.floor(i / width));
  return rows;
}

/** To the last bit; a matcher that lists differences would take seconds over a whole market. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

/** Rows that a stretch at this row reads in a rollout: its warm-up, the bars, and what is seen after the last. */
function readFrom(row: number): number[] {
  return Array.from({ length: HISTORY + ROLLOUT + 1 }, (_, i) => row - HISTORY + i);
}

/** Everybody goes long for a rollout. Returns the sums of the rewards. */
function rollout(env: PhaseEnv): { elsewhere: boolean; sums: number[] } {
  const elsewhere = env.beforeRollout(ROLLOUT);
  const sums = Array.from({ length: ACCOUNTS }, () => 0);
  for (let bar = 0; bar < ROLLOUT; bar++) {
    env.step(new Uint8Array(ACCOUNTS).fill(1), new Float32Array(0));
    for (let n = 0; n < ACCOUNTS; n++) sums[n] += env.rewards[n];
    env.restart();
  }
  return { elsewhere, sums };
}

it("episodes of a market that is given up are counted as cut where they stood, once", () => {
  const env = phaseEnv(1);
  const first = rollout(env);
  expect(first.elsewhere).toBe(false);
  expect(env.takeEpisodes(), "they go on").toEqual([]);
  const second = rollout(env);
  expect(env.takeEpisodes()).toEqual([]);
  // The third rollout is the first in another market.
  expect(rollout(env).elsewhere).toBe(true);
  const told = env.takeEpisodes();
  expect(told.map(({ steps, terminated }) => [steps, terminated])).toEqual(
    Array.from({ length: ACCOUNTS }, () => [2 * ROLLOUT, false]),
  );
  const sums = first.sums.map((sum, n) => sum + second.sums[n]);
  for (const [n, { reward }] of told.entries()) expect(reward, `account ${n}`).toBeCloseTo(sums[n], 9);
  expect(env.takeEpisodes(), "once").toEqual([]);
});

it("in the recorded market nobody is cut before the episode is over", () => {
  const env = phaseEnv(0);
  for (let i = 0; i < 2; i++) expect(rollout(env).elsewhere).toBe(false);
  expect(env.takeEpisodes()).toEqual([]);
  expect(rollout(env).elsewhere).toBe(false);
  const told = env.takeEpisodes();
  expect(told.map(({ steps }) => steps)).toEqual(Array.from({ length: ACCOUNTS }, () => EPISODE));
});

describe("noise", () => {
  it("lies on the rows that are read, another for each rollout, and is taken away again", () => {
    const env = drawn(prepared, { featureNoise: 0.1 });
    const clean = env.market.slice();
    expect(env.beforeRollout(ROLLOUT), "nobody stands elsewhere").toBe(false);
    const wanted = new Set([...env.row].flatMap(readFrom));
    expect(changedRows(env, clean)).toEqual(wanted);
    const first = env.market.slice();
    env.beforeRollout(ROLLOUT);
    expect(isSame(env.market, first), "each rollout has its own noise").toBe(false);
    expect(changedRows(env, clean)).toEqual(wanted);
    for (let i = 0; i < env.stretches; i++) env.row[i] += 200;
    env.beforeRollout(ROLLOUT);
    expect(changedRows(env, clean), "that of the rollout before is gone").toEqual(
      new Set([...env.row].flatMap(readFrom)),
    );
    const bound = prepared.normalizer.clip;
    expect(env.market.every((value) => !(Math.abs(value) > bound))).toBe(true);
  });

  it("waits where a stretch moves to within a rollout, and changes nothing that was seen", () => {
    const env = drawn(prepared, { featureNoise: 0.1 });
    const clean = env.market.slice();
    const asked = (bars: number): void => {
      for (let bar = 0; bar < bars; bar++) {
        env.step(new Uint8Array(16), new Float32Array(16));
        env.restart();
      }
    };
    env.beforeRollout(ROLLOUT);
    asked(56);
    env.beforeRollout(ROLLOUT);
    const began = [...env.row].flatMap(readFrom);
    const before = env.market.slice();
    // Episodes of 64 bars are over: everybody is put elsewhere.
    asked(8);
    expect([...env.moved]).toEqual([1, 1, 1, 1]);
    expect(changedRows(env, clean)).toEqual(new Set([...began, ...[...env.row].flatMap(readFrom)]));
    const width = env.shape.symbols * env.shape.marketFeatures;
    for (const row of began) {
      const [from, to] = [row * width, (row + 1) * width];
      expect(env.market.subarray(from, to), `row ${row}`).toEqual(before.subarray(from, to));
    }
  });
});

describe("a drawn market", () => {
  it("never shows a bar after the training range, however it is drawn", () => {
    const { train } = prepared.split;
    const { tape } = prepared.options;
    const close = tape.close.slice();
    for (let i = train.to * tape.symbols; i < close.length; i++) close[i] *= 2;
    const other = prepare(smallTraining({ tape: { ...tape, close } }));
    const [here, there] = [prepared, other].map((of) => drawn(of, AUGMENTED, 8));
    for (let draw = 0; draw < 4; draw++) {
      expect(isSame(there.market, here.market), `draw ${draw + 1}`).toBe(true);
      for (const env of [here, there]) env.beforeRollout(ROLLOUT);
    }
    expect(here.market.length).toBe(train.to * tape.symbols * prepared.raw.features);
  });

  it("is another one each time, and after the rollouts that were asked for", () => {
    const env = new PhaseEnv(prepared, {
      settings: { ...RECORDED, shuffleProbability: 1 },
      episodeBars: 64,
      marketUpdates: 2,
      seed: 3,
    });
    const seen: Float32Array[] = [];
    for (let turn = 0; turn < 6; turn++) {
      expect(env.beforeRollout(ROLLOUT), `rollout ${turn + 1}`).toBe(turn === 2 || turn === 4);
      seen.push(env.market.slice());
    }
    expect(isSame(seen[1], seen[0])).toBe(true);
    expect(isSame(seen[2], seen[0])).toBe(false);
    expect(isSame(seen[4], seen[2])).toBe(false);
    expect(isSame(seen[4], seen[0])).toBe(false);
    expect(env.markets).toBe(3);
  });

  it("reads each symbol by that symbol's own figures, wherever it stands", () => {
    const env = drawn(prepared, { permuteProbability: 1 });
    const recorded = drawn(prepared, {});
    for (let draw = 0; draw < 8 && env.symbols[0] === recorded.symbols[0]; draw++) env.beforeRollout(ROLLOUT);
    expect(env.symbols, "a draw in which they have changed places").toEqual([...recorded.symbols].reverse());
    for (const row of [100, 500, 900]) {
      for (const place of [0, 1]) expect(cells(env, row, place)).toEqual(cells(recorded, row, 1 - place));
    }
  });

  it("is the same again where a saved state is gone on with", () => {
    const first = drawn(prepared, AUGMENTED, 4);
    for (let i = 0; i < 3; i++) first.beforeRollout(ROLLOUT);
    const second = drawn(prepared, AUGMENTED, 4);
    second.restore(JSON.parse(JSON.stringify(first.state())) as ReturnType<PhaseEnv["state"]>);
    for (const env of [first, second]) env.beforeRollout(ROLLOUT);
    expect(second.markets).toBe(first.markets);
    expect(second.symbols).toEqual(first.symbols);
    expect(isSame(second.market, first.market)).toBe(true);
  });
});
