/** @file What a backtest relies on of a policy, checked on one tape: for rules of one's own. */
import { ContractProblems, clearIntents, Direction, type IntentColumns } from "../core/index.ts";
import { growableTape, type MarketTape } from "../market/index.ts";
import type { Policy } from "../policy/index.ts";
import type { DecisionConfig } from "../risk/index.ts";
import { backtest } from "./backtest.ts";

export type PolicyCheckOptions = {
  /** The market that it decides in; at least some hundred bars, so that it does something. */
  readonly tape: MarketTape;
  readonly config: DecisionConfig;
  /** First bar of a decision. Default: 0. */
  readonly from?: number;
  /** Default: 10,000. */
  readonly balance?: number;
};

const BALANCE = 10_000;
const CHANGED_PRICES = 3;

/**
 * Checks that a policy repeats itself, forgets the run before at `reset`, does not see later bars, and says only what an
 * intent can be. Rejects with CONTRACT_BROKEN and all that is broken.
 * @param create a new policy, the same one at every call
 */
export async function checkPolicy(create: () => Policy, options: PolicyCheckOptions): Promise<void> {
  const problems = new ContractProblems();
  const { tape, from = 0 } = options;
  const policy = create();
  const first = await record(policy, tape, options, problems);
  const again = await record(policy, tape, options, problems);
  const fresh = await record(create(), tape, options, problems);
  problems.expect(first.some(isWish), "never wants anything: give it a market in which it does");
  problems.expect(sameRows(first, again), "decides otherwise in a second run: reset() has to forget the first one");
  problems.expect(sameRows(first, fresh), "decides otherwise when it is made anew: draw chance from a seeded Random");

  const changeAt = from + Math.floor((tape.bars - from) / 2);
  const future = await record(create(), changedFrom(tape, changeAt), options, problems);
  const known = changeAt - from;
  problems.expect(
    sameRows(first.slice(0, known), future.slice(0, known)),
    "decides otherwise where later bars are other ones: it sees the future",
  );
  problems.conclude(`The policy "${policy.name}"`);
}

/** Columns of one decision, copied. */
type Row = Readonly<Record<keyof IntentColumns, readonly number[]>>;

function copyOf(intents: IntentColumns): Row {
  return {
    direction: [...intents.direction],
    size: [...intents.size],
    stopDistance: [...intents.stopDistance],
    targetDistance: [...intents.targetDistance],
    trailDistance: [...intents.trailDistance],
    maxBars: [...intents.maxBars],
    urgency: [...intents.urgency],
  };
}

/** What the policy wants, decision by decision. */
async function record(
  policy: Policy,
  tape: MarketTape,
  options: PolicyCheckOptions,
  problems: ContractProblems,
): Promise<Row[]> {
  const rows: Row[] = [];
  const watched: Policy = {
    name: policy.name,
    reset: (context) => policy.reset(context),
    decide: async (context, intents) => {
      await policy.decide(context, intents);
      const row = copyOf(intents);
      rows.push(row);
      // What can't be an intent is told here, and would end the backtest.
      if (!rowHolds(row, problems)) clearIntents(intents);
    },
  };
  const { config, from = 0, balance = BALANCE } = options;
  await backtest({ tape, policy: watched, config, from, balance, seed: 1 });
  return rows;
}

const isWish = (row: Row): boolean => row.direction.some(enters);

const directions: readonly number[] = Object.values(Direction);
const share = (value: number): boolean => value >= 0 && value <= 1;
const distance = (value: number): boolean => value >= 0 && Number.isFinite(value);
const enters = (value: number): boolean => value === Direction.long || value === Direction.short;

/** Whether a decision is one that an intent can say. */
function rowHolds(row: Row, problems: ContractProblems): boolean {
  const rules: ReadonlyArray<readonly [holds: boolean, broken: string]> = [
    [row.direction.every((value) => directions.includes(value)), "writes a direction that there is none of"],
    [row.size.every(share), "writes a size outside of [0, 1]"],
    [row.urgency.every(share), "writes an urgency outside of [0, 1]"],
    [row.stopDistance.every(distance), "writes a stopDistance below 0 or no finite number"],
    [row.targetDistance.every(distance), "writes a targetDistance below 0 or no finite number"],
    [row.trailDistance.every(distance), "writes a trailDistance below 0 or no finite number"],
    [row.stopDistance.every((value) => !(value >= 1)), "writes a stopDistance of the whole price or more"],
    [row.maxBars.every((value) => value >= 0), "writes maxBars below 0"],
    [row.direction.every((value, s) => !enters(value) || row.size[s] > 0), "is long or short without a size"],
  ];
  for (const [holds, broken] of rules) problems.expect(holds, broken);
  return rules.every(([holds]) => holds);
}

function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A copy of the tape with other prices and volumes from a bar on. */
function changedFrom(tape: MarketTape, bar: number): MarketTape {
  const copy = growableTape(tape, tape.bars);
  for (let cell = bar * tape.symbols; cell < tape.bars * tape.symbols; cell++) {
    for (const column of [copy.open, copy.high, copy.low, copy.close]) column[cell] *= CHANGED_PRICES;
    copy.volume[cell] *= CHANGED_PRICES;
  }
  return copy;
}
