/**
 * @file One retraining of a recipe that stands in a stage: a twin proves the recipe on a week that neither it nor the champion
 * has seen, a candidate is trained on the newest four weeks, and the comparison decides. Both are made in a folder beside
 * the versions; until the last step nothing that trades is touched, so that whatever ends a retraining leaves the champion.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DAY_MS, FileLock, formatDay, TidemarkError } from "../../core/index.ts";
import { backtest, dailyReturns, statistics, verifyLeaks, verifyWarmup } from "../../evaluate/index.ts";
import { checkCandles, type MarketTape } from "../../market/index.ts";
import { type PolicyModel, readManifest, releaseModel } from "../../policy/index.ts";
import {
  judgeRetraining,
  multiplierByAge,
  Registry,
  type RetrainingFindings,
  type RetrainingVerdict,
  type Stage,
  type Standing,
} from "../../promotion/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { fetchHistory } from "../data/history.ts";
import { rowAt } from "../data/range.ts";
import { nextVersion } from "../models/folders.ts";
import { type OpenedModel, openModel } from "../models/open.ts";
import { marketClock } from "../trade/place.ts";
import { type Learning, learningOf, type Made, policyOn, type Range } from "./retrain-learning.ts";

const WEEK_MS = 7 * DAY_MS;
/** Bars that are learned from: the walk-forward's own. */
const TRAIN_MS = 4 * WEEK_MS;
/** Folder of what is being trained; versions never begin with a dot. */
const WORKSHOP = ".retraining";
const ACTOR = "retraining";

export type Retrained = {
  readonly model: string;
  readonly champion: string;
  /** Versions that the retraining has led to; null where the candidate was dropped. */
  readonly version: string | null;
  /** Where that version stands now; null likewise. */
  readonly stage: Stage | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly verdict: RetrainingVerdict;
  readonly findings: RetrainingFindings;
};

/**
 * Retrains the recipe of the version that stands highest. Rejects with REGISTRY_REFUSED where none stands in a stage,
 * MODEL_MISMATCH where the configuration is another recipe, DATA_TOO_SHORT where the weeks are not there or the champion has
 * seen them, RUN_LOCKED where another process retrains.
 * @param fetch whether newer candles are fetched first
 */
export async function retrain(
  context: AppContext,
  config: Config,
  name: string,
  options: { readonly fetch: boolean },
): Promise<Retrained> {
  const models = join(modelsFolder(config), name);
  const registry = new Registry(models, await marketClock(context, config));
  const standing = highestStanding(registry, name);
  const folder = join(models, standing.version);
  const { provenance } = readManifest(folder);
  const workshop = join(models, WORKSHOP);
  const lock = FileLock.take(join(models, "retraining.lock"), context.clock);
  if (!(lock instanceof FileLock)) {
    throw new TidemarkError("RUN_LOCKED", {
      what: `Process ${lock.pid} on ${lock.host} retrains ${name} already`,
      where: models,
      fix: "Wait until it has ended.",
    });
  }
  const made: Made[] = [];
  try {
    // What a retraining that was killed has left.
    rmSync(workshop, { recursive: true, force: true });
    if (options.fetch) await fetchHistory(context, config);
    const id = `${name}/${standing.version}`;
    const opened = await openModel(context, config, id);
    const weeks = weeksOf(opened.tape, provenance.trainToMs, id);
    context.note(`${id}, ${standing.stage}: the week from ${formatDay(weeks.proofMs)} to ${formatDay(weeks.endMs)}.`);
    const learning = learningOf(context, config, opened);
    const twin = await learning.train(workshop, { name: "twin", version: "twin" }, weeks.proof);
    made.push(twin);
    learning.requireRecipe(twin, standing);
    const candidate = await learning.train(
      workshop,
      { name, version: nextVersion(modelsFolder(config), name) },
      { train: weeks.newest, test: { from: weeks.newest.to, to: weeks.newest.to } },
    );
    made.push(candidate);
    const findings = await compared(context, config, opened, learning, { twin, candidate, week: weeks.proof.test });
    const verdict = judgeRetraining(findings);
    const version = verdict.answer === "drop" ? null : candidate.model.manifest.version;
    context.signal.throwIfAborted();
    await settle(context, registry, standing, { verdict, version, models, made: candidate.model });
    return {
      model: name,
      champion: standing.version,
      version,
      stage:
        version === null
          ? null
          : (registry.read().state.find({ version, assetClass: standing.assetClass })?.stage ?? null),
      fromMs: weeks.proofMs,
      toMs: weeks.endMs,
      verdict,
      findings,
    };
  } finally {
    for (const { model } of made) await releaseModel(model);
    rmSync(workshop, { recursive: true, force: true });
    lock.release();
    context.endProgress();
  }
}

/** Whose weights are retrained: the one nearest to money. */
function highestStanding(registry: Registry, name: string): Standing {
  const standings = registry.read().state.standings();
  for (const stage of ["live", "canary", "shadow", "paper"] as const) {
    const found = standings.filter((standing) => standing.stage === stage).at(-1);
    if (found !== undefined) return found;
  }
  throw new TidemarkError("REGISTRY_REFUSED", {
    what: `No version of ${name} stands in a stage whose weights could be retrained`,
    where: name,
    fix: "Begin with `tidemark promote MODEL`.",
  });
}

type Weeks = {
  readonly proofMs: number;
  readonly endMs: number;
  /** Of the twin: four weeks, and the one behind them. */
  readonly proof: { readonly train: Range; readonly test: Range };
  /** Of the candidate. */
  readonly newest: Range;
};

/** The weeks that end on the last Monday, 00:00 UTC. */
function weeksOf(tape: MarketTape, seenToMs: number, where: string): Weeks {
  const lastMs = tape.timeMs[tape.bars - 1] + tape.barMs;
  // The epoch was a Thursday.
  const endMs = Math.floor((lastMs - 4 * DAY_MS) / WEEK_MS) * WEEK_MS + 4 * DAY_MS;
  const proofMs = endMs - WEEK_MS;
  const rows = (fromMs: number, toMs: number): Range => ({ from: rowAt(tape, fromMs), to: rowAt(tape, toMs) });
  if (tape.timeMs[0] > proofMs - TRAIN_MS) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `A retraining learns from four weeks and is proven on a fifth: the candles begin ${formatDay(tape.timeMs[0])}`,
      where,
      fix: `Get candles from ${formatDay(proofMs - TRAIN_MS)} on.`,
    });
  }
  if (seenToMs >= proofMs) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: `The champion was trained up to ${formatDay(seenToMs)} and has seen the week that would prove a retraining`,
      where,
      fix: `Come back after a whole week, from Monday to Monday, behind ${formatDay(seenToMs)}; fetch or import its candles.`,
    });
  }
  return {
    proofMs,
    endMs,
    proof: { train: rows(proofMs - TRAIN_MS, proofMs), test: rows(proofMs, endMs) },
    newest: rows(endMs - TRAIN_MS, endMs),
  };
}

type Pair = { readonly twin: Made; readonly candidate: Made; readonly week: Range };

/** Everything that the answer is given by. */
async function compared(
  context: AppContext,
  config: Config,
  champion: OpenedModel,
  learning: Learning,
  { twin, candidate, week }: Pair,
): Promise<RetrainingFindings> {
  const { tape, decision } = champion;
  const seed = context.seed();
  const balance = config.backtest.initialBalance;
  const play = async (model: PolicyModel) => {
    const result = await backtest({ tape, policy: policyOn(tape, model), config: decision, ...week, balance, seed });
    return { days: dailyReturns(result.curve).returns, statistics: statistics(result) };
  };
  const own = await learning.compare(twin, candidate, week);
  const before = await play(champion.model);
  const [twinRun, after] = [await play(twin.model), await play(candidate.model)];
  const { signal, progress: onProgress } = context;
  const checks = { tape, model: candidate.model, decision, balance, seed, signal, onProgress };
  return {
    quality: {
      "data quality": isUsable(tape, { from: rowAt(tape, tape.timeMs[week.from] - TRAIN_MS), to: week.to }),
      "leak check": (await verifyLeaks(checks)).passed,
      "warm-up check": (await verifyWarmup(checks)).passed,
    },
    ...own,
    profitByDay: [...twinRun.days].map((gain, day) => gain - before.days[day]),
    turnover: ratio(after.statistics.turnover, before.statistics.turnover),
    exposure: ratio(after.statistics.averageExposure, before.statistics.averageExposure),
    seed,
  };
}

/** 1 where neither has any; null where only the second has none. */
function ratio(after: number | null, before: number | null): number | null {
  const [a, b] = [after ?? 0, before ?? 0];
  if (b > 0) return a / b;
  return a > 0 ? null : 1;
}

/** The check of candles, on the bars that were learned from and proven on. */
function isUsable(tape: MarketTape, { from, to }: Range): boolean {
  for (let s = 0; s < tape.symbols; s++) {
    const rows: number[] = [];
    for (let t = from; t < to; t++) if (tape.present[t * tape.symbols + s] === 1) rows.push(t);
    const column = (values: Float64Array): Float64Array => Float64Array.from(rows, (t) => values[t * tape.symbols + s]);
    const candles = {
      length: rows.length,
      timeMs: Float64Array.from(rows, (t) => tape.timeMs[t]),
      open: column(tape.open),
      high: column(tape.high),
      low: column(tape.low),
      close: column(tape.close),
      volume: column(tape.volume),
    };
    const { calendar } = tape.instruments[s];
    if (checkCandles(candles, tape.timeframe, { calendar }).verdict === "unusable") return false;
  }
  return true;
}

type Settled = {
  readonly verdict: RetrainingVerdict;
  readonly version: string | null;
  readonly models: string;
  readonly made: PolicyModel;
};

/** The only step that is seen: the folder under its version, then the registry. */
async function settle(
  context: AppContext,
  registry: Registry,
  standing: Standing,
  { verdict, version, models, made }: Settled,
): Promise<void> {
  const { assetClass, version: from, recipe } = standing;
  const { answer, proof, behavior } = verdict;
  const subject = { version: from, assetClass };
  if (version === null) {
    await registry.append(subject, ACTOR, {
      kind: "retrain",
      answer,
      conditions: [...proof, ...behavior],
      candidate: null,
    });
    await degradeByAge(context, registry, standing, models);
    return;
  }
  if (existsSync(join(models, version))) {
    throw new TidemarkError("RUN_LOCKED", {
      what: `Version ${version} has come into being meanwhile`,
      where: models,
      fix: "Retrain again.",
    });
  }
  renameSync(made.folder, join(models, version));
  const next = { version, assetClass };
  await registry.append(next, ACTOR, { kind: "register", modelHash: made.manifest.digest ?? "", recipe });
  await registry.append(subject, ACTOR, {
    kind: "retrain",
    answer,
    conditions: [...proof, ...behavior],
    candidate: version,
  });
  if (answer === "replace") {
    await registry.append(next, ACTOR, { kind: "inherit", from, conditions: [...proof, ...behavior] });
  } else {
    await registry.append(next, ACTOR, { kind: "challenge", from, conditions: proof });
  }
}

/** A champion that no retraining has replaced for weeks trades less, and after eight of them opens nothing. */
async function degradeByAge(
  context: AppContext,
  registry: Registry,
  { version, assetClass, multiplier }: Standing,
  models: string,
): Promise<void> {
  const { provenance } = readManifest(join(models, version));
  const nowMs = registry.nowMs();
  const most = multiplierByAge(nowMs - provenance.trainToMs);
  if (most >= multiplier) return;
  const reason = `its weights are of ${formatDay(provenance.trainToMs)}, and no retraining has replaced them`;
  await registry.append({ version, assetClass }, ACTOR, { kind: "multiplier", value: most, reason });
  context.warn(`${version}: size times ${most}, because ${reason}.`);
}
