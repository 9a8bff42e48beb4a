/** @file A model that trades rows of features unlike those of its training at half size, or opens nothing on them. */
import { join } from "node:path";
import { computeFeatures, type FeatureTape, normalizeTape } from "../../features/index.ts";
import type { MarketTape } from "../../market/index.ts";
import { type ModelManifest, releaseModel, saveVersion, selectionOf } from "../../policy/index.ts";
import { RowGate } from "../../promotion/index.ts";
import { modelsFolder } from "../config/folders.ts";
import type { Config } from "../config/load.ts";
import type { AppContext } from "../context.ts";
import { rowAt } from "../data/range.ts";
import { nextVersion } from "./folders.ts";
import { openModel } from "./open.ts";

const WEEK_MS = 604_800_000;

/** A version that trades rows unlike those of its training at half size, or opens nothing on them. */
export type GatedModel = {
  /** "name/version" */
  readonly model: string;
  readonly from: string;
  /** Weeks of the training that its limits rest on. */
  readonly weeks: number;
  /** Squared distances beyond which a size is halved, and nothing is opened. */
  readonly half: number;
  readonly closed: number;
};

/**
 * Calibrates the gate on the training's rows and keeps it with a new version of the model. Rejects with a MODEL_ or DATA_
 * error; DATA_TOO_SHORT where the training range can't calibrate.
 */
export async function gateModel(context: AppContext, config: Config, given: string): Promise<GatedModel> {
  const { id, model, tape } = await openModel(context, config, given);
  const { manifest, folder } = model;
  const gate = gateOf(tape, manifest);
  await releaseModel(model);
  const models = modelsFolder(config);
  const version = nextVersion(models, manifest.name);
  const createdMs = context.clock.nowMs();
  saveVersion(folder, join(models, manifest.name, version), { version, createdMs, rowGate: gate.limits.data });
  const { weeks, half, closed } = gate;
  return { model: `${manifest.name}/${version}`, from: id, weeks, half, closed };
}

/** The gate of a model, on the market up to the end of its training. Throws DATA_TOO_SHORT. */
export function gateOf(tape: MarketTape, manifest: ModelManifest): RowGate {
  const raw = computeFeatures(tape, selectionOf(manifest));
  const trained = rowAt(tape, manifest.provenance.trainToMs) + 1;
  return rowGate(normalizeTape(raw, manifest.normalizer), tape, { from: raw.warmup, to: trained });
}

type Bars = { readonly from: number; readonly to: number };

/** Calibrated on the rows of a range, of all symbols together. Throws DATA_TOO_SHORT. */
export function rowGate(
  { values, fromBar, symbols, features }: FeatureTape,
  tape: MarketTape,
  { from, to }: Bars,
): RowGate {
  const cells: number[] = [];
  for (let cell = from * symbols; cell < to * symbols; cell++) if (tape.present[cell] === 1) cells.push(cell);
  const rows = new Float32Array(cells.length * features);
  for (const [r, cell] of cells.entries()) {
    const at = (cell - fromBar * symbols) * features;
    rows.set(values.subarray(at, at + features), r * features);
  }
  return new RowGate(
    rows,
    features,
    cells.map((cell) => Math.floor(tape.timeMs[Math.floor(cell / symbols)] / WEEK_MS)),
  );
}
