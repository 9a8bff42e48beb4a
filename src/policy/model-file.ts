/**
 * @file The model file: a folder with `policy.onnx`, which any ONNX runtime can load, and `model.json`, which says what
 * goes in, what comes out, and where it came from. A policy trained elsewhere is judged the same way once it has both.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type LoadedModel, loadModel } from "../compute/index.ts";
import {
  ensureFolder,
  fileError,
  freshId,
  type Instrument,
  InstrumentKind,
  sha256Hex,
  systemCode,
  TidemarkError,
  toError,
} from "../core/index.ts";
import { FeaturePipeline } from "../features/index.ts";
import type { MarketTape } from "../market/index.ts";
import { ENCODER_NAMES } from "./network/spec.ts";
import { accountFeatureNames } from "./observation.ts";

/** Raised when the meaning of an input or output changes. */
export const MODEL_SCHEMA = 1;

const instrumentSchema = z.looseObject({
  symbol: z.string(),
  venue: z.string(),
  kind: z.enum(InstrumentKind),
  tickSize: z.string(),
  lotStep: z.string(),
  minNotional: z.number(),
  synthetic: z.boolean(),
});

const normalizerSchema = z.strictObject({
  kind: z.literal("zscore"),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  clip: z.number(),
  fittedFromMs: z.number(),
  fittedToMs: z.number(),
  fingerprint: z.string(),
  symbols: z.array(z.string()),
});

export const manifestSchema = z.looseObject({
  schema: z.literal(MODEL_SCHEMA),
  name: z.string(),
  version: z.string(),
  createdMs: z.number(),
  timeframe: z.string(),
  barMs: z.number(),
  instruments: z.array(instrumentSchema),
  actionSpace: z.string(),
  network: z.looseObject({ encoder: z.enum(ENCODER_NAMES), window: z.number(), warmup: z.number() }),
  parameters: z.number(),
  features: z.strictObject({
    selection: z.union([z.string(), z.array(z.string())]),
    names: z.array(z.string()),
    warmup: z.number(),
    fingerprint: z.string(),
  }),
  normalizer: normalizerSchema,
  accountFeatures: z.array(z.string()),
  /** The settings of the decision step that it was trained in; a backtest uses them unless told otherwise. */
  decision: z.record(z.string(), z.unknown()),
  provenance: z.looseObject({
    synthetic: z.boolean(),
    dataFingerprint: z.string(),
    trainFromMs: z.number(),
    trainToMs: z.number(),
    seed: z.number(),
    steps: z.number(),
    codeVersion: z.string(),
    configFingerprint: z.string(),
  }),
  /** SHA-256 by file name. */
  files: z.record(z.string(), z.string()),
});

export type ModelManifest = z.infer<typeof manifestSchema>;

export type PolicyModel = {
  readonly folder: string;
  readonly manifest: ModelManifest;
  readonly session: LoadedModel;
};

/** Writes the folder whole: under a temporary name first, then renamed. Throws FILE_UNWRITABLE or DISK_FULL. */
export function saveModel(folder: string, manifest: Omit<ModelManifest, "files">, onnx: Uint8Array): ModelManifest {
  const complete = manifestSchema.parse({ ...manifest, files: { "policy.onnx": sha256Hex(onnx) } });
  ensureFolder(dirname(folder));
  const temporary = `${folder}.${freshId()}.tmp`;
  try {
    mkdirSync(temporary);
    writeFileSync(join(temporary, "policy.onnx"), onnx);
    writeFileSync(join(temporary, "model.json"), `${JSON.stringify(complete, null, 2)}\n`);
    renameSync(temporary, folder);
  } catch (thrown) {
    rmSync(temporary, { recursive: true, force: true });
    throw fileError(thrown, folder);
  }
  return complete;
}

/** Reads `model.json` alone. Throws MODEL_MISSING or MODEL_CORRUPT. */
export function readManifest(folder: string): ModelManifest {
  const path = join(folder, "model.json");
  const text = readModelFile(path).toString();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw corrupt(path, toError(thrown).message);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw corrupt(path, z.prettifyError(parsed.error).replaceAll("\n", " "));
  return parsed.data;
}

/**
 * Loads a model and proves that it is whole and that this version still computes its features the same way.
 * Throws MODEL_MISSING, MODEL_CORRUPT or MODEL_MISMATCH.
 */
export async function loadPolicyModel(
  folder: string,
  options: { readonly threads?: number } = {},
): Promise<PolicyModel> {
  const manifest = readManifest(folder);
  const path = join(folder, "policy.onnx");
  const bytes = readModelFile(path);
  if (sha256Hex(bytes) !== manifest.files["policy.onnx"])
    throw corrupt(path, "its SHA-256 is not the one in model.json");
  const instruments = manifestInstruments(manifest);
  const pipeline = new FeaturePipeline(selectionOf(manifest), { instruments, barMs: manifest.barMs });
  if (pipeline.fingerprint !== manifest.features.fingerprint) {
    throw mismatch(folder, "The model's features are computed differently in this version", "Train the model again.");
  }
  const expected = accountFeatureNames(instruments.map((instrument) => instrument.symbol));
  if (expected.join() !== manifest.accountFeatures.join()) {
    throw mismatch(
      folder,
      "The model expects other account features than this version gives",
      "Train the model again.",
    );
  }
  const session = await loadModel(bytes, { threads: options.threads ?? 1 }).catch((thrown: unknown) => {
    throw corrupt(path, toError(thrown).message);
  });
  return { folder, manifest, session };
}

/** Throws MODEL_MISMATCH unless the tape has the model's symbols, in its order, at its bar length. */
export function requireMatch(manifest: ModelManifest, tape: MarketTape, where: string): void {
  const wanted = manifest.instruments.map((instrument) => instrument.symbol);
  const given = tape.instruments.map((instrument) => instrument.symbol);
  if (wanted.join() !== given.join()) {
    throw mismatch(
      where,
      `The model trades ${wanted.join(", ")}, the data are of ${given.join(", ")}`,
      `Use the data of ${wanted.join(", ")}, or a model trained on ${given.join(", ")}.`,
    );
  }
  if (manifest.barMs !== tape.barMs) {
    throw mismatch(
      where,
      `The model was trained on ${manifest.timeframe} bars, the data have ${tape.timeframe} bars`,
      `Use ${manifest.timeframe} data.`,
    );
  }
  for (const [i, instrument] of tape.instruments.entries()) {
    const trained = manifest.instruments[i];
    if (trained.kind !== instrument.kind) {
      throw mismatch(
        where,
        `The model was trained on ${trained.symbol} as ${trained.kind}, the data are of a ${instrument.kind}`,
        `Use data of the ${trained.kind} market.`,
      );
    }
  }
}

/** The feature selection in the form that the pipeline takes. */
export function selectionOf(manifest: ModelManifest): readonly string[] {
  const { selection, names } = manifest.features;
  // A named set may grow in a later version; the model keeps the names that it was trained with.
  return typeof selection === "string" ? names : selection;
}

/** The instruments as they were in training. */
export function manifestInstruments(manifest: ModelManifest): readonly Instrument[] {
  // Written by this program from instruments, and proven to have the fields that are read.
  return manifest.instruments as unknown as readonly Instrument[];
}

function readModelFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw thrown;
    throw new TidemarkError("MODEL_MISSING", {
      what: "There is no model here",
      where: path,
      fix: "List the models with `tidemark models ls`.",
      cause: thrown,
    });
  }
}

function corrupt(where: string, reason: string): TidemarkError {
  return new TidemarkError("MODEL_CORRUPT", {
    what: `The model file is damaged: ${reason}`,
    where,
    fix: "Restore the folder from a backup, or train the model again.",
  });
}

function mismatch(where: string, what: string, fix: string): TidemarkError {
  return new TidemarkError("MODEL_MISMATCH", { what, where, fix });
}
