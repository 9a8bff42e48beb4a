/** @file A learner in a scripted world whose training session tells what it was fed. */
import type { EpochSession, Feeds, StepScalars } from "../../../compute/index.ts";
import { networkSpec } from "../../../policy/index.ts";
import { buildPpo, type PpoParts } from "../build.ts";
import { CLASSIC_PPO, type PpoConfig } from "../config.ts";
import { Ppo } from "../ppo.ts";
import { type Script, ScriptedEnv } from "./scripted-env.ts";

/** Nothing that would hide what a test looks at. */
export const CONFIG: PpoConfig = {
  ...CLASSIC_PPO,
  normalizeReward: false,
  targetKl: undefined,
  epochs: 1,
  gamma: 0.9,
  lambda: 0.7,
};

export type Run = {
  readonly feeds: Record<string, Float32Array | Int32Array>;
  readonly scalars: StepScalars;
  /** Of every step that was computed. */
  readonly steps: Array<{
    readonly ratio: Float32Array;
    readonly choiceLogProb: Float32Array;
    readonly applied: boolean;
  }>;
  readonly values: Float32Array;
};

/** What has to be released after a test. */
export const opened: Array<{ release(): Promise<void> }> = [];

/** A learner whose training session tells what it was fed, and with which parameters it began. */
export async function watched(
  script: Script,
  changes: Partial<PpoConfig>,
  spec = networkSpec("mlp", { joinSize: 5, hiddenSize: 4, warmup: 0 }),
): Promise<{ ppo: Ppo; parts: PpoParts; env: ScriptedEnv; runs: Run[] }> {
  const env = new ScriptedEnv(script);
  const built = await buildPpo(env, spec, { ...CONFIG, ...changes }, 3);
  const runs: Run[] = [];
  const train: EpochSession = new Proxy(built.train, {
    get: (session, key) => {
      if (key === "run") {
        return (feeds: Feeds, scalars: StepScalars) => {
          const copies = Object.entries(feeds).map(([name, array]) => [name, array.slice()] as const);
          const run: Run = {
            feeds: Object.fromEntries(copies) as Run["feeds"],
            scalars,
            steps: [],
            values: session.parameters.slice(),
          };
          runs.push(run);
          return session.run(feeds, scalars).then((rows) => {
            for (const row of rows) {
              const choiceLogProb = row.values("choiceLogProb").slice();
              run.steps.push({ ratio: row.values("ratio").slice(), choiceLogProb, applied: row.applied });
            }
            return rows;
          });
        };
      }
      const value: unknown = Reflect.get(session, key, session);
      return typeof value === "function" ? (value.bind(session) as unknown) : value;
    },
  });
  const parts = { ...built, train };
  const ppo = new Ppo(parts);
  opened.push(ppo);
  await ppo.reset();
  return { ppo, parts, env, runs };
}
