/**
 * @file The runs of a stress test side by side, in processes of this machine: each opens the subject once and plays its share,
 * every n-th run. A run needs no other, so that the outcomes are those of one process.
 */
import { availableParallelism } from "node:os";
import { z } from "zod";
import { freshId, TidemarkError } from "../../core/index.ts";
import {
  playJob,
  type StressJob,
  type StressOptions,
  type StressOutcome,
  type StressPlayer,
} from "../../evaluate/index.ts";
import { type Json, type ObjectiveModule, processExecutor, type TrialRun } from "../../search/index.ts";
import type { Config } from "../config/load.ts";
import { packConfig, packedConfigSchema, unpackConfig } from "../config/packed.ts";
import type { AppContext } from "../context.ts";
import { openSubject, type SubjectOptions } from "../models/subject.ts";
import { silentContext } from "../walkforward/fold.ts";

const jobSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("scenario"), name: z.string(), severity: z.number() }),
  z.object({ kind: z.literal("together"), names: z.array(z.string()) }),
  z.object({ kind: z.literal("noise"), number: z.number() }),
]);

const planSchema = z.object({
  subject: z.object({
    model: z.string().optional(),
    strategy: z.string().optional(),
    param: z.array(z.string()).optional(),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  dataFingerprint: z.string(),
  jobs: z.array(jobSchema),
  place: z.object({ at: z.number(), to: z.number(), lean: z.number(), symbol: z.number(), seed: z.number() }),
  /** Where paths that the subject names begin. */
  folder: z.string(),
  packed: packedConfigSchema,
});
export type StressPlan = z.infer<typeof planSchema>;

/** The note of a process in which its outcomes are sent. */
const OUTCOMES_NOTE = "outcomes";

/** How often a share is begun whose process died. */
const TRIES = 3;

/** Plays every run whose number leaves `trial.params.share` over `trial.params.of`. Named by `stressModule`. */
export async function objective(trial: TrialRun, options: Json): Promise<number> {
  const plan = planSchema.parse(options);
  const { share, of } = trial.params;
  const config = unpackConfig(plan.packed);
  const context = { ...silentContext(config, trial.signal), folder: plan.folder };
  const subject = await openSubject(context, subjectOptions(plan));
  if (subject.tape.fingerprint !== plan.dataFingerprint) {
    throw new TidemarkError("CHECKPOINT_MISMATCH", {
      what: "The candles have changed since the stress test began",
      fix: "Run it again.",
    });
  }
  const { initialBalance: balance } = config.backtest;
  const played = { ...subject, ...subject.rows, balance, signal: trial.signal };
  const outcomes: StressOutcome[] = [];
  for (let i = Number(share); i < plan.jobs.length; i += Number(of)) {
    outcomes.push(await playJob(played, plan.jobs[i], plan.place));
    await trial.report(outcomes.length - 1, i);
  }
  trial.note(OUTCOMES_NOTE, JSON.parse(JSON.stringify(outcomes)) as Json);
  return outcomes.length;
}

function subjectOptions({ subject }: StressPlan): SubjectOptions {
  return Object.fromEntries(Object.entries(subject).filter(([, value]) => value !== undefined));
}

function stressModule(plan: StressPlan): ObjectiveModule {
  const options = JSON.parse(JSON.stringify(plan)) as Json;
  return { module: import.meta.url, export: objective.name, options };
}

/** Work that is worth processes of its own, each of which opens the program and the market: what the first run took, for all. */
const WORTH_MS = 20_000;

/**
 * Plays runs in `parallel` processes; 0 for one a core, where they are worth it. Undefined where one process is enough.
 * @param subject as it was opened here, and its market's fingerprint
 */
export function stressPlayer(
  context: AppContext,
  config: Config,
  subject: SubjectOptions & { readonly dataFingerprint: string },
  parallel: number,
): StressOptions["player"] {
  const most = parallel > 0 ? parallel : availableParallelism();
  if (most < 2) return undefined;
  const { dataFingerprint, ...named } = subject;
  const startedMs = context.clock.elapsedMs();
  const play: StressPlayer = async (jobs, place, onDone) => {
    const { model, strategy, param, from, to } = named;
    const plan: StressPlan = {
      subject: { model, strategy, from, to, param: param === undefined ? undefined : [...param] },
      dataFingerprint,
      jobs: jobs.map((job) => ("names" in job ? { ...job, names: [...job.names] } : job)),
      place,
      folder: context.folder,
      packed: packConfig(config),
    };
    return playShares(context, plan, Math.min(most, jobs.length), onDone);
  };
  return (runs) => {
    const wanted = parallel > 0 || runs * (context.clock.elapsedMs() - startedMs) > WORTH_MS;
    return wanted ? play : undefined;
  };
}

async function playShares(
  { clock, signal }: AppContext,
  plan: StressPlan,
  of: number,
  onDone: (job: StressJob) => void,
): Promise<StressOutcome[]> {
  const executor = processExecutor({ clock });
  const studyId = freshId();
  const outcomes: StressOutcome[] = [];
  const told = new Set<number>();
  const onReport = (_: number, job: number): Promise<boolean> => {
    if (!told.has(job)) onDone(plan.jobs[job]);
    told.add(job);
    return Promise.resolve(false);
  };
  const play = async (share: number): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      const task = { studyId, trialId: share, attempt, params: { share, of } };
      const ended = await executor.run(task, { onReport }, signal);
      signal.throwIfAborted();
      if (ended.kind === "failed") {
        if (ended.lost && attempt + 1 < TRIES) continue;
        throw new TidemarkError("DATA_TOO_SHORT", {
          what: `Runs of the stress test could not be played: ${ended.reason}`,
          fix: "Correct what the reason names, or play them in this process with --parallel 1.",
        });
      }
      const found = (ended.notes?.[OUTCOMES_NOTE] ?? []) as unknown as readonly StressOutcome[];
      for (const [k, outcome] of found.entries()) outcomes[share + k * of] = outcome;
      return;
    }
  };
  try {
    await executor.start(stressModule(plan), studyId);
    await Promise.all(Array.from({ length: of }, (_, share) => play(share)));
  } finally {
    await executor.close();
  }
  return outcomes;
}
