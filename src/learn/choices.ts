/** @file The room's choices and defaults as data: a second door, for a schema, that loads nothing else of the room. */
export { SETTING_BOUNDS } from "./curriculum/settings.ts";
export { TRANSITION_DEFAULTS } from "./curriculum/transition.ts";
export { PPO_DEFAULTS } from "./ppo/config.ts";
export { LABEL_KINDS } from "./supervised/label-settings.ts";
export { TRIAL_OBJECTIVES } from "./tune/score.ts";
