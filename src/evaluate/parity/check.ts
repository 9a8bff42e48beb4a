/**
 * @file One run of the parity check: a script, or a trained model with the actor that trained it, through the environment
 * and through the backtest. The fills are compared by hash, and with them what was seen, remembered and earned.
 */
import { FILL_REASONS } from "../../core/index.ts";
import { FillRecorder } from "../../exchange/index.ts";
import { computeFeatures, type FeatureTape, normalizeTape } from "../../features/index.ts";
import { GreedyActor, REWARD_DEFAULTS, TradingEnv } from "../../learn/index.ts";
import type { MarketTape } from "../../market/index.ts";
import {
  type ActionSpace,
  actionSpace,
  ModelPolicy,
  type PolicyModel,
  rowsOfTape,
  selectionOf,
} from "../../policy/index.ts";
import type { DecisionConfig } from "../../risk/index.ts";
import { backtest } from "../backtest.ts";
import { type Difference, Differences } from "./differences.ts";
import { Lockstep, type Sides, StreamedRows } from "./lockstep.ts";
import { choicesOf, type Script } from "./scripts.ts";

export type ParityResult = {
  readonly name: string;
  /** Nothing differed. */
  readonly equal: boolean;
  readonly differences: readonly Difference[];
  readonly environmentHash: string;
  readonly backtestHash: string;
  /** Bars in which feature rows, accounts and rewards were compared. */
  readonly bars: number;
  readonly fills: number;
  readonly liquidated: boolean;
  readonly finalEquity: number;
  /** Fills by reason, orders refused or clamped by code, and the settings: what the run went through. */
  readonly paths: Readonly<Record<string, number>>;
};

/** The bars that are played and the account that plays them. */
export type ParityRun = {
  readonly tape: MarketTape;
  readonly from: number;
  readonly to: number;
  readonly decision: DecisionConfig;
  readonly balance: number;
  readonly seed: number;
};

/** A trained model, ready to be played on a tape. */
export type ParityModel = {
  readonly model: PolicyModel;
  /** The parameters that it was saved with. */
  readonly parameters: Float32Array;
};

/** Plays a script through both. */
export function checkScript(script: Script, run: Omit<ParityRun, "decision" | "balance">): Promise<ParityResult> {
  const selection = ["return1"];
  const choices = choicesOf(script, run.seed, run.tape.symbols);
  const { decision, balance } = script;
  return play(
    script.name,
    { ...run, decision, balance },
    // A second account does something else, so that a leak between accounts would show.
    { space: choices.space, features: computeFeatures(run.tape, selection), accounts: 2 },
    new StreamedRows(run.tape, selection),
    () =>
      Promise.resolve({
        kind: "script" as const,
        decide: (context, intents) => choices.decide(context, intents),
      }),
  );
}

/** Plays a model through both: the training actor in the env, the policy file in the backtest. */
export async function checkModel({ model, parameters }: ParityModel, run: ParityRun): Promise<ParityResult> {
  const { manifest } = model;
  const selection = selectionOf(manifest);
  const raw = computeFeatures(run.tape, selection);
  const policy = new ModelPolicy(model, rowsOfTape(raw, manifest.normalizer));
  let actor: GreedyActor | undefined;
  try {
    return await play(
      policy.name,
      run,
      // What trains is normalized by the tape, what trades by the row.
      { space: actionSpace(manifest.actionSpace), features: normalizeTape(raw, manifest.normalizer), accounts: 1 },
      new StreamedRows(run.tape, selection, manifest.normalizer),
      async (env) => {
        actor = await GreedyActor.create(env, manifest.network, parameters);
        return { kind: "model", policy, actor };
      },
    );
  } finally {
    await actor?.release();
  }
}

async function play(
  name: string,
  { tape, decision, from, to, balance, seed }: ParityRun,
  world: { readonly space: ActionSpace; readonly features: FeatureTape; readonly accounts: number },
  rows: StreamedRows,
  sidesIn: (env: TradingEnv) => Promise<Sides>,
): Promise<ParityResult> {
  const recorder = new FillRecorder();
  const env = new TradingEnv({
    tape,
    features: world.features,
    range: { from, to },
    decision,
    actionSpace: world.space,
    reward: REWARD_DEFAULTS,
    stretches: 1,
    accountsPerStretch: world.accounts,
    episodeBars: to - from - 1,
    initialBalance: balance,
    seed,
    starts: [from],
    recorder,
  });
  const differences = new Differences();
  const lockstep = new Lockstep(name, env, await sidesIn(env), rows, differences, recorder);
  const result = await backtest({ tape, policy: lockstep, config: decision, from, to, balance, seed });
  lockstep.finish();
  const environmentHash = recorder.tradeHash(0);
  const equity = env.exchange.book.equity[0];
  if (environmentHash !== result.tradeHash) {
    differences.note("fills", to - 1, () => `${environmentHash.slice(0, 16)} against ${result.tradeHash.slice(0, 16)}`);
  }
  if (equity !== result.finalEquity) {
    differences.note("final equity", to - 1, () => `${equity} against ${result.finalEquity}`);
  }
  const found = differences.list();
  return {
    name,
    equal: found.length === 0,
    differences: found,
    environmentHash,
    backtestHash: result.tradeHash,
    bars: lockstep.bars,
    fills: result.fills.length,
    liquidated: result.liquidated,
    finalEquity: result.finalEquity,
    paths: pathsOf(result, decision, world.space),
  };
}

function pathsOf(
  { refusals, fills, funding, instruments }: Awaited<ReturnType<typeof backtest>>,
  decision: DecisionConfig,
  space: ActionSpace,
): Record<string, number> {
  const paths: Record<string, number> = { ...refusals, "episode.second": 1 };
  const walk = (path: string): void => {
    paths[path] = (paths[path] ?? 0) + 1;
  };
  for (const { reason } of fills) walk(`fill.${FILL_REASONS[reason]}`);
  if (funding !== 0) walk("funding");
  for (const { kind } of instruments) walk(`kind.${kind}`);
  walk(`sizing.${decision.sizing.scheme}`);
  walk(`space.${space.name}`);
  return paths;
}
