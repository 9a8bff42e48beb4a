import { describe, expect, it } from "vitest";
import { AccountStatus } from "../../exchange/index.ts";
import { type HandBar, handTape, plainInstrument } from "../../exchange/testing/hand-tape.ts";
import { computeFeatures } from "../../features/index.ts";
import { actionSpace } from "../../policy/index.ts";
import { decisionConfig } from "../../risk/index.ts";
import { REWARD_DEFAULTS } from "./rewards.ts";
import { TradingEnv, type TradingEnvOptions } from "./trading-env.ts";

const [HOLD, LONG, SHORT] = [0, 1, 2];
const BARS = 40;
const FIRST = 12;

/** Opens that gap away from the close before, so that a bar's own move is not the move from close to close. */
const bars = Array.from({ length: BARS }, (_, t): HandBar => {
  const open = 100 + 5 * Math.sin(t * 1.3);
  const close = open * (1 + 0.02 * Math.cos(t * 2.1));
  return [open, Math.max(open, close) * 1.001, Math.min(open, close) * 0.999, close];
});
const tape = handTape(
  [plainInstrument({ lotStep: "0.000001", tickSize: "0.000001" })],
  bars.map((bar) => [bar]),
);
const features = computeFeatures(tape, ["return1"]);
const close = (t: number): number => tape.close[t];
const open = (t: number): number => tape.open[t];

function env(more: Partial<TradingEnvOptions> = {}): TradingEnv {
  return new TradingEnv({
    tape,
    features,
    range: { from: FIRST, to: BARS },
    decision: decisionConfig({
      exchange: { leverage: 1, takerFeeBps: 0, slippageModel: "fixed", halfSpreadBps: 0, baseSlippageBps: 0 },
      sizing: { scheme: "fixed-fraction", fraction: 0.5 },
    }),
    actionSpace: actionSpace("discrete3"),
    reward: REWARD_DEFAULTS,
    stretches: 1,
    accountsPerStretch: 2,
    episodeBars: 8,
    initialBalance: 10_000,
    seed: 1,
    starts: [FIRST],
    ...more,
  });
}

const act = (world: TradingEnv, first: number, second: number): readonly number[] => {
  world.step(Uint8Array.of(first, second), new Float32Array(0));
  return [...world.rewards];
};

describe("the market as a world", () => {
  it("shows at each row what was known at that bar's close, and nothing of the next", () => {
    const world = env();
    for (let k = 0; k < 5; k++) {
      const row = world.row[0];
      expect(row).toBe(FIRST + k);
      expect(world.exchange.book.bar[0], "the account stands at the close of the row").toBe(row);
      const known = Math.log(close(row) / close(row - 1));
      expect(world.market[row], "the return of the bar that has just closed").toBeCloseTo(known, 6);
      expect(Math.abs(known - Math.log(close(row + 1) / close(row))), "which the next bar's is not").toBeGreaterThan(
        1e-3,
      );
      act(world, HOLD, HOLD);
    }
  });

  it("rewards the bar that follows the choice: from its open where it is entered, from close to close where it is held", () => {
    const world = env();
    // Half of equity at the last close, bought or sold at the next open.
    const units = 5_000 / close(FIRST);
    const move = units * (close(FIRST + 1) - open(FIRST + 1));
    const [entered, short] = act(world, LONG, SHORT);
    expect(entered).toBeCloseTo(Math.log((10_000 + move) / 10_000), 6);
    expect(short).toBeCloseTo(Math.log((10_000 - move) / 10_000), 6);
    const then = units * (close(FIRST + 2) - close(FIRST + 1));
    const [held] = act(world, HOLD, HOLD);
    expect(held).toBeCloseTo(Math.log((10_000 + move + then) / (10_000 + move)), 6);
    const resting = env();
    expect(act(resting, HOLD, HOLD), "nothing held, nothing earned").toEqual([0, 0]);
  });

  it("rewards add up to the log growth of equity over an episode, which is cut at its end", () => {
    const world = env();
    let sum = 0;
    for (let k = 0; k < 8; k++) {
      expect([...world.truncated], `before step ${k}`).toEqual([0, 0]);
      sum += act(world, k === 3 ? SHORT : LONG, HOLD)[0];
    }
    expect(sum).toBeCloseTo(Math.log(world.exchange.book.equity[0] / 10_000), 5);
    expect([[...world.truncated], [...world.terminated]]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    world.restart();
    expect([...world.moved]).toEqual([1]);
    expect(world.takeEpisodes()).toEqual([
      { reward: expect.closeTo(sum, 5) as number, steps: 8, terminated: false },
      { reward: 0, steps: 8, terminated: false },
    ]);
    expect([world.row[0], world.exchange.book.equity[0], [...world.truncated]]).toEqual([FIRST, 10_000, [0, 0]]);
  });

  it("starts a liquidated account again where its stretch stands, and leaves the others alone", () => {
    const world = env({
      decision: decisionConfig({
        exchange: { leverage: 100, takerFeeBps: 0, slippageModel: "fixed", halfSpreadBps: 0, baseSlippageBps: 0 },
        sizing: { scheme: "fixed-fraction", fraction: 100 },
      }),
      episodeBars: 20,
    });
    let steps = 0;
    while (world.terminated[0] === 0 && steps++ < 19) act(world, LONG, HOLD);
    expect(world.exchange.book.status[0]).toBe(AccountStatus.liquidated);
    expect([world.terminated[0], world.terminated[1], world.truncated[0]]).toEqual([1, 0, 0]);
    const row = world.row[0];
    world.restart();
    expect([...world.moved], "the market goes on").toEqual([0]);
    expect([world.row[0], world.exchange.book.bar[0], world.exchange.book.equity[0]]).toEqual([row, row, 10_000]);
    expect(world.takeEpisodes().map(({ terminated }) => terminated)).toEqual([true]);
  });

  it("tells what trading cost as shares of equity, once", () => {
    const world = env({
      decision: decisionConfig({
        exchange: { leverage: 1, takerFeeBps: 10, slippageModel: "fixed", halfSpreadBps: 0, baseSlippageBps: 0 },
        sizing: { scheme: "fixed-fraction", fraction: 1 },
      }),
    });
    act(world, LONG, HOLD);
    const { feeShares, gainShares } = world.takeCosts();
    expect(feeShares).toBeCloseTo(world.exchange.book.fees[0] / 10_000, 12);
    expect(feeShares).toBeGreaterThan(5e-4);
    expect(gainShares).toBeCloseTo(world.exchange.book.equity[0] / 10_000 - 1, 12);
    expect(world.takeCosts()).toEqual({ feeShares: 0, gainShares: 0 });
  });
});
