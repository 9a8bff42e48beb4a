/** @file Whether the market that a model reads has moved away from the one that it learned in, week by week. */
import { TidemarkError } from "../../core/index.ts";
import { computeFeatures, type FeatureTape, normalizeTape } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { selectionOf } from "../../policy/index.ts";
import {
  calibrateDrift,
  DRIFT_DEFAULTS,
  type DriftSettings,
  type DriftWeek,
  driftWeeks,
} from "../../promotion/index.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { rowAt } from "../data/range.ts";
import { openModel } from "./open.ts";
import { type SeriesDrift, seriesDrift } from "./series-drift.ts";

const WEEK_MS = 604_800_000;

export type WeekOfDrift = Omit<DriftWeek, "index" | "toBar"> & {
  /** Close of the week's last bar, UTC milliseconds. */
  readonly toMs: number;
  /** The three features furthest beyond their limits: name, index and limit. */
  readonly furthest: ReadonlyArray<readonly [feature: string, index: number, limit: number]>;
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
};

/** Rejects with a MODEL_ or DATA_ error; DATA_TOO_SHORT where the training range can't calibrate or no week has come since. */
export async function modelDrift(context: AppContext, config: Config, given: string): Promise<ModelDrift> {
  const { id, model, tape } = await openModel(context, config, given);
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
  const beyond = weeks.reduce((sum, week) => sum + week.beyond.length, 0);
  return {
    model: id,
    watched: columns.length,
    windows: limits.windows,
    beyondShare: beyond / (weeks.length * columns.length),
    series: seriesDrift(tape, warmup, trained),
    weeks: weeks.map((week) => told(week, columns, limits.limits, tape, warmup)),
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
): WeekOfDrift {
  const furthest = [...beyond]
    .sort((a, b) => index[b] / limits[b] - index[a] / limits[a])
    .slice(0, 3)
    .map((f) => [columns[f].name, index[f], limits[f]] as const);
  return { toMs: tape.timeMs[toBar - 1 + warmup] + tape.barMs, beyond, broken, alarm, furthest };
}
