/** @file A loaded model as the policy that it is: a network's choices, those of several, or a classifier with its rule. */
import { RowLimits } from "../features/index.ts";
import { BasedPolicy } from "./classifier/based-policy.ts";
import { Classifier } from "./classifier/classifier.ts";
import { ClassifierPolicy } from "./classifier/classifier-policy.ts";
import { ContextPolicy } from "./contexts/context-policy.ts";
import { EnsemblePolicy } from "./ensemble/ensemble-policy.ts";
import { GatedPolicy } from "./gate/gated-policy.ts";
import { manifestInstruments, type PolicyModel } from "./model-file.ts";
import { type FeatureRows, ModelPolicy } from "./model-policy.ts";

type OwnPolicy = ModelPolicy | EnsemblePolicy | ClassifierPolicy | BasedPolicy;

export type TrainedPolicy = OwnPolicy | ContextPolicy | GatedPolicy;

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

function ownPolicy(model: PolicyModel, rows: FeatureRows): OwnPolicy {
  const { classifier, manifest, members } = model;
  if (members !== undefined) {
    const own = members.map((session) => new ModelPolicy({ ...model, session }, rows));
    return new EnsemblePolicy(`${manifest.name}/${manifest.version}`, own);
  }
  if (classifier === undefined) return new ModelPolicy(model, rows);
  const name = `${manifest.name}@${manifest.version}`;
  const { base, folder } = model;
  const own = new ClassifierPolicy(
    name,
    manifest,
    folder,
    new Classifier(classifier.classifier),
    classifier.rule,
    rows,
  );
  // Both read the same rows: a classifier on a model has the features and the normalizer of its base.
  return base === undefined ? own : new BasedPolicy(own, openPolicy(base, rows), base.manifest.decision);
}
