/** @file Simulated trading days, one after the other, and the defects that they must notice. */
import { faultsThatShow, PLANTED_FAULTS, PLANTED_SPOT_FAULTS, simulateDay } from "../../trade/index.ts";
import type { AppContext } from "../context.ts";

export type EngineProof = {
  readonly passed: boolean;
  readonly days: number;
  /** Of those, days of spot. */
  readonly spotDays: number;
  readonly daysASecond: number;
  readonly orders: number;
  readonly executions: number;
  readonly records: number;
  readonly longestNakedMs: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: ReadonlyArray<{ readonly seed: number; readonly violation: string }>;
  /** The seed that noticed each planted defect; undefined where none did. */
  readonly planted: ReadonlyArray<{
    readonly name: string;
    readonly seed: number | undefined;
    readonly violation: string;
  }>;
};

/** Seeds that a planted defect is looked for on. */
const PLANTED_SEEDS = 12;
/** Of so many days in a row one is of spot, where stops and targets are orders of their own. */
const SPOT_EVERY = 4;

function marketOf(seed: number): "linear" | "spot" {
  return seed % SPOT_EVERY === 0 ? "spot" : "linear";
}

export async function verifyEngine(
  context: AppContext,
  { days, first, planted }: { readonly days: number; readonly first: number; readonly planted: boolean },
): Promise<EngineProof> {
  const { clock, signal } = context;
  const began = clock.elapsedMs();
  const sum = { orders: 0, executions: 0, records: 0 };
  let longestNakedMs = 0;
  let spotDays = 0;
  const faults: Record<string, number> = {};
  const violations: Array<{ seed: number; violation: string }> = [];
  for (let i = 0; i < days; i++) {
    const day = simulateDay({ seed: first + i, market: marketOf(first + i) });
    if (marketOf(first + i) === "spot") spotDays++;
    sum.orders += day.orders;
    sum.executions += day.executions;
    sum.records += day.records;
    longestNakedMs = Math.max(longestNakedMs, day.longestNakedMs);
    for (const [name, count] of Object.entries(day.counts)) faults[name] = (faults[name] ?? 0) + count;
    if (day.violation !== undefined) violations.push({ seed: day.seed, violation: day.violation });
    context.progress({ label: "simulated days", done: i + 1, total: days, unit: "days" });
    await clock.sleep(0, signal);
  }
  context.endProgress();
  const seconds = (clock.elapsedMs() - began) / 1_000;
  const noticed = [];
  const defects = [
    ...PLANTED_FAULTS.map((name) => ({ name, market: "linear" as const })),
    ...PLANTED_SPOT_FAULTS.map((name) => ({ name, market: "spot" as const })),
  ];
  for (const [i, { name, market }] of (planted ? defects : []).entries()) {
    let found: { seed: number; violation: string } | undefined;
    for (let seed = 1; seed <= PLANTED_SEEDS && found === undefined; seed++) {
      const { violation } = simulateDay({ seed, market, planted: name, faults: faultsThatShow(name) });
      if (violation !== undefined) found = { seed, violation };
      await clock.sleep(0, signal);
    }
    noticed.push({ name, seed: found?.seed, violation: found?.violation ?? "" });
    context.progress({ label: "planted defects", done: i + 1, total: defects.length, unit: "defects" });
  }
  context.endProgress();
  return {
    passed: violations.length === 0 && noticed.every(({ seed }) => seed !== undefined),
    days,
    spotDays,
    daysASecond: seconds > 0 ? days / seconds : 0,
    ...sum,
    longestNakedMs,
    faults,
    violations,
    planted: noticed,
  };
}
