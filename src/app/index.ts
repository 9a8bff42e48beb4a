/** Use cases that the command line and the server share: configuration and its mapping to the rooms. */
export { camelCase } from "./config/camel.ts";
export { changedConfig } from "./config/changed.ts";
export { decisionSettings } from "./config/decision.ts";
export { environmentOverrides, exampleEnv, presentSecrets, SECRETS } from "./config/environment.ts";
export { exampleToml } from "./config/example.ts";
export { schemaAt } from "./config/json-schema.ts";
export { networkSettings, phasesSettings, ppoSettings, rewardSettings, splitSettings } from "./config/learning.ts";
export { CONFIG_FILE, type Config, configOf, loadConfig, type Override } from "./config/load.ts";
export { riskSettings } from "./config/risk-percentage.ts";
export { configSchema, type FileConfig } from "./config/schema.ts";
export { trackingSettings } from "./config/tracking.ts";
