/** @file Models, trainings, searches and stages, read from where the command line keeps them. */
import { statSync } from "node:fs";
import { join } from "node:path";
import {
  type AppContext,
  allRunsInSlices,
  type ListedModel,
  listModelsInSlices,
  modelsFolder,
  openSearch,
  promotionStandings,
  type RunEntry,
  runEntryNamed,
  runsFolder,
  searchNames,
  searchText,
} from "../../app/index.ts";
import { inSlices, TidemarkError } from "../../core/index.ts";
import type { ReportSummary } from "../../evaluate/index.ts";
import { countedTrials, type Study as SearchStudy, type Trial as SearchTrial, TrialState } from "../../search/index.ts";
import { runRecords } from "../../tracking/index.ts";
import type { Columns, Model, Promotion, Run, RunComparison, RunDetail, Study, Trial } from "../contract/index.ts";
import type { JudgingResources } from "./judging.ts";
import { folderMark, Memo } from "./memo.ts";
import { wholeOf } from "./paging.ts";

/** A lock that was touched within so long belongs to a training that runs. */
const LOCK_MS = 120_000;

/** As many as an address has room for. */
const MOST_COMPARED = 1_000;

type Models = { readonly items: Model[]; readonly damaged: Array<{ id: string; error: string }> };

export class LearningResources {
  readonly #context: AppContext;
  readonly #judging: JudgingResources;
  readonly #models = new Memo<Promise<Models>>(1);
  readonly #metrics = new Memo<Promise<Columns>>(16);
  /** A list that is being read: who asks meanwhile is given the same. */
  #runs: Promise<RunDetail[]> | undefined;
  readonly #studies = new Memo<Promise<SearchStudy>>(32);

  constructor(context: AppContext, judging: JudgingResources) {
    this.#context = context;
    this.#judging = judging;
  }

  models(): Promise<Models> {
    const config = this.#context.config();
    const mark = `${folderMark(modelsFolder(config), 2)}\n${this.#judging.mark()}\n${this.#stagesMark()}`;
    return this.#models.get("models", mark, async () => {
      const { models, damaged } = await listModelsInSlices(config);
      const stages = new Map(this.promotions().map(({ model, version, stage }) => [`${model}/${version}`, stage]));
      const { reports } = await this.#judging.summaries();
      return {
        items: models
          .map((model) => modelOf(model, stages, reports))
          .sort((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? -1 : 1)),
        damaged: damaged.map(({ name, version, error }) => ({ id: `${name}/${version}`, error })),
      };
    });
  }

  async model(name: string, version: string): Promise<Model> {
    const found = (await this.models()).items.find(({ id }) => id === `${name}/${version}`);
    if (found !== undefined) return found;
    throw new TidemarkError("MODEL_MISSING", {
      what: `There is no model "${name}/${version}"`,
      fix: "`tidemark models ls` lists them.",
    });
  }

  promotions(): Promotion[] {
    return promotionStandings(this.#context, this.#context.config(), undefined).flatMap(({ name, standings }) =>
      standings.map(({ version, assetClass, stage, multiplier, sinceMs }) => ({
        model: name,
        version,
        assetClass,
        stage,
        multiplier,
        sinceMs,
      })),
    );
  }

  /** Newest first, without their settings: those of hundreds are megabytes. */
  async runs(): Promise<Run[]> {
    return (await this.#listed()).map(withoutSettings).sort((a, b) => b.savedMs - a.savedMs);
  }

  run(id: string): RunDetail {
    const entry = runEntryNamed(this.#context.config(), id);
    if (entry !== undefined) return runOf(entry, this.#context.clock.nowMs());
    throw noRun(id);
  }

  /** Settings that differ between the runs, or all of them. Rejects with RUN_MISSING. */
  async compare({ runs = "", all }: Readonly<Record<string, string | undefined>>): Promise<RunComparison> {
    const ids = [...new Set(runs.split(",").filter((id) => id !== ""))];
    if (ids.length > MOST_COMPARED) {
      throw new TidemarkError("USAGE_ARGUMENT", {
        what: `${ids.length} runs were named`,
        where: "runs",
        fix: `Name at most ${MOST_COMPARED} of them, with commas between them.`,
      });
    }
    const known = new Map((await this.#listed()).map((run) => [run.id, run]));
    const missing = ids.find((id) => !known.has(id));
    if (missing !== undefined) throw noRun(missing);
    const chosen = ids.flatMap((id) => known.get(id) ?? []);
    const keys = [...new Set(chosen.flatMap(({ settings }) => Object.keys(settings)))].sort();
    const items: RunComparison["items"] = [];
    await inSlices(keys, (key) => {
      const values = chosen.map(({ settings }) => textOf(settings[key]));
      const differs = values.some((value) => value !== values[0]);
      if (differs || all === "yes") items.push({ key, differs, values });
    });
    return { runs: ids, settings: keys.length, items };
  }

  #listed(): Promise<RunDetail[]> {
    const { config, clock } = this.#context;
    this.#runs ??= allRunsInSlices(config())
      .then((entries) => entries.map((entry) => runOf(entry, clock.nowMs())))
      .finally(() => {
        this.#runs = undefined;
      });
    return this.#runs;
  }

  /** Column step and every curve of the training, NaN where a step has no value. */
  async runMetrics(id: string): Promise<Columns> {
    this.run(id);
    const path = join(runsFolder(this.#context.config()), id, "metrics.jsonl");
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { step: new Float64Array(0) };
    return this.#metrics.get(path, `${stat.mtimeMs} ${stat.size}`, () => curvesOf(path));
  }

  async studies(): Promise<Study[]> {
    const names = searchNames(this.#context.config());
    return Promise.all(names.map(async (name) => studyOf(name, await this.#study(name))));
  }

  async trials(name: string, after: string | undefined): Promise<{ study: Study; items: Trial[] }> {
    const study = await this.#study(name);
    const from = after === undefined ? -1 : wholeOf(after, "after", 0, Number.MAX_SAFE_INTEGER);
    const items = study
      .trials()
      .filter(({ number }) => number > from)
      .map(trialOf);
    return { study: studyOf(name, study), items };
  }

  #study(name: string): Promise<SearchStudy> {
    const config = this.#context.config();
    const path = join(runsFolder(config), "studies", name, "study.log");
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || !/^[\w.-]+$/.test(name)) {
      throw new TidemarkError("STUDY_MISSING", {
        what: `There is no search "${name}"`,
        fix: `Searches: ${searchNames(config).join(", ") || "none"}.`,
      });
    }
    return this.#studies.get(name, `${stat.mtimeMs} ${stat.size}`, () => openSearch(config, name));
  }

  #stagesMark(): string {
    return this.promotions()
      .map(({ model, version, stage }) => `${model}/${version} ${stage}`)
      .join("\n");
  }
}

function modelOf(
  { name, version, manifest }: ListedModel,
  stages: ReadonlyMap<string, string>,
  all: readonly ReportSummary[],
): Model {
  const id = `${name}/${version}`;
  const { provenance } = manifest;
  const reports = all.filter(({ model }) => model?.replace("@", "/") === id);
  const newest = reports.at(0);
  const figures = newest?.policy.statistics;
  const {
    continuedFrom,
    phases = [],
    search,
  } = provenance as {
    readonly continuedFrom?: { readonly model: string };
    readonly phases?: ReadonlyArray<{ readonly number: number; readonly name: string; readonly endedBy: string }>;
    readonly search?: Parameters<typeof searchText>[0];
  };
  return {
    id,
    name,
    version,
    createdMs: manifest.createdMs,
    encoder: manifest.network.encoder,
    actionSpace: manifest.actionSpace,
    symbols: manifest.instruments.map(({ symbol }) => symbol),
    timeframe: manifest.timeframe,
    steps: provenance.steps,
    parameters: manifest.parameters,
    synthetic: provenance.synthetic,
    trainFromMs: provenance.trainFromMs,
    trainToMs: provenance.trainToMs,
    features: manifest.features.names,
    seed: provenance.seed,
    continuedFrom: continuedFrom?.model ?? null,
    search: search === undefined ? null : searchText(search),
    phases: phases.map((phase) => `${phase.number} ${phase.name} (${phase.endedBy})`),
    stage: stages.get(id) ?? null,
    reports: reports.map((report) => report.id),
    sharpe: figures?.sharpe ?? null,
    totalReturn: figures?.totalReturn ?? null,
    winRate: figures?.winRate ?? null,
    trades: figures?.trades ?? null,
    averageTrade: figures?.expectancy ?? null,
    standing: newest?.verdict.standing ?? null,
  };
}

/** What is compared, in the words of the page: a text as it is, all else as JSON, nothing as a dash. */
function textOf(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function withoutSettings({ settings: _settings, ...run }: RunDetail): Run {
  return run;
}

function noRun(id: string): TidemarkError {
  return new TidemarkError("RUN_MISSING", {
    what: `There is no run "${id.slice(0, 80)}"`,
    fix: "`tidemark runs ls` lists them.",
  });
}

function runOf({ id, folder, run, steps, savedMs, finished }: RunEntry, nowMs: number): RunDetail {
  const lock = statSync(join(folder, "run.lock"), { throwIfNoEntry: false });
  const isTraining = !finished && lock !== undefined && nowMs - lock.mtimeMs < LOCK_MS;
  const idle = run === undefined ? "unreadable" : steps === undefined ? "nothing saved" : "waiting";
  const { data, model, training } = run?.config ?? {};
  return {
    id,
    state: finished ? "made" : isTraining ? "training" : idle,
    model: run === undefined ? null : `${run.name}/${run.version}`,
    encoder: model?.encoder ?? null,
    symbols: data === undefined ? [] : [...data.symbols],
    timeframe: data?.timeframe ?? null,
    steps: steps ?? null,
    totalSteps: training?.total_steps ?? null,
    savedMs,
    finished,
    settings: run === undefined ? {} : flat(run.config),
  };
}

/** Nested values by dotted key. */
function flat(value: object, before = ""): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]: [string, unknown]): Array<[string, unknown]> => {
      const name = before === "" ? key : `${before}.${key}`;
      const isGroup = typeof item === "object" && item !== null && !Array.isArray(item);
      return isGroup ? Object.entries(flat(item, name)) : [[name, item] as [string, unknown]];
    }),
  );
}

async function curvesOf(path: string): Promise<Columns> {
  const rows = new Map<number, Record<string, number>>();
  const names = new Set<string>();
  await inSlices(runRecords(path), (record) => {
    if (record.kind === "continued") {
      for (const step of rows.keys()) if (step > record.step) rows.delete(step);
    }
    if (record.kind !== "scalars") return;
    const row = rows.get(record.step) ?? {};
    for (const [name, value] of Object.entries(record.values)) {
      row[name] = value;
      names.add(name);
    }
    rows.set(record.step, row);
  });
  const steps = [...rows.keys()].sort((a, b) => a - b);
  const column = (name: string): Float64Array =>
    Float64Array.from(steps, (step) => rows.get(step)?.[name] ?? Number.NaN);
  return { step: Float64Array.from(steps), ...Object.fromEntries([...names].map((name) => [name, column(name)])) };
}

function studyOf(name: string, study: SearchStudy): Study {
  const trials = study.trials();
  const count = (state: TrialState): number => trials.filter((trial) => trial.state === state).length;
  const best = study.best();
  return {
    name,
    direction: study.settings.direction,
    trials: countedTrials(trials).length,
    complete: count(TrialState.complete),
    pruned: count(TrialState.pruned),
    failed: count(TrialState.failed),
    running: count(TrialState.running),
    best: best?.value === undefined ? null : { number: best.number, value: best.value },
  };
}

/** In Optuna's words. */
const TRIAL_WORDS: Readonly<Record<TrialState, string>> = {
  [TrialState.running]: "RUNNING",
  [TrialState.complete]: "COMPLETE",
  [TrialState.pruned]: "PRUNED",
  [TrialState.failed]: "FAIL",
  [TrialState.waiting]: "WAITING",
};

function trialOf(trial: SearchTrial): Trial {
  const reason = trial.systemAttributes["fail_reason"] ?? trial.userAttributes["error"];
  return {
    number: trial.number,
    state: TRIAL_WORDS[trial.state],
    value: trial.value ?? null,
    params: { ...trial.params },
    startedMs: trial.startedMs ?? null,
    endedMs: trial.finishedMs ?? null,
    intermediate: [...trial.intermediate].sort(([a], [b]) => a - b),
    error: typeof reason === "string" ? reason : null,
  };
}
