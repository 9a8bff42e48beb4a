/** @file Whether the market that a model reads has moved away from the one that it learned in, week by week. */
import { DAY_MS, TidemarkError } from "../../core/index.ts";
import { backtest } from "../../evaluate/index.ts";
import { computeFeatures, type FeatureTape, normalizeTape, RowVerdict } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type Policy, readManifest, selectionOf } from "../../policy/index.ts";
import {
  calibrateDrift,
  DRIFT_DEFAULTS,
  type DriftAction,
  type DriftSettings,
  type DriftWeek,
  driftAction,
  driftWeeks,
  GATED_DAY,
  type RowGate,
} from "../../promotion/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { fetchHistory } from "../data/history.ts";
import { rowAt } from "../data/range.ts";
import { carriedSides } from "./base-model.ts";
import { type FeatureShapes, featureShapes } from "./feature-shapes.ts";
import { findModel } from "./folders.ts";
import { marketOf, type OpenedModel, openModel } from "./open.ts";
import { rowGate } from "./row-gate.ts";
import { logLossScore, missScore, type ScoreDrift, scoreDrift } from "./score-drift.ts";
import { type SeriesDrift, seriesDrift } from "./series-drift.ts";

const WEEK_MS = 604_800_000;

export type WeekOfDrift = Omit<DriftWeek, "index" | "toBar"> & {
  /** Close of the week's last bar, UTC milliseconds. */
  readonly toMs: number;
  /** The three features furthest beyond their limits: name, index and limit. */
  readonly furthest: ReadonlyArray<readonly [feature: string, index: number, limit: number]>;
  /** Shares of the week's rows that lie further from the training's than all but 1 % and 0.1 % of ordinary ones. */
  readonly gated: { readonly half: number; readonly closed: number; readonly worstDay: number };
};

export type ModelDrift = {
  readonly model: string;
  /** Features by symbol that were watched, and windows that their limits rest on. */
  readonly watched: number;
  readonly windows: number;
  readonly weeks: readonly WeekOfDrift[];
  /** Share of all features and weeks that lie beyond their limits; about one in a hundred is ordinary. */
  readonly beyondShare: number;
  /** Of the alternative series that it reads, since the training against the training. */
  readonly series: readonly SeriesDrift[];
  /** The same of what the model says (a probability and a side of each symbol); empty where its account did not last. */
  readonly outputs: ReadonlyArray<Pick<WeekOfDrift, "toMs" | "beyond" | "alarm" | "furthest">>;
  readonly outputsBeyondShare: number;
  /** How good what it says is, beside what the base rate gives; without those that the training can't calibrate. */
  readonly scores: readonly ScoreDrift[];
  /** Share of all rows since the training that lie behind the gates; 1 % and 0.1 % are ordinary. */
  readonly gatedShare: { readonly half: number; readonly closed: number };
  /** What the newest week asks for. */
  readonly action: DriftAction;
  readonly shapes: FeatureShapes;
};

/** Rejects with a MODEL_ or DATA_ error; DATA_TOO_SHORT where the training range can't calibrate or no week has come since. */
export async function modelDrift(
  context: AppContext,
  config: Config,
  given: string,
  { fetch = false }: { /** Newer candles first. */ readonly fetch?: boolean } = {},
): Promise<ModelDrift> {
  if (fetch) await fetchHistory(context, marketOf(config, readManifest(findModel(config, given))));
  const opened = await openModel(context, config, given);
  const { id, model, tape } = opened;
  const { manifest } = model;
  const raw = computeFeatures(tape, selectionOf(manifest), { onProgress: context.progress });
  context.endProgress();
  const normalized = normalizeTape(raw, manifest.normalizer);
  const settings: DriftSettings = { ...DRIFT_DEFAULTS, barsPerWeek: Math.round(WEEK_MS / tape.barMs) };
  const columns = columnsOf(normalized, tape);
  const trained = rowAt(tape, manifest.provenance.trainToMs) + 1;
  const warmup = raw.warmup;
  const history = columns.map(({ values }) => values.subarray(warmup, trained));
  const limits = calibrateDrift(history, settings);
  const weeks = driftWeeks(
    columns.map(({ values }) => values.subarray(warmup)),
    trained - warmup,
    limits,
    settings,
  );
  if (weeks.length === 0) {
    throw new TidemarkError("DATA_TOO_SHORT", {
      what: "No whole week has passed since the training",
      where: id,
      fix: "Fetch or import newer candles, or come back in a week.",
    });
  }
  const said = await outputColumns(context, opened, config.backtest.initialBalance);
  const outputs = outputWeeks(said, trained, settings);
  const bars = { from: warmup, trained, barsPerWeek: settings.barsPerWeek };
  const loss = logLossScore(tape, raw, model, bars, await carriedSides(model, tape, raw));
  const misses = said.sides.length === 0 ? [] : [missScore(tape, said.sides, said.from, bars)];
  const scores = scoreDrift(tape, [...(loss === undefined ? [] : [loss]), ...misses], bars);
  const gate = rowGate(normalized, tape, { from: warmup, to: trained });
  const gated = weeks.map(({ toBar }) => {
    const to = toBar + warmup;
    return gatedIn(gate, normalized, tape, { from: to - settings.barsPerWeek, to });
  });
  const meanOf = (key: "half" | "closed"): number => gated.reduce((sum, week) => sum + week[key], 0) / gated.length;
  return {
    model: id,
    watched: columns.length,
    windows: limits.windows,
    beyondShare: shareBeyond(weeks, columns.length),
    series: seriesDrift(tape, warmup, trained),
    weeks: weeks.map((week, i) => ({ ...told(week, columns, limits.limits, tape, warmup), gated: gated[i] })),
    outputs: outputs.weeks.map((week) => told(week, said.columns, outputs.limits, tape, said.from)),
    outputsBeyondShare: shareBeyond(outputs.weeks, said.columns.length),
    scores,
    gatedShare: { half: meanOf("half"), closed: meanOf("closed") },
    action: driftAction({
      features: weeks,
      outputs: outputs.weeks,
      scores: weeks.map((_, i) => ({ alarm: scores.some((score) => i < score.weeks.length && score.weeks[i].alarm) })),
      gatedDay: gated[gated.length - 1].worstDay,
      gatedLimit: GATED_DAY,
    }),
    shapes: featureShapes(normalized, tape, trained),
  };
}

type Column = { readonly name: string; readonly values: Float32Array };

/** One column a feature and symbol. */
function columnsOf({ values, bars, symbols, features, names }: FeatureTape, tape: MarketTape): Column[] {
  return Array.from({ length: symbols * features }, (_, i) => {
    const symbol = Math.floor(i / features);
    const feature = i % features;
    const column = new Float32Array(bars);
    for (let t = 0; t < bars; t++) column[t] = values[(t * symbols + symbol) * features + feature];
    return { name: `${tape.instruments[symbol].symbol} ${names[feature]}`, values: column };
  });
}

function told(
  { toBar, index, beyond, broken, alarm }: DriftWeek,
  columns: readonly Column[],
  limits: readonly number[],
  tape: MarketTape,
  warmup: number,
): Omit<WeekOfDrift, "gated"> {
  const furthest = [...beyond]
    .sort((a, b) => index[b] / limits[b] - index[a] / limits[a])
    .slice(0, 3)
    .map((f) => [columns[f].name, index[f], limits[f]] as const);
  return { toMs: tape.timeMs[toBar - 1 + warmup] + tape.barMs, beyond, broken, alarm, furthest };
}

function shareBeyond(weeks: readonly DriftWeek[], columns: number): number {
  const beyond = weeks.reduce((sum, week) => sum + week.beyond.length, 0);
  return weeks.length === 0 ? 0 : beyond / (weeks.length * columns);
}

type Said = {
  readonly columns: readonly Column[];
  /** By symbol: the side that is held at the close of each bar. */
  readonly sides: readonly Float32Array[];
  /** Bar of their first value. */
  readonly from: number;
};

/** What the model says bar by bar, training included: the probability of its last class or of going long, and the side that it takes. */
async function outputColumns(
  context: AppContext,
  { policy, tape, decision, seed }: OpenedModel,
  balance: number,
): Promise<Said> {
  const from = policy.firstBar;
  const bars = tape.bars - from;
  const probability = tape.instruments.map(() => new Float32Array(bars));
  const side = tape.instruments.map(() => new Float32Array(bars));
  const watched: Policy = {
    name: policy.name,
    reset: (at) => policy.reset(at),
    decide: async (at, intents) => {
      await policy.decide(at, intents);
      for (const [s, { probabilities = {} }] of policy.explain().symbols.entries()) {
        const named = Object.entries(probabilities);
        const [, value] = named.find(([name]) => name.startsWith("long")) ?? named[named.length - 1] ?? ["", 0];
        probability[s][at.bar - from] = value;
        side[s][at.bar - from] = Math.sign(at.desk.position(s));
      }
    },
  };
  const result = await backtest({
    tape,
    policy: watched,
    config: decision,
    from,
    to: tape.bars,
    balance,
    seed,
    signal: context.signal,
    onProgress: context.progress,
  });
  context.endProgress();
  if (result.liquidated) {
    context.warn("the model's account did not last over this history: what it says is not watched.");
    return { columns: [], sides: [], from };
  }
  const columns = tape.instruments.flatMap(({ symbol }, s) => [
    { name: `${symbol} probability`, values: probability[s] },
    { name: `${symbol} side`, values: side[s] },
  ]);
  return { columns, sides: side, from };
}

function outputWeeks(
  { columns, from }: Said,
  trained: number,
  settings: DriftSettings,
): { readonly weeks: readonly DriftWeek[]; readonly limits: readonly number[] } {
  if (columns.length === 0) return { weeks: [], limits: [] };
  const own: DriftSettings = { ...settings, leastFeatures: 1 };
  const values = columns.map((column) => column.values);
  const limits = calibrateDrift(
    values.map((column) => column.subarray(0, trained - from)),
    own,
  );
  return { weeks: driftWeeks(values, trained - from, limits, own), limits: limits.limits };
}

function gatedIn(
  gate: RowGate,
  { values, fromBar, symbols, features }: FeatureTape,
  tape: MarketTape,
  { from, to }: { readonly from: number; readonly to: number },
): WeekOfDrift["gated"] {
  const days = new Map<number, { rows: number; behind: number }>();
  const counts = [0, 0, 0];
  for (let cell = from * symbols; cell < to * symbols; cell++) {
    if (tape.present[cell] === 0) continue;
    const verdict = gate.verdict(values, (cell - fromBar * symbols) * features);
    counts[verdict]++;
    const day = Math.floor(tape.timeMs[Math.floor(cell / symbols)] / DAY_MS);
    const own = days.get(day) ?? { rows: 0, behind: 0 };
    days.set(day, own);
    own.rows++;
    if (verdict !== RowVerdict.open) own.behind++;
  }
  const rows = Math.max(1, counts[0] + counts[1] + counts[2]);
  return {
    half: (counts[1] + counts[2]) / rows,
    closed: counts[2] / rows,
    worstDay: Math.max(0, ...[...days.values()].map((day) => day.behind / day.rows)),
  };
}
