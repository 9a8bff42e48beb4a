/** @file The room's choices and defaults as data: a second door, for a schema, that loads nothing else of the room. */
export { ACTION_SPACE_NAMES } from "./action-space.ts";
export { BASE_BARS, BASE_KINDS } from "./classifier/base-side.ts";
export { LEARNERS, NETWORK_LEARNERS } from "./learners.ts";
export { ENCODER_NAMES, MEMORY_KINDS } from "./network/spec.ts";
