/** @file A loaded model as the policy that it is: a network's choices, those of several, or a classifier with its rule. */
import { RowLimits } from "../features/index.ts";
import { Classifier } from "./classifier/classifier.ts";
import { ClassifierPolicy } from "./classifier/classifier-policy.ts";
import { ContextPolicy } from "./contexts/context-policy.ts";
import { EnsemblePolicy } from "./ensemble/ensemble-policy.ts";
import { GatedPolicy } from "./gate/gated-policy.ts";
import { manifestInstruments, type PolicyModel } from "./model-file.ts";
import { type FeatureRows, ModelPolicy } from "./model-policy.ts";

export type TrainedPolicy = ModelPolicy | EnsemblePolicy | ClassifierPolicy | ContextPolicy | GatedPolicy;

export function openPolicy(model: PolicyModel, rows: FeatureRows): TrainedPolicy {
  const { rowGate, features } = model.manifest;
  const own = contextPolicy(model, rows);
  return rowGate === undefined ? own : new GatedPolicy(own, RowLimits.of(rowGate), rows, features.names.length);
}

function contextPolicy(model: PolicyModel, rows: FeatureRows): Exclude<TrainedPolicy, GatedPolicy> {
  const { contexts, barMs } = model.manifest;
  const own = ownPolicy(model, rows);
  if (contexts === undefined) return own;
  return new ContextPolicy(own, contexts, { instruments: manifestInstruments(model.manifest), barMs });
}

function ownPolicy(model: PolicyModel, rows: FeatureRows): ModelPolicy | EnsemblePolicy | ClassifierPolicy {
  const { classifier, manifest, members } = model;
  if (members !== undefined) {
    const own = members.map((session) => new ModelPolicy({ ...model, session }, rows));
    return new EnsemblePolicy(`${manifest.name}/${manifest.version}`, own);
  }
  if (classifier === undefined) return new ModelPolicy(model, rows);
  const name = `${manifest.name}@${manifest.version}`;
  return new ClassifierPolicy(
    name,
    manifest,
    model.folder,
    new Classifier(classifier.classifier),
    classifier.rule,
    rows,
  );
}
