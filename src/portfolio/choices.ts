/** @file The room's choices and defaults as data: a second door, for a schema, that loads nothing else of the room. */
export type { AssetClass } from "./asset-class.ts";
export { SIZING_DEFAULTS, SizingScheme } from "./config.ts";
