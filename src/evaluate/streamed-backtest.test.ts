import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../test/venues/temporary-folder.ts";
import { parseTimeframe, Random, TidemarkError } from "../core/index.ts";
import {
  candlesFromRows,
  loadTape,
  MarketStore,
  type MarketTape,
  streamTape,
  syntheticMarket,
  syntheticTape,
  tapeInPieces,
} from "../market/index.ts";
import { EqualWeight, type Policy, SmaCross, type Strategy, StrategyPolicy } from "../policy/index.ts";
import { type DecisionConfig, decisionConfig } from "../risk/index.ts";
import { backtest } from "./backtest.ts";
import type { BacktestResult } from "./record.ts";
import { streamedBacktest } from "./streamed-backtest.ts";

const BARS = 1_500;
const timeframe = parseTimeframe("1h");
const tape = syntheticTape({ seed: 3, bars: BARS, timeframe, symbols: ["BTCUSDT", "ETHUSDT", "SOLUSDT"] });
const RUN = { balance: 10_000, seed: 7 };

/** Everything that looks back: impact by volume, harsh draws, brackets, limits of correlation and risk, budgets. */
const HARD: DecisionConfig = decisionConfig({
  exchange: { slippageModel: "square-root", harsh: true, harshPartialProbability: 0.3, leverage: 3 },

  risk: {
    maxCorrelated: 1.5,
    maxValueAtRisk: 0.2,
    maxExitBars: 50,
    stopVolatility: 2,
    maxBars: 400,
    cooldownBars: 5,
    dailyLoss: 0.2,
    drawdownFrom: 0.3,
    drawdownTo: 0.6,
  },
});

const SEEING: Strategy = {
  name: "seeing",
  features: ["rsi14", "adx14@4h"],
  decide: (symbol) => {
    if (symbol.barsHeld > 300) symbol.flat();
    else if (symbol.bar % 7 === 0 && symbol.feature("rsi14") > symbol.feature("adx14@4h")) symbol.long(0.5);
    else if (symbol.close() < symbol.lowest(200)) symbol.short(0.7, { trail: 0.05 });
  },
};
const POLICIES: readonly (() => Policy)[] = [
  () => new SmaCross({ fast: 5, slow: 40 }),
  () => new EqualWeight(),
  () => new StrategyPolicy(SEEING),
];

/** All that a run leaves behind, but for the fingerprint of its data. */
function told(result: BacktestResult): unknown {
  const { config: _config, dataFingerprint: _data, ...rest } = result;
  return rest;
}

const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (thrown: unknown) => (thrown instanceof TidemarkError ? `${thrown.code} ${thrown.message}` : String(thrown)),
  );

describe("a streamed backtest", () => {
  it("is the backtest of the whole tape to the last bit, wherever the stretches end", async () => {
    const whole = await Promise.all(
      POLICIES.map((policy) => backtest({ tape, policy: policy(), config: HARD, ...RUN })),
    );
    for (const { name, fills } of whole) expect(fills.length, name).toBeGreaterThan(10);
    const cut = fc.uniqueArray(fc.integer({ min: 1, max: BARS - 1 }), { minLength: 0, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cut, fc.nat(POLICIES.length - 1), async (cuts, p) => {
        const stream = tapeInPieces(
          tape,
          cuts.sort((a, b) => a - b),
        );
        const streamed = await streamedBacktest({ stream, policy: POLICIES[p](), config: HARD, ...RUN, keepBars: 1 });
        expect(told(streamed)).toEqual(told(whole[p]));
      }),
      {
        seed: 11,
        numRuns: 12,
        examples: [
          [[1], 0],
          [[BARS - 1], 1],
          [[400, 401, 900], 2],
        ],
      },
    );
  });

  it("moves its window and keeps the trades that were open across it", async () => {
    const cuts = Array.from({ length: 25 }, (_, i) => 59 * (i + 1));
    const whole = await backtest({ tape, policy: new EqualWeight(), config: decisionConfig(), ...RUN });
    const long = whole.trades.filter(({ barsHeld }) => barsHeld > 1_400);
    expect(long.length).toBeGreaterThan(0);
    const stream = tapeInPieces(tape, cuts);
    const streamed = await streamedBacktest({
      stream,
      policy: new EqualWeight(),
      config: decisionConfig(),
      ...RUN,
      keepBars: 1,
    });
    expect(told(streamed)).toEqual(told(whole));
  });

  it("refuses what needs the whole history", async () => {
    const policy: Policy = { name: "mine", reset: () => {}, decide: () => {} };
    const base = { config: HARD, ...RUN };
    expect(await refusal(streamedBacktest({ stream: tapeInPieces(tape, []), policy, ...base }))).toMatch(
      /USAGE_ARGUMENT.*mine needs its whole history/,
    );
    const wild = { ...RUN, policy: new EqualWeight(), config: decisionConfig({ risk: { turbulentScale: 0.5 } }) };
    expect(await refusal(streamedBacktest({ stream: tapeInPieces(tape, []), ...wild }))).toMatch(/turbulent_scale/);
    const back: Strategy = { name: "back", decide: (symbol) => void symbol.close(700) };
    const far = new StrategyPolicy(back);
    const stream = tapeInPieces(tape, [500, 1_000]);
    expect(await refusal(streamedBacktest({ stream, policy: far, ...base, keepBars: 1 }))).toMatch(
      /USAGE_ARGUMENT.*700 bars back/s,
    );
  });
});

describe("a stream from the store", () => {
  it("gives the rows of the loaded tape: pauses, late starts, funding across months", async () => {
    const folder = temporaryFolder();
    try {
      const store = new MarketStore(folder.path);
      const hourly = parseTimeframe("1h");
      const startMs = Date.UTC(2024, 0, 20, 3);
      const histories = syntheticMarket({
        seed: 5,
        bars: 1_500,
        timeframe: hourly,
        startMs,
        symbols: ["BTCUSDT", "ETHUSDT"],
      });
      const random = new Random(2);
      await store.putInstruments(histories.map(({ instrument }) => instrument));
      for (const [i, { instrument, candles, funding }] of histories.entries()) {
        const rows = Array.from({ length: candles.length }, (_, t) => t)
          .filter((t) => (i === 0 ? random.uniform() > 0.02 : t > 400 && (t < 700 || t > 1_300)))
          .map(
            (t) =>
              [
                candles.timeMs[t],
                candles.open[t],
                candles.high[t],
                candles.low[t],
                candles.close[t],
                candles.volume[t],
              ] as const,
          );
        const key = { venue: instrument.venue, symbol: instrument.symbol, kind: instrument.kind, timeframe: hourly };
        await store.mergeCandles(key, candlesFromRows(rows));
        if (funding !== undefined) await store.mergeFunding(instrument.venue, instrument.symbol, funding);
      }
      const { venue } = histories[0].instrument;
      const symbols = ["BTCUSDT", "ETHUSDT"];
      const options = { root: folder.path, venue, symbols, timeframe: hourly };
      for (const range of [{}, { fromMs: startMs + 30.5 * 3_600_000, toMs: startMs + 1_200 * 3_600_000 }]) {
        const loaded = await loadTape({ ...options, ...range });
        const stream = await streamTape({ ...options, ...range });
        const pieces: MarketTape[] = [];
        for await (const piece of stream.pieces) pieces.push(piece);
        expect(pieces.length).toBeGreaterThan(2);
        for (const name of ["timeMs", "open", "high", "low", "close", "volume", "funding", "present"] as const) {
          expect(
            pieces.flatMap((piece) => [...piece[name]]),
            name,
          ).toEqual([...loaded[name]]);
        }
        const run = { policy: new SmaCross({ fast: 5, slow: 20 }), config: decisionConfig(), ...RUN };
        const streamed = await streamedBacktest({ stream: await streamTape({ ...options, ...range }), ...run });
        const whole = await backtest({ tape: loaded, ...run });
        expect(streamed.tradeHash).toBe(whole.tradeHash);
        expect(streamed.fundingCoverage).toEqual(whole.fundingCoverage);
      }
      expect(await refusal(streamTape({ ...options, timeframe: parseTimeframe("4h") }))).toMatch(/stored as 1h only/);
    } finally {
      folder.remove();
    }
  });
});
