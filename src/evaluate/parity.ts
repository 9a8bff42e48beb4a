/**
 * @file The acceptance test of the design: the environment that trains and the backtest that judges trade the same, to
 * the last bit. A policy is played through both, and the hashes of the two sequences of fills are compared.
 */
import { FILL_REASONS, type IntentColumns, Random } from "../core/index.ts";
import { AccountStatus, FillRecorder } from "../exchange/index.ts";
import type { FeatureTape } from "../features/index.ts";
import { REWARD_DEFAULTS, TradingEnv } from "../learn/index.ts";
import type { MarketTape } from "../market/index.ts";
import {
  type ActionSpace,
  type ActionSpaceName,
  actionSpace,
  type DecisionContext,
  type ModelPolicy,
  type Policy,
} from "../policy/index.ts";
import type { DecisionConfig } from "../risk/index.ts";
import { backtest } from "./backtest.ts";

/** What is chosen for every symbol at the close of a bar. The arrays may be reused after the next choice. */
export type Choice = { readonly category: Uint8Array; readonly numbers: Float32Array };

/** One policy in both of its shapes: as an env asks it, and as a backtest does. */
export type ParitySubject = {
  readonly name: string;
  readonly actionSpace: ActionSpace;
  /** Before the first choice of the env run, which is made at the close of `bar`. */
  start(bar: number): Promise<void>;
  choose(bar: number, account: Float32Array, mask: Float32Array): Promise<Choice>;
  readonly policy: Policy;
};

export type ParityOptions = {
  readonly subject: ParitySubject;
  readonly tape: MarketTape;
  /** A row for each bar of the tape; an env has to have one, whether its policy reads it or not. */
  readonly features: FeatureTape;
  readonly decision: DecisionConfig;
  readonly from: number;
  readonly to: number;
  readonly balance: number;
  readonly seed: number;
};

export type ParityResult = {
  readonly name: string;
  readonly equal: boolean;
  readonly environmentHash: string;
  readonly backtestHash: string;
  readonly fills: number;
  readonly liquidated: boolean;
  readonly finalEquity: number;
  /** Fills by reason, and orders that were refused or clamped, by code: what the run went through. */
  readonly paths: Readonly<Record<string, number>>;
};

/** Plays the subject through both and compares. */
export async function checkParity(options: ParityOptions): Promise<ParityResult> {
  const { subject, tape, decision, from, to, balance, seed } = options;
  const environment = await playEnvironment(options);
  const result = await backtest({ tape, policy: subject.policy, config: decision, from, to, balance, seed });
  const paths: Record<string, number> = { ...result.refusals };
  for (const fill of result.fills) {
    const name = `fill.${FILL_REASONS[fill.reason]}`;
    paths[name] = (paths[name] ?? 0) + 1;
  }
  if (result.funding !== 0) paths["funding"] = 1;
  return {
    name: subject.name,
    equal: environment.hash === result.tradeHash && environment.equity === result.finalEquity,
    environmentHash: environment.hash,
    backtestHash: result.tradeHash,
    fills: result.fills.length,
    liquidated: result.liquidated,
    finalEquity: result.finalEquity,
    paths,
  };
}

/** The env has a second account that does something else, so that a leak between accounts would show. */
const ACCOUNTS = 2;

async function playEnvironment(options: ParityOptions): Promise<{ hash: string; equity: number }> {
  const { subject, tape, features, decision, from, to, balance, seed } = options;
  const recorder = new FillRecorder();
  const bars = to - from - 1;
  const env = new TradingEnv({
    tape,
    features,
    range: { from, to },
    decision,
    actionSpace: subject.actionSpace,
    reward: REWARD_DEFAULTS,
    stretches: 1,
    accountsPerStretch: ACCOUNTS,
    episodeBars: bars,
    initialBalance: balance,
    seed,
    starts: [from],
    recorder,
  });
  const S = tape.symbols;
  const K = env.shape.accountFeatures;
  const C = subject.actionSpace.categories.length;
  const B = subject.actionSpace.betaHeads.length;
  const account = new Float32Array(ACCOUNTS * S * K);
  const mask = new Float32Array(ACCOUNTS * S * C);
  const category = new Uint8Array(ACCOUNTS * S);
  const numbers = new Float32Array(ACCOUNTS * S * B);
  await subject.start(from);
  for (let bar = from; bar < to - 1 && env.exchange.book.status[0] === AccountStatus.active; bar++) {
    env.observe(account, mask);
    const choice = await subject.choose(bar, account.subarray(0, S * K), mask.subarray(0, S * C));
    category.set(choice.category);
    numbers.set(choice.numbers);
    // The neighbour takes the same choices of the symbols in another order.
    for (let s = 0; s < S; s++) category[S + s] = choice.category[S - 1 - s];
    numbers.set(choice.numbers, S * B);
    env.step(category, numbers);
  }
  if (env.exchange.book.status[0] === AccountStatus.active) env.exchange.closeOut(0);
  return { hash: recorder.tradeHash(0), equity: env.exchange.book.equity[0] };
}

/** A trained model in both of its shapes. */
export function modelSubject(model: ModelPolicy, space: ActionSpace): ParitySubject {
  return {
    name: model.name,
    actionSpace: space,
    start: (bar) => model.start(bar),
    choose: (bar, account, mask) => model.choose(bar, account, mask),
    policy: model,
  };
}

export type ScriptOptions = {
  /** Probability that a symbol changes its mind at a bar. */
  readonly activity: number;
  /** Sizes and other numbers lie between this and 1. */
  readonly leastSize: number;
  readonly space: ActionSpaceName;
};

/**
 * A script that trades wildly by the seed: enters, reverses, holds and closes at random sizes and stop distances, so that
 * together with brackets in the risk settings every path of the kernel is walked.
 */
export function scriptedSubject(
  tape: MarketTape,
  seed: number,
  { activity, leastSize, space: name }: ScriptOptions,
): ParitySubject {
  const space = actionSpace(name);
  const S = tape.symbols;
  const B = space.betaHeads.length;
  const category = new Uint8Array(S);
  const numbers = new Float32Array(S * B);
  const choiceAt = (bar: number): Choice => {
    const random = new Random(seed + bar * 7919);
    for (let s = 0; s < S; s++) {
      category[s] = random.uniform() < activity ? random.below(space.categories.length) : 0;
      for (let b = 0; b < B; b++) numbers[s * B + b] = leastSize + (1 - leastSize) * random.uniform();
    }
    return { category, numbers };
  };
  return {
    name: "script",
    actionSpace: space,
    start: () => Promise.resolve(),
    choose: (bar) => Promise.resolve(choiceAt(bar)),
    policy: {
      name: "script",
      reset: () => {},
      decide: (context: DecisionContext, intents: IntentColumns) => {
        choiceAt(context.bar);
        for (let s = 0; s < S; s++) space.toIntent(category[s], numbers, s * B, s, intents);
      },
    },
  };
}
