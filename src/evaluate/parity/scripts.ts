/**
 * @file Scripts that trade wildly by a seed: together they walk every path of the decision step and of the exchange, under
 * every sizing scheme and action space, on perpetual and spot contracts and on resampled bars.
 */
import { type IntentColumns, Random } from "../../core/index.ts";
import { resolveExchangeConfig } from "../../exchange/index.ts";
import { type ActionSpace, type ActionSpaceName, actionSpace, type DecisionContext } from "../../policy/index.ts";
import { resolveSizingConfig } from "../../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../../risk/index.ts";

/** What is chosen for every symbol at the close of a bar. The arrays may be reused after the next choice. */
export type Choice = { readonly choice: Uint8Array; readonly betaSamples: Float32Array };

export type Script = {
  readonly name: string;
  /** Probability that a symbol changes its mind at a bar. */
  readonly activity: number;
  /** Sizes and other numbers lie between this and 1. */
  readonly leastSize: number;
  readonly space: ActionSpaceName;
  readonly decision: DecisionConfig;
  readonly balance: number;
  /** How many of the first symbols are spot contracts in place of the tape's own. Default: none. */
  readonly spot?: number;
};

const free = { halfSpreadBps: 0, baseSlippageBps: 1 } as const;

export const SCRIPTS: readonly Script[] = [
  {
    name: "brackets, reversals, harsh mode",
    decision: {
      exchange: resolveExchangeConfig({ harsh: true, leverage: 5 }),
      sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 1 }),
      risk: resolveRiskConfig({
        targetDistance: 0.01,
        trailDistance: 0.02,
        maxBars: 90,
        cooldownBars: 3,
        maxConcurrent: 3,
      }),
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
  {
    name: "budgets",
    decision: {
      exchange: resolveExchangeConfig({ ...free, leverage: 1 }),
      sizing: resolveSizingConfig({
        scheme: "budget",
        budget: {
          allocation: { cryptoSpot: 0, cryptoFutures: 200, forex: 200, options: 200 },
          riskShare: { cryptoSpot: 1, cryptoFutures: 1, forex: 1, options: 1 },
        },
      }),
      risk: resolveRiskConfig({ stopDistance: 0.03 }),
    },
    activity: 0.1,
    leastSize: 0.2,
    space: "direction-size",
    balance: 2_000,
    // Nothing is set aside for the class of the first symbol.
    spot: 1,
  },
  {
    name: "limits of day, drawdown, order, total",
    decision: {
      exchange: resolveExchangeConfig({ ...free, leverage: 8 }),
      sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 2 }),
      risk: resolveRiskConfig({
        dailyLoss: 0.02,
        maxDrawdown: 0.12,
        maxOrderLoss: 0.02,
        maxTotalLeverage: 3,
        maxPositionNotional: 9_000,
        stopDistance: 0.02,
        allowShort: true,
      }),
    },
    activity: 0.08,
    leastSize: 0.3,
    space: "discrete3",
    balance: 10_000,
  },
  {
    name: "spot holdings",
    decision: {
      exchange: resolveExchangeConfig({ leverage: 3 }),
      sizing: resolveSizingConfig({ scheme: "fixed-fraction", fraction: 0.5 }),
      risk: resolveRiskConfig({ stopDistance: 0.04, allowShort: false }),
    },
    activity: 0.4,
    leastSize: 0.1,
    space: "target",
    balance: 10_000,
    spot: Number.POSITIVE_INFINITY,
  },
];

/** What the scripts must have gone through on the tape that is made for them. */
export const PATHS = [
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
  "risk.noBudget",
  "risk.positionNotional",
  "risk.dailyLoss",
  "risk.maxDrawdown",
  "risk.orderLoss",
  "risk.totalLeverage",
  "risk.spotShort",
  "risk.shortDisabled",
  "kind.spot",
  "kind.perpetual",
  "sizing.schedule",
  "sizing.budget",
  "sizing.volatility-target",
  "sizing.fixed-fraction",
  "space.hierarchical",
  "space.direction-size",
  "space.target",
  "space.discrete3",
  "tape.resampled",
  "episode.second",
] as const;

/** The choices of one script: a pure function of seed and bar. */
export class ScriptedChoices {
  readonly space: ActionSpace;
  readonly #script: Pick<Script, "activity" | "leastSize">;
  readonly #seed: number;
  readonly #choice: Uint8Array;
  readonly #betaSamples: Float32Array;

  constructor(script: Pick<Script, "activity" | "leastSize"> & { space: ActionSpace }, seed: number, symbols: number) {
    this.space = script.space;
    this.#script = script;
    this.#seed = seed;
    this.#choice = new Uint8Array(symbols);
    this.#betaSamples = new Float32Array(symbols * this.space.betaHeads.length);
  }

  at(bar: number): Choice {
    const { activity, leastSize } = this.#script;
    const B = this.space.betaHeads.length;
    const random = new Random(this.#seed + bar * 7919);
    for (let s = 0; s < this.#choice.length; s++) {
      this.#choice[s] = random.uniform() < activity ? random.below(this.space.categories.length) : 0;
      for (let b = 0; b < B; b++) this.#betaSamples[s * B + b] = leastSize + (1 - leastSize) * random.uniform();
    }
    return { choice: this.#choice, betaSamples: this.#betaSamples };
  }

  /** The choice of the context's bar as intents. */
  decide(context: DecisionContext, intents: IntentColumns): Choice {
    const choice = this.at(context.bar);
    const B = this.space.betaHeads.length;
    for (let s = 0; s < this.#choice.length; s++) {
      this.space.toIntent(choice.choice[s], choice.betaSamples, s * B, s, intents);
    }
    return choice;
  }
}

/** The script's choices by the name of its action space. */
export function choicesOf(script: Script, seed: number, symbols: number): ScriptedChoices {
  return new ScriptedChoices({ ...script, space: actionSpace(script.space) }, seed, symbols);
}
