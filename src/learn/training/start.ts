/**
 * @file Beginning with what another training has learned: from a model file, whose metadata hold its parameters as one
 * vector, or from the last checkpoint of a run, which knows its optimizer too.
 */
import { join } from "node:path";
import { Parameters } from "../../compute/index.ts";
import { bytesOf, Random, sha256Hex, TidemarkError } from "../../core/index.ts";
import {
  accountFeatureCount,
  actionSpace,
  learnsNetwork,
  loadPolicyModel,
  type ModelManifest,
  Network,
  type NetworkShape,
  type NetworkSpec,
  networkSpec,
  readManifest,
  releaseModel,
} from "../../policy/index.ts";
import { type ParameterVector, type Transfer, transferParameters } from "../curriculum/index.ts";
import type { PpoStart } from "../ppo/index.ts";
import { requireFeatures } from "./carried-normalizer.ts";
import { loadCheckpoint, newestCheckpoint } from "./checkpoint.ts";
import type { ContinuedFrom, StartingPoint } from "./options.ts";
import type { Prepared } from "./prepare.ts";

/** Key of the parameters among the metadata of a model file: base64 of float32, little-endian. */
export const PARAMETERS_KEY = "parameters";

/** The parameters that a model was saved with. Rejects with MODEL_MISSING, MODEL_CORRUPT or MODEL_MISMATCH. */
export async function startFromModel(folder: string): Promise<StartingPoint> {
  const { learner } = readManifest(folder);
  if (learnsNetwork(learner)) return (await startsFromModel(folder))[0];
  throw new TidemarkError("MODEL_MISMATCH", {
    what: `The model was trained by ${learner} and has no network to go on with`,
    where: folder,
    fix: "Train a new one; a classifier learns its history anew each time.",
  });
}

/** Of each network in a model: one, or the members of an ensemble in their order. Rejects likewise. */
export async function startsFromModel(folder: string): Promise<StartingPoint[]> {
  const model = await loadPolicyModel(folder);
  const { manifest, session, members = [session] } = model;
  const texts = members.map(({ metadata }) => metadata[PARAMETERS_KEY]);
  await releaseModel(model);
  return texts.map((text) => {
    if (text === undefined) {
      throw new TidemarkError("MODEL_MISMATCH", {
        what: "The model file does not hold its parameters in a form that training can go on with",
        where: folder,
        fix: "Train it again; models that are made now hold them.",
      });
    }
    const bytes = Buffer.from(text, "base64");
    const parameters = new Float32Array(bytes.length / Float32Array.BYTES_PER_ELEMENT);
    bytesOf(parameters).set(bytes);
    return { from: `${manifest.name}/${manifest.version}`, manifest, parameters };
  });
}

/** Where the run that made a model ended: its last parameters with their optimizer. Rejects likewise. */
export async function startFromRun(runFolder: string, modelFolder: string): Promise<StartingPoint> {
  const model = await startFromModel(modelFolder);
  const { ppo } = loadCheckpoint(newestCheckpoint(join(runFolder, "checkpoints")));
  const { parameters, optimizerSteps, firstMoment, secondMoment } = ppo;
  return { ...model, parameters, optimizer: { optimizerSteps, firstMoment, secondMoment } };
}

/** The flat vector as it is saved with a model. */
export function parametersText(values: Float32Array): string {
  return Buffer.from(bytesOf(values)).toString("base64");
}

/**
 * The start of a training with everything of the starting point that fits into its network. Throws MODEL_MISMATCH where
 * the features differ or nothing fits.
 */
export function startOf(prepared: Prepared, point: StartingPoint): { start: PpoStart; continuedFrom: ContinuedFrom } {
  const { manifest, parameters, from, optimizer } = point;
  const { options, raw } = prepared;
  requireFeatures(manifest, raw.names, from);
  const symbols = options.tape.instruments.map(({ symbol }) => symbol);
  const target = layout(options.network, options.actionSpace, symbols, raw.names.length);
  const source = layout(
    networkSpec(manifest.network.encoder, manifest.network),
    manifest.actionSpace,
    manifest.instruments.map(({ symbol }) => symbol),
    manifest.features.names.length,
  );
  const transfer: Transfer = transferParameters(
    { ...source, values: parameters },
    { ...target, values: target.parameters.initialize(new Random(options.seed).fork("parameters")) },
  );
  const same = transfer.mapped.length + transfer.copied.length === target.entries.length && sameOrder(source, target);
  const { anchorWeight = 0 } = point;
  const anchor = { parameters: transfer.values.slice(), weight: anchorWeight };
  return {
    start: {
      parameters: transfer.values,
      ...(same && optimizer !== undefined ? { optimizer } : {}),
      ...(anchorWeight > 0 ? { anchor } : {}),
    },
    continuedFrom: {
      model: from,
      parameterHash: sha256Hex(bytesOf(parameters)),
      steps: stepsOf(manifest),
      trainFromMs: manifest.provenance.trainFromMs,
      trainToMs: manifest.provenance.trainToMs,
      normalizer: point.refitNormalizer === true ? "fitted anew" : "kept",
      newSymbols: transfer.newSymbols,
      droppedSymbols: transfer.droppedSymbols,
      fresh: transfer.fresh,
      ...(anchorWeight > 0 ? { anchorWeight } : {}),
    },
  };
}

type Layout = Omit<ParameterVector, "values"> & { readonly parameters: Parameters };

function layout(spec: NetworkSpec, space: string, symbols: readonly string[], features: number): Layout {
  const { categories, betaHeads } = actionSpace(space);
  const shape: NetworkShape = {
    symbols: symbols.length,
    marketFeatures: features,
    accountFeatures: accountFeatureCount(symbols.length),
    categories: categories.length,
    betaHeads: betaHeads.length,
  };
  const parameters = new Parameters();
  // The network adds its pieces to the vector.
  const network = new Network(parameters, spec, shape);
  return { entries: network.encoder === undefined ? [] : parameters.entries, symbols, parameters };
}

function sameOrder(a: Layout, b: Layout): boolean {
  return a.symbols.join() === b.symbols.join();
}

/** Steps of the model together with what it went on from. */
function stepsOf(manifest: ModelManifest): number {
  const { continuedFrom, steps } = manifest.provenance;
  const before = (continuedFrom as { steps?: number } | undefined)?.steps ?? 0;
  return before + steps;
}
