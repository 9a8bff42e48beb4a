/** @file A trained network as a policy: features and account in, the likeliest choice out, bar by bar. */
import type { LoadedModel } from "../compute/index.ts";
import { type IntentColumns, InvariantError, TidemarkError } from "../core/index.ts";
import { type FeatureTape, type Normalizer, normalizeTape } from "../features/index.ts";
import { type ActionSpace, actionSpace, writeMask } from "./action-space.ts";
import { likeliestActions, probabilities } from "./distributions.ts";
import { type PolicyModel, requireMatch } from "./model-file.ts";
import { accountFeatureCount, writeAccountFeatures } from "./observation.ts";
import type { DecisionContext, DecisionExplanation, Policy } from "./policy.ts";

/** Normalized features by bar, counted from the market tape's first row. */
export type FeatureRows = {
  /** The first bar whose features are final. */
  readonly firstBar: number;
  /** `[S*F]` of one bar; the bar exists and is at or after the first. */
  readonly at: (bar: number) => Float32Array;
};

/** The rows of a computed feature tape, normalized once. */
export function rowsOfTape(features: FeatureTape, normalizer: Normalizer): FeatureRows {
  return rowsOfValues(normalizeTape(features, normalizer));
}

/** The rows of a feature tape that is normalized already. */
export function rowsOfValues({ values, fromBar, bars, symbols, features, warmup }: FeatureTape): FeatureRows {
  const length = symbols * features;
  const firstBar = fromBar + warmup;
  const at = (bar: number): Float32Array => {
    if (!(bar >= firstBar && bar < fromBar + bars)) throw new InvariantError(`bar ${bar} has final features`);
    return values.subarray((bar - fromBar) * length, (bar - fromBar + 1) * length);
  };
  return { firstBar, at };
}

export class ModelPolicy implements Policy {
  readonly name: string;
  readonly #session: LoadedModel;
  readonly #model: PolicyModel;
  readonly #rows: FeatureRows;
  readonly #space: ActionSpace;
  readonly #window: number;
  readonly #warmup: number;
  readonly #market: Float32Array;
  readonly #state: Float32Array;
  readonly #account: Float32Array;
  readonly #mask: Float32Array;
  readonly #choice: Uint8Array;
  readonly #betaSamples: Float32Array;
  readonly #feeds: Record<string, Float32Array>;
  #value = 0;
  #logits: Float32Array = new Float32Array(0);

  constructor(model: PolicyModel, rows: FeatureRows) {
    const { manifest } = model;
    const S = manifest.instruments.length;
    const F = manifest.features.names.length;
    this.name = `${manifest.name}/${manifest.version}`;
    this.#model = model;
    this.#session = model.session;
    this.#rows = rows;
    this.#space = actionSpace(manifest.actionSpace);
    this.#window = manifest.network.window;
    const stateShape = model.session.inputs.find((port) => port.name === "state")?.shape ?? [0];
    this.#state = new Float32Array(stateShape.reduce((a, b) => a * b, 1));
    this.#warmup = this.#state.length > 0 ? manifest.network.warmup : 0;
    this.#market = new Float32Array(S * this.#window * F);
    this.#account = new Float32Array(S * accountFeatureCount(S));
    this.#mask = new Float32Array(S * this.#space.categories.length);
    this.#choice = new Uint8Array(S);
    this.#betaSamples = new Float32Array(S * this.#space.betaHeads.length);
    this.#feeds = {
      market: this.#market,
      account: this.#account,
      mask: this.#mask,
      ...(this.#state.length > 0 ? { state: this.#state } : {}),
    };
  }

  /** The first bar that can be decided: features are final, and windows and memory have their history before it. */
  get firstBar(): number {
    return this.#rows.firstBar + Math.max(this.#window - 1, this.#warmup);
  }

  async reset(context: DecisionContext): Promise<void> {
    requireMatch(this.#model.manifest, context.tape, this.#model.folder);
    await this.start(context.bar);
  }

  /** Fills the memory from the bars before `bar`, which is decided next. Rejects with DATA_TOO_SHORT where they are missing. */
  async start(bar: number): Promise<void> {
    if (bar < this.firstBar) {
      throw new TidemarkError("DATA_TOO_SHORT", {
        what: `${this.name} can decide from bar ${this.firstBar} of these data on, was asked to from bar ${bar}`,
        where: `${this.#rows.firstBar} bars for the features, ${this.firstBar - this.#rows.firstBar} for the network's history`,
        fix: "Begin later, or give candles from further back.",
      });
    }
    this.#state.fill(0);
    this.#account.fill(0);
    this.#mask.fill(0);
    for (let past = bar - this.#warmup; past < bar && this.#state.length > 0; past++) {
      this.#writeMarket(past);
      this.#state.set((await this.#session.run(this.#feeds))["nextState"]);
    }
  }

  async decide(context: DecisionContext, intents: IntentColumns): Promise<void> {
    const space = this.#space;
    const S = this.#choice.length;
    const C = space.categories.length;
    writeAccountFeatures(context.exchange, context.account, context.permissions, this.#account, 0);
    for (let s = 0; s < S; s++) writeMask(space, context.permissions[s], this.#mask, s * C);
    await this.#run(context.bar);
    for (let s = 0; s < S; s++) {
      space.toIntent(this.#choice[s], this.#betaSamples, s * space.betaHeads.length, s, intents);
    }
  }

  /** What was chosen last; the arrays live until the next decision. */
  get last(): { readonly choice: Uint8Array; readonly betaSamples: Float32Array } {
    return { choice: this.#choice, betaSamples: this.#betaSamples };
  }

  /** `[S*stateSize]` the memory after the last decision; empty for a network without one. */
  get memory(): Float32Array {
    return this.#state;
  }

  async #run(bar: number): Promise<void> {
    this.#writeMarket(bar);
    const out = await this.#session.run(this.#feeds);
    if (this.#state.length > 0) this.#state.set(out["nextState"]);
    this.#logits = out["logits"];
    this.#value = out["value"][0];
    const heads = { logits: this.#logits, concentrations: out["concentrations"] ?? this.#betaSamples };
    likeliestActions(this.#space, heads, this.#choice.length, this.#choice, this.#betaSamples);
  }

  /** By symbol: its window of bars, oldest first. */
  #writeMarket(bar: number): void {
    const S = this.#choice.length;
    const window = this.#window;
    const F = this.#market.length / (S * window);
    for (let w = 0; w < window; w++) {
      const row = this.#rows.at(bar - window + 1 + w);
      for (let s = 0; s < S; s++) this.#market.set(row.subarray(s * F, (s + 1) * F), (s * window + w) * F);
    }
  }

  /** Inputs of the network at the last decision; `state` is the memory that it left. */
  observed(): Readonly<Record<string, Float32Array>> {
    return this.#feeds;
  }

  explain(): DecisionExplanation {
    const C = this.#space.categories.length;
    const B = this.#space.betaHeads.length;
    return {
      value: this.#value,
      symbols: Array.from(this.#choice, (_, s) => {
        const shares = probabilities(this.#logits, s * C, C);
        return {
          probabilities: Object.fromEntries(this.#space.categories.map((name, c) => [name, shares[c]])),
          figures: Object.fromEntries(
            this.#space.betaHeads.map((head, b) => [head.name, this.#betaSamples[s * B + b]]),
          ),
        };
      }),
    };
  }
}
