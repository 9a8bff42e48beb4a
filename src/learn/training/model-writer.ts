/** @file The model file of a training: the policy as a graph with its parameters, and where it came from. */
import { exportModel } from "../../compute/index.ts";
import { systemClock } from "../../core/index.ts";
import { accountFeatureNames, MODEL_SCHEMA, type ModelManifest, policyGraph, saveModel } from "../../policy/index.ts";
import type { Ppo } from "../ppo/index.ts";
import type { ContinuedFrom, PhaseRecord } from "./options.ts";
import { type Prepared, recipeFingerprint } from "./prepare.ts";
import { PARAMETERS_KEY, parametersText } from "./start.ts";

export type TrainedModel = {
  readonly ppo: Ppo;
  /** The parameters that are kept. */
  readonly values: Float32Array;
  /** Of the run's configuration and data. */
  readonly fingerprint: string;
  readonly keptSteps: number;
  readonly validation: number | null;
  readonly continuedFrom: ContinuedFrom | undefined;
  readonly phases: readonly PhaseRecord[];
};

/** Throws FILE_UNWRITABLE or DISK_FULL. */
export function saveTrainedModel(prepared: Prepared, trained: TrainedModel): ModelManifest {
  return saveModel(prepared.options.modelFolder, manifestOf(prepared, trained), onnxOf(prepared, trained));
}

function onnxOf(prepared: Prepared, { ppo, values }: TrainedModel): Uint8Array {
  const graph = policyGraph(ppo.network, ppo.shape);
  const { name, version, codeVersion } = prepared.options;
  return exportModel({
    parameters: ppo.parameters,
    values,
    outputs: {
      logits: graph.logits,
      value: graph.value,
      ...(graph.concentrations === undefined ? {} : { concentrations: graph.concentrations }),
      ...(graph.state === undefined ? {} : { nextState: graph.state }),
    },
    // The graph holds the parameters in pieces without names: training goes on from the whole vector.
    metadata: { name, version, [PARAMETERS_KEY]: parametersText(values) },
    producer: `tidemark ${codeVersion}`,
  });
}

function manifestOf(prepared: Prepared, trained: TrainedModel): Omit<ModelManifest, "files"> {
  const { options, raw, normalizer } = prepared;
  const { tape, clock = systemClock } = options;
  return {
    schema: MODEL_SCHEMA,
    learner: options.ppo.pqn === undefined ? "ppo" : "pqn",
    name: options.name,
    version: options.version,
    createdMs: clock.nowMs(),
    timeframe: tape.timeframe,
    barMs: tape.barMs,
    instruments: tape.instruments.map((instrument) => ({ ...instrument })),
    actionSpace: options.actionSpace,
    network: { ...options.network },
    parameters: trained.ppo.parameters.size,
    features: {
      selection: typeof options.features === "string" ? options.features : [...options.features],
      names: [...raw.names],
      warmup: raw.warmup,
      fingerprint: raw.fingerprint,
    },
    normalizer: {
      ...normalizer,
      mean: [...normalizer.mean],
      std: [...normalizer.std],
      symbols: [...normalizer.symbols],
    },
    accountFeatures: accountFeatureNames(tape.instruments.map((instrument) => instrument.symbol)),
    decision: { ...options.decision },
    provenance: provenanceOf(prepared, trained),
  };
}

function provenanceOf(prepared: Prepared, trained: TrainedModel): ModelManifest["provenance"] {
  const { options, split } = prepared;
  const { tape } = options;
  const { continuedFrom, phases } = trained;
  const fromMs = tape.timeMs[split.train.from];
  // The validation part chose the parameters, so it has been seen too; and so has what an earlier training saw.
  const toMs = tape.timeMs[Math.max(split.train.to, split.validation.to) - 1];
  return {
    synthetic: tape.instruments.some((instrument) => instrument.synthetic),
    dataFingerprint: tape.fingerprint,
    trainFromMs: Math.min(fromMs, continuedFrom?.trainFromMs ?? fromMs),
    trainToMs: Math.max(toMs, continuedFrom?.trainToMs ?? toMs),
    seed: options.seed,
    steps: trained.ppo.steps,
    keptSteps: trained.keptSteps,
    validation: trained.validation,
    codeVersion: options.codeVersion,
    configFingerprint: trained.fingerprint,
    recipe: recipeFingerprint(prepared),
    ...(continuedFrom === undefined ? {} : { continuedFrom: { ...continuedFrom } }),
    ...(options.search === undefined ? {} : { search: { ...options.search } }),
    ...(phases.length === 0 ? {} : { phases: phases.map((phase) => ({ ...phase })) }),
  };
}
