/** @file A walk through the validation part, beside the books of the very same walk. */
import { beforeAll, describe, expect, it } from "vitest";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { TradingEnv } from "../env/index.ts";
import type { EvaluationOptions } from "../ppo/index.ts";
import { prepare, tradingEnvOptions } from "./prepare.ts";
import { smallTraining } from "./testing/small.ts";
import { evaluateConstant, evaluateOnValidation, type Validation, type ValidationResult } from "./validation.ts";

const BLOCKS = 3;
const BARS = 12;
const BALANCE = 10_000;
const STARTS = [100, 300, 500];

const small = smallTraining();
// Half of equity in each of the two symbols.
const sizing = resolveSizingConfig({ scheme: "fixed-fraction", fraction: 0.5 });
const prepared = prepare({ ...small, decision: { ...small.decision, sizing } });
const { tape } = prepared.options;

function blocks(): TradingEnv {
  return new TradingEnv({
    ...tradingEnvOptions(prepared),
    tape,
    features: prepared.features,
    range: { from: 100, to: 600 },
    stretches: BLOCKS,
    accountsPerStretch: 1,
    episodeBars: BARS,
    seed: 1,
    starts: STARTS,
  });
}

describe("holding everything", () => {
  let told: ValidationResult;
  const expected = { returns: new Float64Array(BLOCKS * BARS), exposure: 0, changes: 0, reward: 0 };
  const S = tape.symbols;

  beforeAll(() => {
    const env = blocks();
    const long = env.actionSpace.categories.indexOf("long");
    // Nobody is asked for a choice: what is held does not depend on a network.
    const validation = { env, bars: BARS, evaluator: undefined } as unknown as Validation;
    told = evaluateConstant(validation, long, BALANCE);
    const own = blocks();
    const { book } = own.exchange;
    const equity = new Float64Array(BLOCKS).fill(BALANCE);
    const held = new Float64Array(BLOCKS * S);
    for (let bar = 0; bar < BARS; bar++) {
      own.step(new Uint8Array(BLOCKS * S).fill(long), new Float32Array(BLOCKS * S).fill(1));
      for (let block = 0; block < BLOCKS; block++) {
        expected.returns[block * BARS + bar] = book.equity[block] / equity[block] - 1;
        expected.reward += own.rewards[block] / (BLOCKS * BARS);
        equity[block] = book.equity[block];
        const rows = Array.from({ length: S }, (_, s) => block * S + s);
        if (rows.some((row) => book.lots[row] !== held[row])) expected.changes++;
        for (const row of rows) {
          held[row] = book.lots[row];
          const close = tape.close[(STARTS[block] + bar + 1) * S + (row % S)];
          expected.exposure += (Math.abs(book.quantity[row]) * close) / book.equity[block] / (BLOCKS * BARS);
        }
      }
    }
  });

  it("has the return of every bar of every block in its own place", () => {
    expect(told.returns).toHaveLength(BLOCKS * BARS);
    for (const [i, value] of expected.returns.entries()) expect(told.returns[i], `return ${i}`).toBeCloseTo(value, 12);
    const sums = STARTS.map((_, block) =>
      expected.returns.slice(block * BARS, (block + 1) * BARS).reduce((a, b) => a + b, 0),
    );
    expect(new Set(sums).size, "no block is another").toBe(BLOCKS);
  });

  it("holds all symbols at full size", () => {
    expect(told.exposure).toBeCloseTo(expected.exposure, 9);
    expect(told.exposure, "nearly all of equity, in bars after the first").toBeGreaterThan(0.8);
    expect(told.changes).toBe(expected.changes);
    expect(told.changes).toBeGreaterThanOrEqual(BLOCKS);
    expect(told.meanReward).toBeCloseTo(expected.reward, 9);
  });
});

describe("an account that loses everything", () => {
  it("begins again with its first balance, and its next return is of that", async () => {
    const book = { equity: new Float64Array(1), lots: new Float64Array(1), bar: Int32Array.of(0) };
    const exchange = { book, tape: { symbols: 1, close: Float64Array.of(100) }, terms: { unit: [1] } };
    const env = { stretches: 1, exchange, terminated: new Uint8Array(1) };
    const books = [
      [5_000, 0],
      [0, 1],
      [10_100, 0],
    ];
    const run = (_: Float32Array, { onBar }: EvaluationOptions) => {
      for (const [equity, ended] of books) {
        book.equity[0] = equity;
        env.terminated[0] = ended;
        onBar?.();
      }
      return Promise.resolve({ meanReward: 0, steps: 3, episodes: [] });
    };
    const validation = { env, bars: 3, evaluator: { run } } as unknown as Validation;
    const { returns } = await evaluateOnValidation(validation, new Float32Array(0), BALANCE);
    expect(returns).toHaveLength(3);
    for (const [i, value] of [-0.5, -1, 0.01].entries()) expect(returns[i], `bar ${i}`).toBeCloseTo(value, 12);
  });
});
