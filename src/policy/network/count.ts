/** @file How many trainable numbers each part of a network has. */
import type { Parameters } from "../../compute/index.ts";

export type ParameterCount = {
  /** Such as "encoder", "join" or "policy". */
  readonly part: string;
  readonly count: number;
};

/**
 * Counts by part, in the order in which the parts were added.
 * @param depth words of a parameter's name that make its part: 1 tells "encoder", 3 tells "encoder.transformer.layer1"
 */
export function parameterCounts(parameters: Parameters, depth = 1): readonly ParameterCount[] {
  const counts = new Map<string, number>();
  for (const { name, size } of parameters.entries) {
    // The last word names a matrix within its part.
    const words = name.split(".").slice(0, -1);
    const part = words.slice(0, depth).join(".");
    counts.set(part, (counts.get(part) ?? 0) + size);
  }
  return Array.from(counts, ([part, count]) => ({ part, count }));
}
