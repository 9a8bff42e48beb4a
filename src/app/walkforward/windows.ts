/** @file Runs the windows of a walk-forward: in processes of this machine, or by workers anywhere through Redis. */
import { availableParallelism } from "node:os";
import { freshId, packageVersion, readTextIfPresent, TidemarkError, writeFileAtomic } from "../../core/index.ts";
import { type PlanBoard, planBoard } from "../../learn/index.ts";
import { bullmqExecutor, processExecutor, type TrialExecutor, type TrialOutcome } from "../../search/index.ts";
import type { AppContext } from "../context.ts";
import { walkFingerprint, walkPosting } from "./elsewhere.ts";
import { foldPath, RECORD_NOTE, type WalkPlan, walkModule } from "./fold.ts";

export type Places = {
  /** Windows at once; 0 for one a core, or, with workers, for all at once. */
  readonly parallel: number;
  /** Address of the Redis server through which workers take windows; processes of this machine where absent. */
  readonly workers?: string;
};

/** How often a window is begun whose process or worker died. */
const TRIES = 3;

/** What a window has left, as the plan's kind of window leaves it; undefined where it is not done. */
export function recordOf(plan: WalkPlan, index: number): unknown {
  const text = readTextIfPresent(foldPath(plan.folder, index));
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** Runs what has no record yet. Rejects with DATA_TOO_SHORT where a window can't be run, QUEUE_UNREACHABLE without Redis. */
export async function runWindows(context: AppContext, plan: WalkPlan, places: Places): Promise<void> {
  const { workers, parallel } = places;
  const waiting = plan.windows.filter(({ index }) => recordOf(plan, index) === undefined);
  // A warm start needs the model of the window before.
  const chained = plan.subject.kind === "training" && plan.subject.warm;
  if (chained && workers !== undefined) {
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "Windows that go on from the one before can't be spread over machines",
      where: "--warm",
      fix: "Leave --warm out, so that each trains from scratch, or leave --workers out.",
    });
  }
  const usual = workers === undefined ? Math.max(1, availableParallelism()) : waiting.length;
  const side = chained ? 1 : Math.min(parallel > 0 ? parallel : usual, Math.max(1, waiting.length));
  const total = plan.windows.length;
  let done = total - waiting.length;
  if (done > 0) context.note(`${done} of ${total} windows are done from before.`);
  if (waiting.length === 0) return;
  const studyId = freshId();
  const place = await openPlace(context, plan, studyId, workers);
  try {
    const report = (): void =>
      context.progress({ label: "windows", done, total, unit: "windows", figures: place.executor.figures?.() ?? {} });
    report();
    const queue = [...waiting];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        keep(plan, next.index, await runWindow(context, place.executor, studyId, next.index, report));
        done++;
        report();
      }
    };
    await Promise.all(Array.from({ length: side }, work));
  } finally {
    await place.executor.close();
    await place.board?.close();
    context.endProgress();
    if (context.signal.aborted) context.note(`Saved. Go on with: tidemark walkforward --resume ${plan.name}`);
  }
}

type Place = { readonly executor: TrialExecutor; readonly board?: PlanBoard };

async function openPlace(
  { clock, note }: AppContext,
  plan: WalkPlan,
  studyId: string,
  url: string | undefined,
): Promise<Place> {
  if (url === undefined) {
    const executor = processExecutor({ clock });
    await executor.start(walkModule(plan), studyId);
    return { executor };
  }
  const posting = { codeVersion: packageVersion(), dataFingerprint: walkFingerprint(plan) };
  const board = await planBoard(url, { clock });
  try {
    await board.post({ ...posting, studyId, name: plan.name, plan: walkPosting(plan) });
    const executor = bullmqExecutor({ ...posting, url, clock });
    await executor.start(walkModule(plan), studyId);
    note("The windows wait for workers: tidemark worker --workers with the same address, anywhere.");
    return { executor, board };
  } catch (thrown) {
    await board.close();
    throw thrown;
  }
}

/** One window to its end; again where the process or the worker that ran it died. */
async function runWindow(
  context: AppContext,
  executor: TrialExecutor,
  studyId: string,
  index: number,
  onWorker: () => void,
): Promise<TrialOutcome> {
  const hooks = { onReport: () => Promise.resolve(false), onWorker };
  for (let attempt = 0; ; attempt++) {
    const task = { studyId, trialId: index, attempt, params: { window: index } };
    const outcome = await executor.run(task, hooks, context.signal);
    context.signal.throwIfAborted();
    if (outcome.kind !== "failed") return outcome;
    if (!outcome.lost || attempt + 1 >= TRIES) throw failed(index, outcome.reason);
    context.warn(`window ${index + 1} was lost (${outcome.reason}); it is begun again.`);
  }
}

/** A window that ran elsewhere sends its record; one that ran here has written it. */
function keep(plan: WalkPlan, index: number, { notes }: TrialOutcome): void {
  const record = notes?.[RECORD_NOTE];
  if (recordOf(plan, index) === undefined && record !== undefined) {
    writeFileAtomic(foldPath(plan.folder, index), JSON.stringify(record));
  }
  if (recordOf(plan, index) === undefined) throw failed(index, "it ended without a record");
}

function failed(index: number, reason: string): TidemarkError {
  return new TidemarkError("DATA_TOO_SHORT", {
    what: `Window ${index + 1} could not be run: ${reason}`,
    fix: "Correct what the reason names; windows that are done are kept, and --resume goes on.",
  });
}
