/** What headlines say: rules that can be read out, a linear model that is trained in seconds, a transformer that the user brings; whom they are about, and whether they were told before. */
export { cleanText, wordsOf } from "./clean.ts";
export { readLabelled } from "./labelled-file.ts";
export {
  type LabelledText,
  LINEAR_TEXT_DEFAULTS,
  type LinearTextModel,
  type LinearTextOptions,
  linearTextScorer,
  trainLinearText,
} from "./linear/linear-scorer.ts";
export { type MoodFigures, measureMoods } from "./measure.ts";
export { type Reason, RULES, type RuleScore, scoreByRules } from "./rules/rules.ts";
export { MOODS, Mood, type TextScore, type TextScorer } from "./score.ts";
export { CRYPTO_WIDE, EVENT_KINDS, type EventKind, eventsOf, linkEntities, MACRO } from "./stream/entities.ts";
export { StoryIndex, storyHash } from "./stream/same-story.ts";
export { TransformerScorer } from "./transformer/transformer-scorer.ts";
export { WordPiece } from "./transformer/word-piece.ts";
