/** @file What a scorer says of a headline. */

export const Mood = { bearish: "bearish", neutral: "neutral", bullish: "bullish" } as const;
export type Mood = (typeof Mood)[keyof typeof Mood];
export const MOODS: readonly Mood[] = [Mood.bearish, Mood.neutral, Mood.bullish];

export type TextScore = {
  /** In [-1, 1]: above zero good for the price. */
  readonly score: number;
  readonly mood: Mood;
};

export type TextScorer = {
  /** Names the scorer and its version; another one makes another series. */
  readonly id: string;
  score(text: string): TextScore;
};
