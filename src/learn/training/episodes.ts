/** @file How long an episode is where nobody says. */
import type { BarRange } from "../env/index.ts";

/** Bars of an episode, where the history is long enough. */
export const EPISODE_BARS = 2_048;

/**
 * Bars of an episode that leave room to begin at different bars: the usual number, or half of a shorter part that is learned
 * from; whole segments, one at least.
 * @param segment bars of a segment; 1 without memory
 */
export function fittedEpisodeBars(parts: readonly BarRange[], segment: number): number {
  const longest = longestPart(parts);
  const usual = Math.max(1, Math.floor(EPISODE_BARS / segment)) * segment;
  return longest > usual ? usual : Math.max(1, Math.floor(longest / 2 / segment)) * segment;
}

export function longestPart(parts: readonly BarRange[]): number {
  return Math.max(...parts.map(({ from, to }) => to - from));
}
