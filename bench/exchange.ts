/**
 * @file The decision step at full cost, one thread: five symbols, sizing, gate, fees, linear impact, funding, stops,
 * targets, trailing and time stops, through DecisionStep and SimulatedExchange. Prints one JSON object a line.
 *
 * Protocol: fixed work, one warm-up, the fastest of five runs. Compile with
 * `npx tsc -p tsconfig.json --noEmit false --outDir node_modules/.cache/bench`, then
 * `node --expose-gc node_modules/.cache/bench/bench/exchange.js`.
 */
import {
  Direction,
  type IntentColumns,
  intentColumns,
  parseTimeframe,
  Random,
  systemClock,
} from "../src/core/index.ts";
import {
  AccountStatus,
  type ExchangeConfig,
  FillRecorder,
  resolveExchangeConfig,
  SimulatedExchange,
} from "../src/exchange/index.ts";
import { syntheticTape } from "../src/market/index.ts";
import { resolveSizingConfig, type SizingOverrides } from "../src/portfolio/index.ts";
import { DecisionStep, resolveRiskConfig } from "../src/risk/index.ts";

const BARS = 51_840;
const BALANCE = 10_000;
const REPEATS = 5;

const tape = syntheticTape({ seed: 1, bars: BARS, timeframe: parseTimeframe("5m") });

/** Intents to take from in turn: half hold, the rest any direction, size and brackets. */
function intentTable(length: number): IntentColumns[] {
  const random = new Random(1);
  return Array.from({ length }, () => {
    const intents = intentColumns(tape.symbols);
    for (let s = 0; s < tape.symbols; s++) {
      const any = random.uniform();
      intents.direction[s] =
        any < 0.5 ? Direction.hold : any < 0.6 ? Direction.flat : any < 0.8 ? Direction.long : Direction.short;
      intents.size[s] = random.uniform();
      intents.stopDistance[s] = 0.005 + 0.02 * random.uniform();
      intents.targetDistance[s] = 0.01 + 0.03 * random.uniform();
      intents.trailDistance[s] = random.uniform() < 0.5 ? 0.01 : 0;
      intents.maxBars[s] = random.below(200);
    }
    return intents;
  });
}

const intents = intentTable(1_009);

function measure(
  name: string,
  accounts: number,
  config: Partial<ExchangeConfig>,
  sizing: SizingOverrides = {},
  recorded = false,
): void {
  const recorder = recorded ? new FillRecorder() : undefined;
  const exchange = new SimulatedExchange(tape, resolveExchangeConfig(config), {
    accounts,
    seed: 1,
    ...(recorder === undefined ? {} : { recorder }),
  });
  const step = new DecisionStep(exchange, resolveSizingConfig(sizing), resolveRiskConfig());
  const bars = accounts === 1 ? BARS - 1 : Math.floor(200_000 / accounts);
  const run = (): number => {
    recorder?.clear();
    let fills = 0;
    for (let a = 0; a < accounts; a++) exchange.reset(a, accounts === 1 ? 0 : (a * 37) % (BARS - bars - 1), BALANCE);
    for (let t = 0; t < bars; t++) {
      for (let a = 0; a < accounts; a++) {
        step.apply(a, intents[(t * 7 + a) % intents.length]);
        if (exchange.advance(a) !== AccountStatus.active) {
          fills += exchange.book.fillCount[a];
          exchange.reset(a, exchange.book.bar[a], BALANCE);
        }
      }
    }
    for (let a = 0; a < accounts; a++) fills += exchange.book.fillCount[a];
    return fills;
  };
  let fills = run();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const startMs = systemClock.elapsedMs();
    fills = run();
    best = Math.min(best, systemClock.elapsedMs() - startMs);
  }
  const symbolSteps = accounts * bars * tape.symbols;
  print(name, Math.round((symbolSteps / best) * 1_000), "symbol-steps/s", {
    accounts,
    bars,
    symbols: tape.symbols,
    fillsPerSymbolStep: Number((fills / symbolSteps).toFixed(3)),
    fastestMs: Math.round(best),
    repeats: REPEATS,
  });
}

function memory(): void {
  const collect = (globalThis as { gc?: () => void }).gc;
  const used = (): number => {
    collect?.();
    const usage = process.memoryUsage();
    return usage.heapUsed + usage.arrayBuffers;
  };
  const before = used();
  const exchange = new SimulatedExchange(tape, resolveExchangeConfig(), { accounts: 1_024, seed: 1 });
  const step = new DecisionStep(exchange, resolveSizingConfig({ scheme: "budget" }), resolveRiskConfig());
  const megabytes = (used() - before) / 2 ** 20;
  print("exchange-memory", Number(megabytes.toFixed(2)), "MB", {
    accounts: exchange.book.accounts,
    symbols: step.verdicts.length / exchange.book.accounts,
    collected: collect !== undefined,
  });
}

function print(name: string, value: number, unit: string, detail: object): void {
  console.log(JSON.stringify({ name, value, unit, detail }));
}

memory();
measure("exchange-train", 64, {});
measure("exchange-train-1024", 1_024, {});
measure("exchange-square-root", 64, { slippageModel: "square-root" });
measure("exchange-harsh", 64, { harsh: true });
measure("exchange-budget", 64, {}, { scheme: "budget" });
measure("exchange-volatility-target", 64, {}, { scheme: "volatility-target" });
measure("exchange-backtest", 1, { checked: true }, {}, true);
