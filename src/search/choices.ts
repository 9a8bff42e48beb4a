/** @file The room's choices and defaults as data: a second door, for a schema, that loads nothing else of the room. */
export { PRUNER_KINDS } from "./pruners/create.ts";
export { SAMPLER_KINDS } from "./samplers/create.ts";
