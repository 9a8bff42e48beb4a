/**
 * @file The model file: a folder with `policy.onnx`, which any ONNX runtime can load, and `model.json`, which says what
 * goes in, what comes out, and where it came from. A policy trained elsewhere is judged the same way once it has both.
 */
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { type LoadedModel, loadModel } from "../compute/index.ts";
import {
  ensureFolder,
  fileError,
  fingerprint,
  formatMinute,
  freshId,
  type Instrument,
  InstrumentKind,
  sha256Hex,
  systemCode,
  TidemarkError,
  toError,
  writeFileAtomic,
} from "../core/index.ts";
import { resolveExchangeConfig } from "../exchange/index.ts";
import { FeaturePipeline } from "../features/index.ts";
import type { MarketTape } from "../market/index.ts";
import { resolveSizingConfig } from "../portfolio/index.ts";
import { type DecisionConfig, resolveRiskConfig } from "../risk/index.ts";
import { actionSpace } from "./action-space.ts";
import { BASE_KINDS } from "./classifier/base-side.ts";
import { Classifier, type ClassifierData } from "./classifier/classifier.ts";
import type { EdgeRule } from "./classifier/edge-rule.ts";
import { CLASSIFIER_HISTORY } from "./classifier/volatility.ts";
import { LEARNERS, learnsClassifier, NETWORK_LEARNERS } from "./learners.ts";
import { ENCODER_NAMES, networkSpec } from "./network/spec.ts";
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

const whole = z.int().min(0);

const normalizerSchema = z.strictObject({
  kind: z.literal("zscore"),
  mean: z.array(z.number()),
  std: z.array(z.number().gt(0)),
  clip: z.number().gt(0),
  fittedFromMs: z.number(),
  fittedToMs: z.number(),
  fingerprint: z.string(),
  symbols: z.array(z.string()),
});

/** Stands for the encoder of a model that has no network. */
const NO_NETWORK = "classifier";

const manifestShape = z.object({
  schema: z.literal(MODEL_SCHEMA),
  learner: z.enum(LEARNERS).default("ppo"),
  /** Sessions by regimes in which it may open positions ("Asia/range"); in all where absent. */
  contexts: z.array(z.string()).min(1).optional(),
  /** How far from the training's a row of features may lie; any row is traded alike where absent. */
  rowGate: z
    .strictObject({ mean: z.array(z.number()), root: z.array(z.number()), half: z.number(), closed: z.number() })
    .optional(),
  /** Of meta-labels: the rule that gives the side, whose side is the last of the classifier's inputs. */
  base: z
    .union([
      z.strictObject({ kind: z.enum(BASE_KINDS), fast: whole, slow: whole }),
      z.strictObject({ kind: z.literal("model"), model: z.string(), digest: z.string(), trainToMs: z.number() }),
    ])
    .optional(),
  /** Of an ensemble: what its members were learned by, the seed of each, and the digest of what it was as a model of its own. */
  ensemble: z
    .strictObject({
      learner: z.enum(NETWORK_LEARNERS),
      members: z.array(z.strictObject({ seed: z.number(), digest: z.string() })).min(2),
    })
    .optional(),
  name: z.string(),
  version: z.string(),
  createdMs: z.number(),
  timeframe: z.string(),
  barMs: z.int().gt(0),
  instruments: z.array(instrumentSchema).min(1),
  actionSpace: z.string(),
  network: z.looseObject({ encoder: z.enum([...ENCODER_NAMES, NO_NETWORK]), window: whole, warmup: whole }),
  parameters: whole,
  features: z.strictObject({
    selection: z.union([z.string(), z.array(z.string())]),
    names: z.array(z.string()),
    warmup: whole,
    fingerprint: z.string(),
  }),
  normalizer: normalizerSchema,
  accountFeatures: z.array(z.string()),
  /** The settings of the decision step that it was trained in; a backtest uses them unless told otherwise. */
  decision: z.strictObject({
    exchange: z.record(z.string(), z.unknown()),
    sizing: z.record(z.string(), z.unknown()),
    risk: z.record(z.string(), z.unknown()),
  }),
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
  /** SHA-256 of everything above in canonical form; a manifest written by hand may leave it out. */
  digest: z.string().optional(),
});

/** Keys that this version doesn't know are kept. */
const manifestSchema = manifestShape.loose();

export type ModelManifest = Omit<z.infer<typeof manifestShape>, "decision"> & { readonly decision: DecisionConfig };

/** What a model was made to trade. */
export type TradedTerms = Pick<ModelManifest, "instruments" | "timeframe" | "barMs">;

export type PolicyModel = {
  readonly folder: string;
  readonly manifest: ModelManifest;
  readonly session: LoadedModel;
  /** Of a model without a network: what decides, in place of the session. */
  readonly classifier?: StoredClassifier;
  /** Of an ensemble: its members in their order, the session among them. */
  readonly members?: readonly LoadedModel[];
  /** Of meta-labels on a model: that model, from the folder `base` of its own. */
  readonly base?: PolicyModel;
};

/** Frees what a model holds outside of JavaScript. */
export async function releaseModel({ session, members = [session], base }: PolicyModel): Promise<void> {
  await Promise.all(members.map((member) => member.release()));
  if (base !== undefined) await releaseModel(base);
}

/** File of an ensemble's member, counted from 0. */
export function memberFile(index: number): string {
  return index === 0 ? "policy.onnx" : `policy-${index + 1}.onnx`;
}

/** `classifier.json` of a model's folder. */
export type StoredClassifier = { readonly classifier: ClassifierData; readonly rule: EdgeRule };

const CLASSIFIER_FILE = "classifier.json";

const BASE_FOLDER = "base";

/**
 * Writes the folder of a classifier whole. Throws FILE_UNWRITABLE or DISK_FULL.
 * @param base of meta-labels on a model: it is copied, so that what was tested is what trades
 */
export function saveClassifier(
  folder: string,
  manifest: Omit<ModelManifest, "files" | "network">,
  stored: StoredClassifier,
  base?: Pick<PolicyModel, "folder" | "manifest">,
): ModelManifest {
  const { name, version, instruments } = manifest;
  const onnx = new Classifier(stored.classifier).toOnnx(instruments.length, { name, version });
  const { window = 1, warmup = 0 } = base?.manifest.network ?? {};
  const network = { encoder: NO_NETWORK, window, warmup: Math.max(warmup, CLASSIFIER_HISTORY) } as const;
  const own = { [CLASSIFIER_FILE]: Buffer.from(`${JSON.stringify(stored)}\n`) };
  return writeModel(folder, { ...manifest, network }, onnx, { ...own, ...(base === undefined ? {} : copied(base)) });
}

/** The files of a base by where they lie in the folder of the model on it. */
function copied({ folder, manifest }: Pick<PolicyModel, "folder" | "manifest">): Record<string, Uint8Array> {
  const names = ["model.json", ...Object.keys(manifest.files)];
  return Object.fromEntries(names.map((name) => [`${BASE_FOLDER}/${name}`, readModelFile(join(folder, name))]));
}

/** Writes the folder whole: under a temporary name first, then renamed. Throws FILE_UNWRITABLE or DISK_FULL. */
export function saveModel(folder: string, manifest: Omit<ModelManifest, "files">, onnx: Uint8Array): ModelManifest {
  return writeModel(folder, manifest, onnx, {});
}

/** Writes a model's folder whole. Throws FILE_UNWRITABLE or DISK_FULL. */
export function writeModel(
  folder: string,
  manifest: Omit<ModelManifest, "files">,
  onnx: Uint8Array,
  others: Readonly<Record<string, Uint8Array>>,
): ModelManifest {
  const all: Readonly<Record<string, Uint8Array>> = { "policy.onnx": onnx, ...others };
  const files = Object.fromEntries(Object.entries(all).map(([name, bytes]) => [name, sha256Hex(bytes)]));
  const content = { ...manifest, files };
  const complete = checked({ ...content, digest: digestOf(content) }, folder);
  ensureFolder(dirname(folder));
  const temporary = `${folder}.${freshId()}.tmp`;
  try {
    mkdirSync(temporary);
    for (const [name, bytes] of Object.entries(all)) {
      ensureFolder(dirname(join(temporary, name)));
      writeFileAtomic(join(temporary, name), bytes);
    }
    writeFileAtomic(join(temporary, "model.json"), `${JSON.stringify(complete, null, 2)}\n`);
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
  return checked(json, path);
}

/** The manifest, proven to be whole and to fit together. */
function checked(json: unknown, path: string): ModelManifest {
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path: at, message }] = parsed.error.issues;
    const more = parsed.error.issues.length > 1 ? `, and ${parsed.error.issues.length - 1} more places` : "";
    throw corrupt(path, `${at.join(".") || "it"}: ${message}${more}`);
  }
  const { data } = parsed;
  const { digest, ...content } = data;
  if (digest !== undefined && digest !== digestOf(content))
    throw corrupt(path, "its digest is not that of its content");
  const cells = data.instruments.length * data.features.names.length;
  const symbols = data.instruments.map((instrument) => instrument.symbol).join();
  const { normalizer } = data;
  if (normalizer.mean.length !== cells || normalizer.std.length !== cells || normalizer.symbols.join() !== symbols) {
    throw corrupt(path, "its normalizer is of other symbols or features");
  }
  const width = data.features.names.length;
  const { rowGate } = data;
  if (rowGate !== undefined && (rowGate.mean.length !== width || rowGate.root.length !== (width * (width + 1)) / 2)) {
    throw corrupt(path, "its row gate is of other features");
  }
  const { fittedToMs } = normalizer;
  const { trainToMs } = data.provenance;
  if (fittedToMs > trainToMs) {
    const [fitted, trained] = [fittedToMs, trainToMs].map(formatMinute);
    throw corrupt(
      path,
      `its normalizer was fitted on bars up to ${fitted}, its training ended at ${trained}: it has seen the future`,
    );
  }
  try {
    actionSpace(data.actionSpace);
    if (data.network.encoder !== NO_NETWORK) networkSpec(data.network.encoder, data.network);
    const { exchange, sizing, risk } = data.decision;
    const decision = {
      exchange: resolveExchangeConfig(exchange),
      sizing: resolveSizingConfig(sizing),
      risk: resolveRiskConfig(risk),
    };
    return { ...data, decision };
  } catch (thrown) {
    throw corrupt(path, toError(thrown).message);
  }
}

function digestOf(content: object): string {
  return fingerprint(JSON.parse(JSON.stringify(content)));
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
  const sessions: LoadedModel[] = [];
  try {
    const count = manifest.ensemble?.members.length ?? 1;
    for (let k = 0; k < count; k++) sessions.push(await loadSession(folder, manifest, memberFile(k), options.threads));
    const [session] = sessions;
    if (learnsClassifier(manifest.learner)) {
      const classifier = readClassifier(folder, manifest);
      if (manifest.base?.kind !== "model") return { folder, manifest, session, classifier };
      return { folder, manifest, session, classifier, base: await loadBase(folder, manifest, options) };
    }
    return { folder, manifest, session, ...(count === 1 ? {} : { members: sessions }) };
  } catch (thrown) {
    await Promise.all(sessions.map((session) => session.release()));
    throw thrown;
  }
}

/** Rejects with MODEL_MISSING or MODEL_CORRUPT where it is not the model that the manifest names. */
async function loadBase(
  folder: string,
  manifest: ModelManifest,
  options: { readonly threads?: number },
): Promise<PolicyModel> {
  const path = join(folder, BASE_FOLDER, "model.json");
  if (sha256Hex(readModelFile(path)) !== manifest.files[`${BASE_FOLDER}/model.json`]) {
    throw corrupt(path, "its SHA-256 is not the one in the model's own model.json");
  }
  return loadPolicyModel(join(folder, BASE_FOLDER), options);
}

/** Rejects with MODEL_CORRUPT where it is not the file, or not the network, that the manifest describes. */
async function loadSession(folder: string, manifest: ModelManifest, file: string, threads = 1): Promise<LoadedModel> {
  const path = join(folder, file);
  const bytes = readModelFile(path);
  if (sha256Hex(bytes) !== manifest.files[file]) throw corrupt(path, "its SHA-256 is not the one in model.json");
  const session = await loadModel(bytes, { threads }).catch((thrown: unknown) => {
    throw corrupt(path, toError(thrown).message);
  });
  const wrong = wrongPort(manifest, session);
  if (wrong === undefined) return session;
  await session.release();
  throw corrupt(path, `"${wrong}" has not the shape that model.json describes`);
}

/** Throws MODEL_MISSING or MODEL_CORRUPT. */
function readClassifier(folder: string, manifest: ModelManifest): StoredClassifier {
  const path = join(folder, CLASSIFIER_FILE);
  const bytes = readModelFile(path);
  if (sha256Hex(bytes) !== manifest.files[CLASSIFIER_FILE]) {
    throw corrupt(path, "its SHA-256 is not the one in model.json");
  }
  // Written by this program, and proven to be what was written.
  return JSON.parse(bytes.toString()) as StoredClassifier;
}

/** The first port of the network whose shape is not what the manifest leads to. */
function wrongPort(manifest: ModelManifest, session: LoadedModel): string | undefined {
  const S = manifest.instruments.length;
  if (learnsClassifier(manifest.learner)) {
    const wanted = `${S},${manifest.features.names.length + (manifest.base === undefined ? 0 : 1)}`;
    return session.inputs.some((port) => port.name === "features" && port.shape.join() === wanted)
      ? undefined
      : "features";
  }
  const space = actionSpace(manifest.actionSpace);
  const B = space.betaHeads.length;
  const wanted: Readonly<Record<string, readonly number[]>> = {
    market: [S, manifest.network.window * manifest.features.names.length],
    account: [S, manifest.accountFeatures.length],
    mask: [S, space.categories.length],
    logits: [S, space.categories.length],
    concentrations: [S, 2 * B],
    value: [1],
  };
  const ports = new Map([...session.inputs, ...session.outputs].map((port) => [port.name, port.shape.join()]));
  // Without numbers to choose there is no such port.
  if (B === 0 && !ports.has("concentrations")) ports.set("concentrations", `${S},0`);
  return Object.keys(wanted).find((name) => ports.get(name) !== wanted[name].join());
}

/** Throws MODEL_MISMATCH unless the tape has the model's symbols, in its order, at its bar length. */
export function requireMatch(
  manifest: TradedTerms,
  tape: Pick<MarketTape, "instruments" | "barMs" | "timeframe">,
  where: string,
): void {
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
  const trained = manifestInstruments(manifest);
  for (const [i, instrument] of tape.instruments.entries()) {
    for (const key of DECISIVE_TERMS) {
      if (trained[i][key] === instrument[key]) continue;
      throw mismatch(
        where,
        `The model was trained on ${instrument.symbol} with ${key} ${String(trained[i][key])}, the data have ${String(instrument[key])}`,
        "Use data of the market that the model was trained on.",
      );
    }
  }
}

/** Terms that make another instrument of it. */
const DECISIVE_TERMS = ["kind", "quote", "multiplier"] as const satisfies ReadonlyArray<keyof Instrument>;
/** Terms that a venue changes now and then. */
const MOVING_TERMS = [
  "venue",
  "tickSize",
  "lotStep",
  "minNotional",
  "takerFeeBps",
  "maxLeverage",
  "maintenanceMarginRate",
  "synthetic",
] as const satisfies ReadonlyArray<keyof Instrument>;

/** What is other than in training, one line each: worth saying, not worth refusing. */
export function changedTerms(manifest: ModelManifest, tape: Pick<MarketTape, "instruments">): string[] {
  const trained = manifestInstruments(manifest);
  return tape.instruments.flatMap((instrument, i) =>
    MOVING_TERMS.filter((key) => trained[i][key] !== instrument[key]).map(
      (key) => `${instrument.symbol} ${key}: ${String(instrument[key])}, in training ${String(trained[i][key])}`,
    ),
  );
}

/** The feature selection in the form that the pipeline takes. */
export function selectionOf(manifest: ModelManifest): readonly string[] {
  const { selection, names } = manifest.features;
  // A named set may grow in a later version; the model keeps the names that it was trained with.
  return typeof selection === "string" ? names : selection;
}

/** The instruments as they were in training. */
export function manifestInstruments(manifest: Pick<ModelManifest, "instruments">): readonly Instrument[] {
  // Written by this program from instruments, and proven to have the fields that are read.
  return manifest.instruments as unknown as readonly Instrument[];
}

function readModelFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw thrown;
    if (basename(path) !== "model.json") throw corrupt(path, `its ${basename(path)} is missing`);
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
