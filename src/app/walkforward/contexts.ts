/** @file `--approve-contexts`: in which sessions and regimes a walk-forward has earned something, and a model that is held to them. */
import { join } from "node:path";
import { TidemarkError } from "../../core/index.ts";
import type { ContextTrades } from "../../evaluate/index.ts";
import { readManifest, saveWithContexts } from "../../policy/index.ts";
import { type Approval, approveCells, type Cell } from "../../promotion/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { findModel, modelId, nextVersion } from "../models/folders.ts";
import { beginWalk, type Walked } from "./run.ts";

type Mean = { readonly trades: number /** Net return of notional. */; readonly mean: number };

export type ApprovedWalk = {
  /** By all windows: what trades from now on. */
  readonly approval: Approval;
  /** Trades of each window in cells that the windows before it had approved, and all trades of the same windows: what counts. */
  readonly chosen: Mean;
  readonly all: Mean;
  /** "name/version" of the model that is held to them; absent where nothing was approved or no model was tested. */
  readonly model?: string;
};

/**
 * A model that was trained just now, held to the contexts in which trainings of its recipe earned something: windows of its
 * own training range, each trained anew and tested behind it. What the model has not seen stays unseen.
 */
export async function approveTrained(context: AppContext, config: Config, given: string): Promise<ApprovedWalk> {
  const folder = findModel(config, given);
  const model = modelId(folder);
  const walked = await beginWalk(context, config, {
    name: `${model.replace("/", "-")}-contexts`,
    subject: { kind: "training", warm: false },
    anchored: false,
    parallel: 0,
    untilMs: readManifest(folder).provenance.trainToMs,
  });
  return approveContexts(context, config, walked, model);
}

/**
 * Throws USAGE_ARGUMENT where the windows were made by a version that kept no trades by context.
 * @param model that is held to what is approved; the one that was tested where absent
 */
export function approveContexts(
  context: AppContext,
  config: Config,
  { plan, walk }: Walked,
  model = plan.subject.kind === "model" ? plan.subject.model : undefined,
): ApprovedWalk {
  const windows = walk.folds.map(({ contexts }) => {
    if (contexts !== undefined) return contexts;
    throw new TidemarkError("USAGE_ARGUMENT", {
      what: "The windows of this walk-forward were kept without their trades by session and regime",
      where: plan.folder,
      fix: "Begin a new one with another --name.",
    });
  });
  const approval = approveCells(cellsOf(windows));
  const { chosen, all } = judgedLater(windows);
  const approved = approval.cells.filter((cell) => cell.approved).map(({ name }) => name);
  if (model === undefined || approved.length === 0) return { approval, chosen, all };
  const from = findModel(config, model);
  const [name] = modelId(from).split("/");
  const models = modelsFolder(config);
  const version = nextVersion(models, name);
  saveWithContexts(from, join(models, name, version), {
    version,
    createdMs: context.clock.nowMs(),
    contexts: approved,
    seenToMs: walk.folds[walk.folds.length - 1].testToMs,
  });
  return { approval, chosen, all, model: `${name}/${version}` };
}

/** The procedure itself, judged: cells are chosen by the windows before, and what counts are the trades of the next. */
export function judgedLater(windows: ReadonlyArray<readonly ContextTrades[]>): Pick<ApprovedWalk, "chosen" | "all"> {
  const chosen: ContextTrades[] = [];
  const all: ContextTrades[] = [];
  for (let k = 1; k < windows.length; k++) {
    const { pooled, cells } = approveCells(cellsOf(windows.slice(0, k)));
    const known = new Map(cells.map(({ name, approved }) => [name, approved]));
    all.push(...windows[k]);
    // A cell that was never seen has the verdict of all together.
    chosen.push(...windows[k].filter(({ name }) => known.get(name) ?? pooled));
  }
  return { chosen: meanOf(chosen), all: meanOf(all) };
}

function meanOf(cells: readonly ContextTrades[]): Mean {
  const trades = cells.reduce((sum, { n }) => sum + n, 0);
  return { trades, mean: trades === 0 ? 0 : cells.reduce((sum, cell) => sum + cell.sum, 0) / trades };
}

function cellsOf(windows: ReadonlyArray<readonly ContextTrades[]>): Cell[] {
  const joined = new Map<string, { n: number; sum: number; squares: number }>();
  for (const { name, n, sum, squares } of windows.flat()) {
    const own = joined.get(name) ?? { n: 0, sum: 0, squares: 0 };
    joined.set(name, { n: own.n + n, sum: own.sum + sum, squares: own.squares + squares });
  }
  return [...joined].map(([name, { n, sum, squares }]) => {
    const mean = sum / n;
    return { name, n, mean, deviation: n > 1 ? Math.sqrt(Math.max(0, squares - n * mean ** 2) / (n - 1)) : 0 };
  });
}
