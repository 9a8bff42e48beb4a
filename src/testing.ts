/**
 * Contracts of what can be written outside of Tidemark, each a function that throws with every promise that is broken. They
 * need no test runner: call them in a test, or once while you write.
 *
 *     import { checkEnv, checkFeature, checkPolicy } from "tidemark/testing";
 */
export { TidemarkError } from "./core/index.ts";
export { checkPolicy, type PolicyCheckOptions } from "./evaluate/index.ts";
export { checkFeature, type FeatureCheckOptions } from "./features/index.ts";
export { checkEnv, type EnvCheckOptions } from "./learn/index.ts";
