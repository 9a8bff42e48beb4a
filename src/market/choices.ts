/** @file The room's choices and defaults as data: a second door, for a schema, that loads nothing else of the room. */
export { EdgeSignal } from "./synthetic/edge.ts";
export { TapeRange } from "./tape-range.ts";
