/** @file Two policies on the same bars: the first trades, the second sees what it sees, and what both would do is compared. */
import { clearIntents, Direction, type IntentColumns, intentColumns } from "../../core/index.ts";
import { type BacktestOptions, backtest } from "../../evaluate/index.ts";
import type { DecisionExplanation, Policy } from "../../policy/index.ts";

export type PolicyComparison = {
  /** Mean KL(first || second) of the probabilities of choices over bars and symbols, nats; 0 of policies that name none. */
  readonly kl: number;
  /** Share of bars and symbols on which both want the same side at nearly the same size. */
  readonly sameAction: number;
};

/** Sizes are the same that lie closer than half a step of the coarsest action space. */
const SAME_SIZE = 0.25;

/** A policy that gives its probabilities. */
type Explained = Policy & { explain(): DecisionExplanation };

/** Both see the account of the first. Rejects as a backtest does. */
export async function comparePolicies(
  first: Explained,
  second: Explained,
  run: Omit<BacktestOptions, "policy">,
): Promise<PolicyComparison> {
  const wishes = intentColumns(run.tape.symbols);
  let rows = 0;
  let kl = 0;
  let same = 0;
  const both: Policy = {
    name: first.name,
    reset: async (at) => {
      await first.reset(at);
      await second.reset(at);
    },
    decide: async (at, intents) => {
      await first.decide(at, intents);
      clearIntents(wishes);
      await second.decide(at, wishes);
      const [own, other] = [first.explain().symbols, second.explain().symbols];
      for (let s = 0; s < at.tape.symbols; s++) {
        rows++;
        kl += divergence(own[s].probabilities ?? {}, other[s].probabilities ?? {});
        if (wantSame(intents, wishes, s)) same++;
      }
    },
  };
  await backtest({ ...run, policy: both });
  return { kl: rows === 0 ? 0 : kl / rows, sameAction: rows === 0 ? 0 : same / rows };
}

function wantSame(a: IntentColumns, b: IntentColumns, s: number): boolean {
  const side = a.direction[s];
  if (side !== b.direction[s]) return false;
  const sized = side === Direction.long || side === Direction.short;
  return !sized || Math.abs(a.size[s] - b.size[s]) < SAME_SIZE;
}

/** Kullback and Leibler's, in nats; what the second holds impossible is held at 1e-15. */
function divergence(p: Readonly<Record<string, number>>, q: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const [name, share] of Object.entries(p)) {
    if (share > 0) sum += share * Math.log(share / Math.max(1e-15, q[name] ?? 0));
  }
  return sum;
}
