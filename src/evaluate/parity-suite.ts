/**
 * @file The parity check as a whole: scripts that between them walk every path of the kernel, and any trained model, each
 * through the environment and through the backtest. A path that no script has walked fails the check too: it would
 * otherwise say "equal" of something it has not seen.
 */
import { type ProgressListener, Random } from "../core/index.ts";
import { resolveExchangeConfig } from "../exchange/index.ts";
import { computeFeatures, type FeatureTape } from "../features/index.ts";
import type { MarketTape } from "../market/index.ts";
import { resolveSizingConfig } from "../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../risk/index.ts";
import { checkParity, type ParityResult, type ParitySubject, type ScriptOptions, scriptedSubject } from "./parity.ts";

export type ParitySuiteOptions = {
  readonly tape: MarketTape;
  readonly seed: number;
  /** A trained model, with the bars to play and the settings it trades under. */
  readonly model?: {
    readonly subject: ParitySubject;
    readonly decision: DecisionConfig;
    readonly from: number;
    readonly to: number;
    readonly balance: number;
  };
  readonly onProgress?: ProgressListener;
};

export type ParitySuiteResult = {
  readonly passed: boolean;
  readonly results: readonly ParityResult[];
  /** Paths of the kernel that no run has walked. */
  readonly missing: readonly string[];
};

/** What the scripts must have gone through. */
const PATHS = [
  "fill.open",
  "fill.close",
  "fill.stop",
  "fill.target",
  "fill.trail",
  "fill.time",
  "fill.liquidation",
  "fill.final",
  "funding",
  "exchange.partial",
  "exchange.refusedAbsent",
  "exchange.clampedByMargin",
  "exchange.clampedByVolume",
  "risk.minNotional",
  "risk.cooldown",
  "risk.maxConcurrent",
  "risk.withinBand",
] as const;

type Script = ScriptOptions & {
  readonly name: string;
  readonly decision: DecisionConfig;
  readonly balance: number;
};

function scripts(): readonly Script[] {
  const brackets = { targetDistance: 0.01, trailDistance: 0.02, maxBars: 90 };
  return [
    {
      name: "brackets, reversals, harsh mode",
      decision: {
        exchange: resolveExchangeConfig({ harsh: true, leverage: 5 }),
        sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 1 }),
        risk: resolveRiskConfig({ ...brackets, cooldownBars: 3, maxConcurrent: 3 }),
      },
      activity: 0.05,
      leastSize: 0,
      space: "hierarchical",
      balance: 10_000,
    },
    {
      name: "large orders, square-root impact",
      decision: {
        exchange: resolveExchangeConfig({ slippageModel: "square-root", leverage: 3, participationCap: 0.02 }),
        sizing: resolveSizingConfig({ scheme: "volatility-target", volatilityTarget: 1.5 }),
        risk: resolveRiskConfig(),
      },
      activity: 0.1,
      leastSize: 0.5,
      space: "hierarchical",
      balance: 50_000_000,
    },
    {
      name: "small account, minimum notional",
      decision: {
        exchange: resolveExchangeConfig(),
        sizing: resolveSizingConfig(),
        risk: resolveRiskConfig({ stopDistance: 0.02 }),
      },
      activity: 0.2,
      leastSize: 0,
      space: "hierarchical",
      balance: 60,
    },
    {
      name: "leverage 50, liquidation",
      decision: {
        exchange: resolveExchangeConfig({ leverage: 50 }),
        sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 12 }),
        risk: resolveRiskConfig(),
      },
      activity: 0.01,
      leastSize: 0.9,
      // No stops: the loss has to run into the venue's own limit.
      space: "direction-size",
      balance: 5_000,
    },
  ];
}

/** The tape with bars missing here and there and a funding stamp every 96 bars, so that both are met on any data. */
export function roughenTape(tape: MarketTape, seed: number): MarketTape {
  const random = new Random(seed);
  const S = tape.symbols;
  const rough = {
    ...tape,
    // A cap that lets the liquidation script reach its leverage.
    instruments: tape.instruments.map((instrument) => ({ ...instrument, maxLeverage: 100 })),
    open: tape.open.slice(),
    high: tape.high.slice(),
    low: tape.low.slice(),
    close: tape.close.slice(),
    volume: tape.volume.slice(),
    funding: tape.funding.slice(),
    present: tape.present.slice(),
    fingerprint: `${tape.fingerprint}+rough${seed}`,
  };
  for (let t = 1; t < tape.bars; t++) {
    for (let s = 0; s < S; s++) {
      const cell = t * S + s;
      if (t % 96 === 0) rough.funding[cell] += (random.uniform() - 0.4) * 5e-4;
      if (random.uniform() >= 0.01) continue;
      const carried = rough.close[cell - S];
      for (const column of [rough.open, rough.high, rough.low, rough.close]) column[cell] = carried;
      rough.volume[cell] = 0;
      rough.present[cell] = 0;
    }
  }
  return rough;
}

/** Runs every script on the roughened tape, and the model on its own bars of the tape as it is. */
export async function verifyParity(options: ParitySuiteOptions): Promise<ParitySuiteResult> {
  const { tape, seed, model, onProgress } = options;
  const rough = roughenTape(tape, seed);
  const features = computeFeatures(rough, ["return1"]);
  const results: ParityResult[] = [];
  const list = scripts();
  const total = list.length + (model === undefined ? 0 : 1);
  const report = (label: string): void => onProgress?.({ label, done: results.length, total, unit: "runs" });
  for (const [i, script] of list.entries()) {
    report(script.name);
    const subject = scriptedSubject(rough, seed + i, script);
    const result = await checkParity({ ...script, subject, tape: rough, features, from: 64, to: rough.bars, seed });
    results.push({ ...result, name: script.name });
  }
  if (model !== undefined) {
    report(model.subject.name);
    results.push(await checkParity({ ...model, tape, features: plain(tape), seed }));
  }
  const walked = new Set(results.flatMap((result) => Object.keys(result.paths)));
  const missing = PATHS.filter((path) => !walked.has(path));
  return { passed: missing.length === 0 && results.every((result) => result.equal), results, missing };
}

/** The least that an env can be given: the model brings its own features. */
function plain(tape: MarketTape): FeatureTape {
  return computeFeatures(tape, ["return1"]);
}
