import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parseTimeframe } from "../../core/index.ts";
import { NIGHTLY } from "../../core/testing/nightly.ts";
import {
  GreedyActor,
  PPO_DEFAULTS,
  REWARD_DEFAULTS,
  startFromModel,
  TradingEnv,
  trainPolicy,
} from "../../learn/index.ts";
import { type MarketTape, syntheticTape } from "../../market/index.ts";
import { loadPolicyModel, networkSpec } from "../../policy/index.ts";
import { settings } from "../testing/settings.ts";
import { checkModel, type ParityModel, type ParityResult } from "./check.ts";
import { verifyParity } from "./suite.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT"];

function tapeOf(symbols: number, timeframe: string, bars = 1_200): MarketTape {
  return syntheticTape({ seed: 3, bars, timeframe: parseTimeframe(timeframe), symbols: SYMBOLS.slice(0, symbols) });
}

/** A fault: the method does what `planted` makes of it, which is given the true one. */
function plant<T extends object>(
  prototype: T,
  method: keyof T & string,
  planted: (self: T, original: (...given: unknown[]) => unknown, given: unknown[]) => unknown,
): void {
  const kept = Reflect.get(prototype, method) as (...given: unknown[]) => unknown;
  vi.spyOn(prototype as Record<string, (...given: unknown[]) => unknown>, method).mockImplementation(function (
    this: unknown,
    ...given: unknown[]
  ) {
    return planted(this as T, (...args) => Reflect.apply(kept, this, args), given);
  });
}

describe("environment and backtest", () => {
  it("trade the same to the last bit on every path of the kernel", async () => {
    const suite = await verifyParity({ tape: tapeOf(5, "5m"), seed: 1 });
    expect(suite.unproven, JSON.stringify(suite.proof.map((result) => result.paths))).toEqual([]);
    for (const result of [...suite.proof, ...suite.results]) {
      expect(result.differences, result.name).toEqual([]);
      expect(result.environmentHash, result.name).toBe(result.backtestHash);
      expect(result.bars, result.name).toBeGreaterThan(20);
    }
    for (const result of suite.proof) expect(result.fills, result.name).toBeGreaterThan(20);
    expect(suite.passed).toBe(true);
  });

  it("pass with any number of symbols and any timeframe: what such a tape can't lead to is a note", async () => {
    const every = [1, 2, 5].flatMap((symbols) => ["5m", "1h", "1d"].map((timeframe) => ({ symbols, timeframe })));
    // One symbol by the hour once a day, each pair at night: five symbols by five minutes have a test of their own.
    const pairs = NIGHTLY ? every : [every[1]];
    for (const { symbols, timeframe } of pairs) {
      const suite = await verifyParity({ tape: tapeOf(symbols, timeframe, 300), seed: 1 });
      expect(suite.passed, `${symbols} symbols, ${timeframe}`).toBe(true);
      const unwalked = symbols < 4 ? ["risk.maxConcurrent"] : [];
      expect(suite.notWalked, "fewer than four symbols never wait for a place").toEqual(
        expect.arrayContaining(unwalked),
      );
    }
    expect((await verifyParity({ tape: tapeOf(1, "1h", 20), seed: 1 })).passed, "too short for any script").toBe(true);
  });

  it("see what one account leaves behind for the next", async () => {
    plant(TradingEnv.prototype, "reset", ({ exchange }, reset) => {
      const fees = exchange.book.fees[0];
      reset();
      exchange.book.fees[0] = fees;
    });
    const { passed, proof } = await verifyParity({ tape: tapeOf(1, "5m", 80), seed: 1 });
    expect(passed).toBe(false);
    expect(proof[0].differences.map(({ what }) => what)).toContain("account's fees");
  });
});

const folder = mkdtempSync(join(tmpdir(), "tidemark-parity-"));
const tape = tapeOf(2, "15m", 2_400);
const decision = settings({ takerFeeBps: 5, leverage: 2 });
let model: ParityModel;

beforeAll(async () => {
  const modelFolder = join(folder, "model");
  await trainPolicy({
    tape,
    decision,
    actionSpace: "target",
    seed: 5,
    name: "quick",
    version: "1",
    modelFolder,
    runFolder: join(folder, "run"),
    features: ["return1", "rsi14", "atr14.share"],
    network: networkSpec("gru", { warmup: 16, hiddenSize: 16 }),
    ppo: { ...PPO_DEFAULTS, rollout: 512, batch: 256, epochs: 1, totalSteps: 1_024 },
    stretches: 4,
    accounts: 8,
    episodeBars: 64,
    initialBalance: 10_000,
    reward: REWARD_DEFAULTS,
    split: { trainShare: 0.8, validationShare: 0, embargoBars: 8 },
    codeVersion: "0",
    saveEvery: 1_000,
    validateEvery: 1_000,
  });
  model = { model: await loadPolicyModel(modelFolder), parameters: (await startFromModel(modelFolder)).parameters };
});

afterAll(async () => {
  await model.model.session.release();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

function check(): Promise<ParityResult> {
  return checkModel(model, { tape, from: 2_000, to: 2_200, decision, balance: 10_000, seed: 1 });
}

const kinds = ({ differences }: ParityResult): string[] => differences.map(({ what }) => what);

describe("a trained policy in its training actor and in a backtest", () => {
  it("sees, remembers, thinks, trades and earns the same", async () => {
    const result = await check();
    expect(result.differences).toEqual([]);
    expect(result.equal).toBe(true);
    expect(result.bars).toBe(199);
    expect(result.fills).toBeGreaterThan(0);
  });

  it("differs where the env's market is a bar ahead", async () => {
    const shifted = new WeakSet<TradingEnv>();
    plant(TradingEnv.prototype, "reset", (env, reset) => {
      if (!shifted.has(env)) env.market.copyWithin(0, env.shape.symbols * env.shape.marketFeatures);
      shifted.add(env);
      reset();
    });
    const result = await check();
    expect(result.equal).toBe(false);
    expect(kinds(result)).toEqual(expect.arrayContaining(["feature row", "value", "memory"]));
    expect(result.differences[0]).toMatchObject({ what: "feature row", bar: 2_000, count: 199 });
  });

  it("differs where the actor reads a bar ahead", async () => {
    plant<GreedyActor>(GreedyActor.prototype, "decide", async ({ env }, decide) => {
      env.row[0]++;
      const decided = await decide();
      env.row[0]--;
      return decided;
    });
    expect(kinds(await check())).toEqual(expect.arrayContaining(["value", "memory"]));
  });

  it("differs where memory is not filled before the first decision", async () => {
    vi.spyOn(GreedyActor.prototype, "start").mockImplementation(() => Promise.resolve());
    expect(kinds(await check())).toContain("memory");
  });

  it("differs where the reward says nothing of the bar's return", async () => {
    plant(TradingEnv.prototype, "step", ({ rewards }, step, choice) => {
      step(...choice);
      rewards.fill(0);
    });
    expect(kinds(await check())).toEqual(["reward"]);
  });
});
