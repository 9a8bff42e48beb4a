import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parseTimeframe } from "../core/index.ts";
import { computeFeatures, MahalanobisDistance, RowLimits } from "../features/index.ts";
import { PPO_DEFAULTS, REWARD_DEFAULTS, trainClassifierModel, trainPolicy } from "../learn/index.ts";
import {
  joinAlternative,
  type MarketTape,
  type SeriesRows,
  seriesSpec,
  streamAlternative,
  syntheticTape,
  tapeInPieces,
} from "../market/index.ts";
import {
  loadPolicyModel,
  networkSpec,
  openPolicy,
  type PolicyModel,
  rowsOfTape,
  StreamedModel,
  saveVersion,
  saveWithContexts,
  selectionOf,
} from "../policy/index.ts";
import { decisionConfig } from "../risk/index.ts";
import { backtest } from "./backtest.ts";
import type { BacktestResult } from "./record.ts";
import { streamedBacktest } from "./streamed-backtest.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "tidemark-streamed-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const BARS = 1_300;
/** Unseen from here on, behind several moves of the window. */
const FROM = 900;
const FEATURES = ["rsi14", "ema10.distance", "return1@4h"];
const made = syntheticTape({
  seed: 3,
  bars: BARS,
  timeframe: parseTimeframe("1h"),
  symbols: ["BTCUSDT", "ETHUSDT"],
  edge: 0.6,
});
/** The second symbol pauses until shortly before the run: what is known of it lies behind the window. */
const tape = paused(made, 1, 640, FROM - 5);

function paused(of: MarketTape, symbol: number, from: number, to: number): MarketTape {
  const [open, high, low, close, volume, funding] = [of.open, of.high, of.low, of.close, of.volume, of.funding].map(
    (column) => Float64Array.from(column),
  );
  const present = Uint8Array.from(of.present);
  for (let bar = from; bar < to; bar++) {
    const cell = bar * of.symbols + symbol;
    for (const column of [open, high, low, close]) column[cell] = close[cell - of.symbols];
    volume[cell] = 0;
    funding[cell] = 0;
    present[cell] = 0;
  }
  return { ...of, open, high, low, close, volume, funding, present };
}
const decision = decisionConfig({
  exchange: { slippageModel: "square-root", leverage: 2 },
  risk: { stopVolatility: 2 },
});
/** So that whatever is expected pays. */
const FREE = decisionConfig({ exchange: { takerFeeBps: 0, halfSpreadBps: 0, baseSlippageBps: 0 } });
const RUN = { config: decision, balance: 10_000, seed: 7 };
const SPLIT = { trainShare: 0.6, validationShare: 0, embargoBars: 6 };

async function network(encoder: "gru" | "mlp"): Promise<PolicyModel> {
  const { modelFolder } = await trainPolicy({
    tape,
    name: encoder,
    version: "1",
    modelFolder: join(FOLDER, encoder, "model"),
    runFolder: join(FOLDER, encoder, "run"),
    features: FEATURES,
    network: networkSpec(encoder, { hiddenSize: 8, joinSize: 8, ...(encoder === "mlp" ? { window: 4 } : {}) }),
    actionSpace: "discrete3",
    ppo: { ...PPO_DEFAULTS, rollout: 128, batch: 64, epochs: 2, segment: 16, totalSteps: 512 },
    stretches: 4,
    accounts: 4,
    episodeBars: 32,
    initialBalance: 10_000,
    reward: REWARD_DEFAULTS,
    decision,
    split: SPLIT,
    seed: 3,
    codeVersion: "test",
    saveEvery: 100,
    validateEvery: 100,
    tracking: { tensorBoard: false, environment: {} },
  });
  return loadPolicyModel(modelFolder);
}

/** The premium of the first symbol every eighth hour, with an outage in the middle; the second has none. */
const OBSERVED = Array.from({ length: BARS / 8 }, (_, i) => i).filter((i) => i < 70 || i > 100);
const PREMIUM: SeriesRows = {
  spec: seriesSpec("bybit.premium"),
  rows: [
    {
      length: OBSERVED.length,
      eventMs: Float64Array.from(OBSERVED, (i) => made.timeMs[8 * i]),
      availableMs: Float64Array.from(OBSERVED, (i) => made.timeMs[8 * i] + 3_600_000),
      revision: new Float64Array(OBSERVED.length),
      recorded: new Float64Array(OBSERVED.length),
      value: Float64Array.from(OBSERVED, (i) => made.close[16 * i + 2] / made.close[16 * i] - 1),
    },
    undefined,
  ],
};

async function classifier(
  name: string,
  of: MarketTape,
  features: readonly string[],
  base?: PolicyModel,
): Promise<PolicyModel> {
  const modelFolder = join(FOLDER, name);
  await trainClassifierModel({
    tape: of,
    name,
    version: "1",
    modelFolder,
    features,
    settings: {
      learner: "logistic",
      label: { kind: base === undefined ? "sign" : "meta", horizon: 4, classes: 2, upper: 1, lower: 1 },
      gbdt: {},
      logistic: {},
      balance: false,
      threads: 1,
    },
    split: SPLIT,
    ...(base === undefined ? { decision } : { base, decision: FREE }),
    actionSpace: "discrete3",
    seed: 1,
  });
  return loadPolicyModel(modelFolder);
}

const joined = joinAlternative(tape, [PREMIUM]);

/** Held to two contexts, and to a gate that half of all rows lie behind. */
async function held(from: string): Promise<PolicyModel> {
  const [contexts, gated] = ["contexts", "gated"].map((name) => join(FOLDER, name));
  const terms = { version: "2", createdMs: 0 };
  saveWithContexts(join(FOLDER, from), contexts, { ...terms, contexts: ["Asia/range", "US/range"], seenToMs: 0 });
  const rows = computeFeatures(tape, FEATURES).values.slice(0, 600 * 2 * FEATURES.length);
  const distance = MahalanobisDistance.ofRows(rows, FEATURES.length);
  saveVersion(contexts, gated, { ...terms, rowGate: new RowLimits(distance, 2, 6).data });
  return loadPolicyModel(gated);
}

const logistic = await classifier("logistic", tape, FEATURES);
const models = [
  await network("gru"),
  await network("mlp"),
  await classifier("based", tape, FEATURES, logistic),
  logistic,
  await held("logistic"),
  await classifier("premium", joined, ["perp.premium", "perp.premium.missing", "rsi14"]),
];

function onWhole(model: PolicyModel): Promise<BacktestResult> {
  const features = computeFeatures(joined, selectionOf(model.manifest));
  const policy = openPolicy(model, rowsOfTape(features, model.manifest.normalizer));
  return backtest({ tape, policy, from: FROM, ...RUN });
}
const whole = await Promise.all(models.map(onWhole));

/** All that a run leaves behind, but for the fingerprint of its data. */
function told({ config: _config, dataFingerprint: _data, ...rest }: BacktestResult): unknown {
  return rest;
}

describe("a streamed model", () => {
  it("decides as on the whole tape to the last bit, wherever stretches end and wherever the run begins among them", async () => {
    for (const { name, fills } of whole) expect(fills.length, name).toBeGreaterThan(4);
    const cut = fc.uniqueArray(fc.integer({ min: 1, max: BARS - 1 }), { minLength: 0, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cut, fc.nat(models.length - 1), async (cuts, m) => {
        const candles = tapeInPieces(
          tape,
          cuts.sort((a, b) => a - b),
        );
        // The models that read candles alone take no notice of what is joined to them.
        const stream = streamAlternative(candles, [PREMIUM]);
        const from = { atMs: tape.timeMs[FROM - 20], bars: 20, bar: 0 };
        const policy = new StreamedModel(models[m]);
        const streamed = await streamedBacktest({ stream, policy, ...RUN, from, keepBars: 1 });
        expect(told(streamed)).toEqual(told(whole[m]));
      }),
      {
        seed: 5,
        numRuns: 6,
        examples: [
          [[200, 400, 600, 800, 1_000, 1_200], 0],
          [[FROM - 1, FROM, FROM + 1], 1],
          [[200, 400, 600, 800, FROM, 1_200], 2],
          [[200, 400, 600, 800, FROM, 1_200], 3],
          [[200, 400, 600, 800, FROM, 1_200], 4],
        ],
      },
    );
  });

  it("begins where its features are final, and refuses a beginning before", async () => {
    const policy = new StreamedModel(models[0]);
    const start = { atMs: 0, bars: 0, bar: policy.firstBar };
    const streamed = await streamedBacktest({ stream: tapeInPieces(tape, [50, 400]), policy, ...RUN, from: start });
    expect(streamed.from).toBe(policy.firstBar);
    const early = { ...start, bar: policy.firstBar - 1 };
    const again = { stream: tapeInPieces(tape, [50]), policy: new StreamedModel(models[0]), ...RUN, from: early };
    await expect(streamedBacktest(again)).rejects.toThrow(/DATA_TOO_SHORT|can decide from bar/);
    const never = { atMs: tape.timeMs[BARS - 1] + 1, bars: 0, bar: 0 };
    const late = { stream: tapeInPieces(tape, [50]), policy: new StreamedModel(models[0]), ...RUN, from: never };
    await expect(streamedBacktest(late)).rejects.toThrow(/has 0 from the first decision on/);
  });
});
