/** @file The room's choices and defaults as data: a second door, for a schema, that loads nothing else of the room. */
export { RISK_DEFAULTS } from "./config.ts";
export { Permission } from "./permission.ts";
