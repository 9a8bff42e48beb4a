/** @file The configuration alone: a second door, for help and for `init`, that loads no room but its choices. */
export { environmentOverrides, exampleEnv } from "./config/environment.ts";
export { exampleToml, KEYS_THAT_MATTER } from "./config/example.ts";
export { schemaAt } from "./config/json-schema.ts";
export { CONFIG_FILE, type Config, loadConfig, type Override } from "./config/load.ts";
export { valueOfText } from "./config/spelling.ts";
