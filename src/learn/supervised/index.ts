/** Learners that are shown the answers: boosted trees and logistic regression on the features of a bar, with labels, weights and calibrated probabilities. */
export { type BoostInput, type BoostResult, boost } from "./gbdt/boost.ts";
export { Forest, type ForestData } from "./gbdt/forest.ts";
export { GBDT_DEFAULTS, type GbdtSettings } from "./gbdt/settings.ts";
