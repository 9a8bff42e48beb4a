/** @file A loaded model as the policy that it is: a network's choices, or a classifier with its rule. */
import { Classifier } from "./classifier/classifier.ts";
import { ClassifierPolicy } from "./classifier/classifier-policy.ts";
import type { PolicyModel } from "./model-file.ts";
import { type FeatureRows, ModelPolicy } from "./model-policy.ts";

export type TrainedPolicy = ModelPolicy | ClassifierPolicy;

export function openPolicy(model: PolicyModel, rows: FeatureRows): TrainedPolicy {
  const { classifier, manifest } = model;
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
