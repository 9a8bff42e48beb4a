/** @file A worker's day: waits for a search or a walk-forward that is posted, serves it until it ends, waits for the next. */
import { availableParallelism } from "node:os";
import { packageVersion, TidemarkError } from "../../core/index.ts";
import { openRequestedMarket, type PlanBoard, type PostedPlan, planBoard } from "../../learn/index.ts";
import { type ObjectiveModule, runWorker } from "../../search/index.ts";
import { dataRoot } from "../config/folders.ts";
import { lostAfterMs, searchBudget } from "../config/search.ts";
import type { AppContext } from "../context.ts";
import { postedWalk, servedWalk } from "../walkforward/elsewhere.ts";
import { planSchema } from "./plan.ts";
import { trialModule } from "./trial.ts";

const POLL_MS = 1_000;

/** The promise's value, or undefined as soon as the signal fires: a Redis that is away must not hold up the end. */
function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

type Served = { readonly posted: PostedPlan; readonly objective: ObjectiveModule };

class SearchServer {
  readonly #context: AppContext;
  readonly #url: string;
  readonly #board: PlanBoard;
  readonly #only: string | undefined;
  /** Searches that can't be served here, each told once. */
  readonly #refused = new Set<string>();

  constructor(context: AppContext, url: string, board: PlanBoard, only: string | undefined) {
    this.#context = context;
    this.#url = url;
    this.#board = board;
    this.#only = only;
  }

  async run(): Promise<number> {
    const { signal } = this.#context;
    let finished = 0;
    let waiting = false;
    while (!signal.aborted) {
      const served = await this.#choose();
      if (served !== undefined) {
        waiting = false;
        finished += await this.#serve(served);
        continue;
      }
      if (!waiting) this.#context.note("Waiting for a search.");
      waiting = true;
      await this.#pause(signal);
    }
    return finished;
  }

  /** The first posted search that this machine can serve. */
  async #choose(): Promise<Served | undefined> {
    for (const posted of (await unless(this.#context.signal, this.#board.list())) ?? []) {
      if (this.#refused.has(posted.studyId) || (this.#only ?? posted.name) !== posted.name) continue;
      const served = await this.#check(posted);
      if (served !== undefined) return served;
    }
    return undefined;
  }

  /** Opens the market once, here: what is wrong with it is told now and not by every trial. */
  async #check(posted: PostedPlan): Promise<Served | undefined> {
    const own = packageVersion();
    if (posted.codeVersion !== own) {
      return this.#refuse(posted, `it is led by Tidemark ${posted.codeVersion}, this is ${own}`);
    }
    const config = this.#context.config();
    const walk = postedWalk(posted.plan);
    const parsed = planSchema.safeParse(posted.plan);
    if (walk === undefined && !parsed.success) return this.#refuse(posted, "its plan can't be read");
    try {
      if (walk !== undefined) return { posted, objective: await servedWalk(this.#context, config, walk) };
      if (parsed.success) {
        const { market, dataFingerprint } = parsed.data;
        await openRequestedMarket(market, dataRoot(config), dataFingerprint);
        return { posted, objective: trialModule(parsed.data, dataRoot(config)) };
      }
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError)) throw thrown;
      return this.#refuse(posted, `${thrown.what} (${thrown.where ?? "data.root"})`);
    }
    return undefined;
  }

  #refuse(posted: PostedPlan, reason: string): undefined {
    this.#refused.add(posted.studyId);
    this.#context.warn(`the search ${posted.name} can't be served here: ${reason}.`);
    return undefined;
  }

  async #serve({ posted, objective }: Served): Promise<number> {
    const { signal, clock } = this.#context;
    const config = this.#context.config();
    const over = new AbortController();
    const watching = this.#watch(posted, over);
    const { parallel } = searchBudget(config, Math.max(1, availableParallelism() - 1));
    const silenceMs = lostAfterMs(config);
    this.#context.note(`Serving the search ${posted.name}, ${parallel} trials at a time.`);
    try {
      return await runWorker({
        url: this.#url,
        objective,
        codeVersion: posted.codeVersion,
        dataFingerprint: posted.dataFingerprint,
        parallel,
        lockMs: silenceMs,
        stalledCheckMs: silenceMs,
        signal: AbortSignal.any([signal, over.signal]),
        onProgress: this.#context.progress,
        clock,
      });
    } finally {
      over.abort();
      await watching;
      this.#context.endProgress();
    }
  }

  /** Fires `over` when the search is not posted any more. */
  async #watch(posted: PostedPlan, over: AbortController): Promise<void> {
    while (!over.signal.aborted) {
      await this.#pause(over.signal);
      if ((await unless(over.signal, this.#board.isPosted(posted.studyId))) === false) over.abort();
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await this.#context.clock.sleep(POLL_MS, signal).catch(() => undefined);
  }
}

/**
 * Serves searches until Ctrl-C. Resolves with the number of trials that it finished. Rejects with QUEUE_UNREACHABLE where
 * Redis can't be reached at the start; later it waits for it.
 * @param only name of the one search to serve
 */
export async function serveSearches(context: AppContext, url: string, only: string | undefined): Promise<number> {
  const board = await planBoard(url, { clock: context.clock });
  try {
    return await new SearchServer(context, url, board, only).run();
  } finally {
    await board.close();
  }
}
