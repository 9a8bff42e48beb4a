/**
 * @file The environment that trains and the backtest that judges, bar by bar side by side: a policy of the backtest that
 * plays its every choice in an env as well and compares what the two saw, remembered and earned. What must be equal to the
 * last bit is compared so; what a network computes twice by different graphs is compared as float32 can be.
 */
import { type IntentColumns, Random } from "../../core/index.ts";
import { AccountStatus, type FillRecorder } from "../../exchange/index.ts";
import { FeaturePipeline, type FeatureSelection, type Normalizer, normalizeRow } from "../../features/index.ts";
import type { GreedyActor, TradingEnv } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import {
  type DecisionContext,
  type ModelPolicy,
  type Policy,
  writeAccountFeatures,
  writeMask,
} from "../../policy/index.ts";
import type { Differences } from "./differences.ts";
import type { Choice } from "./scripts.ts";

/** Relative difference that float32 may leave between two graphs of one network. */
const ROUNDING = 1e-4;
/** A loss of everything is a log return of this and not of minus infinity: the rule of the reward. */
const LEAST_RATIO = 1e-3;
/** Bars of another life on the same account before the one that is compared. */
const FORMER_LIFE = 150;

/** Features by a way of their own: one row after the other, as they arrive when a policy trades live. */
export class StreamedRows {
  readonly #tape: MarketTape;
  readonly #pipeline: FeaturePipeline;
  readonly #normalizer: Normalizer | undefined;
  readonly #row: Float32Array;
  #next = 0;

  constructor(tape: MarketTape, selection: FeatureSelection, normalizer?: Normalizer) {
    this.#tape = tape;
    this.#pipeline = new FeaturePipeline(selection, tape);
    this.#normalizer = normalizer;
    this.#row = new Float32Array(tape.symbols * this.#pipeline.count);
  }

  /** `[S*F]` of a bar at or after the last one asked for. Lives until the next call. */
  at(bar: number): Float32Array {
    for (; this.#next <= bar; this.#next++) {
      this.#pipeline.update(this.#tape, this.#next, this.#row, 0);
      if (this.#normalizer !== undefined) normalizeRow(this.#normalizer, this.#row, 0);
    }
    return this.#row;
  }
}

/** What decides: a script, or a model beside the actor that trained it. */
export type Sides =
  | { readonly kind: "script"; readonly decide: (context: DecisionContext, intents: IntentColumns) => Choice }
  | { readonly kind: "model"; readonly policy: ModelPolicy; readonly actor: GreedyActor };

export class Lockstep implements Policy {
  readonly name: string;
  readonly #env: TradingEnv;
  readonly #sides: Sides;
  readonly #rows: StreamedRows;
  readonly #differences: Differences;
  readonly #recorder: FillRecorder;
  readonly #account: Float32Array;
  readonly #mask: Float32Array;
  readonly #choice: Uint8Array;
  readonly #betaSamples: Float32Array;
  #equity = Number.NaN;
  #bars = 0;

  /** @param recorder the env's */
  constructor(
    name: string,
    env: TradingEnv,
    sides: Sides,
    rows: StreamedRows,
    differences: Differences,
    recorder: FillRecorder,
  ) {
    const N = env.stretches * env.accountsPerStretch;
    const S = env.shape.symbols;
    this.name = name;
    this.#env = env;
    this.#sides = sides;
    this.#rows = rows;
    this.#differences = differences;
    this.#recorder = recorder;
    this.#account = new Float32Array(S * env.shape.accountFeatures);
    this.#mask = new Float32Array(S * env.actionSpace.categories.length);
    this.#choice = new Uint8Array(N * S);
    this.#betaSamples = new Float32Array(N * S * env.actionSpace.betaHeads.length);
  }

  /** Bars that both have played. */
  get bars(): number {
    return this.#bars;
  }

  async reset(context: DecisionContext): Promise<void> {
    this.#liveOnce();
    if (this.#sides.kind === "model") {
      await this.#sides.policy.reset(context);
      await this.#sides.actor.start();
    }
  }

  /** A life of random choices that leaves its traces on every account, then a fresh start. */
  #liveOnce(): void {
    const env = this.#env;
    const random = new Random(FORMER_LIFE);
    const { book } = env.exchange;
    env.reset();
    for (let bar = 0; bar < FORMER_LIFE && book.status.every((status) => status === AccountStatus.active); bar++) {
      if (env.truncated.includes(1)) break;
      for (let i = 0; i < this.#choice.length; i++) this.#choice[i] = random.below(env.actionSpace.categories.length);
      for (let i = 0; i < this.#betaSamples.length; i++) this.#betaSamples[i] = random.uniform();
      env.step(this.#choice, this.#betaSamples);
    }
    env.reset();
    this.#recorder.clear();
  }

  async decide(context: DecisionContext, intents: IntentColumns): Promise<void> {
    this.#settle(context);
    this.#compareRows(context.bar);
    const sides = this.#sides;
    if (sides.kind === "script") this.#play(sides.decide(context, intents));
    else {
      await sides.policy.decide(context, intents);
      await this.#compareDecisions(context, sides.policy, sides.actor);
      this.#play(sides.policy.last);
    }
    this.#equity = context.exchange.book.equity[0];
    this.#bars++;
  }

  /** What the bar since the last decision has brought: the env's account and reward against the backtest's equity. */
  #settle({ exchange, bar }: DecisionContext): void {
    if (this.#bars === 0) return;
    const { book } = exchange;
    const env = this.#env;
    const ours = env.exchange.book;
    const differences = this.#differences;
    const columns = ["equity", "balance", "fees", "funding", "marginUsed", "drawdown"] as const;
    for (const column of columns) {
      if (ours[column][0] === book[column][0]) continue;
      differences.note(`account's ${column}`, bar, () => `${ours[column][0]} against ${book[column][0]}`);
    }
    const reward = Math.fround(Math.log(Math.max(book.equity[0] / this.#equity, LEAST_RATIO)));
    if (env.rewards[0] !== reward) differences.note("reward", bar, () => `${env.rewards[0]} against ${reward}`);
  }

  /** The row that the env hands to a network against the one that was streamed up to the account's bar. */
  #compareRows(bar: number): void {
    const env = this.#env;
    const width = env.shape.symbols * env.shape.marketFeatures;
    const seen = env.market.subarray(env.row[0] * width, (env.row[0] + 1) * width);
    this.#differences.compareExactly("feature row", bar, seen, this.#rows.at(bar));
    const { book } = env.exchange;
    if (book.bar[0] !== bar) this.#differences.note("bar", bar, () => `the env stands at ${book.bar[0]}`);
  }

  async #compareDecisions(context: DecisionContext, policy: ModelPolicy, actor: GreedyActor): Promise<void> {
    const { bar, exchange, permissions } = context;
    const space = this.#env.actionSpace;
    const differences = this.#differences;
    const trained = await actor.decide();
    writeAccountFeatures(exchange, 0, permissions, this.#account, 0);
    permissions.forEach((permission, s) => {
      writeMask(space, permission, this.#mask, s * space.categories.length);
    });
    differences.compareExactly("account row", bar, actor.account, this.#account);
    differences.compareExactly("mask", bar, actor.mask, this.#mask);
    differences.compareNearly("memory", bar, actor.memory, policy.memory, ROUNDING);
    const said = policy.explain();
    differences.compareNearly("value", bar, [trained.value], [said.value ?? 0], ROUNDING);
    const ours = said.symbols.flatMap(({ probabilities }) => Object.values(probabilities ?? {}));
    differences.compareNearly("probability", bar, trained.probabilities, ours, ROUNDING);
    // Of two choices that are as likely either may be taken.
    if (trained.choice.every((choice, s) => choice === policy.last.choice[s])) {
      differences.compareNearly("size", bar, trained.betaSamples, policy.last.betaSamples, ROUNDING);
    }
  }

  /** The env's own account takes the choice; a neighbor takes it of the symbols in another order, so that a leak shows. */
  #play(taken: Choice): void {
    const env = this.#env;
    const S = env.shape.symbols;
    const B = env.actionSpace.betaHeads.length;
    for (let n = 0; n < env.accountsPerStretch; n++) {
      for (let s = 0; s < S; s++) this.#choice[n * S + s] = taken.choice[n === 0 ? s : S - 1 - s];
      this.#betaSamples.set(taken.betaSamples, n * S * B);
    }
    if (env.exchange.book.status[0] === AccountStatus.active) env.step(this.#choice, this.#betaSamples);
  }

  /** After the backtest's last bar. */
  finish(): void {
    const { exchange } = this.#env;
    if (exchange.book.status[0] === AccountStatus.active) exchange.closeOut(0);
  }
}
