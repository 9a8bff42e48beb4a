/** @file The configuration as a selection of features. */
import type { FeatureSelection } from "../../features/index.ts";
import type { Config } from "./load.ts";

/** The own list where there is one, otherwise the named set. */
export function featureSelection(config: Config): FeatureSelection {
  return config.features.list.length > 0 ? config.features.list : (config.features.set as FeatureSelection);
}
