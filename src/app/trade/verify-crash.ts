/** @file The crash of every single write of a scripted session, one death after the other. */
import { type DeathResult, deaths, dieAt } from "../../trade/index.ts";
import type { AppContext } from "../context.ts";

export type CrashProof = {
  readonly passed: boolean;
  /** Of the scripted session. */
  readonly writes: number;
  readonly deaths: number;
  /** Deaths after which the next process met orders whose fate it did not know. */
  readonly inDoubt: number;
  readonly longestNakedMs: number;
  readonly violations: readonly DeathResult[];
};

export async function verifyCrash(context: AppContext): Promise<CrashProof> {
  const all = deaths();
  const violations: DeathResult[] = [];
  let inDoubt = 0;
  let longestNakedMs = 0;
  for (const [i, death] of all.entries()) {
    const result = dieAt(death);
    if (result.violation !== undefined) violations.push(result);
    if (result.doubtful > 0) inDoubt++;
    longestNakedMs = Math.max(longestNakedMs, result.longestNakedMs);
    context.progress({ label: "deaths", done: i + 1, total: all.length, unit: "deaths" });
    await context.clock.sleep(0, context.signal);
  }
  context.endProgress();
  const writes = new Set(all.map(({ write }) => write)).size;
  return { passed: violations.length === 0, writes, deaths: all.length, inDoubt, longestNakedMs, violations };
}
