/** @file Many accounts, stretches and symbols of the market side by side: what each is shown, does, and is rewarded for. */
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../core/index.ts";
import { type HandBar, handTape, plainInstrument } from "../../exchange/testing/hand-tape.ts";
import { computeFeatures } from "../../features/index.ts";
import { accountFeatureCount, actionSpace, MASKED_LOGIT, writeAccountFeatures } from "../../policy/index.ts";
import { decisionConfig, Verdict } from "../../risk/index.ts";
import { type BarOutcome, differentialSharpe, REWARD_DEFAULTS, type RewardWeights, rewardOf } from "./rewards.ts";
import { TradingEnv, type TradingEnvOptions } from "./trading-env.ts";

const BARS = 120;
const FROM = 10;
const G = 2;
const A = 2;
const N = G * A;
const S = 2;
const EPISODE = 12;
const [HOLD, LONG, SHORT] = [0, 1, 2];

const EXCHANGE = { leverage: 1, takerFeeBps: 7, slippageModel: "fixed", halfSpreadBps: 0, baseSlippageBps: 0 } as const;

function forAll(value: number) {
  return { cryptoSpot: value, cryptoFutures: value, forex: value, options: value };
}

/** Two markets that move against each other. */
function bar(t: number, s: number): HandBar {
  const open = 100 + 8 * Math.sin(t * (s === 0 ? 0.9 : 1.4));
  const close = open * (1 + 0.015 * Math.cos(t * 2.3 + s));
  return [open, Math.max(open, close) * 1.002, Math.min(open, close) * 0.998, close];
}

const fine = { lotStep: "0.000001", tickSize: "0.000001" };
const candles = Array.from({ length: BARS }, (_, t) => [bar(t, 0), bar(t, 1)]);
const tape = handTape([plainInstrument(fine), plainInstrument({ ...fine, kind: "spot" }, "BBBUSDT")], candles);
const features = computeFeatures(tape, ["return1"]);

function world(more: Partial<TradingEnvOptions> = {}): TradingEnv {
  return new TradingEnv({
    tape,
    features,
    range: { from: FROM, to: BARS },
    decision: decisionConfig({
      exchange: EXCHANGE,
      sizing: { scheme: "fixed-fraction", fraction: 0.4 },
    }),
    actionSpace: actionSpace("direction-size"),
    reward: REWARD_DEFAULTS,
    stretches: G,
    accountsPerStretch: A,
    episodeBars: EPISODE,
    initialBalance: 10_000,
    seed: 4,
    ...more,
  });
}

/** What the books said before a step. */
function readBooks({ exchange: { book } }: TradingEnv) {
  const { equity, drawdown, fees, lots } = book;
  return { equity: equity.slice(), drawdown: drawdown.slice(), fees: fees.slice(), lots: lots.slice() };
}

/** A choice and a size for everybody; often the whole budget, which leaves nothing to the other symbol. */
function drawn(random: Random): [Uint8Array, Float32Array] {
  return [
    Uint8Array.from({ length: N * S }, () => random.below(3)),
    Float32Array.from({ length: N * S }, () => (random.uniform() < 0.4 ? 1 : 0.2 + 0.7 * random.uniform())),
  ];
}

function flagged(flags: Uint8Array): number[] {
  return [...flags.keys()].filter((n) => flags[n] === 1);
}

describe("a reward", () => {
  // Each term has a weight that no sum of others makes up.
  const reward: RewardWeights = {
    logReturn: 1,
    drawdown: 3,
    fees: 7,
    budgetViolation: 11,
    flip: 13,
    differentialSharpe: 0.5,
  };
  const seen = { flips: 0, violations: 0, deepened: 0, ended: 0 };
  const problems: string[] = [];

  beforeAll(() => {
    const budget = { threshold: 1e9, allocation: forAll(4_000), riskShare: forAll(1) };
    // Two perpetuals, which draw on one budget.
    const perpetuals = handTape([plainInstrument(fine), plainInstrument(fine, "BBBUSDT")], candles);
    const env = world({
      reward,
      tape: perpetuals,
      features: computeFeatures(perpetuals, ["return1"]),
      decision: decisionConfig({ exchange: EXCHANGE, sizing: { scheme: "budget", budget } }),
    });
    const random = new Random(2);
    const memory = Array.from({ length: N }, () => ({ mean: 0, square: 0 }));
    for (let step = 0; step < 96; step++) {
      const before = readBooks(env);
      env.step(...drawn(random));
      const after = readBooks(env);
      for (let n = 0; n < N; n++) {
        const rows = [n * S, n * S + 1];
        const flips = rows.filter((row) => before.lots[row] * after.lots[row] < 0).length;
        const violations = rows.filter((row) => (env.decision.verdicts[row] & Verdict.noBudget) !== 0).length;
        const outcome: BarOutcome = {
          equityBefore: before.equity[n],
          equityAfter: after.equity[n],
          drawdownBefore: before.drawdown[n],
          drawdownAfter: after.drawdown[n],
          fees: after.fees[n] - before.fees[n],
          budgetViolations: violations,
          flips,
        };
        const expected = rewardOf(reward, outcome, memory[n]);
        if (Math.abs(env.rewards[n] - expected) > 1e-6) {
          problems.push(`step ${step}, account ${n}: ${env.rewards[n]} is not ${expected}`);
        }
        seen.flips += flips;
        seen.violations += violations;
        seen.deepened += outcome.drawdownAfter > outcome.drawdownBefore ? 1 : 0;
      }
      if (env.truncated.includes(1)) {
        for (const n of flagged(env.truncated)) memory[n] = { mean: 0, square: 0 };
        seen.ended += flagged(env.truncated).length;
        env.restart();
      }
    }
  });

  it("is of what this very bar did to this very account: fees, drawdown, reversals and refusals of the bar alone", () => {
    expect(problems).toEqual([]);
  });

  it("was seen with every term", () => {
    expect(seen.flips).toBeGreaterThan(5);
    expect(seen.violations).toBeGreaterThan(3);
    expect(seen.deepened).toBeGreaterThan(5);
    expect(seen.ended, "episodes of every account").toBeGreaterThanOrEqual(4 * N);
  });
});

describe("the differential Sharpe ratio of an account", () => {
  it("goes on where a saved world is taken up", () => {
    const reward: RewardWeights = { ...REWARD_DEFAULTS, differentialSharpe: 2 };
    const [first, second] = [world({ reward, episodeBars: 40 }), world({ reward, episodeBars: 40, seed: 9 })];
    const random = new Random(6);
    for (let step = 0; step < 10; step++) first.step(...drawn(random));
    second.restore(JSON.parse(JSON.stringify(first.state())) as ReturnType<TradingEnv["state"]>);
    for (let step = 0; step < 10; step++) {
      const actions = drawn(random);
      for (const env of [first, second]) env.step(...actions);
      expect([...second.rewards], `step ${step}`).toEqual([...first.rewards]);
    }
  });

  it("has averages that move by the newest return's weight, and is added to the reward", () => {
    const memory = { mean: 0.001, square: 0.0004 };
    differentialSharpe(memory, 0.03, 0.1);
    expect(memory.mean).toBeCloseTo(0.001 + 0.1 * 0.029, 12);
    expect(memory.square).toBeCloseTo(0.0004 + 0.1 * (0.0009 - 0.0004), 12);
    const outcome: BarOutcome = {
      equityBefore: 100,
      equityAfter: 103,
      drawdownBefore: 0,
      drawdownAfter: 0,
      fees: 0,
      budgetViolations: 0,
      flips: 0,
    };
    const start = { mean: 0.001, square: 0.0004 };
    const term = differentialSharpe({ ...start }, Math.log(1.03));
    expect(term, "a good return raises it").toBeGreaterThan(0);
    const weights = { ...REWARD_DEFAULTS, logReturn: 0, differentialSharpe: 3 };
    expect(rewardOf(weights, outcome, { ...start })).toBeCloseTo(3 * term, 12);
  });
});

describe("what is shown and done", () => {
  it("is each symbol's own: masks, account features, choices and sizes", () => {
    const env = world({ starts: [FROM, 60] });
    const K = accountFeatureCount(S);
    const C = env.actionSpace.categories.length;
    const account = new Float32Array(N * S * K);
    const mask = new Float32Array(N * S * C);
    env.observe(account, mask);
    const forbidden = Array.from({ length: N * S }, (_, row) =>
      [HOLD, LONG, SHORT].filter((c) => mask[row * C + c] === Math.fround(MASKED_LOGIT)),
    );
    expect(forbidden, "spot is never sold short").toEqual(
      Array.from({ length: N }, () => [[], [SHORT]]).flatMap((rows) => rows),
    );
    const sizes = Float32Array.of(0.9, 0.3, 0.5, 0.7, 0.2, 0.6, 0.8, 0.4);
    const choice = Uint8Array.of(LONG, LONG, SHORT, HOLD, HOLD, LONG, SHORT, LONG);
    const close = [FROM, FROM, 60, 60].flatMap((row) => [tape.close[row * S], tape.close[row * S + 1]]);
    env.step(choice, sizes);
    const { quantity } = env.exchange.book;
    for (let row = 0; row < N * S; row++) {
      const side = choice[row] === LONG ? 1 : choice[row] === SHORT ? -1 : 0;
      const wanted = (side * 0.4 * 10_000 * sizes[row]) / close[row];
      expect(Math.abs(quantity[row] - wanted), `row ${row}: ${quantity[row]}, wanted ${wanted}`).toBeLessThan(1e-5);
    }
    env.observe(account, mask);
    const expected = new Float32Array(S * K);
    for (let n = 0; n < N; n++) {
      const bits = Uint8Array.from({ length: S }, (_, s) => env.decision.permissions(n, s));
      writeAccountFeatures(env.exchange, n, bits, expected, 0);
      expect(account.slice(n * S * K, (n + 1) * S * K), `account ${n}`).toEqual(expected);
    }
  });

  it("stands in another place of the market for each stretch, which is cut when its own time is over", () => {
    const env = world();
    for (let episode = 0; episode < 4; episode++) {
      expect(env.row[0]).not.toBe(env.row[1]);
      for (let n = 0; n < N; n++) expect(env.exchange.book.bar[n]).toBe(env.row[Math.floor(n / A)]);
      for (let step = 0; step < EPISODE; step++) {
        expect(env.truncated.includes(1)).toBe(false);
        env.step(new Uint8Array(N * S), new Float32Array(N * S));
      }
      expect([...env.truncated], "all of both stretches").toEqual([1, 1, 1, 1]);
      env.restart();
      expect([...env.moved]).toEqual([1, 1]);
    }
  });

  it("begins at every bar from which an episode fits into the range, and at no other", () => {
    const env = world({ range: { from: FROM, to: FROM + 20 } });
    const starts = new Set<number>();
    for (let i = 0; i < 200; i++) {
      for (const row of env.row) starts.add(row);
      env.reset();
    }
    expect([...starts].sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it("has chance draws of its own for every account and episode, and the same again where starts are given", () => {
    const env = world();
    const streams = new Set<number>();
    for (let episode = 0; episode < 5; episode++) {
      for (const stream of env.exchange.book.stream) streams.add(stream);
      env.reset();
    }
    expect(streams.size).toBe(5 * N);
    const fixed = world({ starts: [FROM, 60] });
    expect([...fixed.exchange.book.stream]).toEqual([0, 1, 2, 3]);
    fixed.reset();
    expect([...fixed.exchange.book.stream]).toEqual([0, 1, 2, 3]);
    expect([...fixed.row]).toEqual([FROM, 60]);
  });

  it("counts a world that is given up as cut, but for accounts that have just begun", () => {
    const env = world();
    env.cutEpisodes();
    expect(env.takeEpisodes(), "nobody has begun").toEqual([]);
    const sums = new Float64Array(N);
    for (let step = 0; step < 3; step++) {
      env.step(new Uint8Array(N * S).fill(LONG), new Float32Array(N * S).fill(0.5));
      for (let n = 0; n < N; n++) sums[n] += env.rewards[n];
    }
    env.cutEpisodes();
    const told = env.takeEpisodes();
    expect(told.map(({ steps, terminated }) => [steps, terminated])).toEqual(told.map(() => [3, false]));
    for (let n = 0; n < N; n++) expect(told[n].reward).toBeCloseTo(sums[n], 6);
    env.cutEpisodes();
    expect(env.takeEpisodes(), "once").toEqual([]);
    env.step(new Uint8Array(N * S).fill(HOLD), new Float32Array(N * S));
    const last = env.rewards.slice();
    env.cutEpisodes();
    expect(
      env.takeEpisodes().map(({ reward, steps }) => [Math.fround(reward), steps]),
      "what was counted before is not counted again",
    ).toEqual([...last].map((value) => [value, 1]));
  });
});
